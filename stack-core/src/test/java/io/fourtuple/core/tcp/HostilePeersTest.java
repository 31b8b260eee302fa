package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.AccEcnOption;
import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Peers that send whatever they like, in virtual time, to connections that share too little memory with two honest
 * ends. Nothing throws, nothing is sent for ever at one moment, and once the pressure is gone the honest ends complete.
 */
class HostilePeersTest {
    private static final int STEPS = 6_000;
    private static final int HOSTILE = 10;
    private static final int MAX = 200_000;
    private static final int TRANSFER = 400_000;
    private static final PathProperties PATH = new PathProperties(1460, 1460);
    private static final TcpConfig CONFIG = TcpConfig.defaults()
            .withEcn(TcpConfig.Ecn.ACCURATE)
            .withReceiveBuffer(new TcpConfig.BufferLimits(2_000, 40_000, 300_000))
            .withSendBuffer(new TcpConfig.BufferLimits(2_000, 16_000, 200_000));

    private final Counters counters = new Counters();
    private final MemoryBudget budget = new MemoryBudget(new MemoryBudget.Limits(80_000, 140_000, MAX), 3);
    private boolean relieved;
    private final ShardMemory memory = new ShardMemory(budget, counters, () -> relieved = true);
    private final SynCookies cookies = new SynCookies(1, 2, 3, 4);
    private final OutboundSegment out = new OutboundSegment();
    private final TcpPair pair = new TcpPair(CONFIG, CONFIG, PATH);
    private final List<Hostile> hostile = new ArrayList<>();
    private SplittableRandom random;
    private int port = 1;

    /** A connection and its peer, which knows all that it is told and respects nothing. */
    private final class Hostile {
        private final TcpConnection connection;
        private final int granularity;
        private int edge;
        private int clock = random.nextInt();

        Hostile() {
            FourTuple tuple = new FourTuple(IpAddress.parse("10.77.0.1"), 7, IpAddress.parse("10.77.0.9"), port++);
            TcpOptions offer = new TcpOptions(random.nextInt(-1, 2000), random.nextInt(-1, 15), random.nextBoolean(),
                    random.nextBoolean(), clock, 0, new int[0]);
            TcpSegment syn = TcpSegment.of(random.nextInt(), 0, TcpFlags.SYN | TcpFlags.ofAce(random.nextInt(8)),
                    random.nextInt(65_536), offer);
            boolean cookie = random.nextBoolean();
            HalfOpen record = null;
            if (cookie) {
                cookies.fillSynAck(tuple, syn, 99, PATH, CONFIG, out, pair.now);
            } else {
                record = HalfOpen.of(tuple, syn, random.nextInt(), 99, PATH, CONFIG, pair.now);
                record.fillSynAck(out, pair.now);
            }
            TcpOptions echo = out.timestamps ? TcpOptions.timestamps(clock, out.tsVal) : TcpOptions.NONE;
            int length = random.nextInt(3) == 0 ? random.nextInt(20_000) : 0;
            int fin = random.nextInt(10) == 0 ? TcpFlags.FIN : 0;
            TcpSegment ack = new TcpSegment(Seq.add(syn.seq(), 1), Seq.add(out.seq, 1), TcpFlags.ACK | fin
                    | TcpFlags.ofAce(random.nextInt(8)),
                    random.nextInt(65_536), 0, echo, new byte[length], 0, length, 0, random.nextInt(4));
            if (cookie) {
                record = cookies.open(tuple, ack, 99, PATH, CONFIG, pair.now);
            } else {
                assertThat(record.handleSegment(ack, out, pair.now)).isEqualTo(HalfOpen.Verdict.COMPLETE);
            }
            connection = record.complete(ack, memory, pair.now);
            assertThat(connection.pollEvent()).isEqualTo(TcpEvent.ESTABLISHED);
            Tcb t = connection.tcb();
            assertThat(t.timestamps).isEqualTo(offer.hasTimestamps());
            assertThat(t.windowScaling).isEqualTo(offer.windowScale() >= 0 && (!cookie || t.timestamps));
            assertThat(t.sndShift).isEqualTo(t.windowScaling ? Math.min(14, offer.windowScale()) : 0);
            granularity = 1 << t.rcvShift;
            edge = t.irs;
            flush();
        }

