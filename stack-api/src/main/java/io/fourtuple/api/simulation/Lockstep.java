package io.fourtuple.api.simulation;

import io.fourtuple.core.time.Deadline;
import io.fourtuple.nic.loop.VirtualTime;
import io.fourtuple.nic.sim.Backbone;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Phaser;

/**
 * Lets sites run side by side, none more than one stretch ahead of another. Each site does so on its own thread, and
 * all with the same limit: from what each says of itself before a stretch all conclude the same, without a leader.
 */
final class Lockstep {
    /** How often it is looked whether the others are there before this thread goes to sleep. */
    private static final int SPINS = 2_000;

    private final Backbone backbone;
    private final Phaser meeting;
    /** What each site has said, of this stretch and of the next one. */
    private final Said[][] said;

    /**
     * What a site says when it has ended a stretch.
     *
     * @param next when something happens next because of it, or {@link Deadline#NONE}
     * @param done what it waits for is there
     * @param failed it has thrown, and will do nothing more
     */
    private record Said(long next, boolean done, boolean failed) {
        Said and(Said other) {
            return new Said(Deadline.earlier(next, other.next), done && other.done, failed || other.failed);
        }
    }

    Lockstep(Backbone backbone) {
        this.backbone = backbone;
        meeting = new Phaser(backbone.sites());
        said = new Said[2][backbone.sites()];
    }

    /**
     * Lets time pass on this site until what all sites wait for is there, a site has failed, or the time is up: then it
     * is so late. To be called on all sites.
     *
     * @param awaited what this one waits for
     * @return false when it has ended before the time was up, because nothing is left to happen on any site
     */
    boolean run(Site site, CompletableFuture<?> awaited, Duration atMost) {
        VirtualTime time = site.simulation().time();
        long limit = time.nanoTime() + atMost.toNanos();
        Throwable failure = null;
        for (int turn = 0; ; turn ^= 1) {
            said[turn][site.number()] = failure == null
                    ? new Said(site.uplink().nextEvent(), awaited.isDone(), false)
                    : new Said(Deadline.NONE, false, true);
            meet();
            rethrow(failure);
            site.uplink().nextTurn();
            Said all = said[turn][0];
            for (int i = 1; i < said[turn].length; i++) {
                all = all.and(said[turn][i]);
            }
            if (all.next() == Deadline.NONE || all.done() || all.failed()) {
                return all.next() != Deadline.NONE;
            }
            if (all.next() > limit) {
                time.runUntil(limit);
                return true;
            }
            try {
                time.runUntil(Math.min(limit, backbone.advance(Math.max(time.nanoTime(), all.next()))));
            } catch (RuntimeException | Error e) {
                failure = e; // the others are to hear of it first
            }
        }
    }

    /** Nearly always the others are there within microseconds: to wait for them in the kernel would cost more. */
    private void meet() {
        int phase = meeting.arrive();
        for (int i = 0; i < SPINS && meeting.getPhase() == phase; i++) {
            Thread.onSpinWait();
        }
        meeting.awaitAdvance(phase);
    }

    private static void rethrow(Throwable failure) {
        switch (failure) {
            case null -> { }
            case Error error -> throw error;
            case RuntimeException exception -> throw exception;
            default -> throw new IllegalStateException("only unchecked exceptions are caught here", failure);
        }
    }
}
