package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.time.TimerQueue;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Who has which link-layer address: RFC 826 for IPv4 and RFC 4861 §7 for IPv6, with the reachability states of the
 * latter for both (RFC 1122 §2.3.2.1 asks for something of the kind).
 *
 * <pre>
 *               first use                     answer
 *   (nothing) ------------> INCOMPLETE ----------------------> REACHABLE <---+
 *       |                    ^   | no answer                       |         |
 *       |                    |   v                         old and | used    | answer
 *       |                    | (nothing)                           v         |
 *       |                    +------------- no answer -----------PROBE ------+
 *       | somebody asks us                                         ^
 *       +--------------------> STALE ----------- used -------------+
 * </pre>
 *
 * <p>Bounded (attack: a stranger on the link who pretends to be many): a new entry takes the place of one that was not
 * sent to since the hand of a clock last passed it, so a host in use stays. No entry is made from an answer that nobody
 * asked for.
 *
 * <p>What it has found it can tell others ({@link ResolvedNeighbors}). Then an entry also gets old by itself: one that
 * others have used is asked again, as if it had been used here, and what nobody has used is stale.
 */
final class NeighborCache {
    /** How the cache speaks to the link. */
    interface Link {
        /** Sends a request for {@code neighbor}: to itself when {@code unicast}, else to everybody who may be it. */
        void solicit(Neighbor neighbor, boolean unicast);

        /** Sends a packet that has waited. */
        void transmit(Neighbor neighbor, Neighbor.Waiting waiting);

        /** {@code neighbor} has not answered and is forgotten. */
        void unreachable(Neighbor neighbor);

        /** A packet waited in vain. */
        void discard(Neighbor.Waiting waiting, boolean failed);
    }

    private final IpConfig.Neighbors config;
    private final Link link;
    private final Counters counters;
    private final RandomGenerator random;
    /** What others are told; null when there are none. */
    private final ResolvedNeighbors resolved;
    private final Map<IpAddress, Neighbor> byAddress = new HashMap<>();
    private final Neighbor[] slots;
    private final TimerQueue<Neighbor> timers = new TimerQueue<>();
    private int hand;
    private int waitingBytes;
    /** For IPv6, where a router may say another time. */
    private long reachableTimeV6;
    private long retryIntervalV6;

    NeighborCache(
            IpConfig.Neighbors config,
            Link link,
            Counters counters,
            RandomGenerator random,
            ResolvedNeighbors resolved) {
        this.config = config;
        this.link = link;
        this.counters = counters;
        this.random = random;
        this.resolved = resolved;
        slots = new Neighbor[config.cacheSize()];
        reachableTimeV6 = config.reachableTime();
        retryIntervalV6 = config.retryInterval();
    }

    /** A router has said how long an answer is believed and how often is asked (RFC 4861 §6.3.4). */
    void setTimesV6(long reachableTime, long retryInterval) {
        reachableTimeV6 = reachableTime;
        retryIntervalV6 = retryInterval;
    }

    /** How often a neighbour is asked in IPv6 (RetransTimer). */
    long retryIntervalV6() {
        return retryIntervalV6;
    }

    private long retryInterval(Neighbor neighbor) {
        return neighbor.address.isV4() ? config.retryInterval() : retryIntervalV6;
    }

    int size() {
        return byAddress.size();
    }

    /** The entry of {@code address}, which is asked for when there is none. */
    Neighbor resolve(IpAddress address, long now) {
        Neighbor neighbor = byAddress.get(address);
        if (neighbor == null) {
            neighbor = create(address);
            askEverybody(neighbor, now);
        }
        return neighbor;
    }

    /** Somebody needs its place; whoever is sent to next has to be asked for. */
    void forget(Neighbor neighbor) {
        if (!neighbor.isGone()) {
            remove(neighbor, false);
        }
    }

    /** A packet was sent to {@code neighbor}: it is asked again if what is known of it is too old to rely on. */
    void noteUse(Neighbor neighbor, long now) {
        neighbor.used = true;
        boolean old = switch (neighbor.state) {
            case INCOMPLETE, PROBE -> false; // is being asked
            case REACHABLE -> now - neighbor.reachableUntil >= 0;
            case STALE -> true;
        };
        if (old) {
            neighbor.state = Neighbor.State.PROBE;
            neighbor.attempts = 0;
            ask(neighbor, true, now);
        }
    }

    /**
     * What is sent to {@code neighbor} is not answered: everybody is asked, as it may have got another link-layer
     * address. It is used as before until there is an answer, because others than it may be to blame.
     */
    void suspect(Neighbor neighbor, long now) {
        boolean asked = neighbor.suspected && now - neighbor.suspectedAt < retryInterval(neighbor);
        if (neighbor.state != Neighbor.State.INCOMPLETE && !asked) {
            neighbor.suspected = true;
            neighbor.suspectedAt = now;
            link.solicit(neighbor, false);
        }
    }

    /**
     * Keeps a packet until {@code neighbor} has answered. When there are too many, the neighbour's oldest makes room
     * (RFC 1122 §2.3.2.2: the latest packet is the one to save); when all neighbours' are too large, this one goes.
     *
     * @return false when it went
     */
    boolean enqueue(Neighbor neighbor, Neighbor.Waiting waiting) {
        if (neighbor.queue.size() == config.queueLength()) {
            link.discard(dequeue(neighbor), false);
        }
        if (waitingBytes + waiting.packet().length > config.queueBytes()) {
            link.discard(waiting, false);
            return false;
        }
        waitingBytes += waiting.packet().length;
        return neighbor.queue.add(waiting);
    }

