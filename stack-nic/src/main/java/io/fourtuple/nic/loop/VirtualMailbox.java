package io.fourtuple.nic.loop;

import com.typesafe.config.Config;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.dispatch.Envelope;
import org.apache.pekko.dispatch.MailboxType;
import org.apache.pekko.dispatch.MessageQueue;
import org.apache.pekko.dispatch.ProducesMessageQueue;
import org.apache.pekko.dispatch.UnboundedMessageQueueSemantics;
import scala.Option;

/**
 * The mailbox of actors in virtual time: unbounded, for the one thread of the simulation. Besides being cheap, it
 * notices every message of another thread, also one to an actor that is ready to run anyhow.
 */
public final class VirtualMailbox implements MailboxType, ProducesMessageQueue<VirtualMailbox.Queue> {
    private final VirtualTime time = VirtualTime.current();

    /** Called by Pekko, on the thread of the simulation. */
    public VirtualMailbox(ActorSystem.Settings settings, Config config) {
        // There is nothing to set.
    }

    @Override
    public MessageQueue create(Option<ActorRef> owner, Option<ActorSystem> system) {
        return new Queue(time);
    }

    private static final class Node {
        final Envelope envelope;
        Node next;

        Node(Envelope envelope) {
            this.envelope = envelope;
        }
    }

    /** Messages in the order they came. */
    public static final class Queue implements MessageQueue, UnboundedMessageQueueSemantics {
        private final VirtualTime time;
        private Node first;
        private Node last;

        Queue(VirtualTime time) {
            this.time = time;
        }

        @Override
        public void enqueue(ActorRef receiver, Envelope envelope) {
            if (!time.admits(envelope)) {
                return;
            }
            Node node = new Node(envelope);
            if (first == null) {
                first = node;
            } else {
                last.next = node;
            }
            last = node;
        }

        @Override
        public Envelope dequeue() {
            Node node = first;
            if (node == null) {
                return null;
            }
            first = node.next;
            return node.envelope;
        }

        @Override
        public boolean hasMessages() {
            return first != null;
        }

        @Override
        public int numberOfMessages() {
            int count = 0;
            for (Node node = first; node != null; node = node.next) {
                count++;
            }
            return count;
        }

        @Override
        public void cleanUp(ActorRef owner, MessageQueue deadLetters) {
            for (Envelope left = dequeue(); left != null; left = dequeue()) {
                deadLetters.enqueue(owner, left);
            }
        }
    }
}
