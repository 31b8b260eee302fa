package io.fourtuple.api.observe;

import io.fourtuple.core.Counter;
import java.util.Locale;
import java.util.Map;

/** The text of Linux's {@code nstat -as}: name, value since the start, and a rate that is always 0 without history. */
public final class NstatFormat {
    private NstatFormat() {}

    /**
     * The table, in the order of {@link Counter}.
     *
     * @param counters what to print; a counter that is not there is 0
     * @param zeros whether counters that are 0 are shown too ({@code nstat -z})
     */
    public static String format(Map<Counter, Long> counters, boolean zeros) {
        StringBuilder text = new StringBuilder("#kernel\n");
        for (Counter counter : Counter.values()) {
            long value = counters.getOrDefault(counter, 0L);
            if (zeros || value != 0) {
                text.append(line(counter.group() + counter.label(), value));
            }
        }
        return text.toString();
    }

    private static String line(String name, long value) {
        return String.format(Locale.ROOT, "%-32s%-16d%6.1f\n", name, value, 0.0);
    }
}
