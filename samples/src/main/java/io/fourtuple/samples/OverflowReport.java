package io.fourtuple.samples;

import io.fourtuple.core.Counter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The runs of the overflow lab side by side, as a table. */
final class OverflowReport {
    private static final int LABEL = 44;
    private static final int COLUMN = 14;

    private final List<OverflowRun> runs;
    private final StringBuilder text = new StringBuilder();

    private OverflowReport(List<OverflowRun> runs) {
        this.runs = runs;
    }

    static String table(OverflowLab.Load load, List<OverflowRun> runs) {
        return new OverflowReport(runs).table(load);
    }

    private String table(OverflowLab.Load load) {
        text.append(String.format(Locale.ROOT,
                "backlog %d; %,d SYNs of strangers and %d clients a second for %d ms; %d accepted a second%n%n",
                load.backlog(), load.rate(), load.clients(), load.time().toMillis(), load.accepts()));
        row("profile", run -> OverflowRun.name(run.profile()));
        row("syncookies", run -> OverflowRun.name(run.syncookies()));
        text.append("strangers\n");
        row("  SYNs a second", run -> number(Math.round(run.synsPerSecond())));
        text.append("clients\n");
        row("  came", run -> number(run.clients()));
        row("  accepted", run -> number(run.accepted()));
        row("  served", run -> number(run.served()));
        row("  reset", run -> number(run.refused()));
        row("  gave up", run -> number(run.unserved()));
        row("  SYNs sent again", run -> number(run.client().get(Counter.TCP_EXT_SYN_RETRANS)));
        row("  connect and answer, p50 ms", run -> millis(run, 50));
        row("  connect and answer, p99 ms", run -> millis(run, 99));
        row("  connect and answer, max ms", run -> millis(run, 100));
        text.append("listening socket\n");
        for (Counter counter : List.of(
                Counter.TCP_EXT_REQ_Q_FULL_DROP,
                Counter.TCP_EXT_REQ_Q_FULL_DO_COOKIES,
                Counter.TCP_EXT_SYNCOOKIES_SENT,
                Counter.TCP_EXT_SYNCOOKIES_RECV,
                Counter.TCP_EXT_SYNCOOKIES_FAILED,
                Counter.TCP_EXT_LISTEN_OVERFLOWS,
                Counter.TCP_EXT_LISTEN_DROPS,
                Counter.TCP_EXT_SYN_RETRANS)) {
            String note = counter == Counter.TCP_EXT_SYN_RETRANS ? " (SYN-ACKs sent again)" : "";
            row("  " + counter.group() + counter.label() + note, run -> number(run.server().get(counter)));
        }
        return text.toString();
    }

    private void row(String label, Function<OverflowRun, String> cell) {
        text.append(String.format(Locale.ROOT, "%-" + LABEL + "s", label));
        runs.forEach(run -> text.append(String.format(Locale.ROOT, "%" + COLUMN + "s", cell.apply(run))));
        text.append('\n');
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String millis(OverflowRun run, double percentile) {
        return run.served() == 0
                ? "-"
                : String.format(Locale.ROOT, "%,.1f", run.latency().getValueAtPercentile(percentile) / 1000.0);
    }
}
