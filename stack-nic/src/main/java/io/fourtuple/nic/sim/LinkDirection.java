package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.nic.loop.LoopTimer;
import io.fourtuple.nic.loop.VirtualTime;
import java.util.Objects;

/**
 * One direction of a {@link Link}.
 *
 * <pre>
 *   send ─ rules, faults drawn ─▶ queue ─▶ transmitter, busy until freeAt ─▶ in flight, by time of arrival ─▶ receiver
 * </pre>
 *
 * <p>May be changed while it runs: what is on the wire already keeps its fate. Confined to the simulation's thread.
 */
public final class LinkDirection {
    /** The most frames on one wire; one more is dropped as if a queue were full. */
    public static final int MAX_IN_FLIGHT = 1_000_000;

    private static final long SECOND = 1_000_000_000L;
    private static final int BITS = 8;

    private final String name;
    private final VirtualTime time;
    private final Link link;
    private final Port from;
    private final Port to;
    private final Impairments impairments;
    private final FramesInFlight inFlight = new FramesInFlight();
    private final LoopTimer timer;
    private final LinkCounters counters = new LinkCounters();
    private LinkConfig config;
    private FrameQueue queue;
    /** When the transmitter has sent what it is sending. */
    private long freeAt;
    /** When the last frame arrives of those that keep their order. */
    private long lastDue;
    private long delayNanos;
    private boolean blocked;

    LinkDirection(String name, VirtualTime time, Link link, Port from, Port to, LinkConfig config) {
        this.name = name;
        this.time = time;
        this.link = link;
        this.from = from;
        this.to = to;
        impairments = new Impairments(time, name);
        timer = time.timer(this::onDue);
        freeAt = time.nanoTime();
        lastDue = freeAt;
        this.config = config;
        delayNanos = config.delay().toNanos();
        queue = FrameQueue.of(config, this::drop);
    }

    /** Such as {@code alice-bob/forward}. */
    public String name() {
        return name;
    }

    /** Its properties now. */
    public LinkConfig config() {
        return config;
    }

    /**
     * Changes its properties. Frames on the wire arrive when they would have. Those that wait in the queue stay there,
     * unless it gets another discipline under which there is less room.
     */
    public void setConfig(LinkConfig value) {
        Objects.requireNonNull(value, "config");
        boolean sameDiscipline = value.discipline().equals(config.discipline());
        config = value;
        delayNanos = value.delay().toNanos();
        long now = time.nanoTime();
        if (sameDiscipline) {
            queue.setLimits(value);
        } else {
            FrameQueue old = queue;
            queue = FrameQueue.of(value, this::drop);
            for (Transit next = old.remove(); next != null; next = old.remove()) {
                enqueue(next, now);
            }
        }
        pump(now);
        arm();
    }

    /** Loses everything that is sent from now on, without anybody noticing; what is on its way arrives. */
    public void block() {
        blocked = true;
    }

    /** The opposite of {@link #block}. */
    public void unblock() {
        blocked = false;
    }

    /** Whether it is {@linkplain #block blocked}. */
    public boolean isBlocked() {
        return blocked;
    }

    /** What has become of frames so far. */
    public LinkStatistics statistics() {
        return counters.snapshot(inFlight.size(), queue.frames(), queue.bytes());
    }

    /**
     * Sends a frame.
     *
     * @param origin the NIC that sent it first; null when a router did
     * @return false when the sender can tell that it is lost: link down, or queue full
     */
    boolean send(Frame frame, SimulatedNic origin) {
        byte[] bytes = frame.bytes();
        counters.sent++;
        counters.sentBytes += bytes.length;
        time.note(name, (long) Checksum.sum(bytes, 0, bytes.length) << 32 | bytes.length);
        Transit transit = new Transit(frame, origin);
        if (!link.isUp()) {
            drop(transit, DropCause.LINK_DOWN);
            return false;
        }
        if (blocked || FrameOctets.packetLength(frame) > config.mtu()) {
            drop(transit, blocked ? DropCause.BLOCKED : DropCause.TOO_BIG);
            return true;
        }
        impairments.decide(transit, config);
        boolean taken = enter(transit);
        arm();
        return taken;
    }

    private boolean enter(Transit transit) {
        long now = time.nanoTime();
        if (inFlight.size() >= MAX_IN_FLIGHT) {
            drop(transit, DropCause.QUEUE_FULL);
            return false;
        }
        if (config.bandwidth() == LinkConfig.UNLIMITED && queue.isEmpty() && freeAt - now <= 0) {
            depart(transit, now);
            return true;
        }
        boolean taken = enqueue(transit, now);
        pump(now);
        return taken;
    }

    private boolean enqueue(Transit transit, long now) {
        transit.queuedAt = now;
        DropCause refusal = queue.enqueue(transit, now);
        if (refusal != null) {
            drop(transit, refusal);
            return refusal != DropCause.QUEUE_FULL;
        }
        return true;
    }

    /** Lets the transmitter take frames as long as it is free. */
    private void pump(long now) {
        while (!queue.isEmpty() && freeAt - now <= 0) {
            Transit next = queue.dequeue(now);
            if (next != null) {
                freeAt = now + transmissionNanos(next);
                depart(next, freeAt);
            }
        }
        counters.noteQueue(queue.frames(), queue.bytes());
    }

    private long transmissionNanos(Transit transit) {
        return config.bandwidth() == LinkConfig.UNLIMITED
                ? 0
                : FrameOctets.wireLength(transit.frame) * BITS * SECOND / config.bandwidth();
    }

    /** The last bit leaves the transmitter at {@code at}. */
    private void depart(Transit transit, long at) {
        if (transit.lost) {
            counters.lost++;
            return;
        }
        if (transit.corruptBit != Transit.NO_BIT) {
            counters.corrupted++;
            transit.frame = FrameOctets.corrupt(transit.frame, transit.corruptBit);
        }
        long due = at + delayNanos + transit.jitter;
        if (transit.heldBack > 0) {
            counters.reordered++;
            transit.due = due + transit.heldBack;
        } else {
            transit.due = Math.max(due, config.jitter().isZero() ? due : lastDue);
            lastDue = Math.max(lastDue, transit.due);
        }
        inFlight.add(transit);
        if (transit.twice) {
            counters.duplicated++;
            inFlight.add(new Transit(transit));
        }
    }

    private void onDue() {
        long now = time.nanoTime();
        for (Transit next; (next = inFlight.poll(now)) != null; ) {
            deliver(next);
        }
        pump(now);
        arm();
    }

    private void deliver(Transit transit) {
        int length = transit.length();
        DropCause refusal = to.receive(transit.frame, transit.origin);
        if (refusal != null) {
            drop(transit, refusal);
        } else {
            counters.delivered++;
            counters.deliveredBytes += length;
        }
    }

    private void drop(Transit transit, DropCause cause) {
        counters.dropped(cause);
    }

    private void arm() {
        timer.arm(Deadline.earlier(inFlight.nextDue(), queue.isEmpty() ? Deadline.NONE : freeAt));
    }

    /** Drops what waits in the queue; what is on the wire arrives. */
    void flush(DropCause cause) {
        for (Transit next = queue.remove(); next != null; next = queue.remove()) {
            drop(next, cause);
        }
        arm();
    }

    /** Which port it comes from. */
    Port from() {
        return from;
    }

    /** The link it is a direction of. */
    public Link link() {
        return link;
    }

    @Override
    public String toString() {
        return name;
    }
}
