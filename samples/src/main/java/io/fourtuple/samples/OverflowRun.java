package io.fourtuple.samples;

import io.fourtuple.api.StackConfig.Listen.Profile;
import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.core.Counter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What came of one run of the overflow lab.
 *
 * @param synsPerSecond SYNs of strangers that came in a second
 * @param server the counters of the stack that was flooded
 * @param client the counters of the stack that the clients are on
 * @param accepted clients that were accepted
 * @param clients clients that came
 * @param refused clients that were reset
 * @param unserved clients that gave up
 * @param latency from connect to the first octet of the answer, in microseconds, of clients that got one
 * @param samples how full the queues were, every {@link OverflowLab#SAMPLE_MILLIS}
 */
record OverflowRun(
        Profile profile,
        SynCookies syncookies,
        double synsPerSecond,
        Map<Counter, Long> server,
        Map<Counter, Long> client,
        long accepted,
        long clients,
        long refused,
        long unserved,
        Histogram latency,
        List<Sample> samples) {

    /**
     * One look at the listening socket.
     *
     * @param synQueue how full the SYN queue is, 1 being full
     * @param acceptQueue how full the accept queue is, 1 being full
     */
    record Sample(double synQueue, double acceptQueue) {}

    /** As the configuration spells it. */
    static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    long served() {
        return latency.getTotalCount();
    }
}
