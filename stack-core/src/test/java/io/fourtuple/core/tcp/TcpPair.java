package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.AccEcnOption;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.FastOpenOption;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;

/**
 * Two connections and a lossy link between them in virtual time. {@link #step()} goes to the next moment at which
 * something happens; nothing sleeps. Sequence numbers, timestamps and the clock begin just below a wrap.
 */
final class TcpPair {
    static final long MILLIS = 1_000_000L;
    static final long SECONDS = 1_000 * MILLIS;
    static final FourTuple TUPLE =
            new FourTuple(IpAddress.parse("10.77.0.1"), 40000, IpAddress.parse("10.77.0.2"), 7);

    /** What the link does to segments. */
    record Link(double loss, long delayNanos, long jitterNanos) {
        static final Link PERFECT = new Link(0, 0, 0);
    }

    /** One end: a connection, what it received and what it told. */
    static final class End {
        final String name;
        TcpConnection connection;
        HalfOpen halfOpen;
        final Counters counters = new Counters();
        ShardMemory memory = ShardMemory.unlimited(counters);
        final List<TcpEvent> events = new ArrayList<>();
        final ByteSink received = new ByteSink();
        boolean reading = true;

        End(String name) {
            this.name = name;
        }

        int send(byte[] data, long now) {
            return connection.send(ByteBuffer.wrap(data), now);
        }

        long count(Counter counter) {
            return counters.get(counter);
        }

        boolean has(TcpEvent event) {
            return events.contains(event);
        }
    }

    /** Whatever sends or steps more often than this at one moment will never be done. */
    private static final int MOST_AT_ONCE = 100_000;

    private record Flight(long arrival, long order, End to, TcpSegment segment) {}

    final End client = new End("client");
    final End server = new End("server");
    final List<String> trace = new ArrayList<>();
    final PathProperties path;
    final TcpConfig clientConfig;
    final TcpConfig serverConfig;
    private final PriorityQueue<Flight> flights = new PriorityQueue<>((a, b) -> {
        int byTime = Long.signum(a.arrival - b.arrival);
        return byTime != 0 ? byTime : Long.compare(a.order, b.order);
    });
    private final Random random = new Random(4711);
    private final OutboundSegment scratch = new OutboundSegment();
    private long order;
    private int stepsAtOnce;
    long now = Long.MAX_VALUE - 3 * SECONDS;
    Link link = Link.PERFECT;
    /** Octets per second each way, 0 for no limit, and octets that may wait for their turn. */
    long bandwidth;
    long queueBytes;
    private final long[] freeAt = {now, now};
    int queueDrops;
    /** Decides which segments are lost, besides the link's loss. */
    SegmentFilter filter = (to, segment) -> true;
    /** Says for each segment that takes marks, 0 to 1, how far it is from being marked: under 0.05 it is. */
    DoubleSupplier marking = () -> 1;

    interface SegmentFilter {
        boolean pass(End to, TcpSegment segment);
    }

    TcpPair() {
        this(TcpConfig.defaults());
    }

    TcpPair(TcpConfig config) {
        this(config, config, new PathProperties(1460, 1460));
    }

    TcpPair(TcpConfig clientConfig, TcpConfig serverConfig, PathProperties path) {
        this.clientConfig = clientConfig;
        this.serverConfig = serverConfig;
        this.path = path;
    }

    TcpPair connect() {
        client.connection =
                TcpConnection.connect(TUPLE, 0xffff_fff0, 0x7fff_fff0, path, clientConfig, client.memory, now);
        flush();
        return this;
    }

    TcpPair establish() {
        connect();
        runUntil(() -> client.has(TcpEvent.ESTABLISHED) && server.has(TcpEvent.ESTABLISHED), 10 * SECONDS);
        return this;
    }

    /** Sends, receives and tells everything that can be at this moment. */
    void flush() {
        boolean busy = true;
        int before = trace.size();
        while (busy) {
            assertThat(trace.size() - before).as("segments sent at one moment: %s", tail()).isLessThan(MOST_AT_ONCE);
            busy = flush(client, server);
            busy |= flush(server, client);
        }
    }

