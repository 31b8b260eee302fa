package io.fourtuple.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * The client process: kernel sockets and NIO, nothing else. Reads one line for each run, {@code WORKLOAD HOST BASEPORT
 * WARMUPMILLIS MILLIS}, and answers it with one line of JSON: the figures by name, or {@code error}. Ends when its
 * standard input ends.
 */
public final class LoadClient {
    private LoadClient() {}

    /**
     * Answers runs.
     *
     * @param args none
     * @throws Exception when standard input cannot be read
     */
    public static void main(String[] args) throws Exception {
        var json = new ObjectMapper();
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        System.out.println("READY");
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            System.out.println(json.writeValueAsString(answer(line)));
        }
    }

    private static Map<String, Object> answer(String line) {
        try {
            String[] words = line.split(" ", -1);
            var workload = Workload.valueOf(words[0].toUpperCase(Locale.ROOT));
            var run = new Run(words[1], Integer.parseInt(words[2]) + workload.portOffset(),
                    Duration.ofMillis(Long.parseLong(words[3])), Duration.ofMillis(Long.parseLong(words[4])));
            return measure(workload, run);
        } catch (Exception e) {
            e.printStackTrace();
            return Map.of("error", e.toString());
        }
    }

    /** Runs a workload; the figures by name. */
    static Map<String, Object> measure(Workload workload, Run run) throws IOException {
        return switch (workload) {
            case SINK -> BulkLoad.sink(run);
            case SOURCE -> BulkLoad.source(run);
            case ECHO -> BulkLoad.echo(run);
            case PING_PONG -> PingPongLoad.measure(run);
            case CONNECT -> ConnectLoad.measure(run);
        };
    }

    /**
     * Where to and how long.
     *
     * @param host literal address of the server
     * @param port the workload's (first) port
     * @param warmup not measured, at the start of the run
     * @param length measured, after that
     */
    record Run(String host, int port, Duration warmup, Duration length) {}
}
