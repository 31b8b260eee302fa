package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.Seq;

/**
 * What is known of the octets in flight (RFC 6675 §3, RFC 8985 §5.2): disjoint runs in order of sequence, each with
 * when it was last sent and what has become of it.
 *
 * <pre>
 *   SND.UNA                                                        SND.NXT
 *     | lost, sent again | sacked | lost | sacked |   in flight      |
 *        by sequence: order[] · by time of sending: oldest → newer → … → newest, what is in the network only
 * </pre>
 *
 * <p>A run is as long as what was sent at about one time, be it one segment or many super-segments; it is cut where an
 * acknowledgment or a retransmission cuts it and joined again where nothing tells its parts apart. So there are some
 * hundred of them at most, however much is in flight.
 *
 * <p>Bounded: once {@link #MAX_CUTS} runs are held, a block that would cut another is ignored as far as it cuts, which
 * costs a retransmission and no memory (CVE-2019-11477, CVE-2019-11478); what is sent while {@link #MAX_RUNS} are held
 * has runs joined. Nothing is allocated but when a table grows; places are used again.
 */
final class Scoreboard extends RunTable {
    static final int MAX_CUTS = MAX_RUNS / 2;
    /** RFC 6675 §2. */
    static final int DUP_THRESH = 3;

    /** Octets selectively acknowledged. */
    int sacked() {
        return sacked;
    }

    /** Octets taken for lost, whether they were sent again or not. */
    int lost() {
        return lost;
    }

    /** Octets sent again that are thought to be in the network. */
    int resent() {
        return resent;
    }

    /** Octets taken for lost that were not sent again since. */
    int pending() {
        return lost - lostAndResent;
    }

    /** Octets that are not in the network any more, of all that are in flight; negative when some are there twice. */
    int gone() {
        return sacked + lost - resent;
    }

    int runs() {
        return count;
    }

    long visited() {
        return visited;
    }

    void clear() {
        while (count > 0) {
            release(order[head + count - 1]);
            count--;
        }
        emptied();
    }

    /**
     * Whether selective acknowledgments tell of a loss as three duplicate ones do (RFC 6675 §4, IsLost of SND.UNA):
     * three ranges, or more than two segments' worth.
     */
    boolean hasDupThresh(int mss) {
        return sackedRuns >= DUP_THRESH || sacked > (DUP_THRESH - 1) * (long) mss;
    }

    // --- sending

    /** New octets were sent: they follow what is in flight. Those of about one time, {@code granule}, are one run. */
    void append(int start, int end, long now, long granule, DeliveryRate rate) {
        if (count > 0) {
            int last = order[head + count - 1];
            boolean plain = (flags[last] & ~APP_LIMITED) == 0;
            if (plain && last == newest && ends[last] == start && now - began[last] <= granule) {
                ends[last] = end;
                sentAt[last] = orderedTime(now, false);
                return;
            }
        }
        if (count == 0) {
            settledTo = start;
            sackedTo = start;
        }
        if (count >= MAX_RUNS) {
            join();
        }
        int run = allocate(start, end, now, rate);
        sentAt[run] = orderedTime(now, false);
        insert(count, run);
        linkNewest(run);
    }

    /**
     * A time of sending that says what was sent after what, also within one moment, in which RACK goes by the sequence
     * numbers: what is sent again comes after new octets of that moment by a nanosecond.
     */
    private long orderedTime(long now, boolean again) {
        if (newest == NOWHERE || sentAt[newest] - now < 0) {
            return now;
        }
        return again && (flags[newest] & RESENT) == 0 ? sentAt[newest] + 1 : sentAt[newest];
    }

    /**
     * Octets of {@code [start, end)} were sent again; they are within one run.
     *
     * @param asLost whether because they are taken for lost
     */
    void resend(int start, int end, long now, boolean asLost, DeliveryRate rate) {
        int at = find(start);
        at = cutBefore(at, start, true);
        cutAfter(at, end, true);
        int run = order[head + at];
        unlink(run);
        int mark = (flags[run] & ~APP_LIMITED) | EVER_RESENT | (asLost ? RESENT : 0);
        setFlags(run, rate.isAppLimited() ? mark | APP_LIMITED : mark);
        sentAt[run] = orderedTime(now, true);
        began[run] = now;
        snapshot(run, rate);
        linkNewest(run);
        joinWithPrevious(at);
    }

    // --- what acknowledgments say

    /** Everything before {@code una} has arrived. */
    void advance(int una, Delivery delivery) {
        while (count > 0 && Seq.le(ends[order[head]], una)) {
            visited++;
            int run = order[head];
            tell(run, delivery);
            release(run);
            head++;
            count--;
            pendingFrom = Math.max(0, pendingFrom - 1);
        }
        settledTo = Seq.max(settledTo, una);
        sackedTo = Seq.max(sackedTo, una);
        if (count == 0) {
            emptied();
        } else if (Seq.lt(starts[order[head]], una)) {
            int run = order[head];
            tellPart(run, una, delivery);
            account(run, -1);
            starts[run] = una;
            account(run, 1);
        }
    }

