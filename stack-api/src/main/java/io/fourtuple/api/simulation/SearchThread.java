package io.fourtuple.api.simulation;

import io.fourtuple.nic.loop.Journal;
import java.time.Duration;
import java.util.Optional;

/** Runs one seed of a search after the other. */
final class SearchThread extends Thread {
    private final SeedSearch search;
    private final SeedsThrough through;
    /** Counted from the first seed; negative while none runs. */
    private volatile int running = SeedsThrough.NO_MORE;

    SearchThread(SeedSearch search, SeedsThrough through, int number) {
        super("seed-search-" + number);
        setDaemon(true);
        this.search = search;
        this.through = through;
    }

    @Override
    public void run() {
        for (int index; (index = through.next()) != SeedsThrough.NO_MORE; ) {
            running = index;
            long seed = search.from() + index;
            ScenarioRun run = ScenarioRun.of(search.scenarios(), seed, search.faults(), Journal.NONE);
            through.ended(index, run.failure()
                    .map(cause -> new SeedSearch.Failure(seed, run.at(), cause, run.faults())));
            running = SeedsThrough.NO_MORE;
        }
    }

    /** Its run counts as failed. */
    void giveUp() {
        int index = running;
        if (index != SeedsThrough.NO_MORE) {
            IllegalStateException stuck = new IllegalStateException(
                    "the run does not end: it loops or blocks where this stack trace says");
            stuck.setStackTrace(getStackTrace());
            through.ended(index, Optional.of(
                    new SeedSearch.Failure(search.from() + index, Duration.ZERO, stuck, "")));
            interrupt();
        }
    }
}
