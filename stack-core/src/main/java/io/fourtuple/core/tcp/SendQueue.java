package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.PayloadSource;
import io.fourtuple.core.wire.Seq;
import java.nio.ByteBuffer;

/**
 * The octets the user has sent and the peer has not acknowledged, in order. A ring of the user's own buffers, which are
 * not copied; only runs of small ones are gathered, so that a thousand one-octet sends do not cost a thousand objects.
 * Memory is charged by whole chunks ({@link #charge}): one is pinned until its last octet is acknowledged.
 *
 * <pre>
 *   firstSeq              SND.NXT                 endSeq
 *      | sent, not acknowledged | never sent         |
 *   [ chunk 0 ][ chunk 1 ][ chunk 2 ]  …  [ chunk n-1 ]
 *             ends[0]    ends[1]                 ends[n-1]   octets since the connection began
 * </pre>
 */
final class SendQueue implements PayloadSource {
    private static final int INITIAL_CHUNKS = 4;
    /** A ring that has grown beyond this is not kept when it is empty. */
    private static final int KEPT_CHUNKS = 64;
    /** A send of fewer octets than this is gathered with its neighbours. */
    private static final int SMALL = 512;
    private static final int GATHER = 4096;
    /** What a chunk costs besides its octets: the objects and their place in the ring. */
    private static final int OVERHEAD = 128;
    /** By how much the charge rises at most beyond the octets of one {@link #append}. */
    static final int MAX_OVERHEAD = GATHER + OVERHEAD;

    private ByteBuffer[] chunks = new ByteBuffer[INITIAL_CHUNKS];
    private long[] ends = new long[INITIAL_CHUNKS];
    private int head;
    private int count;
    /** Which chunks end a record, by their place in the ring, and how many do. */
    private boolean[] recordEnds = new boolean[INITIAL_CHUNKS];
    private int records;
    private long begin;
    private long end;
    private long charge;
    private int firstSeq;
    /** The last chunk when it is one of ours that has room left; its limit grows. */
    private ByteBuffer gathering;

    SendQueue(int firstSeq) {
        this.firstSeq = firstSeq;
    }

    /** Octets held. */
    int length() {
        return (int) (end - begin);
    }

    /** Octets of memory pinned. */
    long charge() {
        return charge;
    }

    /** By how much the charge rises when {@code octets} are appended. */
    int cost(int octets) {
        if (octets >= SMALL || count == 0) {
            return octets + OVERHEAD;
        }
        return fitsGathering(octets) ? 0 : MAX_OVERHEAD;
    }

    private boolean fitsGathering(int octets) {
        return gathering != null && gathering.capacity() - gathering.limit() >= octets;
    }

    /** Octets that were ever appended. */
    long appended() {
        return end;
    }

    /** Octets that were ever {@linkplain #discard discarded}. */
    long discarded() {
        return begin;
    }

    /** Sequence number of the first octet held. */
    int firstSeq() {
        return firstSeq;
    }

    /** Sequence number after the last octet held. */
    int endSeq() {
        return Seq.add(firstSeq, length());
    }

    /** Appends what remains in {@code data}, whose octets must never change again. */
    void append(ByteBuffer data) {
        int length = data.remaining();
        if (length == 0) {
            return;
        }
        end += length;
        if (length < SMALL && count > 0) {
            gather(data);
            return;
        }
        gathering = null;
        push(data);
    }

    /** What was appended last ends a record: no segment holds octets on both sides of its end. */
    void endRecord() {
        if (count == 0) {
            return;
        }
        int last = index(count - 1);
        if (gathering != null && gathering.capacity() > 2 * gathering.limit()) { // nothing follows in this chunk
            ByteBuffer whole = ByteBuffer.allocate(gathering.limit()).put(0, gathering, 0, gathering.limit());
            charge -= gathering.capacity() - whole.capacity();
            chunks[last] = whole;
        }
        gathering = null;
        records += recordEnds[last] ? 0 : 1;
        recordEnds[last] = true;
    }