    /** A block of a selective acknowledgment that is within what is in flight; returns how many octets are new. */
    int sack(int start, int end, Delivery delivery) {
        int at = find(start);
        int before = sacked;
        while (at < count && Seq.lt(starts[order[head + at]], end)) {
            visited++;
            int run = order[head + at];
            if ((flags[run] & SACKED) == 0 && (Seq.lt(starts[run], start) || Seq.gt(ends[run], end))) {
                if (count > MAX_CUTS - 2) { // too many pieces: only what is whole
                    at++;
                    continue;
                }
                at = cutBefore(at, start, false);
                cutAfter(at, end, false);
                run = order[head + at];
            }
            if ((flags[run] & SACKED) == 0 && Seq.ge(starts[run], start)) {
                tell(run, delivery);
                unlink(run);
                sackedTo = Seq.max(sackedTo, ends[run]);
                setFlags(run, (flags[run] & (EVER_RESENT | APP_LIMITED)) | SACKED);
                at = joinSacked(at);
            }
            at++;
        }
        return sacked - before;
    }

    private void tell(int run, Delivery delivery) {
        if ((flags[run] & SACKED) == 0) {
            tellPart(run, ends[run], delivery);
        }
    }

    private void tellPart(int run, int end, Delivery delivery) {
        if ((flags[run] & SACKED) == 0) {
            delivery.run(this, run, end);
        }
    }

    /** True when what is next to be acknowledged was selectively acknowledged: the peer has taken it back. */
    boolean isReneged() {
        return count > 0 && (flags[order[head]] & SACKED) != 0;
    }

    /** The peer takes back what it has selectively acknowledged (RFC 2018 §8). */
    void forgetSacked(long now) {
        unsettle();
        for (int i = 0; i < count; i++) {
            int run = order[head + i];
            if ((flags[run] & SACKED) != 0) {
                setFlags(run, flags[run] & ~SACKED);
                sentAt[run] = orderedTime(now, false);
                linkNewest(run);
            }
        }
        markAllLost();
    }

    // --- taking for lost

    /** Everything that was not selectively acknowledged; returns how many octets were not before. */
    int markAllLost() {
        int before = pending();
        for (int i = 0; i < count; i++) {
            int run = order[head + i];
            if ((flags[run] & SACKED) == 0) {
                markLost(run);
            }
        }
        pendingFrom = 0;
        return pending() - before;
    }

    /**
     * Octets before {@code end} that were not selectively acknowledged; returns how many were not pending before.
     *
     * @param again also those that were sent again since they were taken for lost
     */
    int markLostBefore(int end, boolean again) {
        int before = pending();
        int keep = again ? SACKED : SACKED | LOST;
        for (int i = again ? 0 : find(settledTo); i < count && Seq.lt(starts[order[head + i]], end); i++) {
            visited++;
            if ((flags[order[head + i]] & keep) == 0) {
                cutAfter(i, end, true);
                markLost(order[head + i]);
                pendingFrom = Math.min(pendingFrom, i);
            }
        }
        settledTo = Seq.max(settledTo, end);
        return pending() - before;
    }

    /** When the first octets in flight were sent, the last time; there are some. */
    long headSentAt() {
        return sentAt[order[head]];
    }

    /** The run that was sent longest ago and may be in the network; its time is {@link #oldestSentAt}. */
    boolean hasOldest() {
        return oldest != NOWHERE;
    }

    long oldestSentAt() {
        return sentAt[oldest];
    }

    int oldestEnd() {
        return ends[oldest];
    }

    /** Takes the {@link #hasOldest oldest} run for lost; returns true when it had been sent again. */
    boolean markOldestLost() {
        visited++;
        int run = oldest;
        boolean wasResent = (flags[run] & RESENT) != 0;
        pendingFrom = Math.min(pendingFrom, find(starts[run]));
        markLost(run);
        return wasResent;
    }

    private void markLost(int run) {
        if ((flags[run] & LOST) == 0 || (flags[run] & RESENT) != 0) {
            unlink(run);
            setFlags(run, (flags[run] & ~RESENT) | LOST);
        }
    }

    /** What was selectively acknowledged or lost may not be any more. */
    private void unsettle() {
        if (count > 0) {
            settledTo = starts[order[head]];
        }
    }

    /** Nothing was lost after all: what was thought to be is in the network, as if it had been sent now. */
    void forgetLost(long now) {
        unsettle();
        for (int i = 0; i < count && lost > 0; i++) {
            visited++;
            int run = order[head + i];
            if ((flags[run] & (LOST | RESENT)) != 0) {
                unlink(run);
                setFlags(run, (flags[run] & ~(LOST | RESENT)) | EVER_RESENT);
                sentAt[run] = orderedTime(now, false);
                linkNewest(run);
            }
        }
        pendingFrom = 0;
    }

