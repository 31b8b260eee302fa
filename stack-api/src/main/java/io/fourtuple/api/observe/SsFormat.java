package io.fourtuple.api.observe;

import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.core.wire.IpAddress;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * The text of Linux's {@code ss -tani}: one line per socket, and one with the details of its connection below it. What
 * reads the one reads the other.
 *
 * <p>Rows come sorted: listening sockets first, then by state, address and port. In the second line a field that has
 * nothing to say is left out, as {@code ss} does; a listening socket has {@code syn_queue:LENGTH/BOUND} there, which
 * {@code ss} cannot show.
 */
public final class SsFormat {
    /** An ssthresh of this much or more is the initial one, "infinite" (RFC 5681 §3.1); {@code ss} hides it. */
    private static final long NO_SSTHRESH = 0x7fff_ffffL;

    /** In segments: {@code ss} hides it. */
    private static final int USUAL_REORDERING = 3;

    private SsFormat() {}

    /** The table, header first, each line ended by a line feed. */
    public static String format(List<SocketRow> sockets) {
        List<Line> lines = new ArrayList<>();
        lines.add(new Line("State", "Recv-Q", "Send-Q", "Local Address", "Port", "Peer Address", "Port", ""));
        sockets.stream().sorted(order()).map(SsFormat::line).forEach(lines::add);
        int state = width(lines, Line::state);
        int received = width(lines, Line::received);
        int sent = width(lines, Line::sent);
        int local = width(lines, Line::local);
        int localPort = width(lines, Line::localPort);
        int peer = width(lines, Line::peer);
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            pad(text, line.state, -state).append(' ');
            pad(text, line.received, -received).append(' ');
            pad(text, line.sent, -sent).append(' ');
            pad(text, line.local, local).append(':');
            pad(text, line.localPort, -localPort).append(' ');
            pad(text, line.peer, peer).append(':').append(line.peerPort).append('\n');
            text.append(line.details.isEmpty() ? "" : "\t " + line.details + "\n");
        }
        return text.toString();
    }

    private record Line(String state, String received, String sent, String local, String localPort, String peer,
            String peerPort, String details) {}

    private static Comparator<SocketRow> order() {
        return Comparator.comparing((SocketRow row) -> !row.isListening())
                .thenComparing(SocketRow::state)
                .thenComparing(SocketRow::local)
                .thenComparing(SocketRow::localPort)
                .thenComparing(SocketRow::remote)
                .thenComparing(SocketRow::remotePort);
    }

    private static Line line(SocketRow row) {
        String peer = row.remotePort() == 0 ? wildcard(row.local()) : address(row.remote());
        return new Line(
                row.state(),
                Long.toString(row.receiveQueue()),
                Long.toString(row.sendQueue()),
                address(row.local()),
                Integer.toString(row.localPort()),
                peer,
                row.remotePort() == 0 ? "*" : Integer.toString(row.remotePort()),
                row.isListening()
                        ? "syn_queue:" + row.synQueue() + "/" + row.synQueueBound()
                        : row.info().map(SsFormat::details).orElse(""));
    }

    /** {@code *} is every address of both families: what a socket bound to {@code ::} listens on. */
    private static String address(IpAddress address) {
        if (address.equals(IpAddress.ANY_V6)) {
            return "*";
        }
        return address.isV4() ? address.toString() : "[" + address + "]";
    }

    private static String wildcard(IpAddress local) {
        if (local.isV4()) {
            return "0.0.0.0";
        }
        return local.isUnspecified() ? "*" : "[::]";
    }

    /** The second line of a connection, in the order of {@code ss}. */
    static String details(TcpInfo info) {
        Fields fields = new Fields();
        fields.word("ts", info.timestamps());
        fields.word("sack", info.sack());
        fields.word("ecn", info.ecn());
        fields.word("ecnseen", info.ecnSeen());
        fields.word(info.congestionControl(), true);
        fields.word("wscale:" + info.sendWindowScale() + "," + info.receiveWindowScale(), info.sendWindowScale() >= 0);
        fields.word("rto:" + millis(info.rto()), info.rto() > 0);
        fields.number("backoff", info.timeouts());
        fields.word("rtt:" + millis(info.rtt()) + "/" + millis(info.rttVariance()), info.rtt() > 0);
        TcpInfo.Account account = info.account();
        fields.word("ato:" + account.ackTimeout() / 1_000_000, account.ackTimeout() > 0);
        fields.number("mss", info.sendMss());
        fields.number("rcvmss", info.receiveMss());
        fields.number("advmss", info.advertisedMss());
        fields.number("cwnd", segments(info.cwnd(), info));
        fields.number("ssthresh", info.ssthresh() < NO_SSTHRESH ? segments(info.ssthresh(), info) : 0);
        fields.number("bytes_sent", info.bytesSent());
        fields.number("bytes_retrans", info.bytesRetransmitted());
        fields.number("bytes_acked", info.bytesAcked());
        fields.number("bytes_received", info.bytesReceived());
        fields.number("segs_out", info.segmentsOut());
        fields.number("segs_in", info.segmentsIn());
        fields.number("data_segs_out", account.dataSegmentsOut());
        fields.number("data_segs_in", account.dataSegmentsIn());
        fields.word("send " + sendRate(info) + "bps", info.rtt() > 0);
        fields.word("lastsnd:" + info.lastSend() / 1_000_000, info.segmentsOut() > 0);
        fields.word("lastrcv:" + info.lastReceive() / 1_000_000, info.segmentsIn() > 0);
        fields.word("lastack:" + info.lastAck() / 1_000_000, info.segmentsIn() > 0);
        fields.word("pacing_rate " + info.path().pacingRate() * 8 + "bps", info.path().pacingRate() > 0);
        fields.word("delivery_rate " + info.path().deliveryRate() * 8 + "bps", info.path().deliveryRate() > 0);
        fields.number("delivered", segments(info.path().delivered(), info));
        fields.word("app_limited", info.path().appLimited());
        long busy = account.busy();
        fields.word("busy:" + busy / 1_000_000 + "ms", busy > 0);
        fields.share("rwnd_limited", account.receiverLimited(), busy);
        fields.share("sndbuf_limited", account.sendBufferLimited(), busy);
        fields.number("unacked", segments(info.unacknowledged(), info));
        long again = segments(info.path().retrans(), info);
        fields.word("retrans:" + again + "/" + info.retransmits(), info.retransmits() > 0);
        fields.number("lost", segments(info.path().lost(), info));
        fields.number("sacked", segments(info.path().sacked(), info));
        fields.number("dsack_dups", info.path().dsackDups());
        long reordering = segments(info.path().reordering(), info);
        fields.number("reordering", reordering == USUAL_REORDERING ? 0 : reordering);
        fields.number("reord_seen", info.path().reordSeen());
        fields.word("rcv_rtt:" + millis(account.receiveRtt()), account.receiveRtt() > 0);
        fields.number("rcv_space", account.receiveSpace());
        fields.number("rcv_ssthresh", account.receiveThreshold());
        fields.number("notsent", info.unsent());
        fields.word("minrtt:" + millis(info.minRtt()), info.minRtt() > 0);
        fields.number("rcv_ooopack", account.outOfOrderSegments());
        fields.number("snd_wnd", info.sendWindow());
        fields.number("rcv_wnd", info.receiveWindow());
        return fields.text.toString();
    }

    private static long segments(long octets, TcpInfo info) {
        return Math.ceilDiv(octets, Math.max(1, info.sendMss()));
    }

    /** One window per round trip, the estimate that {@code ss} prints. */
    private static long sendRate(TcpInfo info) {
        return Math.round(info.cwnd() * 8e9 / info.rtt());
    }

    /** Milliseconds with up to three decimals: {@code 200}, {@code 0.026}. */
    private static String millis(long nanos) {
        return BigDecimal.valueOf(nanos / 1_000, 3).stripTrailingZeros().toPlainString();
    }

    private static int width(List<Line> lines, Function<Line, String> column) {
        return lines.stream().mapToInt(line -> column.apply(line).length()).max().orElse(0);
    }

    /** Pads to the width: on the left, or on the right when the width is negative. */
    private static StringBuilder pad(StringBuilder text, String value, int width) {
        String blanks = " ".repeat(Math.abs(width) - value.length());
        return width < 0 ? text.append(value).append(blanks) : text.append(blanks).append(value);
    }

    private static final class Fields {
        private final StringBuilder text = new StringBuilder();

        void word(String word, boolean shown) {
            if (shown) {
                text.append(text.isEmpty() ? "" : " ").append(word);
            }
        }

        /** A time, and which part of another one it is. */
        void share(String name, long nanos, long of) {
            double percent = 100.0 * nanos / Math.max(1, of);
            word(String.format(Locale.ROOT, "%s:%dms(%.1f%%)", name, nanos / 1_000_000, percent), nanos > 0);
        }

        void number(String name, long value) {
            word(name + ":" + value, value > 0);
        }
    }
}
