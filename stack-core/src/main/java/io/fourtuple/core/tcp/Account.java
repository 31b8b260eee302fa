package io.fourtuple.core.tcp;

/**
 * What a connection counts for its user alone ({@code TCP_INFO} of Linux, tcp(7)): where its time went, and what came
 * and went. Nothing depends on it. Confined to the connection's thread.
 */
final class Account {
    /** Why not more is sent at the moment. */
    private enum Limit {
        /** There is nothing to send, and nothing unacknowledged. */
        IDLE,
        /** The path, or the rules of sending. */
        PATH,
        /** The peer's window. */
        RECEIVER,
        /** All is sent, and the send buffer has no room for what the user has. */
        SEND_BUFFER
    }

    /** Why an open with Fast Open was an ordinary one; 0 when it was none. */
    enum FastOpenFailure {
        NONE(0), NO_COOKIE(1), DATA_NOT_ACKNOWLEDGED(2), SYN_RETRANSMITTED(3);

        private final int number;

        FastOpenFailure(int number) {
            this.number = number;
        }
    }

    long dataSegmentsIn;
    long dataSegmentsOut;
    long outOfOrderSegments;
    FastOpenFailure fastOpenFailure = FastOpenFailure.NONE;
    private long timeouts;
    private long timeoutRecoveries;
    private long timeoutNanos;
    private boolean inTimeout;
    private long timeoutSince;
    private Limit limit = Limit.IDLE;
    private long limitSince;
    private long pathNanos;
    private long receiverNanos;
    private long sendBufferNanos;

    /** Everything that may be sent now is sent: looks at what there is to wait for. */
    void idle(Tcb t, long now) {
        Limit next = limitOf(t);
        if (next != limit) {
            settle(now);
            limit = next;
        }
    }

    private void settle(long now) {
        long nanos = now - limitSince;
        limitSince = now;
        switch (limit) {
            case IDLE -> { }
            case PATH -> pathNanos += nanos;
            case RECEIVER -> receiverNanos += nanos;
            case SEND_BUFFER -> sendBufferNanos += nanos;
        }
    }

    private static Limit limitOf(Tcb t) {
        if (t.sendQueue.length() == 0 || !t.state().isSynchronized()) {
            return Limit.IDLE;
        }
        int unsent = t.unsent();
        if (unsent == 0) {
            return t.sendBlocked ? Limit.SEND_BUFFER : Limit.PATH;
        }
        int least = Math.min(unsent, t.currentMss());
        boolean pathHasRoom = t.window() - t.pipe() >= least;
        return pathHasRoom && t.sndWnd - t.octetsInFlight() < least ? Limit.RECEIVER : Limit.PATH;
    }

    /** The retransmission timer ran out; {@code again} for what was sent again for that reason already. */
    void timedOut(long now) {
        timeouts++;
        if (!inTimeout) {
            inTimeout = true;
            timeoutRecoveries++;
            timeoutSince = now;
        }
    }

    /** What the retransmission timer ran out for has arrived. */
    void recovered(long now) {
        if (inTimeout) {
            inTimeout = false;
            timeoutNanos += now - timeoutSince;
        }
    }

    TcpInfo.Account info(Tcb t, long now) {
        settle(now);
        return new TcpInfo.Account(
                t.rcvRtt, t.tuneSpace, ReceiveMemory.share(t), t.config.acknowledgment().delay(),
                t.windowProbes + t.keepAliveProbes, dataSegmentsIn, dataSegmentsOut, outOfOrderSegments,
                pathNanos + receiverNanos + sendBufferNanos, receiverNanos, sendBufferNanos, timeouts,
                timeoutRecoveries, timeoutNanos + (inTimeout ? now - timeoutSince : 0), fastOpenFailure.number);
    }
}