    private boolean flush(End from, End to) {
        boolean busy = false;
        if (from.connection == null) {
            return false;
        }
        int before = trace.size();
        while (from.connection.pollTransmit(scratch, now)) {
            busy = true;
            transmit(from, to, scratch);
            assertThat(trace.size() - before).as("segments sent at one moment").isLessThan(MOST_AT_ONCE);
        }
        checkEnd(from);
        for (TcpEvent e = from.connection.pollEvent(); e != null; e = from.connection.pollEvent()) {
            from.events.add(e);
            busy = true;
        }
        if (from.reading) {
            for (ReceivedChunk c = from.connection.receive(65536, now); c != null;
                    c = from.connection.receive(65536, now)) {
                from.received.add(c);
                busy = true;
            }
        }
        return busy;
    }

    private static void checkEnd(End end) {
        Tcb t = end.connection.tcb();
        Invariants.check(t, end.name);
        assertThat(t.sendQueue.length()).as("%s: send buffer", end.name).isBetween(0, t.sendBuffer);
    }

    void transmit(End from, End to, OutboundSegment out) {
        TcpSegment segment = marked(toSegment(out));
        trace.add(from.name + " " + segment + " " + out.reason);
        boolean lost = random.nextDouble() < link.loss || !filter.pass(to, segment);
        if (bandwidth > 0) {
            lost |= !queue(to, segment.payloadLength() + 66);
        }
        if (!lost) {
            long jitter = link.jitterNanos == 0 ? 0 : (long) (random.nextDouble() * link.jitterNanos);
            long sentAt = bandwidth > 0 ? freeAt[side(to)] : now;
            flights.add(new Flight(sentAt + link.delayNanos + jitter, order++, to, segment));
        }
    }

    /** Waits behind what waits already; false when there is no room. */
    private boolean queue(End to, int octets) {
        int side = side(to);
        long start = freeAt[side] - now > 0 ? freeAt[side] : now;
        if ((start - now) * (bandwidth / 1e9) > queueBytes) {
            queueDrops++;
            return false;
        }
        freeAt[side] = start + (long) (octets * 1e9 / bandwidth);
        return true;
    }

    private int side(End to) {
        return to == client ? 0 : 1;
    }

    private TcpSegment marked(TcpSegment s) {
        if (s.ecn() == Ecn.NOT_ECT || marking.getAsDouble() >= 0.05) {
            return s;
        }
        return new TcpSegment(s.seq(), s.ack(), s.flags(), s.window(), s.urgentPointer(), s.options(), s.array(),
                s.payloadOffset(), s.payloadLength(), s.gsoSize(), Ecn.CE);
    }

    static TcpSegment toSegment(OutboundSegment out) {
        byte[] payload = new byte[out.payloadLength];
        if (out.payloadLength > 0) {
            out.payload.copyTo(out.seq, out.payloadLength, ByteBuffer.wrap(payload));
        }
        TcpOptions options = new TcpOptions(out.mss, out.windowScale, out.sackPermitted, out.timestamps, out.tsVal,
                out.tsEcr, Arrays.copyOf(out.sackEdges, 2 * out.sackBlocks), FastOpenOption.ABSENT, accEcn(out),
                out.userTimeout);
        int gso = out.payloadLength > out.segmentSize && out.segmentSize > 0 ? out.segmentSize : 0;
        return new TcpSegment(out.seq, out.ack, out.flags, out.window, out.urgentPointer, options, payload, 0,
                payload.length, gso, out.ecnCapable ? Ecn.ECT_0 : Ecn.NOT_ECT);
    }

    private static AccEcnOption accEcn(OutboundSegment out) {
        boolean order1 = out.accEcnOrder1;
        int mask = 0xff_ffff;
        return new AccEcnOption(out.accEcnFields, order1,
                out.accEcnFields < 1 ? 0 : (order1 ? out.accEcnEct1 : out.accEcnEct0) & mask,
                out.accEcnFields < 2 ? 0 : out.accEcnCe & mask,
                out.accEcnFields < 3 ? 0 : (order1 ? out.accEcnEct0 : out.accEcnEct1) & mask);
    }

