package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.SourceRoute;
import java.util.Objects;

/**
 * What a connection does where TCP leaves a choice. Immutable; all durations in nanoseconds, all sizes in octets.
 *
 * @param receiveBuffer {@code tcp_rmem}: bounds of the receive buffer
 * @param sendBuffer {@code tcp_wmem}: bounds of the send buffer
 * @param options what is offered in the SYN
 * @param retransmission the retransmission timer and when to give up
 * @param acknowledgment how acknowledgments are delayed
 * @param keepAlive probing of idle connections
 * @param noDelay {@code TCP_NODELAY}: true switches Nagle's algorithm off (RFC 9293 §3.7.4)
 * @param initialWindowSegments initial congestion window in segments (RFC 6928)
 * @param timeWait how long TIME-WAIT lasts: 2 MSL
 * @param finWait2Timeout how long FIN-WAIT-2 may last once the user has closed both directions
 *     ({@code tcp_fin_timeout})
 * @param congestionControl the policy
 * @param ecn explicit congestion notification
 * @param recovery how losses are found
 * @param tuning what is mostly said for one socket
 * @param traits whose host this looks like
 * @param fastOpen data with the SYN
 * @param pathMtu how large segments may be
 */
public record TcpConfig(
        BufferLimits receiveBuffer,
        BufferLimits sendBuffer,
        OptionOffer options,
        Retransmission retransmission,
        Acknowledgment acknowledgment,
        KeepAlive keepAlive,
        boolean noDelay,
        int initialWindowSegments,
        long timeWait,
        long finWait2Timeout,
        CongestionControlSupplier congestionControl,
        Ecn ecn,
        Recovery recovery,
        Tuning tuning,
        HostTraits traits,
        FastOpenRules fastOpen,
        PathMtuRules pathMtu) {

    private static final long MILLIS = 1_000_000L;
    private static final long SECONDS = 1_000 * MILLIS;

    public TcpConfig {
        Objects.requireNonNull(receiveBuffer, "receiveBuffer");
        Objects.requireNonNull(sendBuffer, "sendBuffer");
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(retransmission, "retransmission");
        Objects.requireNonNull(acknowledgment, "acknowledgment");
        Objects.requireNonNull(keepAlive, "keepAlive");
        Objects.requireNonNull(congestionControl, "congestionControl");
        Objects.requireNonNull(ecn, "ecn");
        Objects.requireNonNull(recovery, "recovery");
        Objects.requireNonNull(tuning, "tuning");
        Objects.requireNonNull(traits, "traits");
        Objects.requireNonNull(fastOpen, "fastOpen");
        Objects.requireNonNull(pathMtu, "pathMtu");
        if (initialWindowSegments < 1) {
            throw new IllegalArgumentException("initialWindowSegments must be at least 1");
        }
    }

    /**
     * Bounds of a buffer: starts at {@code initial} and is grown as the connection needs it, never above {@code max}.
     *
     * @param min never made smaller than this, and guaranteed whatever other connections hold ({@link MemoryBudget})
     * @param initial the size at the start
     * @param max auto-tuning stops here; equal to {@code initial} for a fixed size
     */
    public record BufferLimits(int min, int initial, int max) {
        public BufferLimits {
            if (min < 1 || initial < min || max < initial) {
                throw new IllegalArgumentException(
                        "buffer limits must be 1 <= min <= initial <= max, not " + min + ", " + initial + ", " + max);
            }
        }

        /** A buffer that keeps its size. */
        public static BufferLimits fixed(int size) {
            return new BufferLimits(size, size, size);
        }
    }

    /**
     * What is offered in the SYN.
     *
     * @param windowScaling RFC 7323 window scale
     * @param timestamps RFC 7323 timestamps
     * @param sack RFC 2018 SACK-permitted
     * @param minPeerMss a smaller MSS of the peer is treated as this one (Linux {@code tcp_min_snd_mss};
     *     CVE-2019-11479)
     */
    public record OptionOffer(boolean windowScaling, boolean timestamps, boolean sack, int minPeerMss) {}

    /**
     * The retransmission timer (RFC 6298) and when to give up (RFC 9293 §3.8.3).
     *
     * @param initialTimeout RTO before the first measurement
     * @param minTimeout lower bound of the RTO
     * @param maxTimeout upper bound of the RTO
     * @param synGiveUp R2 of SYN segments: an open that is not answered fails after this long
     * @param synackRetries how often an unanswered SYN-ACK is sent again before the half-open connection is forgotten
     *     ({@code tcp_synack_retries}), unless {@code synGiveUp} ends it first; 0 for never
     * @param giveUp R2 of data: a connection whose data are not acknowledged ends after this long
     * @param userTimeout RFC 5482, {@code TCP_USER_TIMEOUT}: replaces {@code giveUp} when not 0
     */
    public record Retransmission(
            long initialTimeout,
            long minTimeout,
            long maxTimeout,
            long synGiveUp,
            int synackRetries,
            long giveUp,
            long userTimeout) {}

    /**
     * Acknowledging (RFC 9293 §3.8.6.3, RFC 5681 §4.2).
     *
     * @param delay longest delay of an acknowledgment, under 500 ms; 0 acknowledges every segment at once
     * @param quickAcks how many segments at the start of a connection are acknowledged at once
     */
    public record Acknowledgment(long delay, int quickAcks) {}

    /**
     * Keep-alive (RFC 9293 §3.8.4).
     *
     * @param enabled {@code SO_KEEPALIVE}; off by default (MUST-25)
     * @param idle idle time before the first probe, at least two hours by default (MUST-28)
     * @param interval between probes
     * @param probes unanswered probes before the connection ends
     */
    public record KeepAlive(boolean enabled, long idle, long interval, int probes) {}

    /** Explicit congestion notification (RFC 3168; Linux {@code tcp_ecn}). */
    public enum Ecn {
        /** Never. */
        OFF,
        /** When the peer asks for it. */
        ACCEPT,
        /** When the peer asks for it, and asked for in the first SYN of an open. */
        ON
    }

    /**
     * How losses are found, or avoided. What is off falls back on the RFC before.
     *
     * @param rack by time (RFC 8985; Linux {@code tcp_recovery}); else three duplicate acknowledgments tell (RFC 6675)
     * @param tailLossProbe a probe asks for the last data before the retransmission timer runs out (RFC 8985 §7; Linux
     *     {@code tcp_early_retrans})
     * @param frto whether a timeout was for nothing is found out (RFC 5682; Linux {@code tcp_frto})
     * @param dsack the peer is told what has arrived twice (RFC 2883; Linux {@code tcp_dsack})
     * @param hystart slow start ends when round-trip times begin to rise, before anything is lost (HyStart++, RFC 9406)
     */
    public record Recovery(boolean rack, boolean tailLossProbe, boolean frto, boolean dsack, boolean hystart) {
        /** The same with RACK or without. */
        public Recovery withRack(boolean on) {
            return new Recovery(on, tailLossProbe, frto, dsack, hystart);
        }

        /** The same with tail loss probes or without. */
        public Recovery withTailLossProbe(boolean on) {
            return new Recovery(rack, on, frto, dsack, hystart);
        }

        /** The same with F-RTO or without. */
        public Recovery withFrto(boolean on) {
            return new Recovery(rack, tailLossProbe, on, dsack, hystart);
        }

        /** The same with duplicate SACKs or without. */
        public Recovery withDsack(boolean on) {
            return new Recovery(rack, tailLossProbe, frto, on, hystart);
        }
    }

    /**
     * What is mostly said for one socket; 0 leaves each as it is without it.
     *
     * @param maxSegment {@code TCP_MAXSEG}: no larger MSS is announced or used
     * @param synRetries {@code TCP_SYNCNT}: a SYN is sent again so often, unless {@link Retransmission#synGiveUp} ends
     *     the open first
     * @param notSentLowat {@code TCP_NOTSENT_LOWAT}: with so many octets never sent, the socket is not writable
     * @param windowClamp {@code TCP_WINDOW_CLAMP}: no larger window is offered
     * @param trafficClass {@code IP_TOS}, {@code IPV6_TCLASS}: the octet of the IP header, but for its two lowest bits,
     *     which are those of explicit congestion notification
     * @param hopLimit {@code IP_TTL}, {@code IPV6_UNICAST_HOPS}, up to 255
     * @param noOptions {@code TCP_NOOPT}: SYNs have no options, not even the MSS
     * @param sourceRoute the IPv4 source route of what is sent, also where the peer has come by another one
     */
    public record Tuning(
            int maxSegment, int synRetries, int notSentLowat, int windowClamp, int trafficClass, int hopLimit,
            boolean noOptions, SourceRoute sourceRoute) {
        /** Nothing is said. */
        public static final Tuning NONE = new Tuning(0, 0, 0, 0, 0, 0, false, SourceRoute.NONE);

        public Tuning {
            Objects.requireNonNull(sourceRoute, "sourceRoute");
            if (maxSegment < 0 || synRetries < 0 || notSentLowat < 0 || windowClamp < 0) {
                throw new IllegalArgumentException("tuning must not be negative: " + maxSegment + ", " + synRetries
                        + ", " + notSentLowat + ", " + windowClamp);
            }
            if (trafficClass < 0 || trafficClass > 255 || hopLimit < 0 || hopLimit > 255) {
                throw new IllegalArgumentException(
                        "traffic class and hop limit are 0 to 255, not " + trafficClass + ", " + hopLimit);
            }
        }

        /** The same with another largest segment. */
        public Tuning withMaxSegment(int octets) {
            return new Tuning(octets, synRetries, notSentLowat, windowClamp, trafficClass, hopLimit, noOptions,
                    sourceRoute);
        }

        /** The same with SYNs sent again so often. */
        public Tuning withSynRetries(int retries) {
            return new Tuning(maxSegment, retries, notSentLowat, windowClamp, trafficClass, hopLimit, noOptions,
                    sourceRoute);
        }

        /** The same with another bound of what was never sent. */
        public Tuning withNotSentLowat(int octets) {
            return new Tuning(maxSegment, synRetries, octets, windowClamp, trafficClass, hopLimit, noOptions,
                    sourceRoute);
        }

        /** The same with another bound of the window. */
        public Tuning withWindowClamp(int octets) {
            return new Tuning(maxSegment, synRetries, notSentLowat, octets, trafficClass, hopLimit, noOptions,
                    sourceRoute);
        }

        /** The same with another traffic class. */
        public Tuning withTrafficClass(int octet) {
            return new Tuning(maxSegment, synRetries, notSentLowat, windowClamp, octet, hopLimit, noOptions,
                    sourceRoute);
        }

        /** The same with another hop limit. */
        public Tuning withHopLimit(int hops) {
            return new Tuning(maxSegment, synRetries, notSentLowat, windowClamp, trafficClass, hops, noOptions,
                    sourceRoute);
        }

        /** The same by another source route. */
        public Tuning withSourceRoute(SourceRoute route) {
            return new Tuning(maxSegment, synRetries, notSentLowat, windowClamp, trafficClass, hopLimit, noOptions,
                    route);
        }

        /** The same with SYNs without options, or with. */
        public Tuning withNoOptions(boolean without) {
            return new Tuning(maxSegment, synRetries, notSentLowat, windowClamp, trafficClass, hopLimit, without,
                    sourceRoute);
        }
    }

    /** Defaults that satisfy every MUST of the RFCs. */
    public static TcpConfig defaults() {
        return new TcpConfig(
                new BufferLimits(4096, 87380, 6 << 20),
                new BufferLimits(4096, 16384, 4 << 20),
                new OptionOffer(true, true, true, 48),
                new Retransmission(1 * SECONDS, 200 * MILLIS, 120 * SECONDS, 180 * SECONDS, 7, 924 * SECONDS, 0),
                new Acknowledgment(40 * MILLIS, 16),
                new KeepAlive(false, 7200 * SECONDS, 75 * SECONDS, 9),
                false,
                10,
                240 * SECONDS,
                60 * SECONDS,
                Cubic::new,
                Ecn.ACCEPT,
                new Recovery(true, true, true, true, true),
                Tuning.NONE,
                HostTraits.DEFAULT,
                FastOpenRules.DEFAULT,
                PathMtuRules.DEFAULT);
    }

    /** The same with another receive buffer. */
    public TcpConfig withReceiveBuffer(BufferLimits limits) {
        return new TcpConfig(limits, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu);
    }

    /** The same with another send buffer. */
    public TcpConfig withSendBuffer(BufferLimits limits) {
        return new TcpConfig(receiveBuffer, limits, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu);
    }

    /** The same with another offer in the SYN. */
    public TcpConfig withOptions(OptionOffer offer) {
        return new TcpConfig(receiveBuffer, sendBuffer, offer, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu);
    }

    /** The same with another retransmission timer. */
    public TcpConfig withRetransmission(Retransmission timer) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, timer, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu);
    }

    /** The same with another way to acknowledge. */
    public TcpConfig withAcknowledgment(Acknowledgment policy) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, policy, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu);
    }

    /** The same with another keep-alive. */
    public TcpConfig withKeepAlive(KeepAlive probing) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, probing, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu);
    }

    /** The same with Nagle's algorithm off (true) or on. */
    public TcpConfig withNoDelay(boolean off) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, off,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu);
    }

    /** The same with another limit of FIN-WAIT-2, in nanoseconds. */
    public TcpConfig withFinWait2Timeout(long limit) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, limit, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu);
    }

    /** The same with another congestion control. */
    public TcpConfig withCongestionControl(CongestionControlSupplier policy) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, policy, ecn, recovery,
                tuning, traits, fastOpen, pathMtu);
    }

    /** The same with explicit congestion notification so. */
    public TcpConfig withEcn(Ecn use) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, use, recovery,
                tuning, traits, fastOpen, pathMtu);
    }

    /** The same with losses found so. */
    public TcpConfig withRecovery(Recovery how) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, how,
                tuning, traits, fastOpen, pathMtu);
    }

    /** The same with this said besides. */
    public TcpConfig withTuning(Tuning said) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                said, traits, fastOpen, pathMtu);
    }

    /** The same, looking like another host. */
    public TcpConfig withTraits(HostTraits host) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, host, fastOpen, pathMtu);
    }

    /** The same with data with the SYN so. */
    public TcpConfig withFastOpen(FastOpenRules rules) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, rules, pathMtu);
    }

    /** The same with the size of segments found so. */
    public TcpConfig withPathMtu(PathMtuRules rules) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, rules);
    }

    /** The same as it is to be when a connection is opened: with what {@link Tuning#noOptions} takes away. */
    TcpConfig forOpening() {
        return tuning.noOptions() ? withOptions(new OptionOffer(false, false, false, options.minPeerMss())) : this;
    }

    /** The MSS to announce on this path, or -1 for none. */
    int mssOption(PathProperties path) {
        return tuning.noOptions() ? -1 : path.mss();
    }
}
