package io.fourtuple.benchmarks.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The tables of a run, as a page has them: between two marks, with the words of people around them. */
final class Page {
    private static final String BEGIN = "<!-- begin: written by ./run interop -->";
    private static final String END = "<!-- end: written by ./run interop -->";

    private final List<Comparison> comparisons;
    private final Findings findings;
    private final List<String> setting;

    /**
     * Tables.
     *
     * @param setting how it was measured, a sentence each
     */
    Page(List<Comparison> comparisons, Findings findings, List<String> setting) {
        this.comparisons = List.copyOf(comparisons);
        this.findings = findings;
        this.setting = List.copyOf(setting);
    }

    /**
     * Puts the tables into a page, in place of those it has; at its end, when it has none yet.
     *
     * @throws IOException when it cannot be read or written
     */
    void writeTo(Path page) throws IOException {
        String before = Files.exists(page) ? Files.readString(page) : "# Interop with the kernel\n\n";
        int begin = before.indexOf(BEGIN);
        int end = before.indexOf(END);
        String head = begin < 0 ? before : before.substring(0, begin);
        String tail = end < 0 ? "\n" : before.substring(end + END.length());
        Files.writeString(page, head + BEGIN + "\n" + text() + END + tail);
    }

    /** The tables. */
    String text() {
        StringBuilder text = new StringBuilder("\n");
        setting.forEach(line -> text.append(line).append('\n'));
        text.append("\n### Goodput of our sender\n\n")
                .append("Mbit/s of all flows of a cell: the kernel's sender, ours, and **ours as a part of the"
                        + " kernel's**.\n\n");
        table(text, Way.OURS_TO_KERNEL, true);
        text.append("\n### Goodput of the kernel's sender to our receiver\n\n")
                .append("As a part of what the same sender has to the kernel's receiver.\n\n");
        table(text, Way.KERNEL_TO_OURS, false);
        repeated(text);
        failures(text);
        experts(text);
        return text.toString();
    }

    private void table(StringBuilder text, Way way, boolean figures) {
        text.append("| delay | loss | besides |");
        List<Congestion> congestions = Arrays.stream(Congestion.values())
                .filter(congestion -> comparisons.stream().anyMatch(c -> c.cell().congestion() == congestion))
                .toList();
        congestions.forEach(congestion -> text.append(' ').append(congestion.title()).append(" |"));
        text.append("\n|---|---|---|").append("---|".repeat(congestions.size())).append('\n');
        List<String> rows = new ArrayList<>();
        for (Comparison comparison : comparisons) {
            Cell cell = comparison.cell();
            String row = "| " + cell.delayMillis() + " ms | " + cell.lossWord() + " % | "
                    + (cell.fault() == Fault.NONE ? "" : cell.fault().word()) + " |";
            if (!rows.contains(row)) {
                rows.add(row);
                text.append(row);
                for (Congestion congestion : congestions) {
                    text.append(' ').append(comparisons.stream()
                            .filter(c -> c.cell().equals(new Cell(
                                    cell.lossPercent(), cell.delayMillis(), cell.fault(), congestion)))
                            .findFirst()
                            .map(c -> entry(c, way, figures))
                            .orElse("–")).append(" |");
                }
                text.append('\n');
            }
        }
    }

    private static String entry(Comparison comparison, Way way, boolean figures) {
        String ratio = String.format(Locale.ROOT, "%.2f", comparison.ratio(way));
        if (!figures) {
            return ratio;
        }
        return String.format(Locale.ROOT, "%s, %s, **%s**%s", megabits(comparison.goodput(Way.KERNEL_TO_KERNEL)),
                megabits(comparison.goodput(way)), ratio, comparison.isMet() ? "" : " missed");
    }

    private static String megabits(double bitsPerSecond) {
        double megabits = bitsPerSecond / 1e6;
        return String.format(Locale.ROOT, megabits < 10 ? "%.1f" : "%.0f", megabits);
    }

    /** What was measured more than once, with each figure: nothing is left out. */
    private void repeated(StringBuilder text) {
        List<Comparison> several = comparisons.stream()
                .filter(c -> c.of(Way.KERNEL_TO_KERNEL).size() > 1)
                .toList();
        if (several.isEmpty()) {
            return;
        }
        text.append("\n### Cells with more than one round\n\n")
                .append("The ratio of each round, in order; the median is in the table.\n\n")
                .append("| cell | ours to kernel | kernel to ours |\n|---|---|---|\n");
        several.forEach(c -> text.append("| ").append(c.cell().name())
                .append(" | ").append(ratios(c, Way.OURS_TO_KERNEL))
                .append(" | ").append(ratios(c, Way.KERNEL_TO_OURS)).append(" |\n"));
    }

    private static String ratios(Comparison comparison, Way way) {
        return Arrays.stream(comparison.ratios(way))
                .mapToObj(ratio -> String.format(Locale.ROOT, "%.2f", ratio))
                .collect(Collectors.joining(", "));
    }

    private void failures(StringBuilder text) {
        List<String> failures = comparisons.stream().flatMap(c -> c.failures().stream()).toList();
        text.append("\n### Data\n\n");
        if (failures.isEmpty()) {
            long flows = comparisons.stream()
                    .flatMap(c -> c.all().stream())
                    .mapToLong(measured -> measured.cell().flows())
                    .sum();
            text.append("Every octet of all ").append(flows).append(" flows has arrived as it was sent.\n");
        } else {
            failures.forEach(failure -> text.append("- ").append(failure).append('\n'));
        }
    }

    private void experts(StringBuilder text) {
        text.append("\n### What tshark remarks\n\n");
        if (findings.captures() == 0) {
            text.append("Nothing was captured.\n");
            return;
        }
        text.append("In ").append(findings.captures())
                .append(" captures with the first frames of a flow of each cell, both ways.\n\n")
                .append("| frames of | severity | remark | frames | why |\n|---|---|---|---|---|\n");
        findings.counts().forEach((kind, count) -> text.append("| ").append(kind.ours() ? "ours" : "the kernel")
                .append(" | ").append(kind.severity().name().toLowerCase(Locale.ROOT))
                .append(" | ").append(kind.message().replace("|", "\\|"))
                .append(" | ").append(count)
                .append(" | ").append(kind.explanation().isEmpty() ? "**not explained**" : kind.explanation())
                .append(" |\n"));
        findings.faults().forEach(fault -> text.append("\n- ").append(fault).append('\n'));
    }
}
