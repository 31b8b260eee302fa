package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.Seq;
import java.util.Arrays;

/**
 * The runs of a {@link Scoreboard}: where each is kept, their two orders, and sums over them. What a run means and when
 * it changes is the scoreboard's.
 *
 * <p>A run has a place in the arrays that does not change while it lives; a free place is used again. Cutting and
 * joining keep the sums, the order of sequence and the order of sending.
 */
abstract class RunTable {
    /** Selectively acknowledged. */
    static final int SACKED = 1;
    /** Taken for lost. */
    static final int LOST = 2;
    /** Sent again since it was taken for lost. */
    static final int RESENT = 4;
    /** Sent again ever: no round-trip time can be taken of it. */
    static final int EVER_RESENT = 8;
    /** Sent when the application, not the network, was what limited us. */
    static final int APP_LIMITED = 16;

    static final int NOWHERE = -1;
    /** No more runs than these are there at any time, but for the few that retransmissions cut meanwhile. */
    static final int MAX_RUNS = 2048;

    /** Tables that have grown beyond this are not kept when they are empty. */
    private static final int KEPT_CAPACITY = 64;
    private static final int[] NO_INTS = {};
    private static final long[] NO_LONGS = {};

    // --- one place per run; a free place is linked through `newer`
    int[] starts = NO_INTS;
    int[] ends = NO_INTS;
    int[] flags = NO_INTS;
    int[] older = NO_INTS;
    int[] newer = NO_INTS;
    long[] sentAt = NO_LONGS;
    /** When the first octets of a run were sent that was joined to. */
    long[] began = NO_LONGS;
    long[] delivered = NO_LONGS;
    long[] deliveredAt = NO_LONGS;
    long[] firstSentAt = NO_LONGS;
    long[] lostThen = NO_LONGS;
    int[] inFlightThen = NO_INTS;
    int free = NOWHERE;

    /** Places in order of sequence: {@code order[head]} to {@code order[head + count - 1]}. */
    int[] order = NO_INTS;
    int head;
    int count;

    int oldest = NOWHERE;
    int newest = NOWHERE;

    int sacked;
    int sackedRuns;
    int lost;
    int resent;
    int lostAndResent;
    /** No run before this position in the order is lost and not sent again, unless it was marked since. */
    int pendingFrom;
    /** Sequence number: all before it is selectively acknowledged or lost. */
    int settledTo;
    /** Sequence number: nothing at or after it is selectively acknowledged. */
    int sackedTo;
    /** Runs looked at, for tests that count work instead of time. */
    long visited;

    // --- of one run, while a delivery is told of it

    int startOf(int run) {
        return starts[run];
    }

    int flagsOf(int run) {
        return flags[run];
    }

    long sentAt(int run) {
        return sentAt[run];
    }

    /** {@link DeliveryRate} when it was sent. */
    long delivered(int run) {
        return delivered[run];
    }

    long deliveredAt(int run) {
        return deliveredAt[run];
    }

    long firstSentAt(int run) {
        return firstSentAt[run];
    }

    long lostThen(int run) {
        return lostThen[run];
    }

    int inFlightThen(int run) {
        return inFlightThen[run];
    }

    // --- places

    int allocate(int start, int end, long now, DeliveryRate rate) {
        if (free == NOWHERE) {
            grow();
        }
        int run = free;
        free = newer[run];
        starts[run] = start;
        ends[run] = end;
        flags[run] = rate.isAppLimited() ? APP_LIMITED : 0;
        sentAt[run] = now;
        began[run] = now;
        snapshot(run, rate);
        older[run] = NOWHERE;
        newer[run] = NOWHERE;
        return run;
    }

    void snapshot(int run, DeliveryRate rate) {
        delivered[run] = rate.delivered();
        deliveredAt[run] = rate.deliveredAt();
        firstSentAt[run] = rate.firstSentAt();
        lostThen[run] = rate.lost();
        inFlightThen[run] = rate.inFlightThen();
    }