        private Tcb tcb() {
            return connection.tcb();
        }

        void flush() {
            int sent = 0;
            while (connection.pollTransmit(out, pair.now)) {
                sent++;
                assertThat(sent).as("segments at one moment of %s", connection.info(pair.now)).isLessThan(10_000);
                if ((out.flags & (TcpFlags.RST | TcpFlags.SYN)) == 0) {
                    int offered = Seq.add(out.ack, out.window << tcb().rcvShift);
                    assertThat(Seq.gt(Seq.add(offered, granularity), edge)).as("right edge").isTrue();
                    edge = Seq.max(edge, offered);
                }
                TcpPair.toSegment(out);
            }
            while (connection.pollEvent() != null) {
                assertThat(connection.state()).isNotNull();
            }
            check();
        }

        private void check() {
            Tcb t = tcb();
            t.checkedCharge();
            assertThat(Seq.le(t.sndUna, t.sndNxt) && Seq.le(t.rcvNxt, t.rcvEdge)).isTrue();
            assertThat(t.pipe()).isBetween(0, 2 * t.octetsInFlight());
            assertThat(t.sendQueue.length()).isBetween(0, t.sendBuffer);
            assertThat(t.receiveQueue.length() + t.receiveQueue.outOfOrder())
                    .isLessThanOrEqualTo(t.config.receiveBuffer().max() + granularity);
            assertThat(t.receiveQueue.charge()).isLessThan(2L * t.receiveBuffer + 100_000);
            boolean waits = t.octetsInFlight() > 0 || t.unsent() > 0 || (t.outputClosed && !t.finSent);
            if (waits && t.state() != TcpState.CLOSED && t.state() != TcpState.TIME_WAIT) {
                assertThat(t.retransmitAt).as("%s waits for a timer", connection.info(pair.now))
                        .isNotEqualTo(Deadline.NONE);
            }
            long deadline = connection.deadline();
            if (t.state() == TcpState.CLOSED) {
                assertThat(deadline).isEqualTo(Deadline.NONE);
            }
        }

        void timeout() {
            if (Deadline.isDue(connection.deadline(), pair.now)) {
                connection.handleTimeout(pair.now);
                flush();
                assertThat(Deadline.isDue(connection.deadline(), pair.now)).as("due again at once").isFalse();
            }
        }

        private int near(int a, int b) {
            return switch (random.nextInt(8)) {
                case 0, 1, 2 -> a;
                case 3 -> b;
                case 4 -> Seq.add(a, random.nextInt(-3, 4));
                case 5 -> Seq.add(b, random.nextInt(-3, 4));
                case 6 -> Seq.add(a, random.nextInt(-3000, 60_000));
                default -> random.nextInt(20) == 0 ? random.nextInt() : a;
            };
        }

        private int window() {
            return switch (random.nextInt(6)) {
                case 0 -> 0;
                case 1 -> random.nextInt(1, 50);
                default -> random.nextInt(65_536);
            };
        }

        private TcpOptions options() {
            Tcb t = tcb();
            clock += random.nextInt(20);
            int val = random.nextInt(40) == 0 ? random.nextInt() : clock;
            int[] sack = new int[random.nextInt(3) == 0 ? 2 * random.nextInt(4) : 0];
            for (int i = 0; i < sack.length; i += 2) {
                int flight = Math.max(1, t.octetsInFlight());
                sack[i] = random.nextInt(5) == 0 ? near(t.sndUna, t.sndNxt) : Seq.add(t.sndUna, random.nextInt(flight));
                sack[i + 1] = random.nextInt(5) == 0 ? near(t.sndNxt, t.sndUna)
                        : Seq.add(sack[i], random.nextInt(flight));
            }
            return new TcpOptions(-1, -1, false, t.timestamps && random.nextInt(50) != 0, val,
                    near(t.timestamp(pair.now), 0), sack, FastOpenOption.ABSENT, accEcn(), -1);
        }