    /**
     * Somebody says that {@code address} is at {@code mac}.
     *
     * @param mac not a group address
     * @param answer whether this answers a request of ours: then the neighbour hears us, too
     * @param override whether it may replace another MAC address (RFC 4861 §7.2.5; always in ARP)
     * @param create whether an entry may be made: when this is a request to us, which we are going to answer
     */
    void heard(IpAddress address, MacAddress mac, boolean answer, boolean override, boolean create, long now) {
        Neighbor neighbor = byAddress.get(address);
        if (neighbor == null) {
            if (create) {
                neighbor = create(address);
                neighbor.mac = mac;
                neighbor.state = Neighbor.State.STALE;
            }
            return;
        }
        switch (neighbor.state) {
            case INCOMPLETE -> {
                neighbor.mac = mac;
                settle(neighbor, answer, now);
                while (!neighbor.queue.isEmpty()) {
                    link.transmit(neighbor, dequeue(neighbor));
                }
            }
            case REACHABLE, STALE, PROBE -> {
                boolean same = neighbor.mac.equals(mac);
                if (!same && !override) {
                    if (neighbor.state == Neighbor.State.REACHABLE) {
                        becomeStale(neighbor);
                    }
                } else if (!same || answer) {
                    neighbor.mac = mac;
                    settle(neighbor, answer, now);
                }
            }
        }
    }

    long deadline() {
        return timers.nextDeadline();
    }

    /** Sends the requests that are due, and gives up who has not answered. */
    void handleTimeout(long now) {
        for (Neighbor due = timers.pollDue(now); due != null; due = timers.pollDue(now)) {
            boolean exhausted = due.attempts >= config.attempts();
            if (due.state == Neighbor.State.REACHABLE) {
                onOld(due, now);
            } else if (due.state == Neighbor.State.PROBE && !exhausted) {
                ask(due, true, now);
            } else if (due.state == Neighbor.State.PROBE) {
                askEverybody(due, now); // it may have got another link-layer address
            } else if (!exhausted) {
                ask(due, false, now);
            } else {
                counters.increment(Counter.ARP_FAILED);
                remove(due, true);
                link.unreachable(due);
            }
        }
    }

    /** There are others, who cannot say when they find it old. */
    private void onOld(Neighbor neighbor, long now) {
        if (resolved.takeUse(neighbor.address)) {
            noteUse(neighbor, now);
        } else {
            becomeStale(neighbor);
        }
    }

    private void settle(Neighbor neighbor, boolean answer, long now) {
        neighbor.attempts = 0;
        timers.cancel(neighbor);
        if (!answer) {
            becomeStale(neighbor);
            return;
        }
        neighbor.state = Neighbor.State.REACHABLE;
        // RFC 4861 §6.3.2: between half and one and a half, so that hosts do not ask in step.
        long reachableTime = neighbor.address.isV4() ? config.reachableTime() : reachableTimeV6;
        neighbor.reachableUntil = now + (long) (reachableTime * (0.5 + random.nextDouble()));
        if (resolved != null) {
            resolved.publish(neighbor.address, neighbor.mac);
            timers.schedule(neighbor, neighbor.reachableUntil);
        }
    }

    private void becomeStale(Neighbor neighbor) {
        neighbor.state = Neighbor.State.STALE;
        timers.cancel(neighbor);
        withdraw(neighbor);
    }

    private void withdraw(Neighbor neighbor) {
        if (resolved != null) {
            resolved.withdraw(neighbor.address);
        }
    }

    private void askEverybody(Neighbor neighbor, long now) {
        neighbor.state = Neighbor.State.INCOMPLETE;
        neighbor.attempts = 0;
        withdraw(neighbor);
        ask(neighbor, false, now);
    }

    private void ask(Neighbor neighbor, boolean unicast, long now) {
        neighbor.attempts++;
        timers.schedule(neighbor, Deadline.after(now, retryInterval(neighbor)));
        link.solicit(neighbor, unicast);
    }

    private Neighbor create(IpAddress address) {
        if (byAddress.size() == slots.length) {
            makeRoom();
        }
        Neighbor neighbor = new Neighbor(address);
        neighbor.slot = byAddress.size();
        slots[neighbor.slot] = neighbor;
        byAddress.put(address, neighbor);
        return neighbor;
    }

    /** The clock algorithm: who was used since the hand passed gets a second chance. */
    private void makeRoom() {
        while (true) {
            hand = (hand + 1) % slots.length;
            Neighbor candidate = slots[hand];
            candidate.used |= resolved != null && resolved.takeUse(candidate.address);
            if (!candidate.used) {
                counters.increment(Counter.ARP_TABLE_FULL);
                remove(candidate, false);
                return;
            }
            candidate.used = false;
        }
    }

    private void remove(Neighbor neighbor, boolean failed) {
        timers.cancel(neighbor);
        withdraw(neighbor);
        byAddress.remove(neighbor.address);
        Neighbor last = slots[byAddress.size()];
        slots[byAddress.size()] = null;
        if (last != neighbor) {
            slots[neighbor.slot] = last;
            last.slot = neighbor.slot;
        }
        neighbor.slot = -1;
        while (!neighbor.queue.isEmpty()) {
            link.discard(dequeue(neighbor), failed);
        }
    }

    private Neighbor.Waiting dequeue(Neighbor neighbor) {
        Neighbor.Waiting waiting = neighbor.queue.remove();
        waitingBytes -= waiting.packet().length;
        return waiting;
    }
}
