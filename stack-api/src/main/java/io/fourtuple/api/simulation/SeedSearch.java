package io.fourtuple.api.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Runs a scenario with many seeds, to find those that fail. Each seed is a simulation of its own, one thread runs one
 * at a time, and there are as many threads as processors.
 *
 * <p>What is reported does not depend on which thread was faster: a failing seed is reported when all seeds below it
 * are through, so the first one reported is the lowest that fails. Immutable; start from {@link #of} and change what
 * differs.
 *
 * @param scenarios makes the scenario of each run; on the threads of the search, several at a time
 * @param from the first seed
 * @param seeds how many, 1 to 1,000,000,000
 * @param threads how many simulations run at a time, 1 to 1024
 * @param faults whether fault points fire, in each run as its seed says: {@link io.fourtuple.nic.loop.Buggify}
 * @param limit after this real time no run is begun any more; empty for no limit
 */
public record SeedSearch(
        Supplier<? extends Scenario> scenarios,
        long from,
        int seeds,
        int threads,
        boolean faults,
        Optional<Duration> limit) {
    /** The most seeds of one search. */
    public static final int MAX_SEEDS = 1_000_000_000;
    /** The most simulations at a time. */
    public static final int MAX_THREADS = 1024;
    /** So many failures are kept, the ones with the lowest seeds; the rest is counted. */
    public static final int MAX_FAILURES = 100;

    /** How long the last runs may still take when the time is over. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    public SeedSearch {
        Objects.requireNonNull(scenarios, "scenarios");
        check(seeds >= 1 && seeds <= MAX_SEEDS, "seeds must be 1 to " + MAX_SEEDS + ", is " + seeds);
        check(from <= Long.MAX_VALUE - seeds, "seeds " + from + " and so on are beyond what there is");
        check(threads >= 1 && threads <= MAX_THREADS, "threads must be 1 to " + MAX_THREADS + ", is " + threads);
        check(limit.isEmpty() || limit.get().isPositive(), "the time limit must be above 0");
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Seeds 1 to 1000 of a scenario, without faults and without limit. */
    public static SeedSearch of(Supplier<? extends Scenario> scenarios) {
        int processors = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
        return new SeedSearch(scenarios, 1, 1000, processors, false, Optional.empty());
    }

    /**
     * The same of a class, which has a constructor without parameters.
     *
     * @throws IllegalArgumentException when it has none
     */
    public static SeedSearch of(Class<? extends Scenario> scenario) {
        return of(ScenarioRun.instancesOf(scenario));
    }

    /** The same with other seeds: {@code count} of them from {@code first}. */
    public SeedSearch withSeeds(long first, int count) {
        return new SeedSearch(scenarios, first, count, threads, faults, limit);
    }

    /** The same with another number of simulations at a time. */
    public SeedSearch withThreads(int value) {
        return new SeedSearch(scenarios, from, seeds, value, faults, limit);
    }

    /** The same with fault points that fire, or without. */
    public SeedSearch withFaults(boolean value) {
        return new SeedSearch(scenarios, from, seeds, threads, value, limit);
    }

    /** The same, but no run is begun after so much real time. */
    public SeedSearch withLimit(Duration value) {
        return new SeedSearch(scenarios, from, seeds, threads, faults, Optional.of(value));
    }

    /**
     * A seed with which the scenario fails.
     *
     * @param seed which one
     * @param at the virtual time of the failure
     * @param cause what it has thrown
     * @param faults which fault points were on, and how often they fired; empty when none was asked about
     */
    public record Failure(long seed, Duration at, Throwable cause, String faults) {}

    /**
     * What was found.
     *
     * @param seedsRun how many seeds were run: all, or those from the first one on that the time was enough for
     * @param failed how many of them fail
     * @param failures those with the lowest seeds, {@value SeedSearch#MAX_FAILURES} at most, the lowest first
     */
    public record Result(int seedsRun, int failed, List<Failure> failures) {
        public Result {
            failures = List.copyOf(failures);
        }
    }

    /** Is told how the search goes; by one of its threads at a time, in the order of the seeds. */
    public interface Listener {
        /** Hears nothing. */
        Listener NONE = new Listener() {};

        /** A seed fails, and all below it are through. Told of the first {@value SeedSearch#MAX_FAILURES}. */
        default void failed(Failure failure) {}

        /** So many seeds from the first one on are through, and so many of them fail. */
        default void through(int seedsRun, int failed) {}
    }

    /** The same as {@link #run(Listener)} with nobody who listens. */
    public Result run() {
        return run(Listener.NONE);
    }

    /**
     * Runs all of them and returns when they are through.
     *
     * <p>A run that has not ended half a minute after the {@link #limit} counts as failed, with the stack trace of
     * where it is; its thread, a daemon, is left to itself.
     *
     * @throws IllegalStateException when the calling thread is interrupted, or {@code listener} throws
     */
    public Result run(Listener listener) {
        SeedsThrough through = new SeedsThrough(this, listener);
        List<SearchThread> all = new ArrayList<>();
        for (int i = 1; i <= threads; i++) {
            SearchThread thread = new SearchThread(this, through, i);
            all.add(thread);
            thread.start();
        }
        try {
            for (SearchThread thread : all) {
                if (limit.isEmpty()) {
                    thread.join();
                } else if (!thread.join(through.timeLeft().plus(GRACE))) {
                    thread.giveUp();
                }
            }
        } catch (InterruptedException e) {
            through.stop();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the search was interrupted", e);
        }
        return through.result();
    }
}
