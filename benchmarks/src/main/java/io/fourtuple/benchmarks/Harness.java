package io.fourtuple.benchmarks;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Runs every workload against every target, turn by turn, and repeats what others disturbed. */
final class Harness {
    private static final double SECOND = 1e9;
    private static final int REPEATS_OF_ONE = 2;

    private final List<Target> targets;
    private final List<Workload> workloads;
    private final Plan plan;
    private final Consumer<String> progress;
    private final ObjectMapper json = new ObjectMapper();
    private int repeatsLeft;

    /**
     * How much is measured.
     *
     * @param rounds turns over all targets
     * @param warmup unmeasured start of every run
     * @param length of a run
     * @param jvmWarmup unmeasured runs of each workload before the first round
     * @param tolerated share of the machine's CPU that others may take in a run
     * @param repeats how many disturbed runs are measured again, in all; twice at most the same
     */
    record Plan(int rounds, Duration warmup, Duration length, int jvmWarmup, double tolerated, int repeats) {}

    Harness(List<Target> targets, List<Workload> workloads, Plan plan, Consumer<String> progress) {
        this.targets = targets;
        this.workloads = workloads;
        this.plan = plan;
        this.progress = progress;
        repeatsLeft = plan.repeats();
    }

    List<Measurement> measure() throws IOException {
        for (int i = 0; i < plan.jvmWarmup(); i++) {
            for (Workload workload : workloads) {
                for (Target target : targets) {
                    progress.accept("warming " + target.kind().title() + ": " + workload.title());
                    once(target, workload, 0);
                }
            }
        }
        var measurements = new ArrayList<Measurement>();
        for (int round = 1; round <= plan.rounds(); round++) {
            for (Workload workload : workloads) {
                for (Target target : targets) {
                    Measurement measurement = undisturbed(target, workload, round);
                    measurements.add(measurement);
                    progress.accept("round " + round + ", " + target.kind().title() + ", " + workload.title() + ": "
                            + (measurement.isFailed() ? measurement.error() : measurement.figures()));
                }
            }
        }
        return measurements;
    }

    /** Measures until the machine was quiet enough, or often enough; of several, the quietest counts. */
    private Measurement undisturbed(Target target, Workload workload, int round) throws IOException {
        Measurement best = once(target, workload, round);
        int repeated = 0;
        while (best.foreignShare() > plan.tolerated() && repeated < REPEATS_OF_ONE && repeatsLeft > 0
                && !best.isFailed()) {
            Measurement again = once(target, workload, round);
            repeated++;
            repeatsLeft--;
            if (again.foreignShare() < best.foreignShare()) {
                best = again;
            }
        }
        return best.afterRepeats(repeated);
    }

    private Measurement once(Target target, Workload workload, int round) throws IOException {
        CpuTimes before = CpuTimes.now(targets, target);
        long start = System.nanoTime();
        Map<String, Object> answer = json.readValue(
                target.run(workload, plan.warmup(), plan.length()), new TypeReference<Map<String, Object>>() {});
        double capacity = (System.nanoTime() - start) / SECOND * Runtime.getRuntime().availableProcessors();
        CpuTimes after = CpuTimes.now(targets, target);
        var figures = new EnumMap<Workload.Figure, Double>(Workload.Figure.class);
        String error = (String) answer.get("error");
        if (error == null) {
            for (Workload.Figure figure : workload.figures()) {
                figures.put(figure, ((Number) answer.get(figure.name())).doubleValue());
            }
        }
        return new Measurement(target.kind(), workload, round, figures, error, after.serverSecondsSince(before),
                after.foreignSecondsSince(before) / capacity, 0);
    }
}
