package io.fourtuple.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures this stack on a TAP device beside Pekko's own Tcp on a veth pair, in one run. Exit status 0: at least as
 * good in every row; 1: missed; 2: it could not be started.
 */
@Command(name = "bench", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Measures Fourtuple on a TAP device beside Pekko's own Tcp on a veth pair, turn by turn.")
public final class Main implements Callable<Integer> {
    private static final int MISSED = 1;
    private static final int CANNOT_START = 2;
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    @Option(names = "--rounds", defaultValue = "5", description = "turns over both targets (default: ${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "2.5", description = "length of a run (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--warmup", defaultValue = "0.7",
            description = "seconds at the start of each run that do not count (default: ${DEFAULT-VALUE})")
    private double warmup;

    @Option(names = "--jvm-warmup", defaultValue = "2",
            description = "runs of each workload before the first round (default: ${DEFAULT-VALUE})")
    private int jvmWarmup;

    @Option(names = "--workloads", split = ",",
            description = "of ${COMPLETION-CANDIDATES} (default: all)")
    private Workload[] workloads = Workload.values();

    @Option(names = "--targets", split = ",", description = "of ${COMPLETION-CANDIDATES} (default: all)")
    private Target.Kind[] targets = Target.Kind.values();

    @Option(names = "--server-flags", defaultValue = "-Xms2g -Xmx2g -XX:+UseG1GC",
            description = "heap and collector of both servers (default: ${DEFAULT-VALUE})")
    private String serverFlags;

    @Option(names = "--tolerated", defaultValue = "10",
            description = "percent of CPU that others may take before a run is repeated (default: ${DEFAULT-VALUE})")
    private double toleratedPercent;

    @Option(names = "--repeats", defaultValue = "20",
            description = "how many disturbed runs are repeated in all (default: ${DEFAULT-VALUE})")
    private int repeats;

    @Option(names = "--reports", defaultValue = "reports",
            description = "where the report is written (default: ${DEFAULT-VALUE})")
    private Path reports;

    private Main() {}

    /**
     * Runs the command line and exits with its status.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        if (!"root".equals(System.getProperty("user.name")) || !Files.isWritable(Path.of("/dev/net/tun"))) {
            System.err.println("bench makes network namespaces and a TAP device: "
                    + "it needs root and /dev/net/tun. Run it as root.");
            return CANNOT_START;
        }
        NetworkNamespace.removeAbandoned();
        Files.createDirectories(reports);
        String name = "bench-" + NAME.format(ZonedDateTime.now(ZoneId.systemDefault()));
        File log = reports.resolve(name + ".log").toFile();
        var lab = new ArrayList<Target>();
        var cleanUp = new Thread(() -> close(lab), "bench-clean-up");
        Runtime.getRuntime().addShutdownHook(cleanUp);
        List<Measurement> measurements;
        try {
            try {
                for (Target.Kind kind : targets) {
                    start(lab, kind, log);
                }
            } catch (IOException e) {
                System.err.println("bench could not be started: " + e.getMessage() + "; see " + log);
                return CANNOT_START;
            }
            measurements = new Harness(List.copyOf(lab), List.of(workloads), plan(), System.err::println).measure();
        } finally {
            close(lab);
        }
        var report = new Report(setting(), measurements);
        report.write(reports.resolve(name + ".json"), reports.resolve(name + ".txt"));
        System.out.print(report.text());
        System.out.println("written to " + reports.resolve(name) + ".json and .txt");
        return report.isMet() ? 0 : MISSED;
    }

    private void start(List<Target> lab, Target.Kind kind, File log) throws IOException {
        Target target = Target.of(kind);
        synchronized (lab) {
            lab.add(target);
        }
        target.start(List.of(serverFlags.split(" ", -1)), log);
    }

    private static void close(List<Target> lab) {
        synchronized (lab) {
            lab.forEach(Target::close);
            lab.clear();
        }
    }

    private Harness.Plan plan() {
        return new Harness.Plan(rounds, seconds(warmup), seconds(seconds), jvmWarmup, toleratedPercent / 100, repeats);
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }

    private Map<String, Object> setting() {
        var setting = new LinkedHashMap<String, Object>();
        setting.put("rounds", rounds + " x " + seconds + " s, after " + warmup + " s each and " + jvmWarmup
                + " runs of each workload");
        setting.put("server JVM", Runtime.version() + ", " + serverFlags);
        setting.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                + Runtime.getRuntime().availableProcessors() + " CPUs, MTU 1500, CUBIC");
        setting.put("workloads", Arrays.toString(workloads));
        return setting;
    }
}
