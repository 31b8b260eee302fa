package io.fourtuple.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.nic.sim.LinkConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** The test that the README shows. */
class ReadmeSimulationTest {
    // README: begin
    @Simulated(seed = 1)
    void shouldEchoTenMebibytes(Simulation simulation, SimulatedHost client, SimulatedHost server) {
        simulation.connect(client, server, LinkConfig.DEFAULT.withDelay(Duration.ofMillis(50)).withLoss(0.01));
        Materializer streams = server.materializer();
        simulation.await(server.tcp().bind(server.address(), 7)
                .to(Sink.foreach(opened -> opened.handleWith(Flow.of(ByteString.class), streams))).run(streams));
        long octets = simulation.await(Source.repeat(ByteString.fromArray(new byte[1 << 20])).take(10)
                .via(client.tcp().outgoingConnection(server.address(), 7))
                .runWith(Sink.fold(0L, (sum, chunk) -> sum + chunk.length()), client.materializer()));
        assertThat(octets).isEqualTo(10 << 20);
    }
    // README: end

    @Test
    void shouldBeShownAsItIs() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        String code = Files.readString(Path.of("src/test/java/io/fourtuple/testkit/ReadmeSimulationTest.java"));

        String begin = "    // README: " + "begin\n";
        int start = code.indexOf(begin) + begin.length();
        String shown = code.substring(start, code.indexOf("    // README: " + "end")).stripTrailing().stripIndent();
        assertThat(readme).contains("```java\n" + shown + "\n```");
        assertThat(shown.lines()).hasSizeLessThanOrEqualTo(12);
    }
}
