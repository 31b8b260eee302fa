package io.fourtuple.core.tcp;

import io.fourtuple.core.wire.Seq;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * What the peer has sent: octets in order that the user has not taken, and pieces above RCV.NXT that wait for the gap
 * before them to close.
 *
 * <pre>
 *            RCV.NXT
 *  | in order |   gap   [ piece ][ piece ]  gap  [ piece ]
 *  taken by receive()    kept sorted, never overlapping; adjacent pieces form one SACK block
 * </pre>
 *
 * <p>Memory is charged by the arrays that are pinned, not by the octets used of them ({@link #charge}). Where small
 * payloads pin more than the bound allows, they are copied together; where that does not help, a new piece is refused
 * (CVE-2018-5390).
 */
final class ReceiveQueue {
    /** What a chunk costs besides its array: the object and its place in a queue. */
    private static final int OVERHEAD = 64;
    /** A piece of fewer octets than this is gathered with its neighbours: many are slow to walk over, too. */
    private static final int SMALL = 512;
    private static final int GATHER = 4096;
    private static final int[] NO_EDGES = {};
    private static final ReceivedChunk[] NO_PIECES = {};

    /** Tables that have grown beyond this are not kept when they are empty. */
    private static final int KEPT_CAPACITY = 64;

    private ArrayDeque<ReceivedChunk> inOrder = new ArrayDeque<>(4);
    /** How long it was since it was last made anew. */
    private int inOrderPeak;
    private int inOrderOctets;
    private long inOrderCharge;

    /** Allocated when the first piece arrives out of order. */
    private int[] seqs = NO_EDGES;
    private ReceivedChunk[] pieces = NO_PIECES;
    private int pieceCount;
    private int pieceOctets;
    private long pieceCharge;
    /** How many pieces there were after they were last copied together: not tried again before it has doubled. */
    private int compactedCount;

    /** Start and end of the SACK blocks to report, most recent first (RFC 2018 §4). */
    private int[] blocks = NO_EDGES;
    private int blockCount;

    /** The first octets of what came last, in order or not, that were held out of order already (RFC 2883 §4). */
    private boolean duplicate;
    private int duplicateStart;
    private int duplicateEnd;

    /** Octets in order. */
    int length() {
        return inOrderOctets;
    }

    /** Octets above a gap. */
    int outOfOrder() {
        return pieceOctets;
    }

    /** Octets of memory pinned. */
    long charge() {
        return inOrderCharge + pieceCharge;
    }

    boolean hasGap() {
        return pieceCount > 0;
    }

    /**
     * Takes payload that starts at {@code rcvNxt}; returns the new RCV.NXT, beyond pieces that it connects.
     *
     * @param limit bound of {@link #charge} above which chunks are copied together
     */
    int append(ReceivedChunk chunk, int rcvNxt, long limit) {
        duplicate = false;
        addInOrder(chunk);
        int next = Seq.add(rcvNxt, chunk.length());
        if (pieceCount > 0) {
            noteCovered(next);
            next = connect(next);
        }
        if (charge() > limit && inOrderCharge > 2L * inOrderOctets) {
            compactInOrder();
        }
        return next;
    }

    private void addInOrder(ReceivedChunk chunk) {
        inOrder.addLast(chunk);
        inOrderPeak = Math.max(inOrderPeak, inOrder.size());
        inOrderOctets += chunk.length();
        inOrderCharge += cost(chunk);
    }

    /** What was just taken in order reaches to {@code end}, and may cover what was held. */
    private void noteCovered(int end) {
        if (Seq.ge(seqs[0], end)) {
            return;
        }
        duplicate = true;
        duplicateStart = seqs[0];
        duplicateEnd = Seq.min(endOf(0), end);
        for (int i = 1; i < pieceCount && seqs[i] == duplicateEnd && Seq.lt(duplicateEnd, end); i++) {
            duplicateEnd = Seq.min(endOf(i), end);
        }
    }

    private int connect(int next) {
        int taken = 0;
        while (taken < pieceCount && Seq.le(seqs[taken], next)) {
            ReceivedChunk piece = pieces[taken];
            int seq = seqs[taken];
            int end = Seq.add(seq, piece.length());
            pieceOctets -= piece.length();
            pieceCharge -= cost(piece);
            if (Seq.gt(end, next)) {
                int overlap = Seq.distance(seq, next);
                addInOrder(new ReceivedChunk(piece.array(), piece.offset() + overlap, piece.length() - overlap));
                next = end;
            }
            taken++;
        }
        removePieces(0, taken);
        forgetBlocksBefore(next);
        return next;
    }

    /**
     * Keeps payload above a gap. What is held already wins over new octets for the same sequence numbers.
     *
     * @return false when it was refused because memory above {@code limit} would be pinned
     */
    boolean insert(ReceivedChunk chunk, int seq, long limit) {
        duplicate = false;
        if (charge() + cost(chunk) > limit) {
            compactPieces();
            if (charge() + cost(chunk) > limit) {
                return false;
            }
        }
        int end = Seq.add(seq, chunk.length());
        int first = firstEndingAfter(seq);
        int from = seq;
        if (first < pieceCount && Seq.lt(seqs[first], end)) {
            duplicate = true;
            duplicateStart = Seq.max(seqs[first], seq);
            duplicateEnd = Seq.min(endOf(first), end);
        }
        if (first < pieceCount && Seq.le(seqs[first], seq)) {
            from = endOf(first);
            first++;
        }
        int next = first;
        while (next < pieceCount && Seq.le(endOf(next), end)) {
            next++;
        }
        int to = next < pieceCount ? Seq.min(seqs[next], end) : end;
        if (Seq.lt(from, to)) {
            int skip = Seq.distance(seq, from);
            ReceivedChunk piece = new ReceivedChunk(chunk.array(), chunk.offset() + skip, Seq.distance(from, to));
            if (first < next) {
                insertPiece(first, from, replace(first, next, piece, from));
            } else if (!gather(first, from, piece)) {
                insertPiece(first, from, piece);
            }
        }
        reportBlock(seq, end);
        return true;
    }

    /** Copies a small piece together with the one in front of {@code at} or with that one, when they are adjacent. */
    private boolean gather(int at, int seq, ReceivedChunk piece) {
        if (piece.length() >= SMALL) {
            return false;
        }
        if (at > 0 && endOf(at - 1) == seq && pieces[at - 1].length() + piece.length() <= GATHER) {
            exchange(at - 1, seqs[at - 1], pieces[at - 1], piece);
            return true;
        }
        if (at < pieceCount && Seq.add(seq, piece.length()) == seqs[at]
                && pieces[at].length() + piece.length() <= GATHER) {
            exchange(at, seq, piece, pieces[at]);
            return true;
        }
        return false;
    }

    /** Puts two adjacent pieces, one of them there already, in the place of that one. */
    private void exchange(int at, int seq, ReceivedChunk left, ReceivedChunk right) {
        byte[] both = new byte[left.length() + right.length()];
        System.arraycopy(left.array(), left.offset(), both, 0, left.length());
        System.arraycopy(right.array(), right.offset(), both, left.length(), right.length());
        pieceOctets += both.length - pieces[at].length();
        pieceCharge -= cost(pieces[at]);
        seqs[at] = seq;
        pieces[at] = new ReceivedChunk(both, 0, both.length);
        pieceCharge += cost(pieces[at]);
    }

    /** Removes pieces {@code first} to {@code next - 1} and returns {@code piece} with their octets in place. */
    private ReceivedChunk replace(int first, int next, ReceivedChunk piece, int seq) {
        ReceivedChunk all = ReceivedChunk.copyOf(piece.array(), piece.offset(), piece.length());
        for (int i = first; i < next; i++) {
            System.arraycopy(pieces[i].array(), pieces[i].offset(), all.array(), Seq.distance(seq, seqs[i]),
                    pieces[i].length());
            pieceOctets -= pieces[i].length();
            pieceCharge -= cost(pieces[i]);
        }
        removePieces(first, next - first);
        return all;
    }

    private int endOf(int piece) {
        return Seq.add(seqs[piece], pieces[piece].length());
    }

    private int firstEndingAfter(int seq) {
        int low = 0;
        int high = pieceCount;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Seq.le(endOf(middle), seq)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void insertPiece(int at, int seq, ReceivedChunk piece) {
        if (pieceCount == seqs.length) {
            int capacity = Math.max(8, pieceCount * 2);
            seqs = Arrays.copyOf(seqs, capacity);
            pieces = Arrays.copyOf(pieces, capacity);
        }
        System.arraycopy(seqs, at, seqs, at + 1, pieceCount - at);
        System.arraycopy(pieces, at, pieces, at + 1, pieceCount - at);
        seqs[at] = seq;
        pieces[at] = piece;
        pieceCount++;
        pieceOctets += piece.length();
        pieceCharge += cost(piece);
    }

    private void removePieces(int from, int n) {
        if (n == 0) {
            return;
        }
        System.arraycopy(seqs, from + n, seqs, from, pieceCount - from - n);
        System.arraycopy(pieces, from + n, pieces, from, pieceCount - from - n);
        Arrays.fill(pieces, pieceCount - n, pieceCount, null);
        pieceCount -= n;
        if (pieceCount == 0) {
            compactedCount = 0;
        }
        if (pieceCount == 0 && pieces.length > KEPT_CAPACITY) {
            seqs = NO_EDGES;
            pieces = NO_PIECES;
        }
    }

    /** RFC 2018 §4: the block with the latest segment first, then those reported most recently. */
    private void reportBlock(int start, int end) {
        int first = start;
        int last = end;
        int i = firstEndingAfter(start);
        int knownLeft = seqs[i];
        int knownRight = endOf(i);
        for (int b = 0; b < blockCount; b++) { // blocks are as long as can be: no need to walk over their pieces
            int from = blocks[2 * b];
            int to = blocks[2 * b + 1];
            if (Seq.le(from, last) && Seq.ge(to, first)) {
                knownLeft = Seq.min(knownLeft, from);
                knownRight = Seq.max(knownRight, to);
            }
        }
        int left = firstEndingAfter(knownLeft);
        while (left > 0 && endOf(left - 1) == seqs[left]) {
            left--;
        }
        int right = Math.max(i, firstEndingAfter(Seq.add(knownRight, -1)));
        while (right + 1 < pieceCount && endOf(right) == seqs[right + 1]) {
            right++;
        }
        if (i < pieceCount) {
            first = seqs[left];
            last = endOf(right);
        }
        if (blocks.length == 0) {
            blocks = new int[8];
        }
        int[] old = Arrays.copyOf(blocks, blockCount * 2);
        blocks[0] = first;
        blocks[1] = last;
        int kept = 1;
        for (int b = 0; b < old.length && kept < blocks.length / 2; b += 2) {
            boolean merged = Seq.le(old[b], last) && Seq.ge(old[b + 1], first);
            if (!merged) {
                blocks[2 * kept] = old[b];
                blocks[2 * kept + 1] = old[b + 1];
                kept++;
            }
        }
        blockCount = kept;
    }

    private void forgetBlocksBefore(int rcvNxt) {
        int kept = 0;
        for (int b = 0; b < blockCount; b++) {
            if (Seq.gt(blocks[2 * b], rcvNxt)) {
                blocks[2 * kept] = blocks[2 * b];
                blocks[2 * kept + 1] = blocks[2 * b + 1];
                kept++;
            }
        }
        blockCount = kept;
    }

    /** Whether what came last was held out of order already, or part of it. */
    boolean hasDuplicate() {
        return duplicate;
    }

    int duplicateStart() {
        return duplicateStart;
    }

    int duplicateEnd() {
        return duplicateEnd;
    }

    /** How many SACK blocks there are to report, at most 4. */
    int blockCount() {
        return blockCount;
    }

    /** Edge {@code i} of the blocks to report: start and end in turn. */
    int blockEdge(int i) {
        return blocks[i];
    }

    /** The next octets in order, at most {@code max}; null when there are none. */
    ReceivedChunk take(int max) {
        ReceivedChunk chunk = max > 0 ? inOrder.pollFirst() : null;
        if (chunk == null) {
            return null;
        }
        if (chunk.length() > max) {
            inOrder.addFirst(new ReceivedChunk(chunk.array(), chunk.offset() + max, chunk.length() - max));
            inOrderOctets -= max;
            return new ReceivedChunk(chunk.array(), chunk.offset(), max);
        }
        inOrderOctets -= chunk.length();
        inOrderCharge -= cost(chunk);
        if (inOrderPeak > KEPT_CAPACITY && inOrder.isEmpty()) {
            forgetInOrder();
        }
        return chunk;
    }

    /** The next octets in order, at most {@code max}, which stay. */
    List<ReceivedChunk> peek(int max) {
        List<ReceivedChunk> seen = new ArrayList<>();
        int left = max;
        for (Iterator<ReceivedChunk> each = inOrder.iterator(); left > 0 && each.hasNext(); ) {
            ReceivedChunk chunk = each.next();
            int length = Math.min(left, chunk.length());
            seen.add(new ReceivedChunk(chunk.array(), chunk.offset(), length));
            left -= length;
        }
        return seen;
    }

    /** Forgets everything. */
    void clear() {
        forgetInOrder();
        dropOutOfOrder();
    }

    private void forgetInOrder() {
        inOrder = new ArrayDeque<>(4);
        inOrderPeak = 0;
        inOrderOctets = 0;
        inOrderCharge = 0;
    }

    /** Forgets what is above the first gap. */
    void dropOutOfOrder() {
        removePieces(0, pieceCount);
        pieceOctets = 0;
        pieceCharge = 0;
        blockCount = 0;
    }

    /** Copies payloads together where they pin much more than they hold. */
    void compact() {
        if (inOrderCharge > 2L * inOrderOctets) {
            compactInOrder();
        }
        if (pieceCharge > 2L * pieceOctets) {
            compactPieces();
        }
    }

    private void compactInOrder() {
        byte[] all = new byte[inOrderOctets];
        int at = 0;
        for (ReceivedChunk chunk : inOrder) {
            System.arraycopy(chunk.array(), chunk.offset(), all, at, chunk.length());
            at += chunk.length();
        }
        forgetInOrder();
        if (at > 0) {
            addInOrder(new ReceivedChunk(all, 0, at));
        }
    }

    /** Copies runs of adjacent pieces together. */
    private void compactPieces() {
        if (pieceCount <= 2 * compactedCount) {
            return;
        }
        int kept = 0;
        int i = 0;
        while (i < pieceCount) {
            int end = i + 1;
            int octets = pieces[i].length();
            while (end < pieceCount && Seq.add(seqs[i], octets) == seqs[end]) {
                octets += pieces[end].length();
                end++;
            }
            byte[] run = new byte[octets];
            int at = 0;
            for (int p = i; p < end; p++) {
                System.arraycopy(pieces[p].array(), pieces[p].offset(), run, at, pieces[p].length());
                at += pieces[p].length();
                pieceCharge -= cost(pieces[p]);
            }
            seqs[kept] = seqs[i];
            pieces[kept] = new ReceivedChunk(run, 0, octets);
            pieceCharge += cost(pieces[kept]);
            kept++;
            i = end;
        }
        Arrays.fill(pieces, kept, pieceCount, null);
        pieceCount = kept;
        compactedCount = kept;
    }

    /** The {@link #charge} again, from what is held: always the same. */
    long recount() {
        long sum = 0;
        for (ReceivedChunk chunk : inOrder) {
            sum += cost(chunk);
        }
        for (int i = 0; i < pieceCount; i++) {
            sum += cost(pieces[i]);
        }
        return sum;
    }

    /** What a chunk adds to the {@link #charge}. */
    static int cost(ReceivedChunk chunk) {
        return chunk.array().length + OVERHEAD;
    }
}
