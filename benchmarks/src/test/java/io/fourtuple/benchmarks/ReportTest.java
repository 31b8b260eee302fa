package io.fourtuple.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @Test
    void shouldBeMetWhenEveryMedianIsAtLeastAsGood() {
        Report report = report(measured(Workload.SINK, Map.of(Workload.Figure.GIGABITS, 10.0)),
                measured(Workload.SINK, Map.of(Workload.Figure.GIGABITS, 10.0)));

        assertThat(report.isMet()).isTrue();
        assertThat(report.text()).contains("1.00 x", "ok").doesNotContain("MISSED");
    }

    @Test
    void shouldMissWhenOneMedianIsWorse() {
        Report report = report(measured(Workload.SINK, Map.of(Workload.Figure.GIGABITS, 9.9)),
                measured(Workload.SINK, Map.of(Workload.Figure.GIGABITS, 10.0)));

        assertThat(report.isMet()).isFalse();
        assertThat(report.text()).contains("MISSED");
    }

    @Test
    void shouldTakeTheLowerLatencyForTheBetter() {
        var slower = Map.of(Workload.Figure.P50, 60.0, Workload.Figure.P99, 90.0);
        var faster = Map.of(Workload.Figure.P50, 50.0, Workload.Figure.P99, 90.0);

        assertThat(report(measured(Workload.PING_PONG, faster), measured(Workload.PING_PONG, slower)).isMet())
                .isTrue();
        assertThat(report(measured(Workload.PING_PONG, slower), measured(Workload.PING_PONG, faster)).isMet())
                .isFalse();
    }

    @Test
    void shouldMissWhenOneOfOurRunsFailed() {
        Measurement failed = new Measurement(
                Target.Kind.FOURTUPLE, Workload.SINK, 2, Map.of(), "connection reset", 0, 0, 0);

        Report report = report(measured(Workload.SINK, Map.of(Workload.Figure.GIGABITS, 10.0)),
                measured(Workload.SINK, Map.of(Workload.Figure.GIGABITS, 1.0)), failed);

        assertThat(report.isMet()).isFalse();
        assertThat(report.text()).contains("failed: Fourtuple, TAP, sink, 1 connection, round 2: connection reset");
    }

    @Test
    void shouldWriteTheSameAsJsonAndText(@TempDir Path directory) throws Exception {
        Report report = report(measured(Workload.SINK, Map.of(Workload.Figure.GIGABITS, 12.5)),
                measured(Workload.SINK, Map.of(Workload.Figure.GIGABITS, 10.0)));

        report.write(directory.resolve("bench.json"), directory.resolve("bench.txt"));

        assertThat(Files.readString(directory.resolve("bench.txt"))).isEqualTo(report.text());
        assertThat(Files.readString(directory.resolve("bench.json"))).contains("12.5", "\"met\" : true", "GIGABITS");
    }

    @Test
    void shouldGiveMedianAndExtremes() {
        assertThat(Spread.of(new double[] {5, 1, 3})).isEqualTo(new Spread(3, 1, 5));
        assertThat(Spread.of(new double[] {4, 1})).isEqualTo(new Spread(2.5, 1, 4));
    }

    private static Map<Workload, Map<Workload.Figure, Double>> measured(
            Workload workload, Map<Workload.Figure, Double> figures) {
        return Map.of(workload, figures);
    }

    private static Report report(Map<Workload, Map<Workload.Figure, Double>> ours,
            Map<Workload, Map<Workload.Figure, Double>> theirs, Measurement... more) {
        var measurements = new ArrayList<>(List.of(more));
        ours.forEach((workload, figures) -> measurements.add(
                new Measurement(Target.Kind.FOURTUPLE, workload, 1, figures, null, 1, 0, 0)));
        theirs.forEach((workload, figures) -> measurements.add(
                new Measurement(Target.Kind.PEKKO, workload, 1, figures, null, 1, 0, 0)));
        return new Report(Map.of("rounds", 1), measurements);
    }
}
