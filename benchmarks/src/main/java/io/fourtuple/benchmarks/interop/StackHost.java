package io.fourtuple.benchmarks.interop;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.javadsl.Tcp;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A stack of ours as a host, with its own TAP device and an actor system around it. Everything but the congestion
 * control is as it is by default.
 */
final class StackHost implements AutoCloseable {
    private static final int BACKLOG = 100;
    private static final int TERMINATION_SECONDS = 10;
    private static final int CLOSE_SECONDS = 5;

    private final String address;
    private final ActorSystem<Void> system;
    private final Tcp tcp;
    private final List<Tcp.ServerBinding> bindings = new ArrayList<>();

    private StackHost(String address, ActorSystem<Void> system) {
        this.address = address;
        this.system = system;
        tcp = Tcp.get(system);
    }

    /**
     * Makes a stack and its device, in the namespace of this JVM.
     *
     * @param device the TAP, which may then be moved
     * @param prefix the length of the network's
     */
    static StackHost start(String device, String address, int prefix, Congestion congestion) {
        Config config = ConfigFactory.parseMap(Map.of(
                "fourtuple.stack.nic", "tap:" + device,
                "fourtuple.stack.ip.addresses", List.of(address + "/" + prefix),
                "fourtuple.stack.tcp.congestion-control", congestion.ours()));
        return new StackHost(address, ActorSystem.create(
                Behaviors.empty(), "interop-" + congestion.word(), config.withFallback(ConfigFactory.load())));
    }

    /** Receives a flow at its port; completed when it can be sent. */
    CompletableFuture<Void> receive(Transfer transfer) {
        CompletionStage<Tcp.ServerBinding> bound = tcp
                .bind(address, transfer.port(), BACKLOG, List.of(), true, Optional.empty())
                .to(Sink.foreach(connection -> connection
                        .handleWith(receiver(transfer), system)
                        .whenComplete((_, failure) -> {
                            if (failure == null) {
                                transfer.endReceived();
                            } else {
                                transfer.failed(failure.toString());
                            }
                        })))
                .run(system);
        return bound.thenAccept(binding -> {
            synchronized (bindings) {
                bindings.add(binding);
            }
        }).toCompletableFuture();
    }

    private static Flow<ByteString, ByteString, CompletionStage<Done>> receiver(Transfer transfer) {
        Sink<ByteString, CompletionStage<Done>> sink = Sink.foreach(octets -> {
            for (ByteBuffer part : octets.getByteBuffers()) {
                byte[] copy = new byte[part.remaining()];
                part.get(copy);
                transfer.received(copy, 0, copy.length);
            }
        });
        // Says nothing, and closes when the sender has closed.
        return Flow.fromSinkAndSourceCoupledMat(sink, Source.<ByteString>maybe(), Keep.left());
    }

    /** Connects, and sends a flow. */
    void send(Transfer transfer, String remote) {
        Source<ByteString, UniqueKillSwitch> octets = Source.repeat(NotUsed.getInstance())
                .viaMat(KillSwitches.single(), Keep.right())
                .map(_ -> {
                    ByteString chunk = ByteString.fromArrayUnsafe(transfer.next());
                    transfer.sent(chunk.size());
                    return chunk;
                });
        var running = octets
                .viaMat(tcp.outgoingConnection(new InetSocketAddress(remote, transfer.port()), Optional.empty(),
                        List.of(), true, Optional.empty(), Optional.empty()), Keep.both())
                .to(Sink.ignore())
                .run(system);
        running.second().whenComplete((_, failure) -> {
            if (failure != null) {
                transfer.failed(failure.toString());
                return;
            }
            transfer.connected();
            system.scheduler().scheduleOnce(Duration.ofNanos(transfer.lengthNanos()), () -> {
                transfer.allSent();
                running.first().shutdown();
            }, system.executionContext());
        });
    }

    /** Takes no more connections at the ports of flows that are over. */
    void unbind() {
        List<Tcp.ServerBinding> open;
        synchronized (bindings) {
            open = List.copyOf(bindings);
            bindings.clear();
        }
        CompletableFuture.allOf(open.stream()
                        .map(binding -> binding.unbind().toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new))
                .orTimeout(CLOSE_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        system.terminate();
        system.getWhenTerminated()
                .toCompletableFuture()
                .orTimeout(TERMINATION_SECONDS, TimeUnit.SECONDS)
                .join();
    }
}
