package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpCodec;

/**
 * The User Timeout option (RFC 5482): each end tells how long its data may stay without acknowledgment, and the other
 * does not give up sooner. It goes with our SYN or SYN-ACK and with the first bare acknowledgment, which is enough for
 * a peer that keeps nothing of a SYN (§3.3).
 */
final class UserTimeouts {
    private static final long SECOND = 1_000_000_000L;
    private static final long MINUTE = 60 * SECOND;
    /** The value is in minutes (§2); else, in seconds. */
    private static final int MINUTES = 0x8000;
    private static final int VALUE = 0x7fff;
    private static final int OCTETS = 4;

    private UserTimeouts() {}

    /** The two octets for a time; one beyond what fits becomes the longest. */
    static int encode(long nanos) {
        long seconds = Math.max(1, nanos / SECOND);
        return seconds <= VALUE ? (int) seconds : MINUTES | (int) Math.min(VALUE, nanos / MINUTE);
    }

    /** The time that two octets say, 0 for none. */
    static long decode(int octets) {
        return octets < 0 ? 0 : (octets & VALUE) * ((octets & MINUTES) != 0 ? MINUTE : SECOND);
    }

    /** Adds it to a segment that has room for it. */
    static void tell(TcpConfig config, OutboundSegment out) {
        if (config.userTimeoutOption().enabled() && out.optionsLength() + OCTETS <= TcpCodec.MAX_OPTIONS_LENGTH) {
            out.userTimeout = encode(config.userTimeoutOption().advertised());
        }
    }

    /** The peer has told; what makes no sense is ignored (§3.1: a time of 0). */
    static void told(Tcb t, int octets) {
        if (t.config.userTimeoutOption().enabled() && decode(octets) > 0) {
            t.peerUserTimeout = octets;
        }
    }

    /** In force, in nanoseconds: what the user has set, else what both ends together want (§3.1); 0 for none. */
    static long inForce(Tcb t) {
        long set = t.config.retransmission().userTimeout();
        TcpConfig.UserTimeoutOption rules = t.config.userTimeoutOption();
        if (set > 0 || !rules.enabled() || t.peerUserTimeout < 0) {
            return set;
        }
        long wanted = Math.max(rules.advertised(), decode(t.peerUserTimeout));
        return Math.min(rules.upper(), Math.max(rules.lower(), wanted));
    }
}