    void grow() {
        int was = starts.length;
        int size = Math.max(4, was * 2);
        starts = Arrays.copyOf(starts, size);
        ends = Arrays.copyOf(ends, size);
        flags = Arrays.copyOf(flags, size);
        older = Arrays.copyOf(older, size);
        newer = Arrays.copyOf(newer, size);
        sentAt = Arrays.copyOf(sentAt, size);
        began = Arrays.copyOf(began, size);
        delivered = Arrays.copyOf(delivered, size);
        deliveredAt = Arrays.copyOf(deliveredAt, size);
        firstSentAt = Arrays.copyOf(firstSentAt, size);
        lostThen = Arrays.copyOf(lostThen, size);
        inFlightThen = Arrays.copyOf(inFlightThen, size);
        for (int run = size - 1; run >= was; run--) {
            newer[run] = free;
            free = run;
        }
    }

    /** Nothing is in flight: a table that was needed once is not kept for ever. */
    void emptied() {
        head = 0;
        pendingFrom = 0;
        if (starts.length > KEPT_CAPACITY) {
            starts = NO_INTS;
            ends = NO_INTS;
            flags = NO_INTS;
            older = NO_INTS;
            newer = NO_INTS;
            sentAt = NO_LONGS;
            began = NO_LONGS;
            delivered = NO_LONGS;
            deliveredAt = NO_LONGS;
            firstSentAt = NO_LONGS;
            lostThen = NO_LONGS;
            inFlightThen = NO_INTS;
            order = NO_INTS;
            free = NOWHERE;
        }
    }

    void release(int run) {
        account(run, -1);
        if (isLinked(run)) {
            unlink(run);
        }
        newer[run] = free;
        free = run;
    }

    void setFlags(int run, int to) {
        account(run, -1);
        flags[run] = to;
        account(run, 1);
    }

    void account(int run, int sign) {
        int octets = sign * Seq.distance(starts[run], ends[run]);
        int f = flags[run];
        if ((f & SACKED) != 0) {
            sacked += octets;
            sackedRuns += sign;
        }
        if ((f & LOST) != 0) {
            lost += octets;
        }
        if ((f & RESENT) != 0) {
            resent += octets;
            lostAndResent += (f & LOST) != 0 ? octets : 0;
        }
    }

    /** The position of the run that holds {@code seq}, or the next one. */
    int find(int seq) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Seq.le(ends[order[head + middle]], seq)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    void insert(int at, int run) {
        if (head + count == order.length) {
            if (head > order.length / 2) {
                System.arraycopy(order, head, order, 0, count);
            } else {
                int[] larger = new int[Math.max(4, order.length * 2)];
                System.arraycopy(order, head, larger, 0, count);
                order = larger;
            }
            head = 0;
        }
        System.arraycopy(order, head + at, order, head + at + 1, count - at);
        order[head + at] = run;
        count++;
        if (at < pendingFrom) {
            pendingFrom++;
        }
    }

    void remove(int at) {
        release(order[head + at]);
        count--;
        System.arraycopy(order, head + at + 1, order, head + at, count - at);
        if (at < pendingFrom) {
            pendingFrom--;
        }
    }

    /** Cuts a run so that one begins at {@code seq}; returns its position. */
    int cutBefore(int at, int seq, boolean must) {
        int run = order[head + at];
        if (Seq.ge(starts[run], seq) || (!must && count >= MAX_RUNS)) {
            return at;
        }
        cut(at, seq);
        return at + 1;
    }

    void cutAfter(int at, int seq, boolean must) {
        int run = order[head + at];
        if (Seq.gt(ends[run], seq) && (must || count < MAX_RUNS)) {
            cut(at, seq);
        }
    }

    void cut(int at, int seq) {
        int run = order[head + at];
        if (free == NOWHERE) {
            grow();
        }
        int right = free;
        free = newer[right];
        account(run, -1);
        starts[right] = seq;
        ends[right] = ends[run];
        ends[run] = seq;
        flags[right] = flags[run];
        sentAt[right] = sentAt[run];
        began[right] = began[run];
        delivered[right] = delivered[run];
        deliveredAt[right] = deliveredAt[run];
        firstSentAt[right] = firstSentAt[run];
        lostThen[right] = lostThen[run];
        inFlightThen[right] = inFlightThen[run];
        account(run, 1);
        account(right, 1);
        older[right] = NOWHERE;
        newer[right] = NOWHERE;
        if (isLinked(run)) {
            linkAfter(run, right);
        }
        insert(at + 1, right);
    }

