package io.fourtuple.nic.sim;

import io.fourtuple.core.time.Deadline;
import io.fourtuple.nic.loop.LoopTimer;
import io.fourtuple.nic.loop.VirtualTime;
import java.time.Duration;
import java.util.List;

/**
 * A full-duplex link between two ports: two directions, each with properties of its own.
 *
 * <p>Confined to the simulation's thread.
 */
public final class Link {
    private final String name;
    private final VirtualTime time;
    private final LinkDirection forward;
    private final LinkDirection backward;
    private final LoopTimer flapTimer;
    private Duration flapUp = Duration.ZERO;
    private Duration flapDown = Duration.ZERO;
    private boolean up = true;

    Link(SimulatedNetwork network, String name, Port a, Port b, LinkConfig config) {
        this.name = name;
        time = network.time();
        forward = new LinkDirection(network, name + "/forward", this, a, b, config);
        backward = new LinkDirection(network, name + "/backward", this, b, a, config);
        a.connect(forward);
        b.connect(backward);
        flapTimer = time.timer(this::flap);
    }

    /** Such as {@code alice-bob}. */
    public String name() {
        return name;
    }

    /** From the end that was named first when it was connected, to the other. */
    public LinkDirection forward() {
        return forward;
    }

    /** The opposite of {@link #forward}. */
    public LinkDirection backward() {
        return backward;
    }

    /** Both directions. */
    public List<LinkDirection> directions() {
        return List.of(forward, backward);
    }

    /** Changes the properties of both directions, see {@link LinkDirection#setConfig}. */
    public void setConfig(LinkConfig config) {
        forward.setConfig(config);
        backward.setConfig(config);
    }

    /** Whether it carries frames. */
    public boolean isUp() {
        return up;
    }

    /**
     * Pulls the plug: frames in the queues are gone, and senders see that they cannot send. What is on the wire already
     * arrives. Ends {@link #flap}.
     */
    public void down() {
        flapTimer.disarm();
        setUp(false);
    }

    /** The opposite of {@link #down}. Ends {@link #flap}. */
    public void up() {
        flapTimer.disarm();
        setUp(true);
    }

    /**
     * Goes up and down by turns until {@link #up}, {@link #down} or this is called.
     *
     * @param up how long it is up each time, the first time from now on; more than zero
     * @param down how long it is down each time; more than zero
     */
    public void flap(Duration up, Duration down) {
        if (up.isNegative() || up.isZero() || down.isNegative() || down.isZero()) {
            throw new IllegalArgumentException(
                    "link " + name + " can only flap with times above zero, not " + up + " and " + down);
        }
        flapUp = up;
        flapDown = down;
        setUp(true);
        flapTimer.arm(Deadline.after(time.nanoTime(), up.toNanos()));
    }

    private void flap() {
        setUp(!up);
        Duration next = up ? flapUp : flapDown;
        flapTimer.arm(Deadline.after(time.nanoTime(), next.toNanos()));
    }

    private void setUp(boolean value) {
        if (value == up) {
            return;
        }
        up = value;
        if (!up) {
            for (LinkDirection direction : directions()) {
                direction.flush(DropCause.LINK_DOWN);
                direction.from().linkDown();
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
