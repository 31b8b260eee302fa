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
 * @param accEcn the option of Accurate ECN
 * @param userTimeoutOption how long the peer may wait for us, and we for it (RFC 5482)
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
        PathMtuRules pathMtu,
        AccEcnRules accEcn,
        UserTimeoutOption userTimeoutOption) {

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
        Objects.requireNonNull(accEcn, "accEcn");
        Objects.requireNonNull(userTimeoutOption, "userTimeoutOption");
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

    /** Explicit congestion notification (RFC 3168, RFC 9768; Linux {@code tcp_ecn}). */
    public enum Ecn {
        /** Never. */
        OFF(Feedback.NONE, Feedback.NONE),
        /** The classic one, when the peer asks for any. */
        ACCEPT(Feedback.CLASSIC, Feedback.NONE),
        /** As {@link #ACCEPT}, and the classic one is asked for in the first SYN of an open. */
        ON(Feedback.CLASSIC, Feedback.CLASSIC),
        /** Accurate ECN (RFC 9768), or the classic one: what the peer asks for. */
        ACCEPT_ACCURATE(Feedback.ACCURATE, Feedback.NONE),
        /** As {@link #ACCEPT_ACCURATE}, and the classic one is asked for in the first SYN of an open. */
        ACCEPT_ACCURATE_ON(Feedback.ACCURATE, Feedback.CLASSIC),
        /** As {@link #ACCEPT_ACCURATE}, and Accurate ECN is asked for in the first two SYNs of an open. */
        ACCURATE(Feedback.ACCURATE, Feedback.ACCURATE);

        private enum Feedback { NONE, CLASSIC, ACCURATE }

        private final Feedback accepted;
        private final Feedback asked;

        Ecn(Feedback accepted, Feedback asked) {
            this.accepted = accepted;
            this.asked = asked;
        }

        /** Whether a peer that asks for the classic one gets it. */
        boolean accepts() {
            return accepted != Feedback.NONE;
        }

        /** Whether a peer that asks for Accurate ECN gets it. */
        boolean acceptsAccurate() {
            return accepted == Feedback.ACCURATE;
        }

        /** Whether our SYNs ask for the classic one. */
        boolean asks() {
            return asked == Feedback.CLASSIC;
        }

        /** Whether our SYNs ask for Accurate ECN, or else the classic one. */
        boolean asksAccurate() {
            return asked == Feedback.ACCURATE;
        }
    }

    /**
     * The option of Accurate ECN (RFC 9768 §3.2.3).
     *
     * @param option when it is sent (Linux {@code tcp_ecn_option})
     * @param beacon with {@link Option#CHANGES}, so often in a round trip although nothing has changed; 0 for never
     *     (Linux {@code tcp_ecn_option_beacon})
     */
    public record AccEcnRules(Option option, int beacon) {
        /** As Linux. */
        public static final AccEcnRules DEFAULT = new AccEcnRules(Option.ALWAYS, 3);

        /** When the option is sent, once Accurate ECN is agreed. */
        public enum Option {
            /** Never: the three bits of the header have to do. */
            NEVER,
            /** When marks have changed, and now and then. */
            CHANGES,
            /** With each segment that has room. */
            ALWAYS,
            /** As {@link #ALWAYS}, also when segments with it seem to get lost. */
            PERSISTENT
        }

        public AccEcnRules {
            Objects.requireNonNull(option, "option");
            if (beacon < 0) {
                throw new IllegalArgumentException("beacon must not be negative: " + beacon);
            }
        }
    }

    /**
     * The User Timeout option (RFC 5482): each end tells the other how long its data may stay without acknowledgment.
     *
     * @param enabled whether it is sent, and the peer's one changes the user timeout unless the user has set that
     *     ({@code ENABLED}, {@code CHANGEABLE}); off by default
     * @param advertised what is told ({@code ADV_UTO}), in nanoseconds
     * @param lower no shorter one is taken over ({@code L_LIMIT}); RFC 5482 §3.1 wants at least 100 seconds by default
     * @param upper no longer one is taken over ({@code U_LIMIT})
     */
    public record UserTimeoutOption(boolean enabled, long advertised, long lower, long upper) {
        /** Off; 5 minutes, 100 seconds, one hour. */
        public static final UserTimeoutOption OFF =
                new UserTimeoutOption(false, 300 * SECONDS, 100 * SECONDS, 3600 * SECONDS);

        public UserTimeoutOption {
            if (advertised < SECONDS || lower < SECONDS || upper < lower) {
                throw new IllegalArgumentException("need a second for advertised and lower, and upper not below lower, "
                        + "not " + advertised + ", " + lower + ", " + upper);
            }
        }

        /** The same, on or off. */
        public UserTimeoutOption withEnabled(boolean on) {
            return new UserTimeoutOption(on, advertised, lower, upper);
        }
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

    /** What is done about packets that are too big for a part of their way: ip(7), with Linux' numbers. */
    public enum PathDiscovery {
        /** Routers of IPv4 may cut them, and what they say of a smaller MTU is not looked at. */
        DONT(0),
        /** As {@link #DO}, for TCP. */
        WANT(1),
        /** They are not cut, and smaller ones are sent once a router says so (RFC 1191). */
        DO(2),
        /** They are not cut, and what routers say of a smaller MTU is not looked at. */
        PROBE(3);

        private final int number;

        PathDiscovery(int number) {
            this.number = number;
        }

        /** Linux' number. */
        public int number() {
            return number;
        }

        /** Whether ICMP may make segments smaller. */
        boolean believesRouters() {
            return this == WANT || this == DO;
        }
    }

    /**
     * What is mostly said for one socket; 0 leaves each as it is without it.
     *
     * @param maxSegment {@code TCP_MAXSEG}: no larger MSS is announced or used
     * @param synRetries {@code TCP_SYNCNT}: a SYN is sent again so often, unless {@link Retransmission#synGiveUp} ends
     *     the open first
     * @param notSentLowat {@code TCP_NOTSENT_LOWAT}: with so many octets never sent, no more are taken
     * @param windowClamp {@code TCP_WINDOW_CLAMP}: no larger window is offered
     * @param trafficClass {@code IP_TOS}, {@code IPV6_TCLASS}: the octet of the IP header, but for its two lowest bits,
     *     which are those of explicit congestion notification
     * @param hopLimit {@code IP_TTL}, {@code IPV6_UNICAST_HOPS}, up to 255
     * @param noOptions {@code TCP_NOOPT}: SYNs have no options, not even the MSS
     * @param sourceRoute the IPv4 source route of what is sent, also where the peer has come by another one
     * @param pathDiscovery {@code IP_MTU_DISCOVER}: whether packets may be cut on their way
     */
    public record Tuning(
            int maxSegment, int synRetries, int notSentLowat, int windowClamp, int trafficClass, int hopLimit,
            boolean noOptions, SourceRoute sourceRoute, PathDiscovery pathDiscovery) {
        /** Nothing is said. */
        public static final Tuning NONE = new Tuning(0, 0, 0, 0, 0, 0, false, SourceRoute.NONE, PathDiscovery.DO);

        public Tuning {
            Objects.requireNonNull(sourceRoute, "sourceRoute");
            Objects.requireNonNull(pathDiscovery, "pathDiscovery");
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
                    sourceRoute, pathDiscovery);
        }

        /** The same with SYNs sent again so often. */
        public Tuning withSynRetries(int retries) {
            return new Tuning(maxSegment, retries, notSentLowat, windowClamp, trafficClass, hopLimit, noOptions,
                    sourceRoute, pathDiscovery);
        }

        /** The same with another bound of what was never sent. */
        public Tuning withNotSentLowat(int octets) {
            return new Tuning(maxSegment, synRetries, octets, windowClamp, trafficClass, hopLimit, noOptions,
                    sourceRoute, pathDiscovery);
        }

        /** The same with another bound of the window. */
        public Tuning withWindowClamp(int octets) {
            return new Tuning(maxSegment, synRetries, notSentLowat, octets, trafficClass, hopLimit, noOptions,
                    sourceRoute, pathDiscovery);
        }

        /** The same with another traffic class. */
        public Tuning withTrafficClass(int octet) {
            return new Tuning(maxSegment, synRetries, notSentLowat, windowClamp, octet, hopLimit, noOptions,
                    sourceRoute, pathDiscovery);
        }

        /** The same with another hop limit. */
        public Tuning withHopLimit(int hops) {
            return new Tuning(maxSegment, synRetries, notSentLowat, windowClamp, trafficClass, hops, noOptions,
                    sourceRoute, pathDiscovery);
        }

        /** The same with packets that may be cut on their way, or may not. */
        public Tuning withPathDiscovery(PathDiscovery discovery) {
            return new Tuning(maxSegment, synRetries, notSentLowat, windowClamp, trafficClass, hopLimit, noOptions,
                    sourceRoute, discovery);
        }

        /** The same by another source route. */
        public Tuning withSourceRoute(SourceRoute route) {
            return new Tuning(maxSegment, synRetries, notSentLowat, windowClamp, trafficClass, hopLimit, noOptions,
                    route, pathDiscovery);
        }

        /** The same with SYNs without options, or with. */
        public Tuning withNoOptions(boolean without) {
            return new Tuning(maxSegment, synRetries, notSentLowat, windowClamp, trafficClass, hopLimit, without,
                    sourceRoute, pathDiscovery);
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
                PathMtuRules.DEFAULT,
                AccEcnRules.DEFAULT,
                UserTimeoutOption.OFF);
    }

    /** The same with another receive buffer. */
    public TcpConfig withReceiveBuffer(BufferLimits limits) {
        return new TcpConfig(limits, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with another send buffer. */
    public TcpConfig withSendBuffer(BufferLimits limits) {
        return new TcpConfig(receiveBuffer, limits, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with another offer in the SYN. */
    public TcpConfig withOptions(OptionOffer offer) {
        return new TcpConfig(receiveBuffer, sendBuffer, offer, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with another retransmission timer. */
    public TcpConfig withRetransmission(Retransmission timer) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, timer, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with another way to acknowledge. */
    public TcpConfig withAcknowledgment(Acknowledgment policy) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, policy, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with another keep-alive. */
    public TcpConfig withKeepAlive(KeepAlive probing) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, probing, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with Nagle's algorithm off (true) or on. */
    public TcpConfig withNoDelay(boolean off) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, off,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with another limit of FIN-WAIT-2, in nanoseconds. */
    public TcpConfig withFinWait2Timeout(long limit) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, limit, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with another congestion control. */
    public TcpConfig withCongestionControl(CongestionControlSupplier policy) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, policy, ecn, recovery,
                tuning, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with explicit congestion notification so. */
    public TcpConfig withEcn(Ecn use) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, use, recovery,
                tuning, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with losses found so. */
    public TcpConfig withRecovery(Recovery how) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, how,
                tuning, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with this said besides. */
    public TcpConfig withTuning(Tuning said) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                said, traits, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same, looking like another host. */
    public TcpConfig withTraits(HostTraits host) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, host, fastOpen, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with data with the SYN so. */
    public TcpConfig withFastOpen(FastOpenRules rules) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, rules, pathMtu, accEcn, userTimeoutOption);
    }

    /** The same with the size of segments found so. */
    public TcpConfig withPathMtu(PathMtuRules rules) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, rules, accEcn, userTimeoutOption);
    }

    /** The same with the option of Accurate ECN so. */
    public TcpConfig withAccEcn(AccEcnRules rules) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu, rules, userTimeoutOption);
    }

    /** The same with the User Timeout option so. */
    public TcpConfig withUserTimeoutOption(UserTimeoutOption rules) {
        return new TcpConfig(receiveBuffer, sendBuffer, options, retransmission, acknowledgment, keepAlive, noDelay,
                initialWindowSegments, timeWait, finWait2Timeout, congestionControl, ecn, recovery,
                tuning, traits, fastOpen, pathMtu, accEcn, rules);
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
