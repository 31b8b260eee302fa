package io.fourtuple.nic;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.nic.loop.EventLoop;
import io.fourtuple.nic.loop.LoopTimer;
import io.fourtuple.nic.loop.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ExtensibleBehavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Reads a NIC inside its own receive and tells the stack what came, in batches.
 *
 * <p>Two states: <em>polling</em>, in which a {@link Poll} to itself is always on its way, and <em>idle</em>, entered
 * when the NIC had fewer frames than asked for and left when its {@link Readiness} says so or {@link Nic#nextReceive}
 * comes. The next {@link Poll} queues up behind everything that the loop has to run already, so that the stack has
 * worked off one batch before the next is read: frames wait in the device, where they are bounded.
 *
 * <p>Runs on the event loop that the NIC then belongs to. It only reads: whoever spawned it owns the NIC and closes it
 * after this actor has ended. It keeps no state that a restart would lose: the new one watches the NIC anew and first
 * looks whether there is something to read.
 */
public final class NicActor extends ExtensibleBehavior<NicActor.Command> {
    /** The most frames in one {@link FrameBatch}. */
    public static final int MAX_BATCH = 32;

    /** What this actor understands. */
    public sealed interface Command {}

    /** To itself: read on. */
    private enum Poll implements Command { POLL }

    /** From the device: there is something to read. */
    private enum Wake implements Command { WAKE }

    /** Reading between two turns has failed: to be thrown in a turn, where it is seen to. */
    private record Failed(RuntimeException cause) implements Command {}

    /** Stop reading; the NIC stays open. */
    public record Stop() implements Command {}

    /**
     * Frames that a NIC received, oldest first.
     *
     * @param frames 1 to {@value #MAX_BATCH} frames, unmodifiable
     */
    public record FrameBatch(List<Frame> frames) {}

    private final ActorRef<Command> self;
    private final Nic nic;
    private final EventLoop loop;
    private final Runnable tellBatch;
    private final Runnable repoll;
    private final LoopTimer timer;
    private final Registration registration;
    private final ArrayList<Frame> batch = new ArrayList<>(MAX_BATCH);
    private boolean polling;

    private <M> NicActor(ActorContext<Command> context, Nic nic, ActorRef<M> stack, Function<FrameBatch, M> wrap) {
        this.self = context.getSelf();
        this.nic = nic;
        this.loop = EventLoop.current();
        this.tellBatch = () -> stack.tell(wrap.apply(new FrameBatch(List.copyOf(batch))));
        this.repoll = () -> self.tell(Poll.POLL);
        this.timer = loop.timer(() -> self.tell(Wake.WAKE));
        this.registration = switch (nic.readiness()) {
            case Readiness.Descriptor(int fd) -> loop.register(fd, this::onReadable);
            case Readiness.Signal signal -> {
                signal.onReadable(signal.mayReadAtOnce() ? this::readAtOnce : () -> self.tell(Wake.WAKE));
                yield () -> signal.onReadable(() -> {});
            }
        };
        self.tell(Wake.WAKE);
    }

    /**
     * An actor that reads {@code nic}. To be spawned on a loop dispatcher ({@link EventLoop}); it fails elsewhere.
     *
     * @param nic the NIC, which nobody else may read
     * @param stack gets what is received
     */
    public static Behavior<Command> create(Nic nic, ActorRef<? super FrameBatch> stack) {
        return create(nic, stack.<FrameBatch>narrow(), Function.identity());
    }

    /**
     * The same for a stack with a message type of its own.
     *
     * @param wrap makes the stack's message of a batch; it is called on the loop
     */
    public static <M> Behavior<Command> create(Nic nic, ActorRef<M> stack, Function<FrameBatch, M> wrap) {
        return Behaviors.setup(context -> new NicActor(context, nic, stack, wrap));
    }

    @Override
    public Behavior<Command> receive(TypedActorContext<Command> context, Command command) {
        switch (command) {
            case Poll _ -> poll();
            case Wake _ -> {
                if (!polling) {
                    poll();
                }
            }
            case Failed(RuntimeException cause) -> throw cause;
            case Stop _ -> {
                return Behaviors.stopped();
            }
        }
        return Behaviors.same();
    }

    @Override
    public Behavior<Command> receiveSignal(TypedActorContext<Command> context, Signal signal) {
        if (signal instanceof PostStop || signal instanceof PreRestart) {
            timer.disarm();
            registration.close();
            return this;
        }
        return Behaviors.unhandled();
    }

    private void poll() {
        int count = 0;
        try {
            count = nic.receive(batch::add, MAX_BATCH);
        } finally {
            if (!batch.isEmpty()) { // also what came before a failure
                tellBatch.run();
                batch.clear();
            }
        }
        polling = count == MAX_BATCH;
        if (polling) {
            loop.execute(repoll);
        } else {
            timer.arm(nic.nextReceive());
        }
    }

    /** A turn less for each frame of a simulation. */
    private void readAtOnce() {
        if (!polling) {
            try {
                poll();
            } catch (RuntimeException e) {
                self.tell(new Failed(e));
            }
        }
    }

    private void onReadable() {
        if (!polling) {
            polling = true;
            self.tell(Poll.POLL);
        }
    }
}
