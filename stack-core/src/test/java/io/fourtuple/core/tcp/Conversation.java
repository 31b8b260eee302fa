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
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One connection and a peer played by the test, in virtual time. Segments are written as {@code "P. 1:5(4) ack 1 win
 * 1000 urg 4 ECT0 <sack 9:13>"}, with the mark of the IP header if there is one, sequence numbers relative to the SYN
 * of each direction. Both start just below a wrap, and so does the clock.
 */
final class Conversation {
    static final long MILLIS = 1_000_000L;
    static final long SECONDS = 1_000 * MILLIS;
    static final int ISS = 0xffff_fffe;
    static final int IRS = 0xffff_fffd;
    static final int MSS = 1000;
    static final FourTuple TUPLE =
            new FourTuple(IpAddress.parse("10.77.0.2"), 7, IpAddress.parse("10.77.0.1"), 40000);

    /** Whatever sends or waits more often than this will never be done. */
    private static final int MOST_AT_ONCE = 10_000;
    private static final int MOST_TIMEOUTS = 100_000;

    private static final Pattern SEGMENT = Pattern.compile(
            "(?<flags>[FSRPUEWe.-]+) (?<seq>\\d+):(?<end>\\d+)\\((?<len>\\d+)\\)(?: ack (?<ack>\\d+))?"
                    + "(?: win (?<win>\\d+))?(?: urg (?<urg>\\d+))?(?: (?<ecn>ECT0|ECT1|CE))?(?: <(?<opts>[^>]*)>)?");

    final Counters counters = new Counters();
    final ShardMemory memory;
    final List<TcpEvent> events = new ArrayList<>();
    final TcpConfig config;
    final PathProperties path;
    private final OutboundSegment out = new OutboundSegment();
    private final List<String> sent = new ArrayList<>();
    private final List<String> reasons = new ArrayList<>();
    private long segments;
    /** The test takes segments itself, so that we cannot count them. */
    boolean polledByTest;
    private long octets;
    private long resets;
    TcpConnection connection;
    long now = Long.MAX_VALUE - 5 * SECONDS - 123_456_789;

    /** Without window scaling, SACK and timestamps, so that numbers are easy to read. */
    static TcpConfig plain() {
        return TcpConfig.defaults()
                .withOptions(new TcpConfig.OptionOffer(false, false, false, 48))
                .withReceiveBuffer(TcpConfig.BufferLimits.fixed(10_000))
                .withSendBuffer(TcpConfig.BufferLimits.fixed(100_000))
                .withAcknowledgment(new TcpConfig.Acknowledgment(40 * MILLIS, 0))
                .withCongestionControl(NewReno::new);
    }

    static TcpConfig withSack() {
        return plain().withOptions(new TcpConfig.OptionOffer(false, false, true, 48));
    }

    static TcpConfig withSackAndTimestamps() {
        return plain().withOptions(new TcpConfig.OptionOffer(false, true, true, 48));
    }

    /** As before RFC 8985: duplicate acknowledgments and the retransmission timer are all there is. */
    static TcpConfig.Recovery byCounting() {
        return new TcpConfig.Recovery(false, false, false, false, false);
    }

    static TcpConfig withTimestamps() {
        return plain().withOptions(new TcpConfig.OptionOffer(false, true, false, 48));
    }

    Conversation(TcpConfig config) {
        this(config, new PathProperties(MSS, MSS));
    }

    Conversation(TcpConfig config, PathProperties path) {
        this.config = config;
        this.path = path;
        memory = ShardMemory.unlimited(counters);
    }

    /** One of several that share a budget. */
    Conversation(TcpConfig config, MemoryBudget budget) {
        this.config = config;
        path = new PathProperties(MSS, MSS);
        memory = new ShardMemory(budget, counters, () -> { });
    }

    /** Actively opened: the SYN is out. */
    static Conversation synSent(TcpConfig config) {
        return new Conversation(config).open();
    }

    private Conversation open() {
        return connect().expect("S 0:0(0)");
    }

    /** Actively opened. */
    Conversation connect() {
        connection = TcpConnection.connect(TUPLE, ISS, 0, path, config, memory, now);
        return flush();
    }

    /** Actively opened with Fast Open, when these octets have been written. */
    Conversation connectFast(FastOpenAttempt attempt, int octets) {
        connection = TcpConnection.connect(TUPLE, ISS, 0, path, config, memory, now);
        assertThat(connection.send(ByteBuffer.wrap(pattern(octets)), now)).isEqualTo(octets);
        connection.openFast(attempt);
        return flush();
    }

    /** Passively opened by this SYN alone, with Fast Open. */
    Conversation acceptFast(String syn, FastOpenOption answer) {
        connection = HalfOpen.of(TUPLE, parse(syn), ISS, 0, path, config, now).open(parse(syn), answer, memory, now);
        return flush();
    }

    /** Opened and established: both at 1. */
    static Conversation established(TcpConfig config) {
        return new Conversation(config).establish();
    }

    /** Opened and established: both at 1. */
    Conversation establish() {
        Conversation c = open();
        boolean sack = config.options().sack();
        String ts = config.options().timestamps() ? ",TS 1000 0" : "";
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000" + (sack ? ",sackOK" : "") + ts + ">");
        c.expect(". 1:1(0) ack 1");
        c.expectEvent(TcpEvent.ESTABLISHED);
        return c;
    }

    /** With SACK, and a round-trip time of 100 ms. */
    static Conversation faraway(TcpConfig config) {
        Conversation c = new Conversation(config).connect().expect("S 0:0(0)");
        c.now += 100 * MILLIS;
        int echo = c.connection.tcb().timestamp(c.now - 100 * MILLIS);
        String ts = config.options().timestamps() ? ",TS 1000 " + echo : "";
        c.inject("S. 0:0(0) ack 1 win 60000 <mss 1000,sackOK" + ts + ">");
        return c.expect(". 1:1(0) ack 1").expectEvent(TcpEvent.ESTABLISHED).forgetReasons();
    }

    /** So many full segments are sent and not looked at. */
    Conversation sendSegments(int segments) {
        return send(segments * MSS).forgetSent().forgetReasons();
    }

    Conversation forgetReasons() {
        reasons.clear();
        return this;
    }

    static Conversation established() {
        return established(plain());
    }

    /** The state reached by our close first. */
    static Conversation finWait1() {
        return finWait1(plain());
    }

    private static Conversation finWait1(TcpConfig config) {
        Conversation c = established(config);
        c.connection.shutdownOutput(c.now);
        c.flush();
        c.expect("F. 1:1(0) ack 1");
        assertThat(c.connection.state()).isEqualTo(TcpState.FIN_WAIT_1);
        return c;
    }

    static Conversation finWait2() {
        return finWait2(plain());
    }

    private static Conversation finWait2(TcpConfig config) {
        Conversation c = finWait1(config);
        c.inject(". 1:1(0) ack 2 win 60000");
        c.expectEvent(TcpEvent.OUTPUT_ACKNOWLEDGED);
        assertThat(c.connection.state()).isEqualTo(TcpState.FIN_WAIT_2);
        return c;
    }

    static Conversation closeWait() {
        Conversation c = established();
        c.inject("F. 1:1(0) ack 1 win 60000");
        c.expect(". 1:1(0) ack 2");
        c.expectEvent(TcpEvent.PEER_CLOSED);
        assertThat(c.connection.state()).isEqualTo(TcpState.CLOSE_WAIT);
        return c;
    }

    static Conversation lastAck() {
        Conversation c = closeWait();
        c.connection.shutdownOutput(c.now);
        c.flush();
        c.expect("F. 1:1(0) ack 2");
        assertThat(c.connection.state()).isEqualTo(TcpState.LAST_ACK);
        return c;
    }

    static Conversation closing() {
        Conversation c = finWait1();
        c.inject("F. 1:1(0) ack 1 win 60000");
        c.expect(". 2:2(0) ack 2");
        c.expectEvent(TcpEvent.PEER_CLOSED);
        assertThat(c.connection.state()).isEqualTo(TcpState.CLOSING);
        return c;
    }

    static Conversation timeWait() {
        return timeWait(plain());
    }

    static Conversation timeWait(TcpConfig config) {
        Conversation c = finWait2(config);
        c.inject("F. 1:1(0) ack 2 win 60000");
        c.expect(". 2:2(0) ack 2");
        c.expectEvent(TcpEvent.PEER_CLOSED);
        c.expectEvent(TcpEvent.CLOSED);
        assertThat(c.connection.state()).isEqualTo(TcpState.TIME_WAIT);
        return c;
    }

    /** A segment of the peer arrives. */
    Conversation inject(String text) {
        connection.handleSegment(parse(text), now);
        return flush();
    }

    /** The next segment we sent, and nothing skipped before it; {@code win} and options count when written. */
    Conversation expect(String text) {
        assertThat(sent).as("segments sent, next should be %s", text).isNotEmpty();
        String actual = sent.removeFirst();
        String shown = text.contains("win ") ? actual : actual.replaceFirst(" win \\d+", "");
        shown = text.contains("<") ? shown : shown.replaceFirst(" <.*>", "");
        assertThat(shown).isEqualTo(text);
        return this;
    }

    /** Why each segment was sent since the last call of this. */
    Conversation expectReasons(String... expected) {
        assertThat(reasons).containsExactly(expected);
        reasons.clear();
        return forgetSent();
    }

    Conversation expectNothing() {
        assertThat(sent).isEmpty();
        return this;
    }

    Conversation forgetSent() {
        sent.clear();
        return this;
    }

    /** Forgets what was sent, but for the last segment. */
    Conversation skipToLast() {
        while (sent.size() > 1) {
            sent.removeFirst();
        }
        return this;
    }

    Conversation expectEvent(TcpEvent event) {
        assertThat(events).as("events").isNotEmpty();
        assertThat(events.removeFirst()).isEqualTo(event);
        return this;
    }

    Conversation expectNoEvent() {
        assertThat(events).isEmpty();
        return this;
    }

    Conversation send(int octets) {
        assertThat(connection.send(ByteBuffer.wrap(pattern(octets)), now)).isEqualTo(octets);
        return flush();
    }

    String receive() {
        StringBuilder text = new StringBuilder();
        for (ReceivedChunk c = connection.receive(1 << 20, now); c != null; c = connection.receive(1 << 20, now)) {
            text.append(new String(c.array(), c.offset(), c.length(), StandardCharsets.US_ASCII));
        }
        flush();
        return text.toString();
    }

    /** Lets this much time pass, with every timeout on the way. */
    Conversation advance(long nanos) {
        long end = now + nanos;
        for (int timeouts = 0; Deadline.isDue(connection.deadline(), end); timeouts++) {
            assertThat(timeouts).as("timeouts within %d ns", nanos).isLessThan(MOST_TIMEOUTS);
            now = connection.deadline() - now > 0 ? connection.deadline() : now;
            connection.handleTimeout(now);
            flush();
        }
        now = end;
        return this;
    }

    /** Goes to the next timeout; returns how long that took. */
    long timeout() {
        long deadline = connection.deadline();
        assertThat(deadline).as("a timer runs").isNotEqualTo(Deadline.NONE);
        long waited = deadline - now;
        now = deadline;
        connection.handleTimeout(now);
        flush();
        return waited;
    }

    long count(Counter counter) {
        return counters.get(counter);
    }

    Conversation flush() {
        int before = sent.size();
        while (connection.pollTransmit(out, now)) {
            Invariants.check(connection.tcb(), out);
            segments += Math.max(1, Math.ceilDiv(out.payloadLength, Math.max(1, out.segmentSize)));
            octets += out.payloadLength;
            resets += (out.flags & TcpFlags.RST) != 0 ? 1 : 0;
            assertThat(sent.size() - before).as("segments sent at one moment").isLessThan(MOST_AT_ONCE);
            sent.add(describe());
            reasons.add(out.reason.describe(out.attempt, out.flags));
        }
        for (TcpEvent e = connection.pollEvent(); e != null; e = connection.pollEvent()) {
            events.add(e);
        }
        Invariants.check(connection.tcb(), "we");
        checkBooks();
        return this;
    }

    /** What is counted is what was sent. With Fast Open, what went with a SYN for nothing counts as sent again. */
    private void checkBooks() {
        if (connection.tcb().fastOpen != null || polledByTest) {
            return;
        }
        assertThat(counters.get(Counter.TCP_OUT_SEGS) + counters.get(Counter.TCP_RETRANS_SEGS)).isEqualTo(segments);
        assertThat(counters.get(Counter.TCP_OUT_RSTS)).isEqualTo(resets);
        TcpInfo info = connection.info(now);
        assertThat(info.segmentsOut()).isEqualTo(segments);
        assertThat(info.bytesSent()).isEqualTo(octets);
        assertThat(info.retransmits()).isEqualTo(counters.get(Counter.TCP_RETRANS_SEGS));
    }

    private String describe() {
        int seq = Seq.distance(ISS, out.seq);
        StringBuilder text = new StringBuilder(TcpFlags.toString(out.flags)).append(' ').append(seq).append(':')
                .append(seq + out.payloadLength).append('(').append(out.payloadLength).append(')');
        if ((out.flags & TcpFlags.ACK) != 0) {
            text.append(" ack ").append(Seq.distance(IRS, out.ack));
        }
        text.append(" win ").append(out.window);
        if ((out.flags & TcpFlags.URG) != 0) {
            text.append(" urg ").append(out.urgentPointer);
        }
        text.append(out.ecnCapable ? " ECT0" : "");
        if (out.fastOpen.present()) {
            text.append(" <").append(out.fastOpen).append('>');
        }
        if (out.accEcnFields >= 0) {
            text.append(" <").append(TcpPair.toSegment(out).options().accEcn()).append('>');
        }
        if (out.sackBlocks > 0) {
            text.append(" <sack");
            for (int i = 0; i < out.sackBlocks; i++) {
                text.append(' ').append(Seq.distance(IRS, out.sackEdges[2 * i])).append(':')
                        .append(Seq.distance(IRS, out.sackEdges[2 * i + 1]));
            }
            text.append('>');
        }
        return text.toString();
    }

    static TcpSegment parse(String text) {
        Matcher m = SEGMENT.matcher(text);
        assertThat(m.matches()).as("cannot read segment: %s", text).isTrue();
        int flags = 0;
        for (char letter : m.group("flags").toCharArray()) {
            int bit = "FSRP.UEWe".indexOf(letter);
            flags |= bit < 0 ? 0 : 1 << bit;
        }
        int length = Integer.parseInt(m.group("len"));
        int seq = Integer.parseInt(m.group("seq"));
        return new TcpSegment(Seq.add(IRS, seq), m.group("ack") == null ? 0 : Seq.add(ISS, number(m, "ack", 0)), flags,
                number(m, "win", 60000), number(m, "urg", 0), options(m.group("opts")), slice(seq, length), 0, length,
                0, m.group("ecn") == null ? Ecn.NOT_ECT : "ECT1 ECT0 CE".indexOf(m.group("ecn")) / 5 + 1);
    }

    private static int number(Matcher m, String group, int otherwise) {
        return m.group(group) == null ? otherwise : (int) Long.parseLong(m.group(group));
    }

    private static TcpOptions options(String text) {
        if (text == null) {
            return TcpOptions.NONE;
        }
        int mss = -1;
        int shift = -1;
        boolean sackOk = false;
        boolean ts = false;
        int[] values = new int[2];
        int[] edges = {};
        FastOpenOption fastOpen = FastOpenOption.ABSENT;
        AccEcnOption accEcn = AccEcnOption.ABSENT;
        int userTimeout = -1;
        for (String option : text.split(",", -1)) {
            String[] words = option.trim().split("[ :]", -1);
            switch (words[0]) {
                case "mss" -> mss = Integer.parseInt(words[1]);
                case "wscale" -> shift = Integer.parseInt(words[1]);
                case "sackOK" -> sackOk = true;
                case "TS" -> {
                    ts = true;
                    values = new int[] {Integer.parseInt(words[1]), Integer.parseInt(words[2])};
                }
                case "FO" -> fastOpen = words.length == 1
                        ? FastOpenOption.REQUEST
                        : FastOpenOption.of(HexFormat.of().parseHex(words[1]), false);
                case "sack" -> {
                    edges = new int[words.length - 1];
                    for (int i = 0; i < edges.length; i++) {
                        edges[i] = Seq.add(ISS, Integer.parseInt(words[i + 1]));
                    }
                }
                case "ECN" -> accEcn = accEcn(words);
                case "UTO" -> userTimeout = Integer.parseInt(words[1]);
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        return new TcpOptions(mss, shift, sackOk, ts, values[0], values[1], edges, fastOpen, accEcn, userTimeout);
    }

    private static AccEcnOption accEcn(String[] words) {
        int[] fields = new int[3];
        for (int i = 2; i < words.length; i += 2) {
            fields[i / 2 - 1] = Integer.parseInt(words[i]);
        }
        return new AccEcnOption(words.length / 2, words[1].equals("e1b"), fields[0], fields[1], fields[2]);
    }

    /** Octet {@code n} of either stream is always the same letter, so that content shows its position. */
    static byte[] pattern(int length) {
        return slice(1, length);
    }

    static byte[] slice(int seq, int length) {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) ('a' + (seq - 1 + i) % 26);
        }
        return octets;
    }
}
