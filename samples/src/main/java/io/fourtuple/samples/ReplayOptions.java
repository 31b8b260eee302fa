package io.fourtuple.samples;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the replay sample is asked to do.
 *
 * @param capture pcap or pcapng
 * @param speed how much faster than recorded, or infinitely
 * @param expected SHA-256 of the payload of each conversation, in the order of the capture; empty for no expectation
 * @param out where to write the payload of the first conversation; those of others get a number behind that name
 * @param patience how long a conversation may stand still
 * @param checkChecksums whether segments with a wrong checksum are left out
 * @param config a file that is read before the configuration on the class path
 */
record ReplayOptions(
        Path capture,
        double speed,
        List<String> expected,
        Optional<Path> out,
        Duration patience,
        boolean checkChecksums,
        Optional<Path> config) {
    ReplayOptions {
        expected = List.copyOf(expected);
        for (String hash : expected) {
            if (!hash.matches("[0-9a-fA-F]{64}")) {
                throw new SampleException("--expect is a SHA-256, 64 hexadecimal digits as sha256sum writes them, "
                        + "not \"" + hash + "\"");
            }
        }
    }
}
