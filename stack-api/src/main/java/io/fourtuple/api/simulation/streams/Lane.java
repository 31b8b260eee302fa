package io.fourtuple.api.simulation.streams;

import io.fourtuple.api.simulation.streams.Parcel.Kind;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.nic.loop.LoopTimer;
import io.fourtuple.nic.sim.Paths;
import io.fourtuple.nic.sim.SimulatedNic;
import java.util.ArrayDeque;

/**
 * One direction of one connection. What is sent arrives in order after the delay of the path, or not at all: when there
 * is no path as it is sent, or nobody to take it as it arrives. Both ends are told of a loss at once, which spares them
 * the timers by which TCP finds out; they wait for as long as those would.
 *
 * <p>Confined to the simulation's thread.
 */
final class Lane {
    private record InFlight(Parcel parcel, long due) {}

    private final StreamWorld world;
    private final FourTuple tuple;
    private final SimulatedNic from;
    private final SimulatedNic to;
    private final String name;
    private final LoopTimer timer;
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>(2);
    private long lastDue;
    private Lane back;
    /** Null before there is one. */
    private StreamConnection sender;
    /** Null before there is one. */
    private StreamConnection receiver;

    private Lane(StreamWorld world, FourTuple tuple, SimulatedNic from, SimulatedNic to) {
        this.world = world;
        this.tuple = tuple;
        this.from = from;
        this.to = to;
        name = "streams " + from.name() + "-" + to.name();
        timer = world.time().timer(this::onDue);
    }

    /** The lane from a new end with this tuple, and one back. */
    static Lane pair(StreamWorld world, FourTuple tuple, SimulatedNic from, SimulatedNic to) {
        Lane there = new Lane(world, tuple, from, to);
        there.back = new Lane(world, tuple.reversed(), to, from);
        there.back.back = there;
        return there;
    }

    /** The connection as its sender sees it. */
    FourTuple tuple() {
        return tuple;
    }

    /** The other direction. */
    Lane back() {
        return back;
    }

    /** From now on this is the end that sends here, and gets what comes back. */
    void attach(StreamConnection end) {
        sender = end;
        back.receiver = end;
    }

    void send(Parcel parcel) {
        if (world.time().isJournaled()) {
            world.time().note(name, parcel.digest());
        }
        long delay = world.paths().delayNanos(from, to);
        if (delay == Paths.NONE) {
            lost();
            return;
        }
        lastDue = Math.max(lastDue, world.time().nanoTime() + delay); // none overtakes another
        inFlight.add(new InFlight(parcel, lastDue));
        if (inFlight.size() == 1) {
            timer.arm(lastDue);
        }
    }

    /** Something that was sent here is gone, and so are those who would have answered it. */
    void lost() {
        if (sender != null) {
            sender.onLost();
        }
        if (receiver != null) {
            receiver.onLost();
        }
    }

    private void onDue() {
        long now = world.time().nanoTime();
        for (InFlight next; (next = inFlight.peek()) != null && next.due <= now; ) {
            inFlight.remove();
            arrive(next.parcel);
        }
        if (!inFlight.isEmpty()) {
            timer.arm(inFlight.element().due);
        }
    }

    private void arrive(Parcel parcel) {
        StreamStack host = world.paths().isOpen(from, to) ? world.stackOf(to) : null;
        if (host == null) {
            lost();
        } else if (receiver != null && receiver.isOf(host)) {
            receiver.handle(parcel);
        } else if (parcel.kind() == Kind.SYN) {
            host.onSyn(this, parcel);
        } else if (parcel.kind() != Kind.RESET) {
            back.send(Parcel.RESET); // it was meant for the time before a crash
        }
    }
}
