package io.fourtuple.samples;

import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.api.simulation.TraceHash;
import io.fourtuple.nic.loop.VirtualTime.Order;
import io.fourtuple.nic.sim.LinkConfig;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./run simulate}. */
@Command(name = "simulate", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Hosts around a switch in virtual time, with real stacks and streams: connections between them "
                + "send random octets and get them back. Prints the SHA-256 of all frames of all links with their "
                + "times: the same for the same seed, here and everywhere. Exit status 1 when not all came back intact.")
final class SimulateCommand implements Callable<Integer> {
    @Option(names = "--seed", defaultValue = "1", description = "says all that is random (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--hosts", defaultValue = "2", description = "2 to 65000 of them (default: ${DEFAULT-VALUE})")
    private int hosts;

    @Option(names = "--connections", defaultValue = "1", description = "how many (default: ${DEFAULT-VALUE})")
    private int connections;

    @Option(names = "--octets", defaultValue = "1048576",
            description = "that each connection sends and gets back (default: ${DEFAULT-VALUE})")
    private long octets;

    @Option(names = "--loss", defaultValue = "0.01",
            description = "the part of the frames that each link loses, 0 to 1 (default: ${DEFAULT-VALUE})")
    private double loss;

    @Option(names = "--delay", paramLabel = "TIME", defaultValue = "25ms", converter = Converters.OfDuration.class,
            description = "of each link; there are two between any two hosts (default: ${DEFAULT-VALUE})")
    private Duration delay;

    @Option(names = "--shuffle", description = "actors that are ready at the same time run in any order: the seed's")
    private boolean shuffle;

    @Option(names = "--pcap", paramLabel = "FILE",
            description = "also writes all frames as pcapng, with a comment on each that says why it was sent")
    private Path pcap;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        check(hosts >= 2 && hosts <= 65_000, "--hosts must be 2 to 65000, not " + hosts);
        check(connections >= 1, "--connections must be at least 1, not " + connections);
        check(octets >= 1 && octets <= 1L << 40, "--octets must be 1 to 2^40, not " + octets);
        check(loss >= 0 && loss <= 1, "--loss must be 0 to 1, not " + loss);
        LinkConfig link = LinkConfig.DEFAULT.withDelay(delay).withLoss(loss);
        SimulationConfig config = SimulationConfig.ofSeed(seed).withOrder(shuffle ? Order.SHUFFLED : Order.FIFO);
        PrintWriter out = spec.commandLine().getOut();
        long start = System.nanoTime();
        try (Simulation simulation = Simulation.start(config)) {
            TraceHash hash = TraceHash.of(simulation.network(), capture());
            int intact = new SimulatedLoad(hosts, connections, octets, link).run(simulation);
            Duration end = simulation.now();
            String digest = hash.finish();
            out.printf("seed %d: %d of %d connections got back what they sent, in %.3f s of virtual and %.1f s of real"
                            + " time, %,d events%n",
                    seed, intact, connections, end.toNanos() / 1e9, (System.nanoTime() - start) / 1e9,
                    simulation.time().eventsRun());
            out.println("sha256 " + digest);
            out.flush();
            return intact == connections ? 0 : 1;
        }
    }

    private OutputStream capture() {
        try {
            return pcap == null
                    ? OutputStream.nullOutputStream()
                    : new BufferedOutputStream(Files.newOutputStream(pcap));
        } catch (IOException e) {
            throw new SampleException("cannot write the capture " + pcap + ": choose another file with --pcap", e);
        }
    }

    private void check(boolean condition, String sentence) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), sentence);
        }
    }
}
