package io.fourtuple.api.actor;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds and lengths of the two queues of one listening socket, shared by its mailboxes, its actors and everybody who
 * wants to look. All of it may be used by any thread.
 *
 * <p>A slot of the SYN queue is taken when a SYN is admitted to the listener's mailbox and goes with it into the
 * half-open record; it is given back when the record goes. A slot of the accept queue is taken before the connection is
 * made and given back when the acceptor's mailbox lets it out.
 */
final class ListenQueues {
    private final Slots syn;
    private final Slots accept;
    /** Connections that were asked for and not yet let out. Written on the acceptor's thread only. */
    private final AtomicLong credit = new AtomicLong();

    ListenQueues(int synBound, int acceptBound) {
        syn = new Slots(synBound);
        accept = new Slots(acceptBound);
    }

    /** SYNs not yet looked at, and half-open connections. */
    Slots syn() {
        return syn;
    }

    /** Established connections that nobody has accepted. */
    Slots accept() {
        return accept;
    }

    /** How many connections the acceptor's mailbox may let out. */
    long credit() {
        return credit.get();
    }

    /** More was asked for. */
    void grantCredit(long connections) {
        credit.addAndGet(connections);
    }

    /** One was let out, or whoever asked for {@code connections} is gone. */
    void takeCredit(long connections) {
        credit.addAndGet(-connections);
    }
}
