package io.fourtuple.samples;

import com.typesafe.config.Config;
import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.pcapng.CaptureReader;
import io.fourtuple.nic.replay.ReplayConfig;
import io.fourtuple.nic.replay.ReplayNic;
import io.fourtuple.nic.replay.ReplayReport;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The replay sample: a stack whose application takes what the clients of a capture send, and says nothing. */
final class ReplaySample {
    private static final String SERVER = "10.77.0.2";
    private static final String CLIENT = "10.77.0.1";
    private static final int PORT = 7;

    private final ReplayOptions options;
    private final ActorSystem<Void> system;
    private final Map<Integer, Connection> connections = new ConcurrentHashMap<>();

    private final AtomicReference<SampleException> unwritable = new AtomicReference<>();

    private ReplaySample(ReplayOptions options, ActorSystem<Void> system) {
        this.options = options;
        this.system = system;
    }

    /**
     * Replays a capture, and takes as long as that does.
     *
     * @throws SampleException with one sentence, when the capture cannot be read or the payload not be written
     */
    static ReplayResult run(ReplayOptions options) {
        Config config = SampleNetwork.configuration(options.config());
        CaptureReader reader = open(options.capture());
        ActorSystem<Void> system = SampleNetwork.system(config);
        try {
            return new ReplaySample(options, system).replay(StackConfig.from(config), reader);
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().join();
        }
    }

    private static CaptureReader open(Path capture) {
        try {
            return CaptureReader.open(capture);
        } catch (NoSuchFileException e) {
            throw new SampleException("there is no capture " + capture + ": name a file that is there", e);
        } catch (IOException e) {
            throw new SampleException("cannot read the capture " + capture + " (" + e.getMessage() + ")", e);
        }
    }

    private ReplayResult replay(StackConfig config, CaptureReader reader) {
        ReplayConfig replay = ReplayConfig.of(IpAddress.parse(SERVER), PORT, IpAddress.parse(CLIENT))
                .withSpeed(options.speed())
                .withPatience(options.patience())
                .withCheckChecksums(options.checkChecksums());
        ReplayNic nic = new ReplayNic(replay, reader);
        Stack stack = Stack.start(system, config.withName(SampleNetwork.SERVER).withAddresses(SERVER + "/24"), nic);
        Tcp.of(stack)
                .bind(SERVER, PORT, SampleNetwork.BACKLOG, List.of(), true, Optional.empty())
                .to(Sink.foreach(this::accept))
                .run(system)
                .toCompletableFuture()
                .join();
        nic.resetWhen((port, octets) -> {
            Connection connection = connections.get(port);
            return connection != null && connection.octets.get() >= octets;
        });
        nic.start();
        ReplayReport report = nic.whenDone().toCompletableFuture().join();
        // Before its applications have the end of each connection, the stack does not end.
        stack.terminate().toCompletableFuture().join();
        if (unwritable.get() != null) {
            throw unwritable.get();
        }
        Map<Integer, ReplayResult.Received> received = new ConcurrentHashMap<>();
        connections.forEach((port, connection) -> received.put(port, connection.result()));
        return new ReplayResult(report, Map.copyOf(received));
    }

    private void accept(Tcp.IncomingConnection incoming) {
        int port = incoming.remoteAddress().getPort();
        Connection connection;
        try {
            connection = new Connection(options.out().map(first -> numbered(first, port)));
        } catch (SampleException e) {
            unwritable.compareAndSet(null, e);
            throw e;
        }
        connections.put(port, connection);
        connection.over = incoming.handleWith(
                Flow.fromSinkAndSourceCoupledMat(
                        Sink.foreach(connection::take), Source.<ByteString>maybe(), Keep.left()),
                system);
    }

    /** Clients come from ports in a row, in the order of the capture. */
    private static Path numbered(Path first, int port) {
        int number = port - ReplayConfig.FIRST_PORT + 1;
        return number == 1 ? first : first.resolveSibling(first.getFileName() + "." + number);
    }

    /** One connection's payload on its way into a hash and a file. */
    private static final class Connection {
        private final MessageDigest digest;
        private final Optional<Path> file;
        private final Optional<OutputStream> out;
        private final AtomicLong octets = new AtomicLong();
        private volatile CompletionStage<Done> over = CompletableFuture.completedFuture(Done.getInstance());

        Connection(Optional<Path> file) {
            this.file = file;
            try {
                digest = MessageDigest.getInstance("SHA-256");
                out = file.isEmpty() ? Optional.empty() : Optional.of(Files.newOutputStream(file.get()));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JVM has SHA-256", e);
            } catch (IOException e) {
                throw unwritable(e);
            }
        }

        void take(ByteString piece) {
            byte[] bytes = piece.toArrayUnsafe();
            digest.update(bytes);
            try {
                if (out.isPresent()) {
                    out.get().write(bytes);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            octets.addAndGet(bytes.length);
        }

        /** When the stream is over: with a failure, too, which is how a reset ends it. */
        ReplayResult.Received result() {
            try {
                over.toCompletableFuture().handle((_, failure) -> failure).thenAccept(failure -> {
                    if (failure instanceof UncheckedIOException unwritable) {
                        throw unwritable;
                    }
                }).join();
                if (out.isPresent()) {
                    out.get().close();
                }
            } catch (CompletionException | IOException e) {
                throw unwritable(e);
            }
            return new ReplayResult.Received(octets.get(), HexFormat.of().formatHex(digest.digest()));
        }

        private SampleException unwritable(Exception cause) {
            return new SampleException("cannot write " + file.orElseThrow() + ": choose another file with --out",
                    cause);
        }
    }
}
