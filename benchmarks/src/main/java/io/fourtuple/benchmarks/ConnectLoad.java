package io.fourtuple.benchmarks;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Map;

/** Connects, echoes one octet, closes; as many at a time as {@link Workload#CRR_PARALLEL}, on one thread. */
final class ConnectLoad implements AutoCloseable {
    private static final long SELECT_MILLIS = 50;
    private static final long STALL_NANOS = 5_000_000_000L;

    private final LoadClient.Run run;
    private final InetSocketAddress[] targets = new InetSocketAddress[Workload.CRR_PORTS];
    private final Selector selector = Selector.open();
    private final ByteBuffer octet = ByteBuffer.allocateDirect(1);
    private long begun;
    private long done;

    private ConnectLoad(LoadClient.Run run) throws IOException {
        this.run = run;
        for (int i = 0; i < targets.length; i++) {
            targets[i] = new InetSocketAddress(run.host(), run.port() + i);
        }
    }

    static Map<String, Object> measure(LoadClient.Run run) throws IOException {
        try (var load = new ConnectLoad(run)) {
            return Map.of(Workload.Figure.RATE.name(), load.rate());
        }
    }

    private double rate() throws IOException {
        for (int i = 0; i < Workload.CRR_PARALLEL; i++) {
            begin();
        }
        work(System.nanoTime() + run.warmup().toNanos());
        long before = done;
        long start = System.nanoTime();
        work(start + run.length().toNanos());
        return (done - before) * 1e9 / (System.nanoTime() - start);
    }

    private void work(long end) throws IOException {
        long seen = done;
        long progress = System.nanoTime();
        for (long now = progress; now - end < 0; now = System.nanoTime()) {
            selector.select(SELECT_MILLIS);
            for (SelectionKey key : selector.selectedKeys()) {
                advance(key);
            }
            selector.selectedKeys().clear();
            if (done != seen) {
                seen = done;
                progress = now;
            } else if (now - progress > STALL_NANOS) {
                throw new IOException("no connection was completed for 5 s, after " + done);
            }
        }
    }

    private void begin() throws IOException {
        var channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        InetSocketAddress target = targets[(int) (begun % targets.length)];
        begun++;
        if (channel.connect(target)) {
            send(channel);
            channel.register(selector, SelectionKey.OP_READ);
        } else {
            channel.register(selector, SelectionKey.OP_CONNECT);
        }
    }

    private void advance(SelectionKey key) throws IOException {
        var channel = (SocketChannel) key.channel();
        if (key.isConnectable()) {
            channel.finishConnect();
            send(channel);
            key.interestOps(SelectionKey.OP_READ);
            return;
        }
        octet.clear();
        int n = channel.read(octet);
        if (n == 0) {
            return;
        }
        if (n < 0) {
            throw new IOException("the server closed a connection instead of echoing, after " + done);
        }
        if (octet.get(0) != mark(channel)) {
            throw new IOException("a connection echoed the wrong octet, after " + done);
        }
        done++;
        channel.close();
        begin();
    }

    private void send(SocketChannel channel) throws IOException {
        octet.clear();
        octet.put(0, mark(channel));
        if (channel.write(octet) != 1) {
            throw new IOException("a fresh connection takes no octet");
        }
    }

    /** An octet that differs between neighbouring connections. */
    private static byte mark(SocketChannel channel) throws IOException {
        return (byte) ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
