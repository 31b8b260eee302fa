package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.Seq;

/** What one acknowledgment says: filled while it is read, then asked by whoever detects loss or measures. */
final class Delivery {
    private Tcb t;
    private long now;
    /** TSecr, when {@link #echoes}. */
    private int echo;
    private boolean echoes;

    /** Octets in the network, selectively acknowledged and unacknowledged before it arrived. */
    int pipeBefore;
    int sackedBefore;
    int flightBefore;
    /** The acknowledgment had a duplicate SACK. */
    boolean duplicateSack;
    /** Octets that arrived and of which we had not heard. */
    int octets;
    /** The same, or what a duplicate acknowledgment stands for when there are no selective ones. */
    int credit;
    /** Octets newly taken for lost, or lost again after they were sent again. */
    int newlyLost;
    boolean lostAgain;

    private boolean original;
    private boolean newest;
    private long newestSentAt;
    private int newestEnd;
    private long newestDelivered;
    private long newestDeliveredAt;
    private long newestFirstSentAt;
    private long newestLost;
    private int newestInFlight;
    private boolean newestAppLimited;

    /** Of the octets that were sent last, without those whose retransmission cannot be meant (RFC 8985 §6.2). */
    private boolean credible;
    private long credibleSentAt;
    private int credibleEnd;

    private int highest;
    private int reorderedFrom;
    private boolean reordered;
    private long rtt;
    private long sampleOctets;
    private long sampleNanos;

    /** A new acknowledgment of a connection. */
    void begin(Tcb connection, boolean hasEcho, int tsEcr, long nowNanos) {
        t = connection;
        now = nowNanos;
        echoes = hasEcho;
        echo = tsEcr;
        pipeBefore = t.pipe();
        sackedBefore = t.scoreboard.sacked();
        flightBefore = t.octetsInFlight();
        duplicateSack = false;
        octets = 0;
        credit = 0;
        newlyLost = 0;
        lostAgain = false;
        original = false;
        newest = false;
        credible = false;
        reordered = false;
        highest = t.rack.forwardMost();
        rtt = 0;
        sampleOctets = 0;
        sampleNanos = 0;
    }

    /** Octets of one run, up to {@code end}, have arrived. */
    void run(Scoreboard board, int run, int end) {
        long sentAt = board.sentAt(run);
        boolean resent = (board.flagsOf(run) & Scoreboard.EVER_RESENT) != 0;
        if (!resent) {
            once(board.startOf(run), end, sentAt);
        }
        highest = Seq.max(highest, end);
        if (!newest || isAfter(sentAt, end, newestSentAt, newestEnd)) {
            newest = true;
            newestSentAt = sentAt;
            newestEnd = end;
            newestDelivered = board.delivered(run);
            newestDeliveredAt = board.deliveredAt(run);
            newestFirstSentAt = board.firstSentAt(run);
            newestLost = board.lostThen(run);
            newestInFlight = board.inFlightThen(run);
            newestAppLimited = (board.flagsOf(run) & Scoreboard.APP_LIMITED) != 0;
        }
        if (resent && isOfTheFirst(sentAt)) {
            return;
        }
        if (!credible || isAfter(sentAt, end, credibleSentAt, credibleEnd)) {
            credible = true;
            credibleSentAt = sentAt;
            credibleEnd = end;
        }
    }

    private void once(int start, int end, long sentAt) {
        long roundTrip = Math.max(1, now - sentAt);
        rtt = rtt == 0 ? roundTrip : Math.min(rtt, roundTrip);
        original |= Seq.le(end, t.recoveryPoint);
        if (Seq.lt(end, t.rack.forwardMost()) && (!reordered || Seq.lt(start, reorderedFrom))) {
            reordered = true;
            reorderedFrom = start;
        }
    }

    /** RFC 8985 §6.2 step 2: it is the first transmission that has arrived, not the one at {@code sentAt}. */
    private boolean isOfTheFirst(long sentAt) {
        if (echoes && Seq.lt(echo, t.timestamp(sentAt))) {
            return true;
        }
        return now - sentAt < t.rtt.minimum();
    }

    /** RACK_sent_after of RFC 8985 §6.2: later, or at the same time and further on. */
    static boolean isAfter(long sentAt, int end, long otherSentAt, int otherEnd) {
        long later = sentAt - otherSentAt;
        return later > 0 || (later == 0 && Seq.gt(end, otherEnd));
    }

    /** Octets that were sent once, before recovery began, have arrived: the original transmission did. */
    boolean hasOriginal() {
        return original;
    }

    boolean hasNewest() {
        return newest;
    }

    long newestSentAt() {
        return newestSentAt;
    }

    long newestDelivered() {
        return newestDelivered;
    }

    long newestDeliveredAt() {
        return newestDeliveredAt;
    }

    long newestFirstSentAt() {
        return newestFirstSentAt;
    }

    long newestLost() {
        return newestLost;
    }

    int newestInFlight() {
        return newestInFlight;
    }

    boolean isNewestAppLimited() {
        return newestAppLimited;
    }

    boolean isCredible() {
        return credible;
    }

    long credibleSentAt() {
        return credibleSentAt;
    }

    int credibleEnd() {
        return credibleEnd;
    }

    /** RACK.fack: the end of what has arrived furthest on. */
    int highest() {
        return highest;
    }

    /** Octets sent once arrived after others that follow them. */
    boolean isReordered() {
        return reordered;
    }

    int reorderedFrom() {
        return reorderedFrom;
    }

    /** The round-trip time of octets that were sent once, the smallest; 0 when there are none. */
    long rtt() {
        return rtt;
    }

    void sample(long delivered, long nanos) {
        sampleOctets = delivered;
        sampleNanos = nanos;
    }

    /** Octets delivered during {@link #sampleNanos}, for the delivery rate; 0 when there is no sample. */
    long sampleOctets() {
        return sampleOctets;
    }

    long sampleNanos() {
        return sampleNanos;
    }

    /** What the congestion control is told of it. */
    void fill(AckSample sample) {
        sample.delivered = octets;
        sample.lost = Math.max(0, newlyLost);
        sample.totalDelivered = t.rate.delivered();
        sample.priorDelivered = newest ? newestDelivered : 0;
        sample.sampleBytes = sampleOctets;
        sample.sampleNanos = sampleNanos;
        sample.appLimited = newestAppLimited;
        sample.sentInFlight = newest ? newestInFlight : 0;
        sample.lostSince = newest ? t.rate.lost() - newestLost : 0;
        sample.rtt = rtt;
        sample.inFlight = t.pipe();
        sample.recovering = t.recovery != Tcb.Recovery.NONE;
    }
}
