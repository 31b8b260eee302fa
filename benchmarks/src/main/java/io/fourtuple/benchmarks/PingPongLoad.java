package io.fourtuple.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** One request at a time over one blocking connection. */
final class PingPongLoad {
    private static final int CONNECT_MILLIS = 5_000;
    private static final long HIGHEST_NANOS = 10_000_000_000L;
    private static final int DIGITS = 3;

    private PingPongLoad() {}

    static Map<String, Object> measure(LoadClient.Run run) throws IOException {
        var histogram = new Histogram(HIGHEST_NANOS, DIGITS);
        try (var channel = SocketChannel.open()) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket().connect(new InetSocketAddress(run.host(), run.port()), CONNECT_MILLIS);
            ByteBuffer out = ByteBuffer.allocateDirect(Workload.PING_BYTES);
            ByteBuffer in = ByteBuffer.allocateDirect(Workload.PING_BYTES);
            long warm = System.nanoTime() + run.warmup().toNanos();
            long end = warm + run.length().toNanos();
            long number = 0;
            for (long start = System.nanoTime(); start - end < 0; number++) {
                exchange(channel, out, in, number);
                long now = System.nanoTime();
                if (start - warm >= 0) {
                    histogram.recordValue(Math.min(now - start, HIGHEST_NANOS));
                }
                start = now;
            }
        }
        return Map.of(
                Workload.Figure.P50.name(), histogram.getValueAtPercentile(50) / 1e3,
                Workload.Figure.P99.name(), histogram.getValueAtPercentile(99) / 1e3);
    }

    private static void exchange(SocketChannel channel, ByteBuffer out, ByteBuffer in, long number)
            throws IOException {
        out.clear();
        out.putLong(0, number);
        while (out.hasRemaining()) {
            channel.write(out);
        }
        in.clear();
        while (in.hasRemaining()) {
            if (channel.read(in) < 0) {
                throw new IOException("the server closed the connection after " + number + " requests");
            }
        }
        if (in.getLong(0) != number) {
            throw new IOException("request " + number + " was answered with " + in.getLong(0));
        }
    }
}
