package io.fourtuple.samples;

import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.core.wire.IpAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP proxy out of streams: each connection that a stack accepts is joined, through a {@link Relay}, to one that is
 * opened to the far side, and its end is one line in the log.
 *
 * <p>The far side is connected to after the client has been accepted, as in every proxy of this kind: a far side that
 * refuses is a reset for the client. What the far side does not take the client is not asked for, and the reverse.
 */
final class Proxy {
    private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

    private final ActorSystem<?> system;
    private final String to;
    private final Flow<ByteString, ByteString, CompletionStage<InetSocketAddress>> farSide;
    private final Duration idleTimeout;
    private volatile boolean stopping;

    /**
     * A proxy that does not listen yet.
     *
     * @param to the name of the far side in the log
     * @param farSide opens a connection with each materialisation, whose value is our end of it
     * @param idleTimeout how long no octet may pass in either direction of a connection
     */
    Proxy(
            ActorSystem<?> system,
            String to,
            Flow<ByteString, ByteString, CompletionStage<InetSocketAddress>> farSide,
            Duration idleTimeout) {
        this.system = system;
        this.to = to;
        this.farSide = farSide;
        this.idleTimeout = idleTimeout;
    }

    /**
     * Listens on a stack.
     *
     * @param connections how many are carried at the same time; beyond that none is accepted, so that they wait in the
     *     accept queue and, when that is full, as half-open ones
     */
    CompletionStage<Tcp.ServerBinding> listen(Tcp near, String address, int port, int connections) {
        return near.bind(address, port, SampleNetwork.BACKLOG, List.of(), true, Optional.empty())
                .mapAsyncUnordered(connections, this::carry)
                .to(Sink.ignore())
                .run(system);
    }

    /** From now on connections end because of us. */
    void stopping() {
        stopping = true;
    }

    private CompletionStage<Done> carry(Tcp.IncomingConnection client) {
        Pair<CompletionStage<Relay.Ending>, CompletionStage<InetSocketAddress>> carried = client.handleWith(
                BidiFlow.fromGraph(new Relay(idleTimeout)).join(farSide, Keep.both()), system);
        return carried.first().thenCombine(
                carried.second().handle((_, failure) -> failure == null),
                (ending, connected) -> log(client.remoteAddress(), ending, connected));
    }

    private Done log(InetSocketAddress client, Relay.Ending ending, boolean connected) {
        LOG.info("{} -> {}: {} octets sent, {} received, {} s: {}",
                IpAddress.of(client.getAddress()).toString(client.getPort()),
                to,
                ending.toFarSide(),
                ending.toClient(),
                String.format(Locale.ROOT, "%.3f", ending.duration().toNanos() / 1e9),
                stopping ? "the proxy ends" : why(ending.reason(), connected));
        return Done.getInstance();
    }

    private String why(Relay.Reason reason, boolean connected) {
        return switch (reason) {
            case Relay.Reason.Closed(var first) -> "closed, first by " + name(first);
            case Relay.Reason.Idle _ -> "idle for " + idleTimeout.toMillis() / 1e3 + " s";
            case Relay.Reason.Broken(var side, var cause) ->
                    (side == Relay.Side.FAR_SIDE && !connected ? "not connected" : "broken by " + name(side))
                            + " (" + message(cause) + ")";
        };
    }

    private static String name(Relay.Side side) {
        return switch (side) {
            case CLIENT -> "the client";
            case FAR_SIDE -> "the far side";
        };
    }

    private static String message(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }
}
