package io.fourtuple.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code ./run simulate}. */
class SimulateTest {
    private static final List<String> MANY = List.of("--hosts", "100", "--connections", "1000", "--loss", "0.05",
            "--octets", "2000", "--shuffle");

    private record Outcome(int status, String out, String err) {
        String hash() {
            return out.lines().filter(line -> line.startsWith("sha256 ")).findFirst().orElseThrow();
        }
    }

    private static Outcome simulate(List<String> options, String... more) {
        List<String> arguments = new ArrayList<>(List.of("simulate"));
        arguments.addAll(options);
        arguments.addAll(List.of(more));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int status = command.execute(arguments.toArray(String[]::new));
        return new Outcome(status, out.toString(), err.toString());
    }

    @Test
    void shouldPrintTheSameHashForTheSameSeedAndAnotherForAnother(@TempDir Path directory)
            throws IOException, NoSuchAlgorithmException {
        Path pcap = directory.resolve("all.pcapng");
        Outcome first = simulate(List.of(), "--seed", "7");
        Outcome captured = simulate(List.of(), "--seed", "7", "--pcap", pcap.toString());

        assertThat(first.status()).isZero();
        assertThat(first.out()).contains("seed 7: 1 of 1 connections got back what they sent");
        assertThat(captured.hash()).isEqualTo(first.hash());
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(pcap));
        assertThat(captured.hash()).isEqualTo("sha256 " + HexFormat.of().formatHex(digest));
        assertThat(simulate(List.of(), "--seed", "8").hash()).isNotEqualTo(first.hash());
    }

    @Test
    void shouldAgreeInTwoJvmsWithManyHostsAndConnectionsAndShuffledMailboxes() throws IOException {
        Outcome here = simulate(MANY, "--seed", "1");
        assertThat(here.status()).isZero();
        assertThat(here.out()).contains("1000 of 1000 connections");

        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow", "-XX:ActiveProcessorCount=1",
                "-cp", System.getProperty("java.class.path"), Main.class.getName(), "simulate"));
        command.addAll(MANY);
        command.addAll(List.of("--seed", "1"));
        Process other = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String printed = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(printed.lines()).contains(here.hash());

        assertThat(simulate(MANY, "--seed", "2").hash()).isNotEqualTo(here.hash());
    }

    @Test
    void shouldRefuseInOneSentence() {
        assertThat(simulate(List.of("--hosts", "1"))).satisfies(outcome -> {
            assertThat(outcome.status()).isEqualTo(2);
            assertThat(outcome.err()).contains("--hosts must be 2 to 65000, not 1");
        });
        assertThat(simulate(List.of("--loss", "2")).err()).contains("--loss must be 0 to 1");
        assertThat(simulate(List.of("--pcap", "/no/such/directory/x")).err()).contains("choose another file");
    }
}
