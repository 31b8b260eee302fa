package io.fourtuple.api.actor;

import java.util.concurrent.atomic.AtomicInteger;

/** A bounded number of places that any thread may take and give back. */
final class Slots {
    private volatile int bound;
    private final AtomicInteger taken = new AtomicInteger();

    Slots(int bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("a queue holds at least 1, not " + bound);
        }
        this.bound = bound;
    }

    /** How many there are. */
    int bound() {
        return bound;
    }

    /** Another bound, at least 1; what is taken beyond it is given back in time. */
    void setBound(int places) {
        if (places < 1) {
            throw new IllegalArgumentException("a queue holds at least 1, not " + places);
        }
        bound = places;
    }

    /** How many are taken now, 0 to {@link #bound()}. */
    int taken() {
        return taken.get();
    }

    /** Whether none is free. */
    boolean isFull() {
        return taken.get() >= bound;
    }

    /** Takes one; false when none is free. */
    boolean tryTake() {
        int now = taken.get();
        while (now < bound) {
            int witness = taken.compareAndExchange(now, now + 1);
            if (witness == now) {
                return true;
            }
            now = witness;
        }
        return false;
    }

    /** Gives one back that was taken. */
    void giveBack() {
        giveBack(1);
    }

    /** Gives some back that were taken. */
    void giveBack(int slots) {
        if (taken.addAndGet(-slots) < 0) {
            throw new IllegalStateException("more slots given back than were taken");
        }
    }
}
