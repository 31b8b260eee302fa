package io.fourtuple.nic.loop;

import io.fourtuple.core.Clock;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.time.Deadline;

/** One of the loops that share a {@link VirtualTime}: that of a host, with a clock that may be wrong. */
public final class VirtualLoop extends EventLoop {
    private final VirtualTime time;
    private final String name;
    private final ClockSkew skew;
    private final Clock clock;

    VirtualLoop(VirtualTime time, String name, ClockSkew skew) {
        this.time = time;
        this.name = name;
        this.skew = skew;
        clock = isRight() ? time : () -> skew.local(time.nanoTime());
    }

    private boolean isRight() {
        return skew.equals(ClockSkew.NONE);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public FaultPoints faults() {
        return time.faults();
    }

    @Override
    public boolean isCurrent() {
        return runs(this);
    }

    @Override
    public void execute(Runnable task) {
        time.execute(this, task);
    }

    @Override
    public Registration register(int fd, Runnable onReadable) {
        throw new IllegalStateException("a device cannot be used in virtual time, in which nothing real happens: use"
                + " a NIC of the simulated network");
    }

    @Override
    public LoopTimer timer(Runnable onDue) {
        return isRight() ? time.heapTimer(() -> run(onDue)) : new SkewedTimer(onDue);
    }

    private void run(Runnable onDue) {
        time.runGuarded(this, onDue);
    }

    @Override
    void retain() {
        time.checkThread();
    }

    @Override
    void release() {
        time.checkThread();
    }

    @Override
    public String toString() {
        return "VirtualLoop(" + name + ")";
    }

    /** Armed by the host's clock, due by the simulation's. */
    private final class SkewedTimer extends LoopTimer {
        private final HeapTimer timer;
        private long local = Deadline.NONE;

        SkewedTimer(Runnable onDue) {
            timer = time.heapTimer(() -> {
                local = Deadline.NONE;
                run(onDue);
            });
        }

        @Override
        public void arm(long deadlineNanos) {
            local = deadlineNanos;
            timer.arm(deadlineNanos == Deadline.NONE ? Deadline.NONE : skew.global(deadlineNanos));
        }

        @Override
        public void disarm() {
            local = Deadline.NONE;
            timer.disarm();
        }

        @Override
        public long deadline() {
            return local;
        }
    }
}
