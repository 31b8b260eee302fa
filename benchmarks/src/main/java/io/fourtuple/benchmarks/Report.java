package io.fourtuple.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What came out: rows that compare the two targets, as a table and as JSON. */
final class Report {
    private static final String ROW = "%-32s %-7s %-26s %-26s %7s  %s%n";

    private final Map<String, Object> setting;
    private final List<Measurement> measurements;
    private final List<Row> rows = new ArrayList<>();

    /**
     * Compares.
     *
     * @param setting what the figures depend on, by name
     * @param measurements of both targets
     */
    Report(Map<String, Object> setting, List<Measurement> measurements) {
        this.setting = setting;
        this.measurements = List.copyOf(measurements);
        for (Workload workload : Workload.values()) {
            for (Workload.Figure figure : workload.figures()) {
                if (measurements.stream().anyMatch(m -> m.workload() == workload)) {
                    rows.add(new Row(workload, figure,
                            spread(Target.Kind.FOURTUPLE, workload, figure),
                            spread(Target.Kind.PEKKO, workload, figure)));
                }
            }
        }
    }

    /** One figure of one workload. A target that failed in any round has no spread. */
    record Row(Workload workload, Workload.Figure figure, Optional<Spread> ours, Optional<Spread> theirs) {
        /** Whether our median is at least as good as theirs. */
        boolean isMet() {
            return ours.isPresent()
                    && (theirs.isEmpty() || figure.isAtLeastAsGood(ours.get().median(), theirs.get().median()));
        }

        String advantage() {
            return ours.isPresent() && theirs.isPresent()
                    ? String.format(Locale.ROOT, "%.2f x",
                            figure.advantage(ours.get().median(), theirs.get().median()))
                    : "-";
        }
    }

    private Optional<Spread> spread(Target.Kind kind, Workload workload, Workload.Figure figure) {
        List<Measurement> of = measurements.stream()
                .filter(m -> m.target() == kind && m.workload() == workload)
                .toList();
        return of.isEmpty() || of.stream().anyMatch(Measurement::isFailed)
                ? Optional.empty()
                : Optional.of(Spread.of(of.stream().mapToDouble(m -> m.figures().get(figure)).toArray()));
    }

    /** Whether this stack is at least as good in every row. */
    boolean isMet() {
        return rows.stream().allMatch(Row::isMet);
    }

    /** The table, then the setting and whatever failed. */
    String text() {
        var text = new StringBuilder();
        text.append(String.format(Locale.ROOT, ROW, "median (min-max)", "", Target.Kind.FOURTUPLE.title(),
                Target.Kind.PEKKO.title(), "", ""));
        for (Row row : rows) {
            text.append(String.format(Locale.ROOT, ROW, row.workload().title(), row.figure().unit(),
                    cell(Target.Kind.FOURTUPLE, row.workload(), row.ours()),
                    cell(Target.Kind.PEKKO, row.workload(), row.theirs()),
                    row.advantage(), row.isMet() ? "ok" : "MISSED"));
        }
        setting.forEach((name, value) -> text.append(name).append(": ").append(value).append(System.lineSeparator()));
        double foreign = measurements.stream().mapToDouble(Measurement::foreignShare).max().orElse(0);
        text.append(String.format(Locale.ROOT, "CPU taken by others: at most %.0f %% in a run; %d runs repeated%n",
                foreign * 100, measurements.stream().mapToInt(Measurement::repeated).sum()));
        measurements.stream().filter(Measurement::isFailed).forEach(m -> text.append(String.format(Locale.ROOT,
                "failed: %s, %s, round %d: %s%n", m.target().title(), m.workload().title(), m.round(), m.error())));
        return text.toString();
    }

    private String cell(Target.Kind kind, Workload workload, Optional<Spread> spread) {
        boolean tried = measurements.stream().anyMatch(m -> m.target() == kind && m.workload() == workload);
        return spread.map(Spread::toString).orElse(tried ? "failed" : "not measured");
    }

    /** Writes the JSON and the table, and says where. */
    void write(Path json, Path text) throws IOException {
        var document = new LinkedHashMap<String, Object>();
        document.put("setting", setting);
        document.put("rows", rows.stream().map(Report::fields).toList());
        document.put("measurements", measurements);
        Files.createDirectories(json.toAbsolutePath().getParent());
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json.toFile(), document);
        Files.writeString(text, text());
    }

    private static Map<String, Object> fields(Row row) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("workload", row.workload());
        fields.put("figure", row.figure().unit());
        row.ours().ifPresent(spread -> fields.put("fourtuple", spread));
        row.theirs().ifPresent(spread -> fields.put("pekko", spread));
        fields.put("met", row.isMet());
        return fields;
    }
}