        private AccEcnOption accEcn() {
            return random.nextInt(3) == 0
                    ? new AccEcnOption(random.nextInt(4), random.nextBoolean(), random.nextInt(0x100_0000),
                            random.nextInt(0x100_0000), random.nextInt(0x100_0000))
                    : AccEcnOption.ABSENT;
        }

        void segment() {
            Tcb t = tcb();
            int flags = random.nextInt(30) == 0 ? 0 : TcpFlags.ACK;
            flags |= random.nextInt(60) == 0 ? TcpFlags.FIN : 0;
            flags |= random.nextInt(60) == 0 ? TcpFlags.SYN : 0;
            flags |= random.nextInt(150) == 0 ? TcpFlags.RST : 0;
            flags |= random.nextInt(30) == 0 ? TcpFlags.URG : 0;
            flags |= TcpFlags.ofAce(random.nextInt(8));
            flags |= random.nextInt(10) == 0 ? TcpFlags.PSH : 0;
            int length = switch (random.nextInt(6)) {
                case 0, 1 -> 0;
                case 2, 3 -> random.nextInt(1, 10);
                case 4 -> random.nextInt(1461);
                default -> random.nextInt(60_000);
            };
            int spare = random.nextInt(3) == 0 ? random.nextInt(2000) : 54;
            connection.handleSegment(new TcpSegment(near(t.rcvNxt, t.rcvEdge), near(t.sndNxt, t.sndUna), flags,
                    window(), random.nextInt(65_536), options(), new byte[spare + length], spare, length,
                    length > 1460 ? random.nextInt(1, 1460) : 0, random.nextInt(4)), pair.now);
        }

        void burst() { // many holes of one octet each
            Tcb t = tcb();
            int seq = t.rcvEdge;
            for (int i = 0; i < 100; i++) {
                seq = Seq.add(seq, -2);
                connection.handleSegment(new TcpSegment(seq, t.sndNxt, TcpFlags.ACK, 1000, 0,
                        t.timestamps ? TcpOptions.timestamps(clock, 0) : TcpOptions.NONE, new byte[55], 54, 1, 0,
                        0), pair.now);
            }
        }

        void user() {
            switch (random.nextInt(200)) {
                case 0 -> connection.shutdownOutput(pair.now);
                case 1, 2 -> {
                    connection.close(pair.now);
                    connection.disown(pair.now);
                }
                case 3 -> connection.abort(pair.now);
                case 4 -> connection.handleIcmp(new IcmpError(IcmpError.Kind.PACKET_TOO_BIG, random.nextInt(1500)),
                        near(tcb().sndUna, tcb().sndNxt), pair.now);
                case 5 -> connection.reconfigure(random.nextBoolean() ? CONFIG : CONFIG.withKeepAlive(
                        new TcpConfig.KeepAlive(true, 1_000_000_000L, 100_000_000L, 3)), pair.now);
                case 6 -> connection.markUrgent();
                default -> {
                    if (random.nextBoolean()) {
                        connection.receive(random.nextInt(1, 30_000), pair.now);
                    } else {
                        connection.send(ByteBuffer.allocate(random.nextInt(1, 30_000)), pair.now);
                    }
                }
            }
        }

        void step() {
            switch (random.nextInt(20)) {
                case 0 -> burst();
                case 1, 2, 3, 4, 5 -> user();
                default -> segment();
            }
            flush();
        }

        boolean isOver() {
            return connection.state() == TcpState.CLOSED || connection.state() == TcpState.TIME_WAIT;
        }

        void release() {
            connection.release();
            assertThat(tcb().checkedCharge()).isZero();
        }
    }

    /** What one honest end still has to write; it tries again only when it is told to. */
    private final class Writer {
        private final TcpPair.End end;
        private final byte[] data = new byte[TRANSFER];
        private int written;
        private int told;

        Writer(TcpPair.End end, long seed) {
            this.end = end;
            new Random(seed).nextBytes(data);
            write();
        }

        void write() {
            while (written < TRANSFER) {
                int n = Math.min(TRANSFER - written, random.nextInt(1, 20_000));
                int taken = end.connection.send(ByteBuffer.wrap(data, written, n), pair.now);
                written += taken;
                if (taken < n) {
                    return;
                }
            }
            end.connection.shutdownOutput(pair.now);
        }

