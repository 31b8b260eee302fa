package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.nic.loop.LoopTimer;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.pcapng.Direction;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

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
    private static final Verdict PASS = Verdict.pass();

    private final SimulatedNetwork network;
    private final String name;
    private final VirtualTime time;
    private final Link link;
    private final Port from;
    private final Port to;
    private final Impairments impairments;
    private final FramesInFlight inFlight = new FramesInFlight();
    private final LoopTimer timer;
    private final LinkCounters counters = new LinkCounters();
    private final CRC32C crc = new CRC32C();
    private final RuleList rules;
    private final FrameQueue.Events events = new QueueEvents();
    private LinkConfig config;
    private FrameQueue queue;
    /** When the transmitter has sent what it is sending. */
    private long freeAt;
    /** When the last frame arrives of those that keep their order. */
    private long lastDue;
    private long delayNanos;
    private boolean blocked;

    LinkDirection(SimulatedNetwork network, String name, Link link, Port from, Port to, LinkConfig config) {
        this.network = network;
        this.name = name;
        time = network.time();
        this.link = link;
        this.from = from;
        this.to = to;
        impairments = new Impairments(time, name);
        rules = new RuleList(name);
        timer = time.timer(this::onDue);
        freeAt = time.nanoTime();
        lastDue = freeAt;
        this.config = config;
        delayNanos = config.delay().toNanos();
        queue = FrameQueue.of(config, events, time, name);
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
            queue = FrameQueue.of(value, events, time, name);
            for (Transit next = old.remove(now); next != null; next = old.remove(now)) {
                DropCause refusal = queue.enqueue(next, now);
                if (refusal != null) {
                    events.dropped(next, refusal);
                }
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
     * Adds a rule for packets in this direction. Rules of a direction come before those of the network.
     *
     * @param predicate which packets; called for each one
     * @return for {@link Rule#skip}, {@link Rule#limit} and {@link Rule#remove}
     */
    public Rule rule(Predicate<? super PacketView> predicate, Verdict verdict) {
        return rules.add(predicate, verdict);
    }

    /**
     * Sends a frame.
     *
     * @param origin the NIC that sent it first; null when a router did
     * @param original whether it sets out here, and does not come from another link
     * @param why it is sent, for captures; may be empty
     * @return false when the sender can tell that it is lost: link down, or queue full
     */
    boolean send(Frame frame, SimulatedNic origin, boolean original, String why) {
        byte[] bytes = frame.bytes();
        counters.sent++;
        counters.sentBytes += bytes.length;
        if (time.isJournaled()) {
            time.note(name, digest(bytes));
        }
        Transit transit = new Transit(frame, origin);
        DropCause refusal = admit(transit, original);
        if (refusal != null) {
            counters.dropped(refusal);
        }
        NetworkCapture capture = network.capture();
        if (capture != null) {
            capture.write(from.numberIn(capture), time.nanoTime(), frame, Direction.OUTBOUND,
                    NetworkCapture.join(why, fate(transit, refusal)));
        }
        arm();
        return refusal != DropCause.LINK_DOWN && refusal != DropCause.QUEUE_FULL;
    }

    /** Not the Internet checksum: over a packet with a valid one of TCP that is the same, whatever the payload. */
    private long digest(byte[] frame) {
        crc.reset();
        crc.update(frame);
        return crc.getValue() << Integer.SIZE | frame.length;
    }

    /** Decides what becomes of a frame; null when it goes on, else why not. */
    private DropCause admit(Transit transit, boolean original) {
        if (!link.isUp()) {
            return DropCause.LINK_DOWN;
        }
        if (blocked) {
            return DropCause.BLOCKED;
        }
        if (inFlight.size() >= MAX_IN_FLIGHT) {
            return DropCause.QUEUE_FULL;
        }
        Rule rule = findRule(transit, original);
        return switch (rule == null ? PASS : rule.verdict()) {
            case Verdict.Pass _ -> admitByLink(transit, false);
            case Verdict.Corrupt _ -> admitByLink(transit, true);
            case Verdict.Drop _ -> {
                remark(transit, () -> "dropped by " + rule);
                yield DropCause.RULE;
            }
            case Verdict.Deliver(Duration delay) -> {
                remark(transit, () -> "delivered by " + rule + " after " + millis(delay.toNanos()));
                transit.due = Deadline.after(time.nanoTime(), delay.toNanos());
                transit.delivered = true;
                inFlight.add(transit);
                yield null;
            }
        };
    }

    private Rule findRule(Transit transit, boolean original) {
        RuleList ofNetwork = network.rules();
        if (rules.isEmpty() && (!original || ofNetwork.isEmpty())) {
            return null;
        }
        PacketView packet = new PacketView(transit.frame, this, transit.origin);
        Rule rule = rules.find(packet);
        return rule != null || !original ? rule : ofNetwork.find(packet);
    }

    private DropCause admitByLink(Transit transit, boolean corrupt) {
        if (FrameOctets.packetLength(transit.frame) > config.mtu()) {
            return DropCause.TOO_BIG;
        }
        impairments.decide(transit, config);
        if (corrupt) {
            impairments.corrupt(transit);
        }
        long now = time.nanoTime();
        if (config.bandwidth() == LinkConfig.UNLIMITED && queue.isEmpty() && freeAt - now <= 0) {
            depart(transit, now);
            return null;
        }
        transit.queuedAt = now;
        DropCause refusal = queue.enqueue(transit, now);
        pump(now);
        return refusal;
    }

    /** What is known of a frame that has just been sent, for a reader of captures. */
    private String fate(Transit transit, DropCause refusal) {
        if (refusal != null && refusal != DropCause.RULE) {
            return "dropped: " + refusal + (refusal == DropCause.QUEUE_FULL ? " (" + queue.frames() + " frames)" : "");
        }
        String fate = transit.remarks;
        if (transit.corruptBit != Transit.NO_BIT) {
            fate = NetworkCapture.join(fate, "bit " + transit.corruptBit + " inverted on " + link.name());
        }
        if (transit.heldBack > 0) {
            fate = NetworkCapture.join(fate, "held back by " + millis(transit.heldBack));
        }
        if (transit.twice) {
            fate = NetworkCapture.join(fate, "duplicated on " + link.name());
        }
        return transit.lost ? NetworkCapture.join(fate, "lost on " + link.name()) : fate;
    }

    private static String millis(long nanos) {
        long micros = nanos / 1000;
        return micros / 1000.0 + " ms";
    }

    private void remark(Transit transit, Supplier<String> words) {
        if (network.isCaptured()) {
            transit.remark(words.get());
        }
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
            Transit copy = new Transit(transit);
            remark(copy, () -> "duplicate");
            inFlight.add(copy);
        }
    }

    private void onDue() {
        long now = time.nanoTime();
        for (Transit next; (next = inFlight.poll(now)) != null; ) {
            deliver(next);
        }
        to.settled();
        pump(now);
        arm();
    }

    private void deliver(Transit transit) {
        DropCause refusal = to.refusal(transit.origin);
        if (refusal != null) {
            dropAt(to, transit, refusal, "dropped: " + refusal);
            return;
        }
        counters.delivered++;
        counters.deliveredBytes += transit.length();
        NetworkCapture capture = network.capture();
        if (capture != null) {
            capture.write(to.numberIn(capture), time.nanoTime(), transit.frame, Direction.INBOUND, fate(transit, null));
        }
        to.receive(transit.frame, transit.origin);
    }

    private void dropAt(Port port, Transit transit, DropCause cause, String words) {
        counters.dropped(cause);
        NetworkCapture capture = network.capture();
        if (capture != null) {
            capture.write(port.numberIn(capture), time.nanoTime(), transit.frame, Direction.UNKNOWN,
                    NetworkCapture.join(transit.remarks, words));
        }
    }

    /** What happens to frames that wait. */
    private final class QueueEvents implements FrameQueue.Events {
        @Override
        public void dropped(Transit transit, DropCause cause) {
            dropAt(from, transit, cause,
                    "dropped: " + cause + " after " + millis(time.nanoTime() - transit.queuedAt) + " in the queue");
        }

        @Override
        public void marked(Transit transit, DropCause insteadOf) {
            counters.marked++;
            remark(transit, () -> "CE marked by " + insteadOf);
        }
    }

    private void arm() {
        timer.arm(Deadline.earlier(inFlight.nextDue(), queue.isEmpty() ? Deadline.NONE : freeAt));
    }

    /** Drops what waits in the queue; what is on the wire arrives. */
    void flush(DropCause cause) {
        long now = time.nanoTime();
        for (Transit next = queue.remove(now); next != null; next = queue.remove(now)) {
            events.dropped(next, cause);
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
