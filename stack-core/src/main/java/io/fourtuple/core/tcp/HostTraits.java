package io.fourtuple.core.tcp;

import java.util.Objects;

/**
 * What tells one kind of host from another where the RFCs leave it open, and where an older host lacks what a later RFC
 * asks for. Immutable.
 *
 * @param optionOrder how a SYN is laid out
 * @param roundReceiveBuffer whether a receive buffer becomes a multiple of the MSS when a connection is agreed on
 * @param windowIsBuffer whether each segment offers all the receive buffer has room for, and not only what is worth
 *     while; and whether segments are taken that there is room for although an unscaled window field cannot say so
 * @param ackEverySecond whether the second segment is acknowledged at once whatever its size, and not when two
 *     full-sized ones have come (RFC 5681 §4.2)
 * @param finWithAck whether a FIN that nobody has acknowledged comes again with each acknowledgment
 * @param windowRst whether any RST in the window ends a connection, as RFC 793 had it, and not only one with the exact
 *     number (RFC 5961 §3; FreeBSD {@code net.inet.tcp.insecure_rst})
 * @param windowSyn whether a SYN in the window ends a connection with a reset, as RFC 793 had it, and is not answered
 *     with an ACK (RFC 5961 §4; FreeBSD {@code net.inet.tcp.insecure_syn})
 * @param timeWaitKeeps whether no RST ends TIME-WAIT, so that it cannot be assassinated (RFC 1337 §3, F1; Linux
 *     {@code tcp_rfc1337})
 * @param lateReset whether a RST after both FINs is told as a reset, although nothing of the user's was lost
 * @param optionSyns so many SYNs of an open have all options, later ones only the MSS; 0 for all (FreeBSD
 *     {@code net.inet.tcp.rexmit_drop_options})
 * @param ecnSyns so many SYNs of an open ask for ECN, at least 1 (FreeBSD {@code net.inet.tcp.ecn.maxretries} + 1)
 * @param pushSuperFrames whether the last segment of a frame that the NIC cuts into several has PSH, as in Linux, so
 *     that the receiver's NIC does not wait for more
 * @param synFin what becomes of a segment with both SYN and FIN
 * @param silentToSynAck whether a listening socket drops a SYN-ACK, and does not answer it with a reset
 * @param openEnd which ICMP errors end an open that is in progress
 * @param ecnCrossing whether a SYN that crosses ours is agreed with when it asks for ECN and ours did not, which
 *     RFC 3168 §6.1.1 forbids
 * @param keepIdleWindow whether the congestion window stays as it is while it is not used (Linux
 *     {@code tcp_slow_start_after_idle} 0)
 * @param deferDivisor what a frame that the NIC cuts into several waits for is the window by this number, at least 1
 *     (Linux {@code tcp_tso_win_divisor})
 * @param missingTimestamps whether segments without timestamps are taken where timestamps were agreed, which RFC 7323
 *     §3.2 advises against (Linux; FreeBSD {@code net.inet.tcp.tolerate_missing_ts})
 * @param silentGiveUp whether a peer that has not acknowledged data for too long gets no reset, as in Linux
 * @param silentToFutureAck whether an acknowledgment of what was never sent is dropped in silence, as in Linux, and not
 *     answered (RFC 9293 §3.10.7.4)
 * @param frameSegments so many segments at least are in a frame that the NIC cuts, where the rate gives less in a
 *     millisecond, and half a window at most, as in Linux ({@code tcp_min_tso_segs}); 0 for as much as the NIC takes
 * @param emptyProbe whether a closed window is probed without data, as in Linux, and not with an octet (RFC 9293
 *     §3.8.6.1)
 * @param bareReset whether data that nobody will read are answered with a reset as if there were no connection, as in
 *     Linux
 * @param timeoutMargin whether the least retransmission timeout is what comes on top of the round-trip time, as in
 *     Linux, and not a bound of the sum (RFC 6298 §2.4)
 * @param pathMss whether an IPv4 SYN that is sent again offers no more than the path was found to take, as in Linux,
 *     although the MSS option is about what can be received (RFC 1191 §3.1)
 * @param reduceFromWindow whether a loss halves the congestion window, as in Linux, and not what was in flight
 *     (RFC 5681 §3.1, RFC 9438 §4.6): they differ where the application did not use the window
 */
