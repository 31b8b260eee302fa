package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.nic.loop.LoopTimer;
import java.util.ArrayDeque;

/**
 * The way of a {@link SimulatedNetwork} to a {@link Backbone}, and back: by one switch ({@link Switch#connect}).
 *
 * <p>Confined to the thread of its network's simulation.
 */
public final class Uplink {
    private final Backbone backbone;
    private final SimulatedNetwork network;
    private final ArrayDeque<Backbone.Crossing> inbound = new ArrayDeque<>();
    private final LoopTimer timer;
    /** Of the switch; null until there is one. */
    private Port port;
    private int turn;
    private long dropped;

    Uplink(SimulatedNetwork network, Backbone backbone) {
        this.network = network;
        this.backbone = backbone;
        timer = network.time().timer(this::onDue);
    }

    /** What comes for this network arrives there. */
    void connect(Port to) {
        if (port != null) {
            throw new IllegalStateException(this + " has a switch already, " + port.name() + ": there can be one only");
        }
        port = to;
    }

    /** Takes a frame to the others. */
    void send(Frame frame) {
        backbone.send(this, frame, now());
    }

    /** Which network of the backbone it is that of, from 0. */
    public int site() {
        return network.site();
    }

    /** The box that frames are put into now. */
    int turn() {
        return turn;
    }

    /** How many frames from other networks were lost here: without a switch, or one more than may be on their way. */
    public long dropped() {
        return dropped;
    }

    /**
     * When something happens next that this network is the cause of, here or elsewhere: now, if it has something to do
     * at once, and {@link Deadline#NONE} for never. To be called when no time passes.
     */
    public long nextEvent() {
        return Deadline.earlier(network.time().nextEvent(), backbone.earliest(this));
    }

    /**
     * Takes what other networks have sent in the turn that is over, and begins the next one. To be called once for each
     * turn, on all networks, after all have ended it.
     */
    public void nextTurn() {
        int over = turn;
        turn ^= 1;
        for (Backbone.Crossing crossing : backbone.take(this, over)) {
            if (inbound.size() == Backbone.MAX_IN_FLIGHT) {
                dropped++;
            } else {
                inbound.add(crossing);
            }
        }
        arm();
    }

    private void onDue() {
        for (Backbone.Crossing next = inbound.peek();
                next != null && Deadline.isDue(next.due(), now());
                next = inbound.peek()) {
            inbound.remove();
            if (port == null) {
                dropped++;
            } else {
                port.receive(next.frame(), null);
            }
        }
        arm();
    }

    private void arm() {
        timer.arm(inbound.isEmpty() ? Deadline.NONE : inbound.peek().due());
    }

    private long now() {
        return network.time().nanoTime();
    }

    @Override
    public String toString() {
        return "uplink of network " + site();
    }
}
