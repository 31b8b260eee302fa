package io.fourtuple.api.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which seeds of a search are to be run, run now, or are through. Any thread.
 *
 * <pre>
 *   0 … frontier: through, and told │ … next: some are through, some run │ … seeds: to be run
 * </pre>
 */
final class SeedsThrough {
    /** There is no seed any more to be run. */
    static final int NO_MORE = -1;
    /** How far the fastest thread may be ahead: failures that cannot be told yet are kept. */
    private static final int AHEAD = 10_000;

    /** How often one that waits looks whether the time is over. */
    private static final long LOOK_MILLIS = 1000;

    private final SeedSearch search;
    private final SeedSearch.Listener listener;
    private final long start = System.nanoTime();
    /** Those from the frontier on, each in the slot of its number modulo {@link #AHEAD}. */
    private final BitSet ended = new BitSet(AHEAD);
    private final Map<Integer, SeedSearch.Failure> untold = new LinkedHashMap<>();
    private final List<SeedSearch.Failure> told = new ArrayList<>();
    private int next;
    private int frontier;
    private int failed;
    private boolean stopped;
    private RuntimeException broken;

    SeedsThrough(SeedSearch search, SeedSearch.Listener listener) {
        this.search = search;
        this.listener = listener;
    }

    /** How much of the {@link SeedSearch#limit} is left; none of it when it is over or there is none. */
    Duration timeLeft() {
        long passed = System.nanoTime() - start;
        return Duration.ofNanos(Math.max(0, search.limit().map(Duration::toNanos).orElse(0L) - passed));
    }

    /** A seed to be run, counted from the first one, or {@link #NO_MORE}; waits for threads that are far behind. */
    synchronized int next() {
        try {
            while (!isOver() && next - frontier >= AHEAD) {
                wait(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            stop(); // the thread was given up
        }
        return isOver() ? NO_MORE : next++;
    }

    private boolean isOver() {
        return stopped || next == search.seeds() || (search.limit().isPresent() && timeLeft().isZero());
    }

    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    /** A run has ended, with a failure or without. Without effect for one that has ended before. */
    synchronized void ended(int index, Optional<SeedSearch.Failure> failure) {
        if (index < frontier || ended.get(index % AHEAD)) {
            return;
        }
        ended.set(index % AHEAD);
        failure.ifPresent(found -> untold.put(index, found));
        try {
            while (ended.get(frontier % AHEAD)) {
                ended.clear(frontier % AHEAD);
                tell(untold.remove(frontier));
                frontier++;
                listener.through(frontier, failed);
            }
        } catch (RuntimeException e) {
            broken = e;
            stop();
        }
        notifyAll();
    }

    private void tell(SeedSearch.Failure failure) {
        if (failure != null) {
            failed++;
            if (told.size() < SeedSearch.MAX_FAILURES) {
                told.add(failure);
                listener.failed(failure);
            }
        }
    }

    /** What was found, when all that ran is through. */
    synchronized SeedSearch.Result result() {
        if (broken != null) {
            throw new IllegalStateException("the listener of the search has thrown: " + broken, broken);
        }
        return new SeedSearch.Result(frontier, failed, told);
    }
}
