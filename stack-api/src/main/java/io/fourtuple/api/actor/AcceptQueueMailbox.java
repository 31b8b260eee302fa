package io.fourtuple.api.actor;

import com.typesafe.config.Config;
import io.fourtuple.api.protocol.AcceptorCommand;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.dispatch.MailboxType;
import org.apache.pekko.dispatch.MessageQueue;
import org.apache.pekko.dispatch.ProducesMessageQueue;
import scala.Option;

/**
 * The mailbox of an acceptor: its data lane is the accept queue. It gives out a connection only against credit, and
 * {@link AcceptorCommand.Demand} is credit the moment it leaves the control lane, so nothing has to be scheduled again.
 * The slot of a connection is taken before the connection is made: the lane has room for whatever has one. Chosen by
 * the configuration id {@code fourtuple.accept-queue-mailbox}.
 */
public final class AcceptQueueMailbox implements MailboxType, ProducesMessageQueue<MessageQueue> {
    /** The id under which the configuration names this type. */
    static final String ID = "fourtuple.accept-queue-mailbox";

    /** Pekko makes it, from the configuration. */
    public AcceptQueueMailbox(ActorSystem.Settings settings, Config config) {}

    @Override
    public MessageQueue create(Option<ActorRef> owner, Option<ActorSystem> system) {
        return new AcceptQueue();
    }

    private static final class AcceptQueue extends LanedQueue {
        @Override
        LaneData.Overflow admit(ListenQueues bounds, LaneData message) {
            return null;
        }

        @Override
        void onAttached(ListenQueues bounds) {
            bounds.acceptLane = this;
        }

        @Override
        void onQueued(ListenQueues bounds) {
            bounds.arrived();
        }

        @Override
        boolean isOpen(ListenQueues bounds) {
            return bounds.credit() > 0;
        }

        @Override
        void onLetOut(ListenQueues bounds) {
            bounds.takeCredit(1);
            bounds.left();
            bounds.accept().giveBack();
        }

        @Override
        void onControl(ListenQueues bounds, Object message) {
            if (message instanceof AcceptorCommand.Demand demand) {
                bounds.grantCredit(demand.n());
                bounds.demandInHand = demand;
            }
        }

        @Override
        void onThrownAway(ListenQueues bounds) {
            bounds.left();
            bounds.accept().giveBack();
        }
    }
}
