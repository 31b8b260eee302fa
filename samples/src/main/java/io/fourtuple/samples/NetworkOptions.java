package io.fourtuple.samples;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a sample that serves on a stack of its own is asked to set up.
 *
 * @param nic what the stack is plugged into
 * @param publish ports of this machine that lead to the stack, with the memory wire only
 * @param pcap where the frames are recorded
 * @param config a file that is read before the configuration on the class path
 */
record NetworkOptions(NicOptions nic, List<Publish> publish, Optional<Path> pcap, Optional<Path> config) {
    /**
     * Fills in what was left out, and refuses what does not go together.
     *
     * @param byDefault what is published on the memory wire when nothing is asked for
     */
    static NetworkOptions of(NicOptions nic, List<Publish> publish, Publish byDefault, Path pcap, Path config) {
        if (!nic.isMemory() && !publish.isEmpty()) {
            throw new SampleException("--publish needs the memory wire: leave it out, "
                    + "programs reach the stack on another NIC at its own address");
        }
        return new NetworkOptions(
                nic,
                nic.isMemory() && publish.isEmpty() ? List.of(byDefault) : List.copyOf(publish),
                Optional.ofNullable(pcap),
                Optional.ofNullable(config));
    }

    /** Refuses a port that nobody can listen on. */
    static void checkPort(int port) {
        if (port < 1 || port > 65535) {
            throw new SampleException("--port must be 1 to 65535, not " + port);
        }
    }
}
