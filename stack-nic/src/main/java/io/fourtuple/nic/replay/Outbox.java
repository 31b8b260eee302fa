package io.fourtuple.nic.replay;

import io.fourtuple.core.wire.Seq;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.replay.RecordedSegment.Segment;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the replaying client has for the stack that is not acknowledged: what waits for room in the stack's window, and
 * what was sent. Positions are those of octets in the stream of payload, from 0.
 */
final class Outbox {
    private final NavigableMap<Long, Piece> waiting = new TreeMap<>();
    private final NavigableMap<Long, Piece> sent = new TreeMap<>();
    private long pendingBytes;
    private int una;
    private int sndMax;
    private int rightEdge;
    private long acknowledged;
    private boolean finAcknowledged;

    /** Nothing yet; {@code first} is the sequence number of the first octet. */
    Outbox(int first) {
        una = first;
        sndMax = first;
        rightEdge = first;
    }

    /** The first sequence number that is not acknowledged. */
    int una() {
        return una;
    }

    /** The sequence number behind the last octet that was sent. */
    int sndMax() {
        return sndMax;
    }

    /** Octets of payload that are acknowledged. */
    long acknowledged() {
        return acknowledged;
    }

    boolean isFinAcknowledged() {
        return finAcknowledged;
    }

    /** Octets of payload that are kept here. */
    long pendingBytes() {
        return pendingBytes;
    }

    boolean isEmpty() {
        return waiting.isEmpty() && sent.isEmpty();
    }

    /** Whether the end of the stream is known. */
    boolean hasFin() {
        return finAcknowledged || isFinAmong(sent) || isFinAmong(waiting);
    }

    private static boolean isFinAmong(Map<Long, Piece> kept) {
        return kept.values().stream().anyMatch(Piece::isFin);
    }

    /** Where the first octet is that was neither acknowledged nor recorded; empty when that is not what is missing. */
    Optional<Long> missingUpTo() {
        long first = Math.min(firstKey(sent), firstKey(waiting));
        return isEmpty() || first <= acknowledged ? Optional.empty() : Optional.of(first);
    }

    private static long firstKey(NavigableMap<Long, Piece> kept) {
        return kept.isEmpty() ? Long.MAX_VALUE : kept.firstKey();
    }

    /** Keeps a recorded segment, in pieces of at most {@code most} octets, as far as it says something new. */
    void take(Segment segment, int most) {
        TcpSegment tcp = segment.tcp();
        int from = 0;
        do {
            int length = Math.min(most, tcp.payloadLength() - from);
            keep(Piece.of(segment, from, length));
            from += length;
        } while (from < tcp.payloadLength());
    }

    private void keep(Piece piece) {
        if (Seq.le(piece.end(), una) || piece.end() == piece.seq) {
            return;
        }
        long position = acknowledged + Seq.distance(una, piece.seq);
        if (!isAsLong(sent.get(position), piece) && !isAsLong(waiting.get(position), piece)) {
            pendingBytes += piece.payloadLength - lengthOf(waiting.put(position, piece));
        }
    }

    private static boolean isAsLong(Piece kept, Piece other) {
        return kept != null && Seq.ge(kept.end(), other.end());
    }

    private static int lengthOf(Piece replaced) {
        return replaced == null ? 0 : replaced.payloadLength;
    }

    /** The next piece to send, if it fits into the window; from now on it counts as sent. */
    Optional<Piece> pollSendable() {
        Map.Entry<Long, Piece> next = waiting.firstEntry();
        if (next == null || Seq.gt(next.getValue().end(), rightEdge)) {
            return Optional.empty();
        }
        waiting.pollFirstEntry();
        pendingBytes -= lengthOf(sent.put(next.getKey(), next.getValue()));
        sndMax = Seq.max(sndMax, next.getValue().end());
        return Optional.of(next.getValue());
    }

    /** The first of what was sent: what the stack may be missing. */
    Optional<Piece> firstSent() {
        return sent.isEmpty() ? Optional.empty() : Optional.of(sent.firstEntry().getValue());
    }

    /**
     * The stack has acknowledged something and says how much more it takes.
     *
     * @param window in octets
     * @return whether that is news
     */
    boolean handleAck(int ack, int window) {
        if (Seq.lt(ack, una)) {
            return false;
        }
        int edge = Seq.max(rightEdge, Seq.add(ack, window));
        boolean isNews = ack != una || edge != rightEdge;
        acknowledged += Seq.distance(una, ack);
        una = ack;
        rightEdge = edge;
        forget(sent);
        // What an earlier piece with other ends has covered.
        forget(waiting);
        return isNews;
    }

    private void forget(NavigableMap<Long, Piece> kept) {
        Map.Entry<Long, Piece> first = kept.firstEntry();
        while (first != null && Seq.le(first.getValue().end(), una)) {
            if (first.getValue().isFin() && !finAcknowledged) {
                finAcknowledged = true;
                acknowledged--;
            }
            pendingBytes -= first.getValue().payloadLength;
            kept.pollFirstEntry();
            first = kept.firstEntry();
        }
    }

    void clear() {
        waiting.clear();
        sent.clear();
        pendingBytes = 0;
    }
}
