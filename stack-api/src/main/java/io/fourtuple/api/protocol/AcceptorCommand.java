package io.fourtuple.api.protocol;

import java.util.Objects;
import org.apache.pekko.actor.typed.ActorRef;

/** What a listening socket is asked. It is an actor; watch it to learn of its end. */
public sealed interface AcceptorCommand {
    /**
     * Accepts {@code n} connections more, as soon as they are there. Demands add up and are served in their order.
     *
     * @param n at least 1
     * @param to gets each connection; when it has terminated, its demand is forgotten
     */
    record Demand(int n, ActorRef<Accepted> to) implements AcceptorCommand {
        public Demand {
            Objects.requireNonNull(to, "to");
            if (n < 1) {
                throw new IllegalArgumentException("demand must be at least 1, not " + n);
            }
        }
    }

    /**
     * Closes the listening socket. Connections that nobody has accepted yet are reset; accepted ones live on.
     *
     * @param replyTo told when the port is free again; not told by an acceptor that has terminated, so watch it, too
     */
    record Unbind(ActorRef<Unbound> replyTo) implements AcceptorCommand {
        public Unbind {
            Objects.requireNonNull(replyTo, "replyTo");
        }
    }
}
