package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.Seq;
import java.util.Arrays;

/**
 * What the peer has selectively acknowledged above SND.UNA (RFC 6675 §3): disjoint ranges in order.
 *
 * <p>Bounded: once {@link #MAX_RANGES} ranges are held, a block that would make another is ignored, which costs a
 * retransmission and no memory (CVE-2019-11477, CVE-2019-11478).
 */
final class Scoreboard {
    static final int MAX_RANGES = 1024;
    /** RFC 6675 §2. */
    static final int DUP_THRESH = 3;

    private int[] starts = new int[8];
    private int[] ends = new int[8];
    private int count;
    private int octets;

    /** Octets selectively acknowledged. */
    int octets() {
        return octets;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void clear() {
        count = 0;
        octets = 0;
    }

    /** Enters a block; returns how many of its octets are new. */
    int add(int start, int end) {
        int first = firstEndingAtOrAfter(start);
        int last = first;
        int newStart = start;
        int newEnd = end;
        int held = 0;
        while (last < count && Seq.le(starts[last], end)) {
            newStart = Seq.min(newStart, starts[last]);
            newEnd = Seq.max(newEnd, ends[last]);
            held += Seq.distance(starts[last], ends[last]);
            last++;
        }
        if (first == last && count == MAX_RANGES) {
            return 0;
        }
        replace(first, last, newStart, newEnd);
        int added = Seq.distance(newStart, newEnd) - held;
        octets += added;
        return added;
    }

    private void replace(int first, int last, int start, int end) {
        if (first == last && count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
        }
        int tail = count - last;
        System.arraycopy(starts, last, starts, first + 1, tail);
        System.arraycopy(ends, last, ends, first + 1, tail);
        starts[first] = start;
        ends[first] = end;
        count += 1 - (last - first);
    }

    private int firstEndingAtOrAfter(int seq) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Seq.lt(ends[middle], seq)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Forgets what is below the new SND.UNA. */
    void advance(int una) {
        int gone = 0;
        while (gone < count && Seq.le(ends[gone], una)) {
            octets -= Seq.distance(starts[gone], ends[gone]);
            gone++;
        }
        if (gone > 0) {
            count -= gone;
            System.arraycopy(starts, gone, starts, 0, count);
            System.arraycopy(ends, gone, ends, 0, count);
        }
        if (count > 0 && Seq.lt(starts[0], una)) {
            octets -= Seq.distance(starts[0], una);
            starts[0] = una;
        }
    }

    /**
     * IsLost of RFC 6675 §4 for all octets at once: every octet before the result that is not selectively acknowledged
     * is lost, because three ranges or more than two segments' worth above it have arrived. {@code una} when none is.
     */
    int lostEdge(int una, int mss) {
        int ranges = 0;
        long above = 0;
        for (int i = count - 1; i >= 0; i--) {
            ranges++;
            above += Seq.distance(starts[i], ends[i]);
            if (ranges >= DUP_THRESH || above > (long) (DUP_THRESH - 1) * mss) {
                return starts[i];
            }
        }
        return una;
    }

    /** Octets of {@code [from, to)} that are not selectively acknowledged. */
    int missing(int from, int to) {
        if (Seq.ge(from, to)) {
            return 0;
        }
        int missing = Seq.distance(from, to);
        for (int i = firstEndingAtOrAfter(from); i < count && Seq.lt(starts[i], to); i++) {
            int overlap = Seq.distance(Seq.max(starts[i], from), Seq.min(ends[i], to));
            missing -= Math.max(0, overlap);
        }
        return missing;
    }

    /** The first octet at or after {@code from} that is not selectively acknowledged. */
    int nextMissing(int from) {
        int i = firstEndingAtOrAfter(Seq.add(from, 1));
        return i < count && Seq.le(starts[i], from) ? ends[i] : from;
    }

    /** Where the run of missing octets that begins at {@code from} ends, at most {@code limit}. */
    int missingEnd(int from, int limit) {
        int i = firstEndingAtOrAfter(Seq.add(from, 1));
        return i < count ? Seq.min(starts[i], limit) : limit;
    }
}
