package io.fourtuple.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same seed, the same octets at the same times: whatever the JVM is like, and whatever ran in it before. */
class GoldenTraceTest {
    @Test
    void shouldBeTheSameAfterOtherSimulationsInTheSameJvm() {
        String other = GoldenTrace.run(2);

        assertThat(GoldenTrace.run(1)).isEqualTo(GoldenTrace.SHA256).isNotEqualTo(other);
        assertThat(GoldenTrace.run(2)).isEqualTo(other);
        assertThat(GoldenTrace.run(1)).isEqualTo(GoldenTrace.SHA256);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "-Xint",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-XX:+UseZGC",
        "-XX:ActiveProcessorCount=1",
        "-XX:ActiveProcessorCount=7",
        "-Duser.timezone=Pacific/Kiritimati",
        "-Duser.language=ar",
        "-XX:+UseCompactObjectHeaders"
    })
    void shouldBeTheSameInAJvmThatIsDifferent(String flag) throws IOException, InterruptedException {
        assertThat(runWith(flag)).isEqualTo(GoldenTrace.SHA256);
    }

    private static String runWith(String flag) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow", flag,
                "-cp", System.getProperty("java.class.path"), GoldenTrace.class.getName()));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return printed.lines().toList().getLast(); // before it there may be the log
    }
}
