package io.fourtuple.api.protocol;

import io.fourtuple.api.socket.ControlMessage;
import io.fourtuple.api.socket.Errno;
import io.fourtuple.api.socket.Message;
import io.fourtuple.api.socket.Posix;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.tcp.TcpEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a program is told of octets that it has written: that they were sent and acknowledged, and when
 * ({@code SO_TIMESTAMPING}), and that nobody looks at its buffers any more ({@code MSG_ZEROCOPY}); the error queue of a
 * socket.
 *
 * <pre>
 *   write ─▶ {@link #mark} ─▶ marks ── sent, acknowledged: {@link #update} ─▶ queue ─▶ {@link #poll} of the program
 * </pre>
 *
 * <p>Marks and what is in the queue are bounded together. A mark for {@code MSG_ZEROCOPY} is refused before its write,
 * so what it promises comes; what there is no place for of time stamps is dropped and counted.
 */
public final class SendNotices {
    private static final int SENT =
            Posix.SOF_TIMESTAMPING_TX_SCHED | Posix.SOF_TIMESTAMPING_TX_SOFTWARE;
    /** A write with one of these wants to know when. */
    private static final int STAMPS = SENT | Posix.SOF_TIMESTAMPING_TX_ACK;
    private static final long MAX_32 = 0xffff_ffffL;

    private final int bound;
    private final LongAdder dropped;

    /** The connection's thread: writes whose octets were not all sent, and not all acknowledged, in order. */
    private final ArrayDeque<Mark> unsent = new ArrayDeque<>();
    private final ArrayDeque<Mark> unacknowledged = new ArrayDeque<>();
    private long firstOctet;
    private long nextZeroCopy;

    /** Guarded by itself. */
    private final ArrayDeque<Notice> queue = new ArrayDeque<>();
    private volatile int queued;

    /**
     * The end of a write.
     *
     * @param end octets that were written up to here
     * @param stamps flags of {@code SO_TIMESTAMPING}
     * @param key {@code ee_data} of its stamps
     * @param zeroCopy its number; -1 without {@code MSG_ZEROCOPY}
     */
    private record Mark(long end, int stamps, long key, long zeroCopy) {}

    private sealed interface Notice {
        /** Writes {@code first} to {@code last} are over. */
        record ZeroCopy(long first, long last) implements Notice {}

        /** A time stamp. */
        record Stamp(int what, Mark mark, long nanos) implements Notice {}
    }

    /**
     * None yet.
     *
     * @param bound how many marks and notices there may be
     * @param dropped counts what there was no place for
     */
    public SendNotices(int bound, LongAdder dropped) {
        this.bound = bound;
        this.dropped = dropped;
    }

    // ---- the connection's side: its thread ----

    /** Whether there is a place for one more mark. */
    public boolean hasRoom() {
        return unacknowledged.size() + queued < bound;
    }

    /**
     * Octets have just been written.
     *
     * @param stamps flags of {@code SO_TIMESTAMPING}
     * @param zeroCopy whether the program's buffers are referred to, after {@link #hasRoom}
     */
    public void mark(TcpConnection tcp, int stamps, boolean zeroCopy) {
        int wanted = hasRoom() || zeroCopy ? stamps : 0;
        if ((stamps & STAMPS) != 0 && wanted == 0) {
            dropped.increment();
        }
        if ((wanted & STAMPS) == 0 && !zeroCopy) {
            return;
        }
        long end = tcp.bytesQueued();
        long key = (wanted & Posix.SOF_TIMESTAMPING_OPT_ID) == 0 ? 0 : end - 1 - firstOctet & MAX_32;
        Mark mark = new Mark(end, wanted, key, zeroCopy ? nextZeroCopy++ & MAX_32 : -1);
        if ((wanted & SENT) != 0) {
            unsent.add(mark);
        }
        unacknowledged.add(mark);
    }

    /** Octets are counted from here ({@code SOF_TIMESTAMPING_OPT_ID}). */
    public void countFrom(long octet) {
        firstOctet = octet;
    }

    /** At the end of a turn; whether there is something new. */
    boolean update(TcpConnection tcp, long nowNanos) {
        if (unacknowledged.isEmpty()) {
            return false;
        }
        boolean news = false;
        boolean broken = tcp.end() != null && tcp.end() != TcpEvent.CLOSED;
        long released = tcp.bytesReleased();
        long sent = broken ? released : tcp.bytesQueued() - tcp.unsent();
        while (!unacknowledged.isEmpty() && unacknowledged.peek().end() <= released) {
            Mark mark = unacknowledged.remove();
            if (!broken && (mark.stamps() & Posix.SOF_TIMESTAMPING_TX_ACK) != 0) {
                news |= stamp(Posix.SCM_TSTAMP_ACK, mark, nowNanos);
            }
            if (mark.zeroCopy() >= 0) {
                finish(mark.zeroCopy());
                news = true;
            }
        }
        while (!unsent.isEmpty() && unsent.peek().end() <= sent) {
            Mark mark = unsent.remove();
            if (!broken && (mark.stamps() & Posix.SOF_TIMESTAMPING_TX_SCHED) != 0) {
                news |= stamp(Posix.SCM_TSTAMP_SCHED, mark, nowNanos);
            }
            if (!broken && (mark.stamps() & Posix.SOF_TIMESTAMPING_TX_SOFTWARE) != 0) {
                news |= stamp(Posix.SCM_TSTAMP_SND, mark, nowNanos);
            }
        }
        return news;
    }

    private boolean stamp(int what, Mark mark, long nowNanos) {
        synchronized (queue) {
            if (queue.size() >= bound) {
                dropped.increment();
                return false;
            }
            queue.add(new Notice.Stamp(what, mark, nowNanos));
            queued = queue.size();
            return true;
        }
    }

    /** As Linux, one notice for writes that follow each other. */
    private void finish(long number) {
        synchronized (queue) {
            if (queue.peekLast() instanceof Notice.ZeroCopy(long first, long last) && (last + 1 & MAX_32) == number) {
                queue.removeLast();
                queue.add(new Notice.ZeroCopy(first, number));
            } else {
                queue.add(new Notice.ZeroCopy(number, number));
            }
            queued = queue.size();
        }
    }

    // ---- the program's side: any thread ----

    /** Whether {@link #poll} would give nothing. */
    public boolean isEmpty() {
        return queued == 0;
    }

    /** recvmsg(2) with {@code MSG_ERRQUEUE}: the oldest notice, which is forgotten then. */
    public Optional<Message> poll() {
        synchronized (queue) {
            Notice notice = queue.poll();
            queued = queue.size();
            return Optional.ofNullable(notice).map(SendNotices::message);
        }
    }

    private static Message message(Notice notice) {
        return switch (notice) {
            // Frames are put together from the program's octets, which is a copy, as with a TUN device of Linux.
            case Notice.ZeroCopy(long first, long last) -> new Message(0, Posix.MSG_ERRQUEUE,
                    List.of(new ControlMessage.ExtendedError(0, Posix.SO_EE_ORIGIN_ZEROCOPY, 0,
                            Posix.SO_EE_CODE_ZEROCOPY_COPIED, first, last)));
            case Notice.Stamp(int what, Mark mark, long nanos) -> {
                List<ControlMessage> control = new ArrayList<>();
                if ((mark.stamps() & Posix.SOF_TIMESTAMPING_SOFTWARE) != 0) {
                    control.add(new ControlMessage.Timestamping(nanos));
                }
                control.add(new ControlMessage.ExtendedError(Errno.ENOMSG.number(), Posix.SO_EE_ORIGIN_TIMESTAMPING,
                        0, 0, what, mark.key()));
                boolean whole = (mark.stamps() & Posix.SOF_TIMESTAMPING_OPT_TSONLY) != 0;
                yield new Message(0, Posix.MSG_ERRQUEUE | (whole ? 0 : Posix.MSG_TRUNC), control);
            }
        };
    }
}
