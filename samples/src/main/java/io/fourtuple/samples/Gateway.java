package io.fourtuple.samples;

import io.fourtuple.api.javadsl.Tcp;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Tcp.IncomingConnection;
import org.apache.pekko.stream.javadsl.Tcp.ServerBinding;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A door from this machine's kernel into a stack: each connection to a listening socket of the kernel (Pekko's own
 * {@code Tcp}) becomes one of the client stack at the near end of the wire. Octets, the end of either direction and
 * back-pressure go through; a connection that breaks on one side is reset on the other.
 */
final class Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final int BACKLOG = 1024;

    private final ServerBinding binding;

    private Gateway(ServerBinding binding) {
        this.binding = binding;
    }

    /**
     * Opens the door.
     *
     * @param publish where in the kernel
     * @param near the client stack
     * @param target where to in the stack that is published
     * @throws SampleException when the kernel does not let us listen there
     */
    static Gateway open(ActorSystem<?> system, Publish publish, Tcp near, InetSocketAddress target) {
        try {
            return new Gateway(org.apache.pekko.stream.javadsl.Tcp.get(system)
                    .bind(publish.host().toString(), publish.port(), BACKLOG, List.of(), true, Optional.empty())
                    .to(Sink.foreach(incoming -> connect(system, incoming, near, target)))
                    .run(system)
                    .toCompletableFuture()
                    .join());
        } catch (CompletionException e) {
            throw refused(publish, e.getCause());
        }
    }

    private static void connect(
            ActorSystem<?> system, IncomingConnection incoming, Tcp near, InetSocketAddress target) {
        Flow<ByteString, ByteString, CompletionStage<Tcp.OutgoingConnection>> outgoing = near.outgoingConnection(
                target, Optional.empty(), List.of(), true, Optional.empty(), Optional.empty());
        incoming.handleWith(outgoing, system).whenComplete((connection, failure) -> {
            if (failure != null) {
                LOG.warn("{} got no connection to {}: {}", incoming.remoteAddress(), target, failure.getMessage());
            }
        });
    }

    private static SampleException refused(Publish publish, Throwable cause) {
        String where = publish.host().toString(publish.port());
        Throwable root = cause;
        while (root.getCause() != null && !(root instanceof BindException)) {
            root = root.getCause();
        }
        String reason = String.valueOf(root.getMessage());
        if (reason.contains("in use")) {
            return new SampleException("port " + where + " of this machine is in use: "
                    + "end the program that has it, or choose another with --publish " + publish.withPort(0)
                    + " (0: any that is free)", cause);
        }
        if (reason.contains("assign requested address")) {
            return new SampleException(publish.host() + " is not an address of this machine: "
                    + "publish on one that is, such as --publish 127.0.0.1:7007:" + publish.stackPort(), cause);
        }
        if (reason.contains("Permission denied")) {
            return new SampleException("ports below 1024 of this machine, such as " + where
                    + ", are for root: choose a higher one, such as --publish 127.0.0.1:7007:" + publish.stackPort(),
                    cause);
        }
        return new SampleException("cannot listen on " + where + " of this machine (" + reason
                + "): choose another with --publish", cause);
    }

    /** Where it listens. */
    InetSocketAddress address() {
        return binding.localAddress();
    }

    /** Lets nobody in any more; who is in stays. */
    CompletionStage<Done> close() {
        return binding.unbind().thenApply(_ -> Done.getInstance());
    }
}