    void absorbNext(int at) {
        int left = order[head + at];
        int right = order[head + at + 1];
        int end = ends[right];
        int both = flags[left] | (flags[right] & EVER_RESENT);
        remove(at + 1);
        account(left, -1);
        ends[left] = end;
        flags[left] = both;
        account(left, 1);
    }

    // --- the order of sending

    boolean isLinked(int run) {
        return older[run] != NOWHERE || oldest == run;
    }

    void linkNewest(int run) {
        older[run] = newest;
        newer[run] = NOWHERE;
        if (newest == NOWHERE) {
            oldest = run;
        } else {
            newer[newest] = run;
        }
        newest = run;
    }

    void linkAfter(int place, int run) {
        int next = newer[place];
        older[run] = place;
        newer[run] = next;
        newer[place] = run;
        if (next == NOWHERE) {
            newest = run;
        } else {
            older[next] = run;
        }
    }

    void unlink(int run) {
        if (!isLinked(run)) {
            return;
        }
        if (older[run] == NOWHERE) {
            oldest = newer[run];
        } else {
            newer[older[run]] = newer[run];
        }
        if (newer[run] == NOWHERE) {
            newest = older[run];
        } else {
            older[newer[run]] = older[run];
        }
        older[run] = NOWHERE;
        newer[run] = NOWHERE;
    }

    // --- for tests and assertions

    /** What is known of the octet at {@code seq}, as flags. */
    int flagsAt(int seq) {
        return flags[order[head + find(seq)]];
    }

    /** Throws unless the runs are in order, without gap from {@code una} to {@code nxt}, and counted right. */
    void check(int una, int nxt) {
        int at = una;
        int[] sums = new int[5];
        int linked = 0;
        for (int i = 0; i < count; i++) {
            int run = order[head + i];
            int octets = Seq.distance(starts[run], ends[run]);
            if (starts[run] != at || octets <= 0) {
                throw new IllegalStateException("run " + i + " begins at " + Seq.toString(starts[run]));
            }
            at = ends[run];
            int f = flags[run];
            sums[0] += (f & SACKED) != 0 ? octets : 0;
            sums[1] += (f & LOST) != 0 ? octets : 0;
            sums[2] += (f & RESENT) != 0 ? octets : 0;
            sums[3] += (f & (LOST | RESENT)) == LOST ? octets : 0;
            sums[4] += (f & SACKED) != 0 ? 1 : 0;
            if (((f & (SACKED | LOST)) == 0 && Seq.lt(starts[run], settledTo))
                    || ((f & SACKED) != 0 && Seq.gt(ends[run], sackedTo))) {
                throw new IllegalStateException("run " + i + " with flags " + f + " is not where it is looked for");
            }
            boolean inNetwork = (f & SACKED) == 0 && ((f & LOST) == 0 || (f & RESENT) != 0);
            if (inNetwork != isLinked(run) || ((f & SACKED) != 0 && (f & (LOST | RESENT)) != 0)
                    || (i < pendingFrom && (f & (LOST | RESENT)) == LOST)) {
                throw new IllegalStateException("run " + i + " with flags " + f + " is in the wrong place");
            }
            linked += inNetwork ? 1 : 0;
        }
        boolean whole = at == nxt || count == 0;
        if (!whole || sums[0] != sacked || sums[1] != lost || sums[2] != resent || sums[3] != lost - lostAndResent
                || sums[4] != sackedRuns) {
            throw new IllegalStateException("runs do not add up: " + Arrays.toString(sums));
        }
        int walked = 0;
        for (int run = oldest; run != NOWHERE; run = newer[run]) {
            walked++;
            if (newer[run] != NOWHERE && sentAt[newer[run]] - sentAt[run] < 0) {
                throw new IllegalStateException("not in order of sending");
            }
        }
        if (walked != linked) {
            throw new IllegalStateException(walked + " runs in order of sending, " + linked + " in the network");
        }
    }
}
