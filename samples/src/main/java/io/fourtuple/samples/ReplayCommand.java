package io.fourtuple.samples;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./run replay}. */
@Command(name = "replay", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Lets the TCP clients of a capture say again what they said then, to a stack that listens, and "
                + "prints what its application has received of each. Exit status 1: not what was expected.")
final class ReplayCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "a capture with both directions of the conversations, pcapng or "
            + "pcap, as tcpdump, Wireshark or --pcap of a sample have written it")
    private Path capture;

    @Option(names = "--speed", paramLabel = "N|max", defaultValue = "1", converter = Converters.OfSpeed.class,
            description = "how much faster than recorded, or max: as fast as the stack takes it (default: 1)")
    private double speed;

    @Option(names = "--expect", paramLabel = "SHA-256",
            description = "what the payload of a conversation must hash to; given several times, for each conversation "
                    + "in the order of the capture")
    private List<String> expected = new ArrayList<>();

    @Option(names = "--out", paramLabel = "FILE",
            description = "writes the payload of the first conversation there, that of the n-th to FILE.n")
    private Path out;

    @Option(names = "--patience", paramLabel = "TIME", defaultValue = "10s", converter = Converters.OfDuration.class,
            description = "how long a conversation may stand still before it is given up (default: ${DEFAULT-VALUE})")
    private Duration patience;

    @Option(names = "--ignore-checksums",
            description = "also replays segments with a wrong checksum: for captures made before a NIC added it up")
    private boolean ignoreChecksums;

    @Option(names = "--config", paramLabel = "FILE", description = "HOCON that differs from reference.conf")
    private Path config;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter print = spec.commandLine().getOut();
        ReplayResult result = ReplaySample.run(new ReplayOptions(capture, speed, expected, Optional.ofNullable(out),
                patience, !ignoreChecksums, Optional.ofNullable(config)));
        result.lines().forEach(print::println);
        List<String> mismatches = result.mismatches(expected);
        mismatches.forEach(print::println);
        print.flush();
        return mismatches.isEmpty() ? 0 : 1;
    }
}
