package io.fourtuple.api.simulation.streams;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.Unbound;
import io.fourtuple.core.Counter;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.wire.IpAddress;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ExtensibleBehavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.TypedActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A listening socket with its two queues, under the rules of {@link StackConfig.Listen}. A SYN that a real stack would
 * answer with a cookie is answered here without counting, and not again when the answer gets lost.
 *
 * <p>An actor for those who accept. What arrives for it is told by calls, on the same thread.
 */
final class StreamListener extends ExtensibleBehavior<Object> {
    /** What becomes of the last parcel of a handshake. */
    enum Admission { ADMITTED, IGNORED, RESET }

    private record Waiting(ActorRef<Object> connection, Accepted accepted) {}

    private static final class Asker {
        final ActorRef<Accepted> ref;
        long open;

        Asker(ActorRef<Accepted> ref, long open) {
            this.ref = ref;
            this.open = open;
        }
    }

    private final StreamStack stack;
    private final IpAddress address;
    private final int port;
    private final TcpConfig tcp;
    private final StackConfig.Listen rules;
    private final int backlog;
    private final int synBound;
    private final int acceptBound;
    private final Set<StreamConnection> halfOpen = new LinkedHashSet<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final ArrayDeque<Asker> askers = new ArrayDeque<>();
    /** Slots of the accept queue, also of those whose actor is yet to come. */
    private int taken;
    private boolean closed;
    private ActorRef<Object> self;

    StreamListener(StreamStack stack, IpAddress address, int port, TcpConfig tcp, int askedBacklog) {
        this.stack = stack;
        this.address = address;
        this.port = port;
        this.tcp = tcp;
        rules = stack.config().listen();
        backlog = rules.backlog(askedBacklog);
        synBound = rules.synBound(askedBacklog);
        acceptBound = rules.acceptBound(askedBacklog);
    }

    IpAddress address() {
        return address;
    }

    int port() {
        return port;
    }

    TcpConfig tcp() {
        return tcp;
    }

    int backlog() {
        return backlog;
    }

    int synBound() {
        return synBound;
    }

    /** Connections in the SYN queue. */
    int halfOpen() {
        return halfOpen.size();
    }

    /** Connections in the accept queue. */
    int notAccepted() {
        return taken;
    }

    boolean isClosed() {
        return closed;
    }

    /** The actor of this. */
    ActorRef<Object> ref() {
        return self;
    }

    void setRef(ActorRef<Object> actor) {
        self = actor;
    }

    // ---- handshakes ----

    /** Whether a SYN is answered, as there is room for it or as it need not be remembered. */
    boolean admitsSyn() {
        if (rules.profile() == Profile.LINUX && taken >= acceptBound) {
            stack.count(Counter.TCP_EXT_LISTEN_OVERFLOWS);
            stack.count(Counter.TCP_EXT_LISTEN_DROPS);
            return false;
        }
        if (halfOpen.size() < synBound || rules.syncookies() != SynCookies.OFF) {
            return true;
        }
        stack.count(Counter.TCP_EXT_REQ_Q_FULL_DROP);
        return false;
    }

    /** A SYN was answered. */
    void remember(StreamConnection connection) {
        if (halfOpen.size() < synBound && rules.syncookies() != SynCookies.ALWAYS) {
            halfOpen.add(connection);
        }
    }

    /** Whether the SYN of a connection is in the queue, so that its answer is sent again. */
    boolean remembers(StreamConnection connection) {
        return halfOpen.contains(connection);
    }

    /** It is half-open no more. */
    void forget(StreamConnection connection) {
        halfOpen.remove(connection);
    }

    /** The last parcel of a handshake has come: takes a slot of the accept queue, and asks for an actor. */
    Admission admit(StreamConnection connection) {
        if (closed) {
            return Admission.RESET;
        }
        if (!stack.hasRoom()) {
            stack.count(Counter.TCP_EXT_CONNECTION_LIMIT);
            return Admission.IGNORED;
        }
        if (taken >= acceptBound) {
            stack.count(Counter.TCP_EXT_LISTEN_OVERFLOWS);
            stack.count(Counter.TCP_EXT_LISTEN_DROPS);
            return rules.profile() == Profile.RST ? Admission.RESET : Admission.IGNORED;
        }
        taken++;
        stack.establish(connection, this);
        return Admission.ADMITTED;
    }

    /** It has its actor now: to whoever asks. */
    void established(ActorRef<Object> connection, Accepted accepted) {
        waiting.add(new Waiting(connection, accepted));
        handOver();
    }

    private void handOver() {
        while (!waiting.isEmpty() && !askers.isEmpty()) {
            Waiting next = waiting.remove();
            taken--;
            next.connection.tell(StreamInput.HandedOver.INSTANCE);
            Asker asker = askers.element();
            asker.ref.tell(next.accepted);
            if (--asker.open == 0) {
                askers.remove();
            }
        }
    }

    /** Nobody is let in any more; those who wait are reset. Twice is no error. */
    void close() {
        closed = true;
        askers.clear();
        List.copyOf(halfOpen).forEach(StreamConnection::abort);
        waiting.forEach(each -> each.connection.tell(ConnectionCommand.Abort.INSTANCE));
        waiting.clear();
        taken = 0;
    }

    /** The host has lost its power. */
    void vanish() {
        List.copyOf(halfOpen).forEach(StreamConnection::vanish);
    }

    // ---- the actor ----

    @Override
    public Behavior<Object> receive(TypedActorContext<Object> context, Object message) {
        return switch (message) {
            case AcceptorCommand.Demand(int n, ActorRef<Accepted> to) -> {
                context.asJava().watch(to);
                askers.add(new Asker(to, n));
                handOver();
                yield this;
            }
            case AcceptorCommand.Unbind(ActorRef<Unbound> replyTo) -> {
                stack.close(this);
                replyTo.tell(Unbound.INSTANCE);
                yield Behaviors.stopped();
            }
            default -> Behaviors.unhandled();
        };
    }

    @Override
    public Behavior<Object> receiveSignal(TypedActorContext<Object> context, Signal signal) {
        if (signal instanceof Terminated terminated) {
            askers.removeIf(asker -> asker.ref.compareTo(terminated.getRef()) == 0);
            return this;
        }
        if (signal instanceof PostStop) {
            stack.close(this);
            return this;
        }
        return Behaviors.unhandled();
    }
}