    /**
     * IsLost of RFC 6675 §4 for all octets at once: every octet before the result that is not selectively acknowledged
     * is lost, because three ranges or more than two segments' worth above it have arrived. {@code una} when none is.
     */
    int lostEdge(int una, int mss) {
        int ranges = 0;
        long above = 0;
        for (int i = lastSacked(); i >= 0 && sacked > above; i--) {
            visited++;
            int run = order[head + i];
            if ((flags[run] & SACKED) != 0) {
                ranges++;
                above += Seq.distance(starts[run], ends[run]);
                if (ranges >= DUP_THRESH || above > (long) (DUP_THRESH - 1) * mss) {
                    return starts[run];
                }
            }
        }
        return una;
    }

    /** No run after this position is selectively acknowledged. */
    private int lastSacked() {
        return Math.min(find(Seq.add(sackedTo, -1)), count - 1);
    }

    // --- what to send again

    /** Where the first octets are that are lost and were not sent again; only when there are {@link #pending}. */
    int pendingStart() {
        while ((flags[order[head + pendingFrom]] & (LOST | RESENT)) != LOST) {
            visited++;
            pendingFrom++;
        }
        return starts[order[head + pendingFrom]];
    }

    /** Where the octets end that begin at {@link #pendingStart}, as far as they are to be sent again. */
    int pendingEnd() {
        int at = pendingFrom;
        int end = ends[order[head + at]];
        while (at + 1 < count && (flags[order[head + at + 1]] & (LOST | RESENT)) == LOST) {
            visited++;
            at++;
            end = ends[order[head + at]];
            if (Seq.distance(starts[order[head + pendingFrom]], end) > LONGEST) {
                break;
            }
        }
        return end;
    }

    /** No segment is longer. */
    private static final int LONGEST = 65_536;

    /** Lost octets that begin at {@link #pendingStart} are sent again up to {@code end}. */
    void resendPending(int end, long now, DeliveryRate rate) {
        int from = pendingStart();
        while (Seq.lt(from, end)) {
            int at = find(from);
            int to = Seq.min(end, ends[order[head + at]]);
            resend(from, to, now, true, rate);
            from = to;
        }
    }

    /** NextSeg rule (3) of RFC 6675 §4: the first octets below a selectively acknowledged one that may be lost. */
    int nextUnproven(int from) {
        boolean above = false;
        int result = from;
        boolean found = false;
        for (int i = find(Seq.max(from, settledTo)); i < count && !above; i++) {
            visited++;
            int run = order[head + i];
            if (Seq.ge(starts[run], sackedTo)) {
                break;
            }
            if ((flags[run] & SACKED) != 0) {
                above = found;
            } else if (!found && (flags[run] & (LOST | EVER_RESENT)) == 0) {
                result = starts[run];
                found = true;
            }
        }
        return above ? result : from;
    }

    /** Whether something after {@code seq} was selectively acknowledged. */
    boolean isBelowSacked(int seq) {
        for (int i = lastSacked(); i >= 0 && Seq.gt(starts[order[head + i]], seq); i--) {
            visited++;
            if ((flags[order[head + i]] & SACKED) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether octets from {@code seq} were sent once, and are neither acknowledged nor taken for lost. */
    boolean isPlain(int seq) {
        return count > 0 && (flags[order[head + find(seq)]] & (SACKED | LOST | EVER_RESENT)) == 0;
    }

    /** Where the run ends that holds {@code seq}. */
    int endOf(int seq) {
        return ends[order[head + find(seq)]];
    }

    /** Where the last octets begin that were not selectively acknowledged, at most {@code octets} of one run. */
    int lastMissing(int octets) {
        int at = count - 1;
        while (at > 0 && (flags[order[head + at]] & SACKED) != 0) {
            at--;
        }
        int run = order[head + at];
        return Seq.max(starts[run], Seq.add(ends[run], -octets));
    }

    /** Joins a run that was just selectively acknowledged with its neighbours; returns where it is now. */
    private int joinSacked(int at) {
        int position = at;
        if (position + 1 < count && (flags[order[head + position + 1]] & SACKED) != 0) {
            absorbNext(position);
        }
        if (position > 0 && (flags[order[head + position - 1]] & SACKED) != 0) {
            position--;
            absorbNext(position);
        }
        return position;
    }

    /** What was sent again at one time is one run. */
    private void joinWithPrevious(int at) {
        if (at == 0) {
            return;
        }
        int left = order[head + at - 1];
        int right = order[head + at];
        if (flags[left] == flags[right] && sentAt[left] == sentAt[right] && newer[left] == right) {
            absorbNext(at - 1);
        }
    }

    /** Joins neighbours of the same kind, two by two, under the later of their times: they are found lost no sooner. */
    private void join() {
        for (int i = 0; i + 1 < count; i++) {
            int left = order[head + i];
            int right = order[head + i + 1];
            if ((flags[left] & ~APP_LIMITED) == (flags[right] & ~APP_LIMITED)) {
                boolean relink = isLinked(left) && sentAt[right] - sentAt[left] > 0;
                if (relink) { // takes the place of the right one in the order of time
                    unlink(left);
                    linkAfter(right, left);
                    sentAt[left] = sentAt[right];
                }
                absorbNext(i);
            }
        }
        pendingFrom = 0;
    }
}
