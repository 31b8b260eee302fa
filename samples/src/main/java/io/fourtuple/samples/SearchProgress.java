package io.fourtuple.samples;

import io.fourtuple.api.simulation.SeedSearch;
import java.io.PrintWriter;
import java.util.function.LongFunction;

/** Tells on the command line how a search goes: each failing seed, the first one with all that is known of it. */
final class SearchProgress implements SeedSearch.Listener {
    /** A line of progress for each tenth. */
    private static final int PARTS = 10;

    private final PrintWriter out;
    private final int seeds;
    private final LongFunction<String> again;
    private boolean hasFailed;

    /**
     * Tells of a search.
     *
     * @param seeds how many it has
     * @param again the command that runs a seed once more
     */
    SearchProgress(PrintWriter out, int seeds, LongFunction<String> again) {
        this.out = out;
        this.seeds = seeds;
        this.again = again;
    }

    @Override
    public void failed(SeedSearch.Failure failure) {
        out.printf("seed %d fails at %s: %s%n", failure.seed(), failure.at(), failure.cause());
        if (!hasFailed) {
            hasFailed = true;
            if (!failure.faults().isEmpty()) {
                out.println("  faults: " + failure.faults());
            }
            out.println("  again: " + again.apply(failure.seed()));
            failure.cause().printStackTrace(out);
        }
        out.flush();
    }

    @Override
    public void through(int seedsRun, int failed) {
        long part = (long) seedsRun * PARTS / seeds;
        if (part != (long) (seedsRun - 1) * PARTS / seeds && seedsRun < seeds) {
            out.printf("%d of %d seeds, %d failed%n", seedsRun, seeds, failed);
            out.flush();
        }
    }

    /** The last line. */
    void conclude(SeedSearch.Result result) {
        String done = result.seedsRun() == seeds ? "all " + seeds + " seeds" : "in the time that there was, "
                + result.seedsRun() + " of " + seeds + " seeds";
        if (result.failed() == 0) {
            out.println(done + ": none fails");
        } else {
            out.println(done + ": " + result.failed() + " failed, the lowest is "
                    + result.failures().getFirst().seed());
        }
        out.flush();
    }
}
