package io.fourtuple.api.simulation.effects;

import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.core.tcp.TcpInfo;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** What hosts run in the samples of this package, and how the samples look into them. */
final class Programs {
    /** RFC 862. */
    static final int ECHO = 7;
    /** RFC 863. */
    static final int DISCARD = 9;
    /** A port whose server says something to each connection that it accepts. */
    static final int GREETING = 10;
    private static final int CHUNK = 16 << 10;

    private Programs() {}

    /** A server that sends back what it gets. */
    static void echo(SimulatedHost host) {
        serve(host, ECHO, Flow.of(ByteString.class));
    }

    /** A server that takes what it gets, and closes when its client has. */
    static void discard(SimulatedHost host) {
        serve(host, DISCARD, Flow.fromSinkAndSourceCoupled(Sink.ignore(), Source.maybe()));
    }

    private static void serve(SimulatedHost host, int port, Flow<ByteString, ByteString, NotUsed> handler) {
        host.tcp().bind(host.address(), port)
                .to(Sink.foreach(connection -> connection.handleWith(handler, host.materializer())))
                .run(host.materializer());
    }

    /** Says something to a connection that was accepted, so that its client notices, and keeps it open. */
    static void greet(Tcp.IncomingConnection connection, SimulatedHost host) {
        connection.handleWith(
                Flow.fromSinkAndSource(
                        Sink.ignore(), Source.single(ByteString.fromString("welcome")).concat(Source.maybe())),
                host.materializer());
    }

    /**
     * A connection as its client sees it, in virtual time since it began.
     *
     * @param connected how long the handshake took, which says nothing of whether the server has accepted it
     * @param greeted how long it took until the server has accepted it, and said so
     */
    record Visit(CompletionStage<Duration> connected, CompletionStage<Duration> greeted) {}

    /** Opens a connection to a server that greets. */
    static Visit visit(Simulation simulation, SimulatedHost from, SimulatedHost to) {
        Duration begin = simulation.now();
        return Source.<ByteString>maybe()
                .viaMat(from.tcp().outgoingConnection(to.address(), GREETING), Keep.right())
                .map(_ -> simulation.now().minus(begin))
                .toMat(Sink.head(), (connected, greeted) ->
                        new Visit(connected.thenApply(_ -> simulation.now().minus(begin)), greeted))
                .run(from.materializer());
    }

    /** Opens a connection from one host to another, sends so many octets, and closes; completed when it has closed. */
    static CompletionStage<Done> upload(SimulatedHost from, SimulatedHost to, int octets) {
        Source<ByteString, NotUsed> chunks = Source.range(1, Math.ceilDiv(octets, CHUNK))
                .map(number -> ByteString.fromArrayUnsafe(new byte[Math.min(CHUNK, octets - (number - 1) * CHUNK)]));
        return chunks.via(from.tcp().outgoingConnection(to.address(), DISCARD))
                .runWith(Sink.ignore(), from.materializer());
    }

    /** Opens a connection, waits until it is open, and closes it; how long that took, by virtual time. */
    static Duration connect(Simulation simulation, SimulatedHost from, SimulatedHost to) {
        Duration begin = simulation.now();
        simulation.await(Source.<ByteString>empty()
                .viaMat(from.tcp().outgoingConnection(to.address(), DISCARD), Keep.right())
                .to(Sink.ignore())
                .run(from.materializer()));
        return simulation.now().minus(begin);
    }

    /** What a host's stack looks like now: what {@code ss} and {@code nstat} would show. Takes no virtual time. */
    static StackSnapshot look(Simulation simulation, SimulatedHost host) {
        return simulation.await(host.stack().snapshot());
    }

    /** What {@code ss -i} would show of the first connection of a host, which has one. */
    static TcpInfo connection(Simulation simulation, SimulatedHost host) {
        return look(simulation, host).sockets().stream()
                .map(SocketRow::info)
                .flatMap(info -> info.stream())
                .findFirst()
                .orElseThrow(() -> new AssertionError(host.name() + " has no connection"));
    }
}
