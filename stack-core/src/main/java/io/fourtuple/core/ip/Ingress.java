package io.fourtuple.core.ip;

import io.fourtuple.core.tcp.IcmpError;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.SourceRoute;
import io.fourtuple.core.wire.TcpSegment;
import java.util.Objects;

/** What IP hands up to TCP. Immutable. */
public sealed interface Ingress {
    /** Which connection it is for; the local side is ours. */
    FourTuple tuple();

    /**
     * A segment, whole and verified, to an address of ours.
     *
     * @param tuple whose it is
     * @param segment refers to the frame it came in
     * @param back the way back, where it has come by a source route and that is to be heeded
     */
    record Tcp(FourTuple tuple, TcpSegment segment, SourceRoute back) implements Ingress {
        public Tcp {
            Objects.requireNonNull(tuple, "tuple");
            Objects.requireNonNull(segment, "segment");
            Objects.requireNonNull(back, "back");
        }
    }

    /**
     * A segment of ours did not get there, or so somebody says: TCP has to check that {@code seq} is in flight before
     * it believes it (RFC 5927 §4.1).
     *
     * @param tuple whose it was
     * @param seq sequence number of the segment
     * @param error what happened to it
     */
    record Icmp(FourTuple tuple, int seq, IcmpError error) implements Ingress {
        public Icmp {
            Objects.requireNonNull(tuple, "tuple");
            Objects.requireNonNull(error, "error");
        }
    }
}
