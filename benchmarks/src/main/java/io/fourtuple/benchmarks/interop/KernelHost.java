package io.fourtuple.benchmarks.interop;

import io.fourtuple.benchmarks.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The kernel of a network namespace as a host: all its flows, on one thread that lives in the namespace.
 *
 * <p>A flow that fails says so to its {@link Transfer} and leaves the others alone.
 */
final class KernelHost implements AutoCloseable {
    /** How late the end of a flow's time may be noticed. */
    private static final long SELECT_MILLIS = 5;
    private static final int READ_BYTES = 256 * 1024;
    private static final long JOIN_MILLIS = 5_000;

    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Selector selector;
    private final Thread thread;
    private final ByteBuffer in = ByteBuffer.allocate(READ_BYTES);
    private final List<Sender> senders = new ArrayList<>();
    private volatile boolean closed;

    /** What a selection key belongs to. */
    private sealed interface Flow permits Listener, Receiver, Sender {
        Transfer transfer();

        void proceed(SelectionKey key) throws IOException;
    }

    private KernelHost(NetworkNamespace where, CompletableFuture<Void> inside) throws IOException {
        selector = Selector.open();
        thread = Thread.ofPlatform().name("kernel of " + where.name()).unstarted(() -> {
            try {
                Setns.enter(where.name());
            } catch (IOException e) {
                inside.completeExceptionally(e);
                return;
            }
            inside.complete(null);
            run();
        });
    }

    /** The kernel of a namespace. */
    static KernelHost of(NetworkNamespace where) throws IOException {
        CompletableFuture<Void> inside = new CompletableFuture<>();
        KernelHost host = new KernelHost(where, inside);
        host.thread.start();
        try {
            inside.join();
        } catch (RuntimeException e) {
            throw new IOException("cannot work in the namespace " + where.name() + ": " + e.getMessage(), e);
        }
        return host;
    }

    /** Receives a flow at a port of any of its addresses; completed when it can be sent. */
    CompletableFuture<Void> receive(Transfer transfer) {
        return execute(() -> {
            ServerSocketChannel channel = ServerSocketChannel.open();
            try {
                channel.configureBlocking(false);
                channel.bind(new InetSocketAddress(transfer.port()), 1);
                channel.register(selector, SelectionKey.OP_ACCEPT, new Listener(transfer, channel));
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        });
    }

    /** Connects, and sends a flow. */
    CompletableFuture<Void> send(Transfer transfer, String address) {
        return execute(() -> {
            SocketChannel channel = SocketChannel.open();
            Sender sender = new Sender(transfer, channel);
            try {
                channel.configureBlocking(false);
                sender.key = channel.register(selector, SelectionKey.OP_CONNECT, sender);
                senders.add(sender);
                channel.connect(new InetSocketAddress(address, transfer.port()));
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        });
    }

    /** Closes whatever is open, of flows that have failed. */
    CompletableFuture<Void> reset() {
        return execute(() -> {
            senders.clear();
            for (SelectionKey key : List.copyOf(selector.keys())) {
                key.channel().close();
            }
        });
    }

    private interface Step {
        void run() throws IOException;
    }

    private CompletableFuture<Void> execute(Step step) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        tasks.add(() -> {
            try {
                step.run();
                done.complete(null);
            } catch (IOException e) {
                done.completeExceptionally(e);
            }
        });
        selector.wakeup();
        return done;
    }

    private void run() {
        try (selector) {
            while (!closed) {
                for (Runnable task; (task = tasks.poll()) != null; ) {
                    task.run();
                }
                select();
                endThoseWhoseTimeIsOver();
            }
            for (SelectionKey key : List.copyOf(selector.keys())) {
                key.channel().close();
            }
        } catch (IOException e) {
            selector.keys().forEach(key -> ((Flow) key.attachment()).transfer().failed("selecting failed: " + e));
        }
    }

    private void select() throws IOException {
        if (senders.isEmpty()) {
            selector.select(this::proceed);
        } else {
            selector.select(this::proceed, SELECT_MILLIS);
        }
    }

    private void proceed(SelectionKey key) {
        Flow flow = (Flow) key.attachment();
        try {
            flow.proceed(key);
        } catch (IOException e) {
            flow.transfer().failed(e.toString());
            close(key);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            ((Flow) key.attachment()).transfer().failed("closing failed: " + e);
        }
    }

    private void endThoseWhoseTimeIsOver() {
        senders.removeIf(sender -> {
            if (!sender.connected || !sender.transfer.isOver()) {
                return sender.transfer.whenDone().isDone();
            }
            try {
                sender.end();
            } catch (IOException e) {
                sender.transfer.failed(e.toString());
            }
            return true;
        });
    }

    /** Waits for the one connection of a flow. */
    private final class Listener implements Flow {
        private final Transfer transfer;
        private final ServerSocketChannel channel;

        Listener(Transfer transfer, ServerSocketChannel channel) {
            this.transfer = transfer;
            this.channel = channel;
        }

        @Override
        public Transfer transfer() {
            return transfer;
        }

        @Override
        public void proceed(SelectionKey key) throws IOException {
            SocketChannel accepted = channel.accept();
            if (accepted != null) {
                accepted.configureBlocking(false);
                accepted.register(selector, SelectionKey.OP_READ, new Receiver(transfer, accepted));
                channel.close();
            }
        }
    }

    /** Reads a flow to its end. */
    private final class Receiver implements Flow {
        private final Transfer transfer;
        private final SocketChannel channel;

        Receiver(Transfer transfer, SocketChannel channel) {
            this.transfer = transfer;
            this.channel = channel;
        }

        @Override
        public Transfer transfer() {
            return transfer;
        }

        @Override
        public void proceed(SelectionKey key) throws IOException {
            in.clear();
            int length = channel.read(in);
            if (length > 0) {
                transfer.received(in.array(), 0, length);
            } else if (length < 0) {
                transfer.endReceived();
                channel.close();
            }
        }
    }

    /** Writes a flow until its time is over, then waits until the other side closes, too. */
    private final class Sender implements Flow {
        private final Transfer transfer;
        private final SocketChannel channel;
        private SelectionKey key;
        private ByteBuffer out = ByteBuffer.allocate(0);
        private boolean connected;

        Sender(Transfer transfer, SocketChannel channel) {
            this.transfer = transfer;
            this.channel = channel;
        }

        @Override
        public Transfer transfer() {
            return transfer;
        }

        @Override
        public void proceed(SelectionKey ready) throws IOException {
            if (ready.isConnectable()) {
                channel.finishConnect();
                transfer.connected();
                connected = true;
                ready.interestOps(SelectionKey.OP_WRITE);
            } else if (ready.isReadable()) {
                in.clear();
                if (channel.read(in) < 0) {
                    channel.close();
                }
            } else {
                write();
            }
        }

        private void write() throws IOException {
            while (!transfer.isOver()) {
                if (!out.hasRemaining()) {
                    out = ByteBuffer.wrap(transfer.next());
                }
                int written = channel.write(out);
                if (written == 0) {
                    return;
                }
                transfer.sent(written);
            }
        }

        void end() throws IOException {
            transfer.allSent();
            channel.shutdownOutput();
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    /** Closes all connections and ends the thread. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
