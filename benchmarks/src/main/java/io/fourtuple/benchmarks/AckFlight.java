package io.fourtuple.benchmarks;

import io.fourtuple.core.Counters;
import io.fourtuple.core.tcp.CongestionControl;
import io.fourtuple.core.tcp.Cubic;
import io.fourtuple.core.tcp.PathProperties;
import io.fourtuple.core.tcp.ShardMemory;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpOptions;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;

/** A connection with segments in flight, and nothing around it: no device, no actor, no clock but ours. */
final class AckFlight {
    private static final int SEGMENT = AckPattern.SEGMENT;
    private static final int BUFFER = 100_000_000;
    private static final long WIDE = 1L << 29;
    private static final FourTuple TUPLE =
            new FourTuple(IpAddress.parse("10.77.0.2"), 7, IpAddress.parse("10.77.0.1"), 40000);

    private final AckPattern pattern;
    private final TcpConnection connection;
    private final OutboundSegment out = new OutboundSegment();
    private final byte[] octets = new byte[SEGMENT];
    private long now = 1_000_000_000_000L;
    private final int full;
    private int acknowledged = Seq.add(AckPattern.ISS, 1);
    /** Octets acknowledged that the user has not replaced by others. */
    private int room;
    private long handled;

    /** Opens a connection and sends so many segments, one after the other. */
    AckFlight(AckPattern pattern, int segments) {
        this.pattern = pattern;
        full = segments * SEGMENT;
        TcpConfig defaults = TcpConfig.defaults();
        boolean timestamps = pattern == AckPattern.CLAIMED_SPURIOUS;
        TcpConfig config = defaults
                .withOptions(new TcpConfig.OptionOffer(true, timestamps, pattern.hasSack(), SEGMENT))
                .withSendBuffer(TcpConfig.BufferLimits.fixed(BUFFER))
                .withRecovery(defaults.recovery().withRack(pattern.hasRack()))
                .withCongestionControl((size, window) ->
                        pattern.hasWideWindow() ? new Wide(new Cubic(size, window)) : new Cubic(size, WIDE));
        connection = TcpConnection.connect(TUPLE, AckPattern.ISS, 0, new PathProperties(SEGMENT + 12, SEGMENT + 12),
                config, ShardMemory.unlimited(new Counters()), now);
        transmit();
        long roundTrip = pattern.interval() * segments;
        now += roundTrip;
        connection.handleSegment(TcpSegment.of(AckPattern.IRS, Seq.add(AckPattern.ISS, 1),
                TcpFlags.SYN | TcpFlags.ACK, AckPattern.WINDOW,
                new TcpOptions(SEGMENT + (timestamps ? 12 : 0), 14, pattern.hasSack(), timestamps, 1, 1, new int[0])),
                now);
        transmit();
        connection.handleSegment(TcpSegment.of(Seq.add(AckPattern.IRS, 1), Seq.add(AckPattern.ISS, 1), TcpFlags.ACK,
                AckPattern.WINDOW, new TcpOptions(-1, -1, false, timestamps, 1, 1, new int[0])), now);
        for (int i = 0; i < segments; i++) {
            write();
            now += pattern.interval();
        }
    }

    /** One acknowledgment arrives; what it lets go is sent, and as much new as it acknowledges. */
    void acknowledge(TcpSegment ack) {
        handled++;
        now += pattern.interval();
        connection.handleSegment(ack, now);
        transmit();
        room += Math.max(0, Seq.distance(acknowledged, ack.ack()));
        acknowledged = Seq.max(acknowledged, ack.ack());
        for (; room >= SEGMENT; room -= SEGMENT) {
            write();
        }
        if (connection.deadline() - now <= 0) {
            connection.handleTimeout(now);
            transmit();
        }
    }

    private void write() {
        connection.send(ByteBuffer.wrap(octets), now);
        transmit();
    }

    private void transmit() {
        boolean more = true;
        while (more) {
            more = connection.pollTransmit(out, now);
        }
    }

    /** Octets that were acknowledged in order. */
    long una() {
        return Seq.distance(AckPattern.ISS, acknowledged) - 1L;
    }

    /** Octets in flight: sent, and not acknowledged in order. */
    int octets() {
        return Seq.distance(acknowledged, connection.sndNxt());
    }

    /** Octets that are to be in flight. */
    int full() {
        return full;
    }

    /** Where one more segment is acknowledged; while too little is in flight, only with every second one. */
    long next() {
        return octets() >= full || handled % 2 == 0 ? una() + Math.min(SEGMENT, octets()) : una();
    }

    /** Does what another one does, and then says that the window is wide. */
    private record Wide(CongestionControl under) implements CongestionControl {
        @Override
        public long cwnd() {
            return WIDE;
        }

        @Override
        public long ssthresh() {
            return WIDE;
        }

        @Override
        public String name() {
            return under.name();
        }

        @Override
        public void onRoundTrip(long rttNanos, boolean roundStarts, long nowNanos) {
            under.onRoundTrip(rttNanos, roundStarts, nowNanos);
        }

        @Override
        public void onAck(int ackedBytes, long inFlightBefore, boolean cwndLimited, long smoothedRttNanos,
                long nowNanos) {
            under.onAck(ackedBytes, inFlightBefore, cwndLimited, smoothedRttNanos, nowNanos);
        }

        @Override
        public void onLoss(long inFlight, long nowNanos) {
            under.onLoss(inFlight, nowNanos);
        }

        @Override
        public void onRecovered(long inFlight, long nowNanos) {
            under.onRecovered(inFlight, nowNanos);
        }

        @Override
        public void onTimeout(long inFlight, long nowNanos) {
            under.onTimeout(inFlight, nowNanos);
        }

        @Override
        public void remember() {
            under.remember();
        }

        @Override
        public void undo(long nowNanos) {
            under.undo(nowNanos);
        }

        @Override
        public void onIdleRestart(int timeouts, long nowNanos) {
            under.onIdleRestart(timeouts, nowNanos);
        }

        @Override
        public void onSegmentSize(int segmentSize) {
            under.onSegmentSize(segmentSize);
        }
    }
}