    void deliver(End to, TcpSegment s) {
        if (to.connection != null) {
            to.connection.handleSegment(s, now);
            return;
        }
        if (to.halfOpen == null) {
            if (!s.has(TcpFlags.SYN)) {
                return;
            }
            to.halfOpen = HalfOpen.of(TUPLE.reversed(), s, 0xffff_ffe0, 0x7fff_fff8, path, serverConfig, now);
            to.halfOpen.fillSynAck(scratch, now);
            transmit(to, other(to), scratch);
            return;
        }
        switch (to.halfOpen.handleSegment(s, scratch, now)) {
            case IGNORE, SKIPPED -> { }
            case REPLY -> transmit(to, other(to), scratch);
            case COMPLETE -> to.connection = to.halfOpen.complete(s, to.memory, now);
            case RESET -> {
                transmit(to, other(to), scratch);
                to.halfOpen = null;
            }
            case REMOVE -> to.halfOpen = null;
        }
    }

    /** What is on its way to those ends does not arrive. */
    void loseFlights(Predicate<End> to) {
        flights.removeIf(flight -> to.test(flight.to));
    }

    End other(End end) {
        return end == client ? server : client;
    }

    /** Goes to the next arrival or deadline. False when nothing will ever happen again. */
    boolean step() {
        long next = Deadline.NONE;
        if (!flights.isEmpty()) {
            next = flights.peek().arrival;
        }
        for (End end : List.of(client, server)) {
            if (end.connection != null) {
                next = Deadline.earlier(next, end.connection.deadline());
            } else if (end.halfOpen != null) {
                next = Deadline.earlier(next, end.halfOpen.deadline());
            }
        }
        if (next == Deadline.NONE) {
            return false;
        }
        if (next - now > 0) {
            now = next;
            stepsAtOnce = 0;
        }
        assertThat(stepsAtOnce++).as("steps without any time: %s", tail()).isLessThan(MOST_AT_ONCE);
        while (!flights.isEmpty() && flights.peek().arrival - now <= 0) {
            Flight flight = flights.poll();
            deliver(flight.to, flight.segment);
            flush();
        }
        for (End end : List.of(client, server)) {
            if (end.connection != null && Deadline.isDue(end.connection.deadline(), now)) {
                end.connection.handleTimeout(now);
            } else if (end.connection == null && end.halfOpen != null
                    && end.halfOpen.handleTimeout(scratch, now) == HalfOpen.Verdict.REPLY) {
                transmit(end, other(end), scratch);
            }
        }
        flush();
        return true;
    }

    interface Condition {
        boolean holds();
    }

    void runUntil(Condition condition, long limitNanos) {
        long end = now + limitNanos;
        while (!condition.holds()) {
            assertThat(now - end).as("not reached within virtual time; last segments: %s", tail()).isLessThan(0);
            assertThat(step()).as("nothing will ever happen again; last segments: %s", tail()).isTrue();
        }
    }

    /** Runs for this long, or until nothing will happen any more. */
    void run(long nanos) {
        long end = now + nanos;
        boolean more = true;
        while (more && now - end < 0) {
            more = step();
        }
    }

    List<String> tail() {
        return trace.subList(Math.max(0, trace.size() - 12), trace.size());
    }

    /** Octets received, kept whole. */
    static final class ByteSink {
        private byte[] octets = new byte[1024];
        private int length;

        void add(ReceivedChunk c) {
            if (octets.length < length + c.length()) {
                octets = Arrays.copyOf(octets, Math.max(length + c.length(), 2 * octets.length));
            }
            System.arraycopy(c.array(), c.offset(), octets, length, c.length());
            length += c.length();
        }

        int length() {
            return length;
        }

        byte[] toBytes() {
            return Arrays.copyOf(octets, length);
        }
    }
}