public record HostTraits(
        OptionOrder optionOrder,
        boolean roundReceiveBuffer,
        boolean windowIsBuffer,
        boolean ackEverySecond,
        boolean finWithAck,
        boolean windowRst,
        boolean windowSyn,
        boolean timeWaitKeeps,
        boolean lateReset,
        int optionSyns,
        int ecnSyns,
        boolean pushSuperFrames,
        SynFin synFin,
        boolean silentToSynAck,
        OpenEnd openEnd,
        boolean ecnCrossing,
        boolean keepIdleWindow,
        int deferDivisor,
        boolean missingTimestamps,
        boolean silentGiveUp,
        boolean silentToFutureAck,
        int frameSegments,
        boolean emptyProbe,
        boolean bareReset,
        boolean timeoutMargin,
        boolean pathMss,
        boolean reduceFromWindow) {
    /** What a stack is that says nothing: Linux's layout, and all of RFC 5961. */
    public static final HostTraits DEFAULT =
            new HostTraits(
                    OptionOrder.LINUX, false, false, false, false, false, false, false, false, 0, 1,
                    false, SynFin.NEVER_OPENS, false, OpenEnd.HARD_ERROR, false, false, 3,
                    false, false, false, 0, false, false, false, false, false);

    public HostTraits {
        Objects.requireNonNull(optionOrder, "optionOrder");
        Objects.requireNonNull(synFin, "synFin");
        Objects.requireNonNull(openEnd, "openEnd");
        if (optionSyns < 0 || ecnSyns < 1 || deferDivisor < 1 || frameSegments < 0) {
            throw new IllegalArgumentException(
                    "need optionSyns and frameSegments of at least 0, ecnSyns and deferDivisor of at least 1, not "
                            + optionSyns + ", " + frameSegments + ", " + ecnSyns + ", " + deferDivisor);
        }
    }

    /** How a SYN is laid out. */
    public enum OptionOrder {
        /** MSS, SACK-permitted, timestamps, NOP, window scale; what is not there leaves NOPs. */
        LINUX,
        /** MSS, NOP, window scale, SACK-permitted, timestamps; filled up with zeroes. */
        BSD
    }

    /** What becomes of a segment with both SYN and FIN. */
    public enum SynFin {
        /** It opens nothing, as in Linux. */
        NEVER_OPENS,
        /** It is a SYN like any other, whose FIN has to come again. */
        OPENS,
        /** It is dropped unread, wherever it arrives (FreeBSD {@code net.inet.tcp.drop_synfin}). */
        DROPPED
    }

    /** Which ICMP errors end an open that is in progress; the others are told when it times out. */
    public enum OpenEnd {
        /** None: whoever forges one does no harm (RFC 5927 §5.2; FreeBSD {@code net.inet.tcp.icmp_may_rst} 0). */
        NO_ERROR,
        /** What RFC 1122 §4.2.3.9 has as hard errors. */
        HARD_ERROR,
        /** Those, and a hop limit that was exceeded on the way, as in BSD. */
        HARD_ERROR_OR_EXPIRY,
        /** Any that tells of the packet's end, as in Linux. */
        ANY_ERROR
    }

    /** The same with SYNs of another layout. */
    public HostTraits withOptionOrder(OptionOrder value) {
        return new HostTraits(value, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with receive buffers rounded, or not. */
    public HostTraits withRoundReceiveBuffer(boolean value) {
        return new HostTraits(optionOrder, value, windowIsBuffer, ackEverySecond, finWithAck, windowRst, windowSyn,
                timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck, openEnd,
                ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp, silentToFutureAck,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with as much offered and taken as the buffer holds, or not. */
    public HostTraits withWindowIsBuffer(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, value, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with every second segment acknowledged, or not. */
    public HostTraits withAckEverySecond(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, value, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with a FIN that comes again with each acknowledgment, or not. */
    public HostTraits withFinWithAck(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, value, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with resets taken as RFC 793 has it, or not. */
    public HostTraits withWindowRst(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, value,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with SYNs taken as RFC 793 has it, or not. */
    public HostTraits withWindowSyn(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                value, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with a TIME-WAIT that no reset ends, or not. */
    public HostTraits withTimeWaitKeeps(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, value, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck, openEnd,
                ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp, silentToFutureAck,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with resets after both FINs told, or not. */
    public HostTraits withLateReset(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, value, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with another number of SYNs that have options; 0 for all. */
    public HostTraits withOptionSyns(int value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, value, ecnSyns, pushSuperFrames, synFin, silentToSynAck, openEnd,
                ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp, silentToFutureAck,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with another number of SYNs that ask for ECN. */
    public HostTraits withEcnSyns(int value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, value, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with PSH on frames that the NIC cuts, or not. */
    public HostTraits withPushSuperFrames(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, value, synFin, silentToSynAck, openEnd,
                ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp, silentToFutureAck,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with segments that have SYN and FIN treated so. */
    public HostTraits withSynFin(SynFin value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, value, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with listening sockets that are silent to a SYN-ACK, or not. */
    public HostTraits withSilentToSynAck(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, value, openEnd,
                ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp, silentToFutureAck,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with opens ended by these ICMP errors. */
    public HostTraits withOpenEnd(OpenEnd value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                value, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp, silentToFutureAck,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with the peer asked alone for ECN when SYNs cross, or not. */
    public HostTraits withEcnCrossing(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, value, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp, silentToFutureAck,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with windows kept while they are not used, or not. */
    public HostTraits withKeepIdleWindow(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, value, deferDivisor, missingTimestamps, silentGiveUp, silentToFutureAck,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with frames that wait for another part of the window. */
    public HostTraits withDeferDivisor(int value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, value, missingTimestamps, silentGiveUp, silentToFutureAck,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with segments taken that lack timestamps, or not. */
    public HostTraits withMissingTimestamps(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, value, silentGiveUp, silentToFutureAck,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with peers that do not answer given up in silence, or not. */
    public HostTraits withSilentGiveUp(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, value, silentToFutureAck,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with acknowledgments of the future dropped in silence, or not. */
    public HostTraits withSilentToFutureAck(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp, value,
                frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with frames of at least so many segments; 0 for as much as the NIC takes. */
    public HostTraits withFrameSegments(int value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, value, emptyProbe, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with closed windows probed without data, or not. */
    public HostTraits withEmptyProbe(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, value, bareReset, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with data for nobody answered as if there were no connection, or not. */
    public HostTraits withBareReset(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, value, timeoutMargin, pathMss, reduceFromWindow);
    }

    /** The same with the least timeout on top of the round-trip time, or not. */
    public HostTraits withTimeoutMargin(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, value, pathMss, reduceFromWindow);
    }

    /** The same with SYNs that offer what the path takes when they are sent again, or not. */
    public HostTraits withPathMss(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, timeoutMargin, value, reduceFromWindow);
    }

    /** The same with losses that halve the congestion window, or what was in flight. */
    public HostTraits withReduceFromWindow(boolean value) {
        return new HostTraits(optionOrder, roundReceiveBuffer, windowIsBuffer, ackEverySecond, finWithAck, windowRst,
                windowSyn, timeWaitKeeps, lateReset, optionSyns, ecnSyns, pushSuperFrames, synFin, silentToSynAck,
                openEnd, ecnCrossing, keepIdleWindow, deferDivisor, missingTimestamps, silentGiveUp,
                silentToFutureAck, frameSegments, emptyProbe, bareReset, timeoutMargin, pathMss, value);
    }
}
