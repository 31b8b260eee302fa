package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What joins several {@link SimulatedNetwork}s, each with a time and a thread of its own: a frame that leaves one by
 * its {@link Uplink} arrives by those of others, {@link #delay} later.
 *
 * <p>The delay is what lets the networks run side by side: as long as none is ahead of another by as much, nothing that
 * a network sends can concern the past of another one. So all run for one such {@linkplain #advance stretch of time},
 * wait for each other, take what has come for them, and go on. What is sent in a stretch lies in a box that nobody but
 * its sender touches then, and is taken out in the next one.
 *
 * <p>Frames to one station go to the network whose station it is, by its hardware address; all others go everywhere.
 * The order does not depend on that of the threads, and nothing is lost unless too much is
 * {@linkplain #MAX_IN_FLIGHT on its way}.
 */
public final class Backbone {
    /** The most networks on one backbone. */
    public static final int MAX_SITES = 16;
    /** The most frames on their way to one network; further ones are lost, and counted. */
    public static final int MAX_IN_FLIGHT = LinkDirection.MAX_IN_FLIGHT;

    private static final int TURNS = 2;

    private final int sites;
    private final long delay;
    /** By turn, sender and receiver. */
    private final List<List<Crossing>> boxes = new ArrayList<>();

    /** A frame on its way to another network, and when it arrives there. */
    record Crossing(long due, Frame frame) {}

    /**
     * A backbone without networks.
     *
     * @param sites how many networks there will be, from 1 to {@value #MAX_SITES}
     * @param delay how long each frame takes from one to another; above 0
     */
    public Backbone(int sites, Duration delay) {
        if (sites < 1 || sites > MAX_SITES) {
            throw new IllegalArgumentException("a backbone joins 1 to " + MAX_SITES + " networks, not " + sites);
        }
        if (delay.isNegative() || delay.isZero()) {
            throw new IllegalArgumentException("frames take more than no time on a backbone, not " + delay);
        }
        this.sites = sites;
        this.delay = delay.toNanos();
        for (int i = 0; i < TURNS * sites * sites; i++) {
            boxes.add(new ArrayList<>());
        }
    }

    /** How many networks it joins. */
    public int sites() {
        return sites;
    }

    /** How long each frame takes. */
    public Duration delay() {
        return Duration.ofNanos(delay);
    }

    /**
     * Until when, the end included, a network may run while no other one has anything to do before {@code start}.
     *
     * @param start in nanoseconds of all networks
     */
    public long advance(long start) {
        return start + delay - 1;
    }

    /** A frame leaves the network {@code from}. */
    void send(Uplink from, Frame frame, long now) {
        Crossing crossing = new Crossing(now + delay, frame);
        int to = SimulatedNetwork.siteOf(frame.bytes());
        if (to >= 0 && to < sites) {
            if (to != from.site()) {
                box(from.turn(), from.site(), to).add(crossing);
            }
            return;
        }
        for (int site = 0; site < sites; site++) {
            if (site != from.site()) {
                box(from.turn(), from.site(), site).add(crossing);
            }
        }
    }

    private List<Crossing> box(int turn, int from, int to) {
        return boxes.get((turn * sites + from) * sites + to);
    }

    /** When the first frame arrives anywhere that {@code from} has sent in its present turn. */
    long earliest(Uplink from) {
        long earliest = Deadline.NONE;
        for (int site = 0; site < sites; site++) {
            List<Crossing> box = box(from.turn(), from.site(), site);
            if (!box.isEmpty()) {
                earliest = Deadline.earlier(earliest, box.getFirst().due());
            }
        }
        return earliest;
    }

    /** Takes out what was sent to {@code to} in a turn that is over, by time and then by sender. */
    List<Crossing> take(Uplink to, int turn) {
        List<Crossing> all = new ArrayList<>();
        for (int site = 0; site < sites; site++) {
            List<Crossing> box = box(turn, site, to.site());
            all.addAll(box);
            box.clear();
        }
        all.sort((a, b) -> Long.signum(a.due() - b.due()));
        return all;
    }
}
