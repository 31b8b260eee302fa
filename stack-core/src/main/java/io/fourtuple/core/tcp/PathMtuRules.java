package io.fourtuple.core.tcp;

import java.util.Objects;

/**
 * Whether a connection finds out by itself how large its segments may be, without a router that says so (RFC 4821):
 * what is too large is not acknowledged. Immutable.
 *
 * @param probing when it does (Linux {@code tcp_mtu_probing})
 * @param baseMss the MSS that every path is expected to take, 48 to 65535 octets (Linux {@code tcp_base_mss}; RFC 4821
 *     §7.2)
 * @param interval nanoseconds until larger segments are tried again, at least a second (Linux
 *     {@code tcp_probe_interval}; RFC 4821 §7.3: at most once in ten minutes)
 */
public record PathMtuRules(Probing probing, int baseMss, long interval) {
    /** No probing; what Linux has for the rest. */
    public static final PathMtuRules DEFAULT = new PathMtuRules(Probing.OFF, 1024, 600_000_000_000L);

    private static final int LEAST = 48;
    private static final int MOST = 65_535;
    private static final long SECOND = 1_000_000_000L;

    public PathMtuRules {
        Objects.requireNonNull(probing, "probing");
        if (baseMss < LEAST || baseMss > MOST || interval < SECOND) {
            throw new IllegalArgumentException("need a base MSS of 48 to 65535 and an interval of a second, not "
                    + baseMss + " and " + interval + " ns");
        }
    }

    /** When a connection looks for the size its segments may have. */
    public enum Probing {
        /** Never: what vanishes is sent again as it was. */
        OFF,
        /** When full-sized segments vanish for seconds (RFC 4821 §7.7, RFC 2923 §2.1). */
        BLACK_HOLES,
        /** From the beginning, with the base MSS. */
        ALWAYS
    }

    /** The same with probing at other times. */
    public PathMtuRules withProbing(Probing when) {
        return new PathMtuRules(when, baseMss, interval);
    }

    /** The same with another MSS that every path takes. */
    public PathMtuRules withBaseMss(int octets) {
        return new PathMtuRules(probing, octets, interval);
    }

    /** The same with larger segments tried again after so many nanoseconds. */
    public PathMtuRules withInterval(long nanos) {
        return new PathMtuRules(probing, baseMss, nanos);
    }
}
