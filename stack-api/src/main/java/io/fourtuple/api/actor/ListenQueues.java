package io.fourtuple.api.actor;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.api.protocol.AcceptLine;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.time.Deadline;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds and lengths of the two queues of one listening socket, shared by its mailboxes, its actors and everybody who
 * wants to look. All of it may be used by any thread.
 *
 * <p>A slot of the SYN queue is taken when a SYN is admitted to the listener's mailbox and goes with it into the
 * half-open record; it is given back when the record goes. A slot of the accept queue is taken before the connection is
 * made and given back when the acceptor's mailbox lets it out.
 */
final class ListenQueues implements AcceptLine {
    private final StackConfig.Listen rules;
    private volatile int backlog;
    private final Slots syn;
    private final FastOpenQueue fastOpen;
    private final Slots accept;
    /** Connections that were asked for and not yet let out. Written on the acceptor's thread only. */
    private final AtomicLong credit = new AtomicLong();
    /** Until when a final ACK may carry a cookie that was sent. */
    private volatile long cookiesUntil = Deadline.NONE;
    /** The data lane of the acceptor's mailbox; null before that is there. */
    volatile LanedQueue acceptLane;
    /** Connections in that lane: less than the slots, while one is on its way. */
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean closed;
    /** What connections begin with from now on; null while that is as it was when the socket began to listen. */
    private volatile TcpConfig reconfigured;
    private volatile Runnable onArrival = () -> { };
    /** The connection that the acceptor works on: out of the queue, not handed over. On the acceptor's thread only. */
    Established establishedInHand;
    /** The demand that the acceptor works on: credit without an asker. On the acceptor's thread only. */
    AcceptorCommand.Demand demandInHand;

    /** Queues for a backlog that an application asked for. */
    ListenQueues(StackConfig.Listen rules, int askedBacklog, FastOpenQueue fastOpen) {
        this.fastOpen = fastOpen;
        this.rules = rules;
        backlog = rules.backlog(askedBacklog);
        syn = new Slots(rules.synBound(askedBacklog));
        accept = new Slots(rules.acceptBound(askedBacklog));
    }

    /** What happens when they are full. */
    StackConfig.Listen rules() {
        return rules;
    }

    /** The backlog that was granted. */
    int backlog() {
        return backlog;
    }

    /** Takes a slot of the SYN queue for a new SYN. Null when it has one, else why not. */
    LaneData.Overflow admitSyn() {
        if (rules.profile() == Profile.LINUX && accept.isFull()) {
            return LaneData.Overflow.ACCEPT_QUEUE_FULL;
        }
        if (rules.syncookies() == SynCookies.ALWAYS) {
            return LaneData.Overflow.COOKIE_FOR_EVERY_SYN;
        }
        return syn.tryTake() ? null : LaneData.Overflow.SYN_QUEUE_FULL;
    }

    /** SYNs not yet looked at, and half-open connections. */
    Slots syn() {
        return syn;
    }

    /** Connections that a SYN alone has made, and whose final ACK has not come. */
    FastOpenQueue fastOpen() {
        return fastOpen;
    }

    /** Established connections that nobody has accepted. */
    Slots accept() {
        return accept;
    }

    /** How many connections the acceptor's mailbox may let out. */
    long credit() {
        return credit.get();
    }

    /** A cookie was sent; times are of the clock that all loops have. */
    void noteCookieSent(long now) {
        cookiesUntil = Deadline.after(now, io.fourtuple.core.tcp.SynCookies.MAX_AGE_NANOS);
    }

    /** Whether a cookie may be on its way back. If not, an ACK cannot carry a good one. */
    boolean expectsCookies(long now) {
        long until = cookiesUntil;
        return until != Deadline.NONE && !Deadline.isDue(until, now);
    }

    /** More was asked for. */
    void grantCredit(int connections) {
        credit.addAndGet(connections);
    }

    /** One was let out, or whoever asked for {@code connections} is gone. */
    void takeCredit(long connections) {
        credit.addAndGet(-connections);
    }

    // ---- without asking the acceptor ----

    /** A connection is in the lane. */
    void arrived() {
        waiting.incrementAndGet();
        onArrival.run();
    }

    /** One has left the lane. */
    void left() {
        waiting.decrementAndGet();
    }

    @Override
    public boolean take(SocketLink link) {
        LanedQueue lane = acceptLane;
        if (lane == null || !(lane.pollData() instanceof Established next)) {
            return false;
        }
        left();
        accept.giveBack();
        next.entry().accept(link);
        link.tell(new ConnectionCommand.Attach(link));
        return true;
    }

    @Override
    public int waiting() {
        return Math.max(0, waiting.get());
    }

    /** The acceptor has ended. */
    void close() {
        closed = true;
        onArrival.run();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void onArrival(Runnable action) {
        onArrival = action;
    }

    @Override
    public void setFastOpen(int places, List<FastOpenKey> keys) {
        fastOpen.setBound(places);
        if (!keys.isEmpty()) {
            fastOpen.setKeys(keys);
        }
    }

    @Override
    public void configure(TcpConfig tcp) {
        reconfigured = tcp;
        fastOpen.setRules(tcp.fastOpen());
    }

    /** What connections begin with, which began with this. */
    TcpConfig tcp(TcpConfig first) {
        TcpConfig now = reconfigured;
        return now == null ? first : now;
    }

    @Override
    public List<FastOpenKey> fastOpenKeys() {
        return fastOpen.cookies().keys();
    }

    @Override
    public void setBacklog(int asked) {
        backlog = rules.backlog(asked);
        syn.setBound(rules.synBound(asked));
        accept.setBound(rules.acceptBound(asked));
    }
}
