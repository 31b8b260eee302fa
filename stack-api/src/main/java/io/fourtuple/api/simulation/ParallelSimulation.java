package io.fourtuple.api.simulation;

import io.fourtuple.nic.sim.Backbone;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One world of several {@link Site}s, each a {@link Simulation} on a thread of its own, joined by a {@link Backbone}:
 * for loads that are too large for one core. The same seed gives the same frames on every site, whatever the threads
 * do.
 *
 * <pre>
 *   site 0   |—— stretch ——|        |—— stretch ——|          each as long as the delay of the backbone:
 *                           exchange               exchange  what is sent in one arrives after its end
 *   site 1   |—— stretch ——|        |—— stretch ——|
 * </pre>
 *
 * <p>Hosts of all sites are in the same networks, 10.77.0.0/16 and fd77::/64, and have different addresses: a switch in
 * each site that is connected to its {@link Site#uplink} makes them one. What else sites have in common, such as
 * objects of the program, is not seen to: it must not change.
 *
 * <p>The longer the delay, the less often sites wait for each other: some milliseconds are worth while. Partitions,
 * crashes and captures are each site's own.
 *
 * <p>To be used by one thread at a time. When a site has failed, nothing but {@link #close} is of use.
 */
public final class ParallelSimulation implements AutoCloseable {
    private static final long SEED_STEP = 0x9e37_79b9_7f4a_7c15L;

    private final SimulationConfig config;
    private final Backbone backbone;
    private final Lockstep lockstep;
    private final List<ExecutorService> threads = new ArrayList<>();
    private final List<Site> sites;
    private boolean closed;

    private ParallelSimulation(SimulationConfig config, int count, Duration delay) {
        this.config = config;
        backbone = new Backbone(count, delay);
        lockstep = new Lockstep(backbone);
        for (int i = 0; i < count; i++) {
            int number = i;
            threads.add(Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, "site-" + number);
                thread.setDaemon(true);
                return thread;
            }));
        }
        sites = onThreads(this::startSite);
    }

    private Site startSite(int number) {
        Simulation simulation = Simulation.start(
                config.withSeed(config.seed() + number * SEED_STEP), number, Simulation.HOSTS_PER_SITE - 1);
        return new Site(number, simulation, simulation.network().addUplink(backbone));
    }

    /**
     * Starts it: no time has passed, and no host exists.
     *
     * @param config of each site; the seed differs
     * @param sites from 1 to {@value Backbone#MAX_SITES}; as many as there are cores is best
     * @param delay how long a frame takes from one site to another
     * @throws IllegalArgumentException when the number or the delay is out of range, or hosts were to exchange
     *     {@linkplain SimulationConfig.Mode#STREAMS streams}
     */
    public static ParallelSimulation start(SimulationConfig config, int sites, Duration delay) {
        if (config.mode() != SimulationConfig.Mode.PACKETS) {
            throw new IllegalArgumentException(
                    "sites exchange packets: there is no " + config.mode() + " between them");
        }
        return new ParallelSimulation(config, sites, delay);
    }

    /** How much time has passed, on every site. */
    public Duration now() {
        return onEach(site -> site.simulation().now()).getFirst();
    }

    /**
     * Calls this for each site on its thread, side by side, without any time passing.
     *
     * @return what it gave, in the order of the sites
     */
    public <T> List<T> onEach(Function<Site, T> body) {
        return onThreads(number -> body.apply(sites.get(number)));
    }

    /** The same for what gives nothing. */
    public void run(Consumer<Site> body) {
        onEach(site -> {
            body.accept(site);
            return site;
        });
    }

    /** Lets so much time pass, at least 0. */
    public void runFor(Duration duration) {
        run(site -> {
            long end = site.simulation().time().nanoTime() + duration.toNanos();
            lockstep.run(site, new CompletableFuture<>(), duration);
            site.simulation().time().runUntil(end); // also when nothing was left to happen
        });
    }

    /**
     * Lets time pass until a stage of each site is completed, {@link SimulationConfig#patience} at most, and at most
     * one delay longer.
     *
     * @param stage called for each site on its thread
     * @return what the stages are completed with, in the order of the sites
     * @throws AssertionError when one is not completed then, or nothing is left that could complete it
     * @throws CompletionException when one is completed exceptionally, with the cause
     */
    public <T> List<T> await(Function<Site, CompletionStage<T>> stage) {
        List<CompletableFuture<T>> futures = onEach(site -> stage.apply(site).toCompletableFuture());
        boolean more = onEach(site -> lockstep.run(site, futures.get(site.number()), config.patience())).getFirst();
        for (int i = 0; i < futures.size(); i++) {
            if (!futures.get(i).isDone()) {
                throw new AssertionError("site " + i + (more
                        ? ": not completed within " + config.patience() + " of virtual time"
                        : " waits in vain: nothing is left to happen after " + now()));
            }
        }
        return futures.stream().map(CompletableFuture::join).toList();
    }

    /** The failure of the first site that has one, if any, is thrown when all have ended. */
    private <T> List<T> onThreads(Function<Integer, T> body) {
        List<CompletableFuture<T>> all = new ArrayList<>();
        for (int i = 0; i < threads.size(); i++) {
            int number = i;
            all.add(CompletableFuture.supplyAsync(() -> body.apply(number), threads.get(i)));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).exceptionally(_ -> null).join();
        try {
            return all.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw e;
            }
        }
    }

    /** Ends all sites, and their threads. Twice is no error. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            try {
                run(site -> site.simulation().close());
            } finally {
                threads.forEach(ExecutorService::shutdown);
            }
        }
    }

    @Override
    public String toString() {
        return "ParallelSimulation(seed " + config.seed() + ", " + sites.size() + " sites)";
    }
}