    /** Octets from {@code seq} to the end of its record, at most {@code max}. */
    int recordLength(int seq, int max) {
        long from = begin + Seq.distance(firstSeq, seq);
        if (records == 0 || from >= end) {
            return max;
        }
        for (int position = find(from); position < count; position++) {
            int index = index(position);
            long length = ends[index] - from;
            if (length >= max) {
                return max;
            }
            if (recordEnds[index]) {
                return (int) length;
            }
        }
        return max;
    }

    /** Whether the octet before {@code seq} is the last one of a record. */
    boolean endsRecord(int seq) {
        if (records == 0 || Seq.le(seq, firstSeq)) {
            return false;
        }
        long at = begin + Seq.distance(firstSeq, seq);
        int index = index(find(at - 1));
        return recordEnds[index] && ends[index] == at;
    }

    private void gather(ByteBuffer data) {
        int length = data.remaining();
        if (!fitsGathering(length)) {
            gathering = ByteBuffer.allocate(GATHER).limit(0);
            push(gathering);
        }
        int at = gathering.limit();
        gathering.limit(at + length);
        gathering.put(at, data, data.position(), length);
        ends[index(count - 1)] = end;
    }

    private void push(ByteBuffer chunk) {
        if (count == chunks.length) {
            grow();
        }
        int index = index(count);
        chunks[index] = chunk;
        ends[index] = end;
        count++;
        charge += chunk.capacity() + OVERHEAD;
    }

    private void grow() {
        ByteBuffer[] moreChunks = new ByteBuffer[count * 2];
        long[] moreEnds = new long[count * 2];
        boolean[] moreRecordEnds = new boolean[count * 2];
        for (int i = 0; i < count; i++) {
            moreChunks[i] = chunks[index(i)];
            moreEnds[i] = ends[index(i)];
            moreRecordEnds[i] = recordEnds[index(i)];
        }
        chunks = moreChunks;
        ends = moreEnds;
        recordEnds = moreRecordEnds;
        head = 0;
    }

    private int index(int position) {
        return head + position & chunks.length - 1;
    }

    /** Forgets the first {@code octets}: an acknowledgment of {@code firstSeq + octets} calls this. */
    @SuppressWarnings("ReferenceEquality") // the very buffer, not one with the same content
    void discard(int octets) {
        begin += octets;
        firstSeq = Seq.add(firstSeq, octets);
        while (count > 0 && ends[head] <= begin) {
            if (chunks[head] == gathering) {
                gathering = null;
            }
            charge -= chunks[head].capacity() + OVERHEAD;
            chunks[head] = null;
            records -= recordEnds[head] ? 1 : 0;
            recordEnds[head] = false;
            head = head + 1 & chunks.length - 1;
            count--;
        }
        if (count == 0 && chunks.length > KEPT_CHUNKS) {
            chunks = new ByteBuffer[INITIAL_CHUNKS];
            ends = new long[INITIAL_CHUNKS];
            recordEnds = new boolean[INITIAL_CHUNKS];
            head = 0;
        }
    }

    /** Forgets everything. */
    void clear() {
        discard(length());
    }

    @Override
    public void copyTo(int seq, int length, ByteBuffer target) {
        long from = begin + Seq.distance(firstSeq, seq);
        if (from < begin || from + length > end) {
            throw new IllegalArgumentException("octets " + Seq.toString(seq) + "+" + length + " are not in the queue");
        }
        int position = find(from);
        int remaining = length;
        while (remaining > 0) {
            int index = index(position);
            ByteBuffer chunk = chunks[index];
            int backward = (int) (ends[index] - from); // octets from here to the end of the chunk
            int n = Math.min(backward, remaining);
            target.put(target.position(), chunk, chunk.limit() - backward, n);
            target.position(target.position() + n);
            from += n;
            remaining -= n;
            position++;
        }
    }

    /** The {@link #charge} again, from what is held: always the same. */
    long recount() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += chunks[index(i)].capacity() + OVERHEAD;
        }
        return sum;
    }

    /** Position of the chunk that holds octet {@code at}: binary search, so hostile SACKs cost no scan. */
    private int find(long at) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[index(middle)] > at) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
