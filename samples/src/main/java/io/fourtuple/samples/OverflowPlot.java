package io.fourtuple.samples;

import io.fourtuple.core.Counter;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The runs of the overflow lab as a drawing: for each, how full both queues were, and how long clients waited. */
final class OverflowPlot {
    private static final int WIDTH = 290;
    private static final int HEIGHT = 150;
    private static final int LEFT = 48;
    private static final int TOP = 56;
    private static final int GAP = 60;
    private static final int BAR = 16;
    private static final int PANEL = HEIGHT + 3 * (BAR + 6) + 110;
    private static final int BAR_STEP = BAR + 6;
    private static final String BLACK = "#111";
    private static final String GREY = "#555";
    private static final String SYN = "#c2410c";
    private static final String ACCEPT = "#1d4ed8";
    private static final String WAIT = "#4d7c0f";

    private final StringBuilder svg = new StringBuilder();
    private final Formatter pen = new Formatter(svg, Locale.ROOT);
    private final List<OverflowRun> runs;
    private final int columns;
    private final int longest;
    private final double slowest;

    private OverflowPlot(List<OverflowRun> runs) {
        this.runs = runs;
        longest = runs.stream().mapToInt(run -> run.samples().size()).max().orElse(1);
        columns = (int) runs.stream().map(OverflowRun::profile).distinct().count();
        slowest = Math.max(1, runs.stream().mapToDouble(run -> millis(run, 100)).max().orElse(1));
    }

    /** As SVG. */
    static String draw(OverflowLab.Load load, List<OverflowRun> runs) {
        return new OverflowPlot(runs).draw(load);
    }

    private String draw(OverflowLab.Load load) {
        int width = LEFT + columns * (WIDTH + GAP);
        int height = TOP + (runs.size() + columns - 1) / columns * PANEL;
        pen.format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                + "font-family=\"sans-serif\" font-size=\"11\">\n", width, height, width, height);
        pen.format("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n", width, height);
        label(LEFT, 18, BLACK, "backlog " + load.backlog() + ", " + load.rate() + " SYNs/s of strangers, "
                + load.clients() + " clients/s, " + load.accepts() + " accepted/s");
        label(LEFT, 34, SYN, "SYN queue");
        label(LEFT + 70, 34, ACCEPT, "accept queue");
        label(LEFT + 160, 34, WAIT, "connect and answer");
        for (int i = 0; i < runs.size(); i++) {
            panel(LEFT + i % columns * (WIDTH + GAP), TOP + i / columns * PANEL, runs.get(i));
        }
        return svg.append("</svg>\n").toString();
    }

    private void panel(int x, int top, OverflowRun run) {
        int bottom = top + HEIGHT;
        label(x, top - 6, BLACK,
                OverflowRun.name(run.profile()) + ", syncookies " + OverflowRun.name(run.syncookies()));
        pen.format("<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#999\"/>\n", x, top, bottom, x + WIDTH);
        label(x - 40, top + 8, GREY, "full");
        label(x - 40, bottom, GREY, "empty");
        label(x + WIDTH - 30, bottom + 14, GREY, one(longest * OverflowLab.SAMPLE_MILLIS / 1000.0) + " s");
        series(x, bottom, run, SYN, OverflowRun.Sample::synQueue);
        series(x, bottom, run, ACCEPT, OverflowRun.Sample::acceptQueue);
        bar(x, bottom + 28, "p50", run, 50);
        bar(x, bottom + 28 + BAR_STEP, "p99", run, 99);
        bar(x, bottom + 28 + 2 * BAR_STEP, "max", run, 100);
        int y = bottom + 40 + 3 * BAR_STEP;
        label(x, y, BLACK, "clients: " + run.served() + " of " + run.clients() + " served, " + run.refused()
                + " reset, " + run.client().get(Counter.TCP_EXT_SYN_RETRANS) + " SYNs again");
        long dropped = run.server().get(Counter.TCP_EXT_REQ_Q_FULL_DROP)
                + run.server().get(Counter.TCP_EXT_LISTEN_DROPS);
        label(x, y + 16, BLACK, "listener: " + dropped + " dropped, "
                + run.server().get(Counter.TCP_EXT_SYNCOOKIES_SENT) + " cookies, "
                + run.server().get(Counter.TCP_EXT_SYNCOOKIES_RECV) + " came back");
    }

    private void bar(int x, int y, String name, OverflowRun run, double percentile) {
        double value = millis(run, percentile);
        int length = (int) Math.round(value / slowest * (WIDTH - 110));
        label(x, y + 12, GREY, name);
        pen.format("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n", x + 30, y,
                Math.max(1, length), BAR, WAIT);
        label(x + 36 + length, y + 12, BLACK, run.served() == 0 ? "nobody" : one(value) + " ms");
    }

    private static String one(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private void series(
            int x, int bottom, OverflowRun run, String colour, ToDoubleFunction<OverflowRun.Sample> value) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < run.samples().size(); i++) {
            double px = x + (double) i * WIDTH / Math.max(1, longest - 1);
            double py = bottom - Math.min(1.02, value.applyAsDouble(run.samples().get(i))) * HEIGHT;
            points.append(one(px)).append(',').append(one(py)).append(' ');
        }
        pen.format("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>\n",
                points.toString().strip(), colour);
    }

    private static double millis(OverflowRun run, double percentile) {
        return run.served() == 0 ? 0 : run.latency().getValueAtPercentile(percentile) / 1000.0;
    }

    private void label(int x, int y, String colour, String text) {
        pen.format("<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>\n", x, y, colour, text);
    }
}
