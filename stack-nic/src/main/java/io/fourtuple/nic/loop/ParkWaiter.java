package io.fourtuple.nic.loop;

import java.util.concurrent.locks.LockSupport;

/** Sleeps by parking the thread: enough while there is no descriptor to wait for, and needs no native code. */
final class ParkWaiter implements Waiter {
    private final Thread thread;

    ParkWaiter(Thread thread) {
        this.thread = thread;
    }

    @Override
    public void sleep(long nanos) {
        if (nanos == FOREVER) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, nanos);
        }
    }

    @Override
    public void wakeUp() {
        LockSupport.unpark(thread);
    }

    @Override
    public void checkDescriptors() {
        // There are none.
    }

    @Override
    public void close() {
        // Nothing was opened.
    }
}
