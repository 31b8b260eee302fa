package io.fourtuple.nic.replay;

import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.replay.RecordedSegment.Segment;

/**
 * A recorded segment, or a part of one that the recording kernel had merged, which the stack has not acknowledged yet.
 * Its octets stay in the array of the recorded packet.
 */
final class Piece {
    final Segment recorded;
    final int seq;
    final int payloadOffset;
    final int payloadLength;
    final int flags;

    private Piece(Segment recorded, int from, int length, int flags) {
        this.recorded = recorded;
        TcpSegment tcp = recorded.tcp();
        this.seq = Seq.add(tcp.payloadSeq(), from);
        this.payloadOffset = tcp.payloadOffset() + from;
        this.payloadLength = length;
        this.flags = flags;
    }

    /** Octets {@code from} to {@code from + length} of the payload; the last of them have the FIN and PSH with them. */
    static Piece of(Segment recorded, int from, int length) {
        TcpSegment tcp = recorded.tcp();
        boolean isWhole = length == tcp.payloadLength();
        boolean isLast = from + length == tcp.payloadLength();
        int flags = TcpFlags.ACK | (isLast ? tcp.flags() & (TcpFlags.PSH | TcpFlags.FIN) : 0);
        return new Piece(recorded, from, length, isWhole ? flags | (tcp.flags() & TcpFlags.URG) : flags);
    }

    /** The sequence number behind it. */
    int end() {
        return Seq.add(seq, payloadLength + (flags & TcpFlags.FIN));
    }

    boolean isFin() {
        return (flags & TcpFlags.FIN) != 0;
    }
}