        void run() {
            while (told < end.events.size()) {
                TcpEvent event = end.events.get(told++);
                assertThat(event).as("after %s", pair.tail()).isIn(TcpEvent.ESTABLISHED, TcpEvent.READABLE,
                        TcpEvent.WRITABLE, TcpEvent.PEER_CLOSED, TcpEvent.OUTPUT_ACKNOWLEDGED, TcpEvent.TROUBLE,
                        TcpEvent.CLOSED);
                if (event == TcpEvent.WRITABLE) {
                    write();
                    pair.flush();
                }
            }
        }
    }

    @Rfc(number = 9293, rules = "SHLD-14")
    @Attack({18, 23})
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldOutliveHostilePeers(long seed) {
        random = new SplittableRandom(seed);
        pair.client.memory = memory;
        pair.server.memory = memory;
        pair.link = new TcpPair.Link(0.01, 5 * TcpPair.MILLIS, 2 * TcpPair.MILLIS);
        pair.establish();
        List<Writer> writers = List.of(new Writer(pair.client, seed), new Writer(pair.server, ~seed));
        pair.flush();
        for (int i = 0; i < HOSTILE; i++) {
            hostile.add(new Hostile());
        }
        for (int step = 0; step < STEPS; step++) {
            int at = random.nextInt(HOSTILE);
            Hostile peer = hostile.get(at);
            peer.step();
            if (peer.isOver() && random.nextInt(20) == 0) {
                peer.release();
                hostile.set(at, new Hostile());
            }
            if (random.nextInt(10) == 0) {
                pair.now += random.nextLong(random.nextInt(100) == 0 ? 100 * TcpPair.SECONDS : 10 * TcpPair.MILLIS);
            }
            if (random.nextInt(300) == 0) {
                pair.client.reading = !pair.client.reading;
            }
            advance(writers, random.nextInt(10) == 0);
        }
        assertThat(counters.get(Counter.TCP_EXT_MEMORY_PRESSURES)).isPositive();

        hostile.forEach(Hostile::release);
        hostile.clear();
        relieve(writers);
        pair.client.reading = true;
        long end = pair.now + 2000 * TcpPair.SECONDS;
        while (pair.client.received.length() < TRANSFER || pair.server.received.length() < TRANSFER) {
            assertThat(pair.now - end).as("stalled: %s", pair.tail()).isNegative();
            advance(writers, true);
        }
        assertThat(pair.client.received.toBytes()).isEqualTo(writers.get(1).data);
        assertThat(pair.server.received.toBytes()).isEqualTo(writers.get(0).data);
        pair.run(1000 * TcpPair.SECONDS);
        pair.client.connection.release();
        pair.server.connection.release();
        assertThat(memory.used()).isZero();
        assertThat(budget.isUnderPressure()).isFalse();
        assertThat(budget.orphans()).isZero();
    }

    private void advance(List<Writer> writers, boolean step) {
        if (step) {
            pair.step();
        }
        hostile.forEach(Hostile::timeout);
        writers.forEach(Writer::run);
        relieve(writers);
        long held = pair.client.connection.tcb().checkedCharge() + pair.server.connection.tcb().checkedCharge();
        for (Hostile peer : hostile) {
            held += peer.tcb().checkedCharge();
        }
        assertThat(memory.used()).isEqualTo(held);
        assertThat(counters.get(Counter.SOCKSTAT_TCP_MEM)).isEqualTo(held);
        assertThat(held).isLessThan(MAX + (HOSTILE + 2) * 9_000L);
    }

    private void relieve(List<Writer> writers) {
        while (relieved) {
            relieved = false;
            for (Writer writer : writers) {
                if (writer.end.connection.isHeldBack()) {
                    writer.end.connection.handleMemoryRelief();
                }
            }
            pair.flush();
            writers.forEach(Writer::run);
            for (Hostile peer : hostile) {
                if (peer.connection.isHeldBack()) {
                    peer.connection.handleMemoryRelief();
                    peer.flush();
                }
            }
        }
    }
}
