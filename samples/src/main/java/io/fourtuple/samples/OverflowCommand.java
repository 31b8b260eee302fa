package io.fourtuple.samples;

import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./run overflow}. */
@Command(name = "overflow", mixinStandardHelpOptions = true, sortOptions = false,
        description = "The overflow lab: strangers flood one listening socket with SYNs, while clients connect faster "
                + "than they are accepted. One run for each profile, with cookies and without; then a table of what "
                + "became of SYNs and clients. ./run ss and ./run nstat in another terminal show it while it happens.")
final class OverflowCommand implements Runnable {
    @Option(names = "--rate", defaultValue = "50000",
            description = "SYNs of the flood in a second (default: ${DEFAULT-VALUE})")
    private int rate;

    @Option(names = "--time", paramLabel = "TIME", defaultValue = "3s", converter = Converters.OfDuration.class,
            description = "how long the flood and the clients keep coming (default: ${DEFAULT-VALUE})")
    private Duration time;

    @Option(names = "--backlog", defaultValue = "64",
            description = "backlog of the listening socket (default: ${DEFAULT-VALUE})")
    private int backlog;

    @Option(names = "--clients", defaultValue = "300",
            description = "clients that connect in a second (default: ${DEFAULT-VALUE})")
    private int clients;

    @Option(names = "--accepts", defaultValue = "200",
            description = "connections that are accepted in a second (default: ${DEFAULT-VALUE})")
    private int accepts;

    @Option(names = "--profile", split = ",", paramLabel = "PROFILE",
            description = "which of seed, linux, rst (default: all)")
    private List<Profile> profiles = List.of(Profile.values());

    @Option(names = "--syncookies", split = ",", paramLabel = "WHEN", converter = Converters.OfSynCookies.class,
            description = "which of off, on-overflow, always (default: off,on-overflow)")
    private List<SynCookies> cookies = List.of(SynCookies.OFF, SynCookies.ON_OVERFLOW);

    @Option(names = "--seed", defaultValue = "1",
            description = "says who the strangers are; each run has the same (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--svg", paramLabel = "FILE", description = "also draws how full the queues were")
    private Path svg;

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        atLeastOne("--rate", rate);
        atLeastOne("--backlog", backlog);
        atLeastOne("--clients", clients);
        atLeastOne("--accepts", accepts);
        PrintWriter out = spec.commandLine().getOut();
        OverflowLab.Load load = new OverflowLab.Load(rate, time, backlog, clients, accepts, seed);
        List<OverflowRun> runs = new ArrayList<>();
        for (SynCookies when : cookies) {
            for (Profile profile : profiles) {
                out.printf("%s, syncookies %s …%n", OverflowRun.name(profile), OverflowRun.name(when));
                out.flush();
                runs.add(OverflowLab.run(load, profile, when));
            }
        }
        out.println();
        out.print(OverflowReport.table(load, runs));
        if (svg != null) {
            write(OverflowPlot.draw(load, runs));
            out.println("plot: " + svg);
        }
        out.flush();
    }

    private void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new ParameterException(spec.commandLine(), option + " must be at least 1, not " + value);
        }
    }

    private void write(String drawing) {
        try {
            Files.writeString(svg, drawing);
        } catch (IOException e) {
            throw new SampleException("cannot write the plot " + svg + ": choose another file with --svg", e);
        }
    }
}
