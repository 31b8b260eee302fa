package io.fourtuple.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code replay/conversations.pcap} was recorded by tcpdump between two programs on kernel sockets: two conversations
 * that both ends close, one that the client resets, and a SYN that is refused. The hashes are those of what the client
 * program had sent.
 */
@Timeout(120)
class ReplaySampleTest {
    private static final Path CAPTURE = Path.of("src/test/resources/replay/conversations.pcap");
    private static final List<String> HASHES = List.of(
            "e6309534a6667fa698e5d6006050907a2beff33f7986d202e9ef30f21c2e765d",
            "0710761d92f0f1b53a816a1294ed0645e339db0ea22379c7be998f99a442e920",
            "9281cf8eed965c3de2d7eb6035c31e495e420502c697ab7b6a15d2c8ac371163");

    @TempDir
    private Path directory;

    private record Outcome(int status, List<String> lines) {}

    private static Outcome replay(Path capture, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err))
                .execute(Stream.concat(Stream.of("replay", capture.toString()), Arrays.stream(arguments))
                        .toArray(String[]::new));
        assertThat(err.toString()).isEmpty();
        return new Outcome(status, out.toString().lines().toList());
    }

    private static String[] expecting(String... hashes) {
        return Stream.concat(
                Stream.of("--speed", "max"),
                Arrays.stream(hashes).flatMap(hash -> Stream.of("--expect", hash))).toArray(String[]::new);
    }

    @Test
    void shouldReceiveWhatWasRecorded() {
        Outcome outcome = replay(CAPTURE, expecting(HASHES.toArray(String[]::new)));

        assertThat(outcome.status()).isZero();
        assertThat(outcome.lines()).containsExactly(
                "1: 10.77.30.1:44579 to 10.77.30.2:7: 3021 octets, SHA-256 " + HASHES.get(0) + ": closed",
                "2: 10.77.30.1:35821 to 10.77.30.2:7: 3601 octets, SHA-256 " + HASHES.get(1) + ": closed",
                "3: 10.77.30.1:39851 to 10.77.30.2:7: 500 octets, SHA-256 " + HASHES.get(2) + ": reset",
                "4: 10.77.30.1:48163 to 10.77.30.2:9: nothing received: its SYN was refused in the recording",
                "40 packets in the capture, 0 of them not TCP");
    }

    @Test
    void shouldReplayAtTheRecordedSpeed() {
        assertThat(replay(CAPTURE).lines()).anyMatch(line -> line.contains(HASHES.get(1)));
    }

    @Test
    void shouldEndWithStatusOneWhenSomethingElseIsReceived() {
        String other = "0".repeat(64);

        Outcome wrong = replay(CAPTURE, expecting(HASHES.get(0), other, HASHES.get(2)));
        assertThat(wrong.status()).isOne();
        assertThat(wrong.lines()).last().isEqualTo("expected SHA-256 " + other + ", received " + HASHES.get(1));
        Outcome fewer = replay(CAPTURE, expecting(HASHES.get(0)));
        assertThat(fewer.status()).isOne();
        assertThat(fewer.lines()).last().isEqualTo("expected 1 conversations, 3 were received");
    }

    @Test
    void shouldWriteWhatIsReceived() throws IOException {
        Path out = directory.resolve("payload");

        assertThat(replay(CAPTURE, "--speed", "20", "--out", out.toString()).status()).isZero();

        byte[] first = Files.readAllBytes(out);
        assertThat(first).hasSize(3021).startsWith("GET /one HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(directory.resolve("payload.2")).hasSize(3601);
        assertThat(directory.resolve("payload.3")).hasSize(500);
        assertThat(directory.resolve("payload.4")).doesNotExist();
    }

    @Test
    void shouldReplayABrokenCaptureAsFarAsItGoesAndSaySo() throws IOException {
        byte[] whole = Files.readAllBytes(CAPTURE);
        Path cut = Files.write(directory.resolve("cut.pcap"), Arrays.copyOf(whole, whole.length / 2));

        Outcome outcome = replay(cut, "--speed", "max");

        assertThat(outcome.status()).isOne();
        assertThat(outcome.lines()).anyMatch(line -> line.contains(HASHES.get(0)));
        assertThat(outcome.lines().getLast())
                .startsWith("the capture was replayed as far as it goes: not a whole capture: it ends");
    }

    @Test
    void shouldSayWhatIsSkipped() throws IOException {
        byte[] whole = Files.readAllBytes(CAPTURE);
        // Without the first SYN: 16 octets of packet header, 74 of frame, behind 24 of file header.
        byte[] late = Arrays.copyOf(whole, whole.length - 90);
        System.arraycopy(whole, 24 + 90, late, 24, late.length - 24);

        assertThat(replay(Files.write(directory.resolve("late.pcap"), late), "--speed", "max").lines())
                .anyMatch(line -> line.startsWith("1: 10.77.30.1:35821"))
                .contains("10.77.30.2:7 to 10.77.30.1:44579 is skipped: its beginning is not in the capture");
    }
}
