package io.fourtuple.api.actor;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.dispatch.Envelope;
import org.apache.pekko.dispatch.MessageQueue;

/**
 * The queue of a mailbox with two lanes. The control lane (commands, {@code Terminated}, whatever is not {@link
 * LaneData}) is served first and never refuses. The data lane is bounded by the {@link ListenQueues} that the first
 * message, {@link Attach}, brings; until then it is full. What it refuses is told so and never becomes a dead letter.
 *
 * <p>Any thread enqueues; one thread at a time takes out, as Pekko's mailbox runs it.
 */
abstract class LanedQueue implements MessageQueue {
    private final Queue<Envelope> control = new ConcurrentLinkedQueue<>();
    private final Queue<Envelope> data = new ConcurrentLinkedQueue<>();
    private volatile ListenQueues queues;

    /** Takes a slot of the data lane for this message. Null when it has one, else why not. Any thread. */
    abstract LaneData.Overflow admit(ListenQueues bounds, LaneData message);

    /** Whether the data lane may give out a message now. Any thread. */
    abstract boolean isOpen(ListenQueues bounds);

    /** A message of the data lane was taken out and goes to the actor. */
    abstract void onLetOut(ListenQueues bounds);

    /** The bounds are there. Any thread. */
    void onAttached(ListenQueues bounds) {}

    /** A message is in the data lane. Any thread. */
    void onQueued(ListenQueues bounds) {}

    /** Takes the oldest message of the data lane past the actor, whatever the lane is open for; null for none. */
    final LaneData pollData() {
        Envelope next = data.poll();
        return next == null ? null : (LaneData) next.message();
    }

    /** A message of the control lane was taken out and goes to the actor. */
    abstract void onControl(ListenQueues bounds, Object message);

    /** A message of the data lane was thrown away with the mailbox: give its slot back. */
    abstract void onThrownAway(ListenQueues bounds);

    @Override
    public final void enqueue(ActorRef receiver, Envelope envelope) {
        switch (envelope.message()) {
            case Attach attach -> {
                queues = attach.queues();
                onAttached(attach.queues());
            }
            case LaneData message -> {
                ListenQueues bounds = queues;
                LaneData.Overflow refusal =
                        bounds == null ? LaneData.Overflow.NOT_ATTACHED : admit(bounds, message);
                if (refusal == null) {
                    data.add(envelope);
                    onQueued(bounds);
                } else {
                    message.onOverflow(refusal);
                }
            }
            default -> control.add(envelope);
        }
    }

    @Override
    public final Envelope dequeue() {
        ListenQueues bounds = queues;
        Envelope next = control.poll();
        if (next != null) {
            if (bounds != null) {
                onControl(bounds, next.message());
            }
            return next;
        }
        if (bounds == null || !isOpen(bounds)) {
            return null;
        }
        next = data.poll();
        if (next != null) {
            onLetOut(bounds);
            ((LaneData) next.message()).onLetOut(bounds);
        }
        return next;
    }

    /** Messages of both lanes. Counts them one by one. */
    @Override
    public final int numberOfMessages() {
        return control.size() + data.size();
    }

    @Override
    public final boolean hasMessages() {
        if (!control.isEmpty()) {
            return true;
        }
        ListenQueues bounds = queues;
        return bounds != null && isOpen(bounds) && !data.isEmpty();
    }

    @Override
    public final void cleanUp(ActorRef owner, MessageQueue deadLetters) {
        for (Envelope left = control.poll(); left != null; left = control.poll()) {
            deadLetters.enqueue(owner, left);
        }
        for (Envelope left = data.poll(); left != null; left = data.poll()) {
            onThrownAway(queues);
            ((LaneData) left.message()).onDiscarded();
        }
    }
}
