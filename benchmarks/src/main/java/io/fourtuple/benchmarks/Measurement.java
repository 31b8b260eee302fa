package io.fourtuple.benchmarks;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.EnumMap;
import java.util.Map;

/**
 * One run of one workload against one target.
 *
 * @param round from 1
 * @param figures empty when the run failed
 * @param error what went wrong, null when nothing did
 * @param serverCpuSeconds CPU that the server's process took, warm-up included
 * @param foreignShare CPU that nobody of the lab took, as a share of what the machine has
 * @param repeated how often it was measured again because others used the machine
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Measurement(
        Target.Kind target,
        Workload workload,
        int round,
        Map<Workload.Figure, Double> figures,
        String error,
        double serverCpuSeconds,
        double foreignShare,
        int repeated) {

    Measurement {
        figures = new EnumMap<>(figures.isEmpty() ? new EnumMap<>(Workload.Figure.class) : figures);
    }

    boolean isFailed() {
        return error != null;
    }

    Measurement afterRepeats(int times) {
        return new Measurement(target, workload, round, figures, error, serverCpuSeconds, foreignShare, times);
    }
}
