package io.fourtuple.nic.loop;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * How an {@link EventLoop} runs. The same as the keys of {@code fourtuple.loop-dispatcher} in {@code reference.conf}.
 *
 * @param tasksPerRound how many tasks run before timers are looked at again, at least 1
 * @param descriptorInterval how long tasks may run before descriptors are looked at again
 * @param busyPoll how long an idle loop goes on looking for work before it sleeps; zero for not at all
 * @param keepAlive how long a loop without tasks, timers and descriptors keeps its thread
 * @param watchdog how long one task may hold the loop before that is logged; zero for never
 */
public record LoopConfig(int tasksPerRound, Duration descriptorInterval, Duration busyPoll, Duration keepAlive,
        Duration watchdog) {
    /** What {@code reference.conf} says. */
    public static final LoopConfig DEFAULT =
            new LoopConfig(16, Duration.ofNanos(20_000), Duration.ZERO, Duration.ofSeconds(60),
                    Duration.ofMillis(500));

    public LoopConfig {
        if (tasksPerRound < 1) {
            throw new IllegalArgumentException("tasks-per-round must be at least 1, is " + tasksPerRound);
        }
        notNegative("descriptor-interval", descriptorInterval);
        notNegative("busy-poll", busyPoll);
        notNegative("keep-alive", keepAlive);
        notNegative("watchdog", watchdog);
    }

    /**
     * Reads a dispatcher's configuration; a key that is missing has its value of {@link #DEFAULT}.
     *
     * @throws com.typesafe.config.ConfigException when a value has the wrong type
     * @throws IllegalArgumentException when a value is out of range
     */
    public static LoopConfig of(Config dispatcher) {
        return new LoopConfig(
                dispatcher.hasPath("tasks-per-round") ? dispatcher.getInt("tasks-per-round") : DEFAULT.tasksPerRound,
                duration(dispatcher, "descriptor-interval", DEFAULT.descriptorInterval),
                duration(dispatcher, "busy-poll", DEFAULT.busyPoll),
                duration(dispatcher, "keep-alive", DEFAULT.keepAlive),
                duration(dispatcher, "watchdog", DEFAULT.watchdog));
    }

    /** The same with another limit for the watchdog. */
    public LoopConfig withWatchdog(Duration value) {
        return new LoopConfig(tasksPerRound, descriptorInterval, busyPoll, keepAlive, value);
    }

    /** The same with another time of busy polling. */
    public LoopConfig withBusyPoll(Duration value) {
        return new LoopConfig(tasksPerRound, descriptorInterval, value, keepAlive, watchdog);
    }

    /** The same with another time to keep the thread. */
    public LoopConfig withKeepAlive(Duration value) {
        return new LoopConfig(tasksPerRound, descriptorInterval, busyPoll, value, watchdog);
    }

    private static Duration duration(Config config, String key, Duration otherwise) {
        return config.hasPath(key) ? config.getDuration(key) : otherwise;
    }

    private static void notNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(key + " must not be negative, is " + value);
        }
    }
}
