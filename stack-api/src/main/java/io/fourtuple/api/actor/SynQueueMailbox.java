package io.fourtuple.api.actor;

import com.typesafe.config.Config;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.dispatch.MailboxType;
import org.apache.pekko.dispatch.MessageQueue;
import org.apache.pekko.dispatch.ProducesMessageQueue;
import scala.Option;

/**
 * The mailbox of a listener: its data lane is the SYN queue. A SYN is admitted while SYNs queued and half-open
 * connections together are fewer than the bound, and the profile and the use of cookies allow it. Chosen by the
 * configuration id {@code fourtuple.syn-queue-mailbox}.
 */
public final class SynQueueMailbox implements MailboxType, ProducesMessageQueue<MessageQueue> {
    /** The id under which the configuration names this type. */
    static final String ID = "fourtuple.syn-queue-mailbox";

    /** Pekko makes it, from the configuration. */
    public SynQueueMailbox(ActorSystem.Settings settings, Config config) {}

    @Override
    public MessageQueue create(Option<ActorRef> owner, Option<ActorSystem> system) {
        return new SynQueue();
    }

    private static final class SynQueue extends LanedQueue {
        @Override
        LaneData.Overflow admit(ListenQueues bounds, LaneData message) {
            return bounds.admitSyn();
        }

        @Override
        boolean isOpen(ListenQueues bounds) {
            return true;
        }

        @Override
        void onLetOut(ListenQueues bounds) {
            // The slot goes with the SYN into the half-open record.
        }

        @Override
        void onControl(ListenQueues bounds, Object message) {
            // Nothing here depends on what the listener is told.
        }

        @Override
        void onThrownAway(ListenQueues bounds) {
            bounds.syn().giveBack();
        }
    }
}
