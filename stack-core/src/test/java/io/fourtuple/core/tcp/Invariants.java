package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpFlags;

/** What holds of a connection at any time, whatever its peer does. Tests look at it after each step. */
final class Invariants {
    private Invariants() {}

    /** After all that was to be sent has been sent. */
    static void check(Tcb t, String name) {
        assertThat(Seq.le(t.sndUna, t.sndNxt)).as("%s: SND.UNA <= SND.NXT", name).isTrue();
        assertThat(Seq.le(t.sndNxt, Seq.add(t.sendQueue.endSeq(), t.outputClosed ? 1 : 0)) || !isOpen(t))
                .as("%s: nothing was sent that was not to be", name).isTrue();
        assertThat(Seq.le(t.rcvNxt, t.rcvEdge)).as("%s: RCV.NXT <= right edge", name).isTrue();
        assertThat(t.pipe()).as("%s: pipe", name).isBetween(0, 2 * t.octetsInFlight());
        assertThat(t.scoreboard.sacked() + t.scoreboard.lost()).as("%s: scoreboard", name)
                .isBetween(0, t.octetsInFlight());
        t.checkedCharge(); // throws unless what is charged is the sum of what is held
        if (isOpen(t) && t.octetsInFlight() > 0 && t.state() != TcpState.TIME_WAIT) {
            assertThat(t.retransmitAt).as("%s: timer runs while data is in flight", name).isNotEqualTo(Deadline.NONE);
        }
    }

    private static boolean isOpen(Tcb t) {
        return t.state() != TcpState.CLOSED && t.state() != TcpState.SYN_SENT && t.state() != TcpState.SYN_RECEIVED;
    }

    /** Of each segment that is sent. */
    static void check(Tcb t, OutboundSegment out) {
        boolean syn = (out.flags & TcpFlags.SYN) != 0;
        assertThat(syn || (out.mss < 0 && out.windowScale < 0 && !out.sackPermitted))
                .as("options of a SYN on another segment").isTrue();
        assertThat(out.window).as("window").isBetween(0, 0xffff);
        assertThat(out.payloadLength <= Math.max(out.segmentSize, t.path.maxPayload())).as("size").isTrue();
        assertThat(out.optionsLength()).as("options").isBetween(0, 40);
    }
}
