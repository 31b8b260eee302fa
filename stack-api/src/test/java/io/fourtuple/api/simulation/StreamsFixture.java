package io.fourtuple.api.simulation;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConfig.Retransmission;
import io.fourtuple.nic.sim.Link;
import io.fourtuple.nic.sim.LinkConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;

/** Two hosts that exchange streams over one link, and ends of connections in the hands of the test. */
abstract class StreamsFixture {
    static final Duration DELAY = Duration.ofMillis(50);
    static final Duration ROUND_TRIP = DELAY.multipliedBy(2);
    static final ByteString PING = ByteString.fromString("ping");
    static final ByteString PONG = ByteString.fromString("pong");

    Simulation simulation;
    SimulatedHost server;
    SimulatedHost client;
    Link link;

    @AfterEach
    void close() {
        simulation.close();
    }

    void start() {
        start(UnaryOperator.identity());
    }

    void start(UnaryOperator<StackConfig> change) {
        start(SimulationConfig.ofSeed(1), LinkConfig.DEFAULT.withDelay(DELAY), change);
    }

    void start(SimulationConfig config, LinkConfig linkConfig, UnaryOperator<StackConfig> change) {
        simulation = Simulation.start(config
                .withMode(SimulationConfig.Mode.STREAMS)
                .withStack(change.apply(config.stack())));
        server = simulation.host("server");
        client = simulation.host("client");
        link = simulation.network().connect(client.nic(), server.nic(), linkConfig);
    }

    static TcpConfig withUserTimeout(TcpConfig tcp, Duration timeout) {
        Retransmission rules = tcp.retransmission();
        return tcp.withRetransmission(new Retransmission(rules.initialTimeout(), rules.minTimeout(),
                rules.maxTimeout(), rules.synGiveUp(), rules.synackRetries(), rules.giveUp(), timeout.toNanos()));
    }

    ByteString echo() {
        return simulation.await(Source.single(PING)
                .via(client.tcp().outgoingConnection(server.address(), 7))
                .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), client.materializer()));
    }

    Listening listen(SimulatedHost host) {
        return listen(host, 100);
    }

    Listening listen(SimulatedHost host, int backlog) {
        return new Listening(host, backlog);
    }

    End opened(SimulatedHost host) {
        End end = new End(host, Optional.empty());
        simulation.await(end.opened);
        return end;
    }

    static Flow<ByteString, ByteString, Pair<SinkQueueWithCancel<ByteString>, BoundedSourceQueue<ByteString>>>
            hands() {
        return Flow.fromSinkAndSourceMat(Sink.<ByteString>queue(1), Source.<ByteString>queue(256), Keep.both());
    }

    /** A listening socket whose connections are taken one by one; one is asked for ahead. */
    final class Listening {
        final Tcp.ServerBinding binding;
        final SinkQueueWithCancel<Tcp.IncomingConnection> accepted;

        Listening(SimulatedHost host, int backlog) {
            var ends = host.tcp()
                    .bind(host.address(), 7, backlog, List.of(), true, Optional.empty())
                    .toMat(Sink.<Tcp.IncomingConnection>queue().withAttributes(Attributes.inputBuffer(1, 1)),
                            Keep.both())
                    .run(simulation.system());
            binding = simulation.await(ends.first());
            accepted = ends.second();
        }

        Tcp.IncomingConnection incoming() {
            return simulation.await(accepted.pull()).orElseThrow();
        }

        End accept() {
            return new End(incoming());
        }
    }

    /** One end of a connection, in the hands of the test. */
    final class End {
        final SinkQueueWithCancel<ByteString> in;
        final BoundedSourceQueue<ByteString> out;
        final CompletionStage<Tcp.OutgoingConnection> opened;

        End(SimulatedHost host, Optional<Duration> timeout) {
            this(host, server.address(), timeout);
        }

        End(SimulatedHost host, String target, Optional<Duration> timeout) {
            var ends = host.tcp()
                    .outgoingConnection(new InetSocketAddress(target, 7), Optional.empty(), List.of(), true, timeout,
                            Optional.empty())
                    .joinMat(hands(), Keep.both())
                    .run(simulation.system());
            opened = ends.first();
            in = ends.second().first();
            out = ends.second().second();
        }

        End(Tcp.IncomingConnection connection) {
            var ends = connection.handleWith(hands(), simulation.system());
            opened = null;
            in = ends.first();
            out = ends.second();
        }
    }
}
