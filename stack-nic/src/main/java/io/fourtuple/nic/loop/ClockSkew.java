package io.fourtuple.nic.loop;

import java.time.Duration;

/**
 * How the clock of a host differs from the time of the simulation.
 *
 * @param offset how far it is ahead at the beginning; negative when it is behind
 * @param partsPerMillion by how much it is too fast, -500,000 to 1,000,000; a quartz is off by 10 to 100
 */
public record ClockSkew(Duration offset, int partsPerMillion) {
    /** A clock that is right. */
    public static final ClockSkew NONE = new ClockSkew(Duration.ZERO, 0);

    private static final long MILLION = 1_000_000;

    public ClockSkew {
        if (partsPerMillion < -500_000 || partsPerMillion > 1_000_000) {
            throw new IllegalArgumentException(
                    "a clock may be wrong by -500000 to 1000000 parts per million, not " + partsPerMillion);
        }
    }

    /** What the host's clock shows at a time of the simulation, both in nanoseconds. */
    long local(long global) {
        return global + offset.toNanos() + drift(global, MILLION);
    }

    /** The first time of the simulation at which the host's clock shows this or more. */
    long global(long local) {
        long ahead = local - offset.toNanos();
        long global = ahead - drift(ahead, MILLION + partsPerMillion);
        while (local(global) - local < 0) {
            global++;
        }
        while (local(global - 1) - local >= 0) {
            global--;
        }
        return global;
    }

    /** A million goes first, so that nothing overflows within 292 years. */
    private long drift(long nanos, long of) {
        return nanos / of * partsPerMillion + nanos % of * partsPerMillion / of;
    }
}
