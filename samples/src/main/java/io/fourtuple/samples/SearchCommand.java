package io.fourtuple.samples;

import io.fourtuple.api.simulation.Scenario;
import io.fourtuple.api.simulation.SeedSearch;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ./run search}. Exit status 1 when a seed fails. */
@Command(name = "search", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Runs a scenario in virtual time with many seeds, and tells those that fail, the lowest first. "
                + "To try it: ./run search io.fourtuple.samples.LossyTransfer --seeds 100 --faults")
final class SearchCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    @Parameters(paramLabel = "CLASS",
            description = "a class that implements io.fourtuple.api.simulation.Scenario, by its full name")
    private String scenario;

    @Option(names = "--seeds", paramLabel = "N", defaultValue = "1000",
            description = "how many seeds (default: ${DEFAULT-VALUE})")
    private int seeds;

    @Option(names = "--from", paramLabel = "SEED", defaultValue = "1",
            description = "the first of them (default: ${DEFAULT-VALUE})")
    private long from;

    @Option(names = "--faults", description = "let fault points fire, in each run as its seed says")
    private boolean faults;

    @Option(names = "--threads", paramLabel = "N",
            description = "how many simulations run at a time (default: one for each processor)")
    private Integer threads;

    @Option(names = "--time", paramLabel = "TIME", converter = Converters.OfDuration.class,
            description = "begin no run after that time, such as 10m (default: no limit)")
    private Duration time;

    @Option(names = "--class-path", paramLabel = "PATH",
            description = "where the scenario is, and what it needs: jars and directories, separated as for java -cp")
    private String classPath = "";

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(urls(classPath), before)) {
            // Pekko and its configuration look there, too.
            Thread.currentThread().setContextClassLoader(loader);
            return search(search(loader));
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private SeedSearch search(ClassLoader loader) {
        try {
            SeedSearch search = SeedSearch.of(load(loader)).withSeeds(from, seeds).withFaults(faults);
            search = threads == null ? search : search.withThreads(threads);
            return time == null ? search : search.withLimit(time);
        } catch (IllegalArgumentException e) {
            throw new SampleException("cannot search: " + e.getMessage(), e);
        }
    }

    private Class<? extends Scenario> load(ClassLoader loader) {
        try {
            return Class.forName(scenario, true, loader).asSubclass(Scenario.class);
        } catch (ClassNotFoundException e) {
            throw new SampleException("there is no class " + scenario
                    + ": give its full name, and say with --class-path where it is", e);
        } catch (ClassCastException e) {
            throw new SampleException(scenario + " is no scenario: let it implement " + Scenario.class.getName(), e);
        } catch (LinkageError e) {
            throw new SampleException(scenario + " cannot be loaded (" + e + "): add what it needs to --class-path", e);
        }
    }

    private static URL[] urls(String classPath) {
        List<URL> urls = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            if (!entry.isEmpty()) {
                urls.add(url(Path.of(entry)));
            }
        }
        return urls.toArray(URL[]::new);
    }

    private static URL url(Path entry) {
        if (!Files.exists(entry)) {
            throw new SampleException("there is no " + entry + ", which --class-path names");
        }
        try {
            return entry.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new SampleException("cannot read " + entry + ", which --class-path names", e);
        }
    }

    private int search(SeedSearch search) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s: seeds %d to %d, %d at a time%s%n", scenario, from, from + seeds - 1, search.threads(),
                faults ? ", with faults" : "");
        out.flush();
        SearchProgress progress = new SearchProgress(out, seeds, this::again);
        SeedSearch.Result result = search.run(progress);
        progress.conclude(result);
        return result.failed() == 0 ? 0 : FAILED;
    }

    /** The command that runs one seed once more. */
    private String again(long seed) {
        return "./run search " + scenario + " --from " + seed + " --seeds 1" + (faults ? " --faults" : "")
                + (classPath.isEmpty() ? "" : " --class-path '" + classPath + "'");
    }
}
