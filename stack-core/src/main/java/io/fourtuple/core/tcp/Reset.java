package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;

/** Resets for segments that belong to no connection (RFC 9293 §3.10.7.1). */
public final class Reset {
    private Reset() {}

    /**
     * Fills the reset that answers {@code segment}.
     *
     * @return false when it must not be answered, because it is a reset itself
     */
    public static boolean answer(TcpSegment segment, OutboundSegment reply) {
        if (segment.has(TcpFlags.RST)) {
            return false;
        }
        reply.clear();
        reply.reason = SendReason.RESET;
        if (segment.has(TcpFlags.ACK)) {
            reply.flags = TcpFlags.RST;
            reply.seq = segment.ack();
        } else {
            reply.flags = TcpFlags.RST | TcpFlags.ACK;
            reply.ack = Seq.add(segment.seq(), segment.length());
        }
        return true;
    }
}
