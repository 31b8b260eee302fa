package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.javadsl.Tcp;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.pcapng.CaptureReader;
import io.fourtuple.nic.pcapng.CapturingNic;
import io.fourtuple.nic.pcapng.PcapngWriter;
import io.fourtuple.nic.replay.ReplayConfig;
import io.fourtuple.nic.replay.ReplayNic;
import io.fourtuple.nic.replay.ReplayReport;
import io.fourtuple.nic.replay.ReplayReport.Conversation;
import io.fourtuple.nic.replay.ReplayReport.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.util.Try;

/** What a kernel has sent is recorded and comes again. */
@NeedsTap
class ReplayIT {
    private static final int PORT = 7;
    private static final int OCTETS = 8 << 20;
    private static final double LOSS = 0.01;
    private static final long SECONDS = 60;

    @TempDir
    private Path directory;

    /** With losses before the recorder, so that segments are out of order there, and are sent again. */
    @Test
    void shouldReplayWhatAKernelHasSentOverALossyLink() throws Exception {
        Path capture = directory.resolve("kernel.pcapng");
        List<String> hashes = new ArrayList<>();
        try (TapLab lab = TapLab.startAround(nic -> capturing(new LossyNic(nic, LOSS), capture))) {
            lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
            for (String name : List.of("a", "b")) {
                lab.peer().ask("connect " + name + " " + TapLab.STACK + " " + PORT);
                hashes.add(lab.peer().ask("echo " + name + " " + OCTETS));
            }
            // The other one is open when the recorder ends.
            lab.peer().ask("close a");
        }

        Map<Integer, MessageDigest> received = new ConcurrentHashMap<>();
        ReplayReport report = replayToEcho(capture, received);

        assertThat(report.conversations()).extracting(Conversation::octets)
                .containsExactly((long) OCTETS, (long) OCTETS);
        assertThat(report.conversations().getFirst().outcome()).isEqualTo(Outcome.CLOSED);
        assertThat(report.conversations())
                .extracting(each -> HexFormat.of().formatHex(received.get(each.playedFrom()).digest()))
                .containsExactlyElementsOf(hashes);
    }

    /**
     * What the stack answers now is acknowledged as what it answered then was. The second conversation ends with a
     * reset, and whoever writes after that is not told what he has not read: that one is only listened to.
     */
    private static ReplayReport replayToEcho(Path capture, Map<Integer, MessageDigest> received) throws Exception {
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "replay");
        CompletableFuture<Try<Done>> listened = new CompletableFuture<>();
        ReplayNic nic = new ReplayNic(
                ReplayConfig.of(IpAddress.parse(TapLab.STACK), PORT, IpAddress.parse(TapLab.KERNEL))
                        .withSpeed(ReplayConfig.MAX_SPEED),
                CaptureReader.open(capture));
        Stack stack = Stack.start(system, StackConfig.defaults().withAddresses(TapLab.STACK + "/24"), nic);
        try {
            Tcp.of(stack).bind(TapLab.STACK, PORT, 16, List.of(), true, Optional.empty())
                    .to(Sink.foreach(connection -> {
                        MessageDigest digest = MessageDigest.getInstance("SHA-256");
                        boolean isFirst = received.isEmpty();
                        received.put(connection.remoteAddress().getPort(), digest);
                        Flow<ByteString, ByteString, NotUsed> digesting = Flow.of(ByteString.class).map(octets -> {
                            digest.update(octets.toArrayUnsafe());
                            return octets;
                        });
                        connection.handleWith(isFirst
                                ? digesting
                                : Flow.fromSinkAndSource(digesting.to(Sink.onComplete(listened::complete)),
                                        Source.maybe()), system);
                    }))
                    .run(system).toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
            nic.start();
            ReplayReport report = nic.whenDone().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
            assertThat(listened.get(SECONDS, TimeUnit.SECONDS).isFailure()).as("reset").isTrue();
            stack.terminate().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
            return report;
        } finally {
            system.terminate();
            system.getWhenTerminated().toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        }
    }

    private static Nic capturing(Nic nic, Path capture) {
        try {
            return new CapturingNic(nic, PcapngWriter.create(capture, PcapngWriter.UNLIMITED));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
