package io.fourtuple.nic.pcapng;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.NetworkNamespace.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the dissectors of Wireshark think of a capture. */
public final class Tshark {
    private static final Path BINARY = Path.of("/usr/bin/tshark");

    private Tshark() {}

    /** Whether it is installed. */
    public static boolean isPresent() {
        return Files.isExecutable(BINARY);
    }

    /** Fails when a capture does not have that many frames, all intact. Says nothing where there is no tshark. */
    public static void assertIntact(Path file, int frames) {
        if (!isPresent()) {
            System.out.println("not shown to tshark, which is not installed: " + file.getFileName());
            return;
        }
        List<String> all = fields(file, "frame");
        assertThat(all).hasSize(frames);
        assertThat(fields(file, "_ws.malformed || tcp.checksum.status == 0 || ip.checksum.status == 0"
                + " || udp.checksum.status == 0 || _ws.short")).isEmpty();
    }

    /** One line for each frame that the filter lets pass: number, length, protocols, direction and comment. */
    public static List<String> fields(Path file, String filter) {
        Outcome outcome = NetworkNamespace.await(NetworkNamespace.launch(List.of(BINARY.toString(), "-n", "-r",
                file.toString(), "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
                "-o", "udp.check_checksum:TRUE", "-Y", filter, "-T", "fields", "-e", "frame.number", "-e", "frame.len",
                "-e", "frame.protocols", "-e", "frame.packet_flags_direction", "-e", "frame.comment",
                "-e", "frame.time_epoch", "-e", "frame.interface_name")));
        assertThat(outcome.status()).as(outcome.text()).isZero();
        return outcome.text().lines().filter(line -> !line.startsWith("Running as user")).toList();
    }
}
