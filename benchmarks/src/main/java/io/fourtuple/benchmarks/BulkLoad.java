package io.fourtuple.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Map;

/** One connection, one thread, as many octets as go through: writing, reading, or both. */
final class BulkLoad implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int READ_BYTES = 256 * 1024;
    private static final long SELECT_MILLIS = 50;
    private static final long DRAIN_NANOS = 10_000_000_000L;

    private final boolean writes;
    private final boolean reads;
    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer out = Pattern.twice();
    private final ByteBuffer in = ByteBuffer.allocateDirect(READ_BYTES);
    private long written;
    private long read;
    private boolean endOfInput;

    private BulkLoad(LoadClient.Run run, boolean writes, boolean reads) throws IOException {
        this.writes = writes;
        this.reads = reads;
        channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.socket().connect(new InetSocketAddress(run.host(), run.port()), CONNECT_MILLIS);
        channel.configureBlocking(false);
        selector = Selector.open();
        channel.register(selector, (writes ? SelectionKey.OP_WRITE : 0) | (reads ? SelectionKey.OP_READ : 0));
    }

    /** The client writes; the server's count at the end must be what was written. */
    static Map<String, Object> sink(LoadClient.Run run) throws IOException {
        try (var load = new BulkLoad(run, true, false)) {
            double gigabits = load.measure(run);
            load.checkCount();
            return Map.of(Workload.Figure.GIGABITS.name(), gigabits);
        }
    }

    /** The client reads and checks the pattern; the connection is reset at the end, there is no other. */
    static Map<String, Object> source(LoadClient.Run run) throws IOException {
        try (var load = new BulkLoad(run, false, true)) {
            double gigabits = load.measure(run);
            load.channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            return Map.of(Workload.Figure.GIGABITS.name(), gigabits);
        }
    }

    /** Both; at the end everything written must have come back. */
    static Map<String, Object> echo(LoadClient.Run run) throws IOException {
        try (var load = new BulkLoad(run, true, true)) {
            double gigabits = load.measure(run);
            load.drain();
            if (load.read != load.written) {
                throw new IOException("echo of " + load.written + " octets had " + load.read);
            }
            return Map.of(Workload.Figure.GIGABITS.name(), gigabits);
        }
    }

    private double measure(LoadClient.Run run) throws IOException {
        long from = System.nanoTime() + run.warmup().toNanos();
        transfer(from);
        long bytesBefore = reads ? read : written;
        long start = System.nanoTime();
        transfer(start + run.length().toNanos());
        long bytes = (reads ? read : written) - bytesBefore;
        if (bytes == 0) {
            throw new IOException("nothing went through");
        }
        return bytes * 8.0 / (System.nanoTime() - start);
    }

    /** Moves what can be moved until {@code end}; waits only when neither direction can go on. */
    private void transfer(long end) throws IOException {
        while (System.nanoTime() - end < 0) {
            boolean moved = writes && write();
            if (reads) {
                moved |= read();
                if (endOfInput) {
                    throw new IOException("the server closed the connection after " + read + " octets");
                }
            }
            if (!moved) {
                selector.select(SELECT_MILLIS);
                selector.selectedKeys().clear();
            }
        }
    }

    private boolean write() throws IOException {
        int offset = (int) (written & (Pattern.PERIOD - 1));
        out.limit(offset + Pattern.PERIOD).position(offset);
        int n = channel.write(out);
        written += n;
        return n > 0;
    }

    private boolean read() throws IOException {
        in.clear();
        int n = channel.read(in);
        if (n < 0) {
            endOfInput = true;
            return false;
        }
        if (n > 0) {
            Pattern.check(in, n, read);
            read += n;
        }
        return n > 0;
    }

    /** Ends our direction and reads to the end of theirs. */
    private void drain() throws IOException {
        channel.shutdownOutput();
        awaitEnd(this::read);
    }

    private void checkCount() throws IOException {
        channel.shutdownOutput();
        in.clear();
        awaitEnd(() -> {
            int n = channel.read(in);
            endOfInput = n < 0;
            return n > 0;
        });
        if (in.position() != Long.BYTES || in.getLong(0) != written) {
            throw new IOException("wrote " + written + " octets; the server's answer has " + in.position()
                    + " octets" + (in.position() >= Long.BYTES ? " and counts " + in.getLong(0) : ""));
        }
    }

    private void awaitEnd(Step step) throws IOException {
        channel.keyFor(selector).interestOps(SelectionKey.OP_READ);
        long deadline = System.nanoTime() + DRAIN_NANOS;
        while (!endOfInput) {
            if (!step.moved() && !endOfInput) {
                selector.select(SELECT_MILLIS);
                selector.selectedKeys().clear();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("no end of input from the server; wrote " + written + ", read " + read);
            }
        }
    }

    private interface Step {
        boolean moved() throws IOException;
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
