package io.fourtuple.benchmarks.interop;

import io.fourtuple.nic.pcapng.Direction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What the dissectors of Wireshark remark on frames, by their expert information, asked of {@code tshark}.
 *
 * <p>Reads captures only, and asks for no privilege.
 */
final class ExpertInfo {
    private static final String PROGRAM = "tshark";
    private static final int MINUTES = 5;
    private static final int VERSION_SECONDS = 20;
    /** Between the values of a field that has several, and between fields: in no message of tshark. */
    private static final String SEVERAL = "\u001e";
    private static final String FIELD = "\t";
    private static final List<String> FIELDS = List.of("frame.number", "frame.packet_flags_direction", "frame.comment",
            "tcp.stream", "_ws.expert.severity", "_ws.expert.message");

    /** How serious a remark is, and the number that tshark has for it. */
    enum Severity {
        /** Of the user who has put it there. */
        COMMENT(0x00100000),
        /** Something usual, such as a connection that begins. */
        CHAT(0x00200000),
        /** Something notable. */
        NOTE(0x00400000),
        /** Something that should not be so. */
        WARNING(0x00600000),
        /** Something that cannot be so, such as a malformed packet. */
        ERROR(0x00800000);

        private final int number;

        Severity(int number) {
            this.number = number;
        }

        static Severity of(String number) {
            for (Severity severity : values()) {
                if (severity.number == Integer.decode(number)) {
                    return severity;
                }
            }
            throw new IllegalArgumentException("tshark knows a severity " + number + " that nobody has heard of");
        }
    }

    /**
     * A remark on a frame.
     *
     * @param frame its number in the capture, from 1
     * @param direction from where it was captured: outbound is ours
     * @param cell what the frame was captured in
     * @param stream which connection of the capture it belongs to; empty for none
     * @param message in tshark's words
     */
    record Remark(long frame, Direction direction, String cell, String stream, Severity severity, String message) {}

    private ExpertInfo() {}

    /** The version of tshark, as it says. */
    static String version() throws IOException {
        return run(List.of(PROGRAM, "--version"), VERSION_SECONDS, TimeUnit.SECONDS).lines().findFirst().orElse("");
    }

    /**
     * All remarks on the frames of a capture, but for comments.
     *
     * @throws IOException when tshark cannot be run, or fails
     */
    static List<Remark> of(Path capture) throws IOException {
        List<String> command = new ArrayList<>(List.of(PROGRAM, "-n", "-r", capture.toString(),
                "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
                // Octets at random, which now and then look like some protocol to it.
                "-d", "tcp.port==" + Lab.FIRST_PORT + "-" + Lab.LAST_PORT + ",data",
                "-Y", "_ws.expert", "-T", "fields", "-E", "aggregator=" + SEVERAL, "-E", "occurrence=a"));
        FIELDS.forEach(field -> command.addAll(List.of("-e", field)));
        return run(command, MINUTES, TimeUnit.MINUTES).lines().flatMap(line -> parse(line).stream()).toList();
    }

    /** The remarks of one line of tshark's answer. */
    static List<Remark> parse(String line) {
        String[] fields = line.split(FIELD, -1);
        if (fields.length != FIELDS.size()) {
            throw new IllegalArgumentException("tshark said \"" + line + "\" instead of " + FIELDS);
        }
        String[] severities = fields[4].split(SEVERAL, -1);
        String[] messages = fields[5].split(SEVERAL, -1);
        if (severities.length != messages.length) {
            throw new IllegalArgumentException("tshark has not as many messages as severities: " + line);
        }
        Direction direction = switch (fields[1]) {
            case "1", "0x00000001" -> Direction.INBOUND;
            case "2", "0x00000002" -> Direction.OUTBOUND;
            default -> Direction.UNKNOWN;
        };
        List<Remark> remarks = new ArrayList<>();
        for (int i = 0; i < severities.length; i++) {
            Severity severity = Severity.of(severities[i]);
            if (severity != Severity.COMMENT) {
                remarks.add(new Remark(Long.parseLong(fields[0]), direction, fields[2], fields[3], severity,
                        messages[i]));
            }
        }
        return remarks;
    }

    private static String run(List<String> command, long time, TimeUnit unit) throws IOException {
        Path errors = Files.createTempFile("tshark", ".txt");
        Path answers = Files.createTempFile("tshark", ".txt");
        Process process = null;
        try {
            process = new ProcessBuilder(command)
                    .redirectError(errors.toFile())
                    .redirectOutput(answers.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(time, unit)) {
                throw new IOException("tshark has not ended after " + time + " "
                        + unit.name().toLowerCase(Locale.ROOT));
            }
            if (process.exitValue() != 0) {
                throw new IOException("tshark has failed, it said: " + Files.readString(errors).strip());
            }
            return Files.readString(answers, StandardCharsets.UTF_8);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while tshark was running", e);
        } finally {
            if (process != null) {
                process.destroyForcibly();
            }
            Files.delete(errors);
            Files.delete(answers);
        }
    }
}
