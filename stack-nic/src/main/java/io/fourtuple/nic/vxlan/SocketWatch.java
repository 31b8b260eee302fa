package io.fourtuple.nic.vxlan;

import io.fourtuple.nic.NicException;
import io.fourtuple.nic.Readiness;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * Waits for a socket in place of the event loop, which waits for descriptors, and Java does not tell that of a socket.
 *
 * <p>A thread of its own selects and wakes the reader, and then waits until the reader says that it has emptied the
 * socket: it reads nothing itself, so what nobody takes stays in the socket's buffer, where it is bounded.
 */
final class SocketWatch implements Readiness.Signal {
    private final Selector selector;
    private final SelectionKey key;
    private volatile Runnable wakeUp = () -> {};

    /** Watches a channel that does not block. */
    SocketWatch(DatagramChannel channel, String name) throws IOException {
        selector = channel.provider().openSelector();
        key = channel.register(selector, SelectionKey.OP_READ);
        Thread.ofPlatform().daemon().name(name).start(this::watch);
    }

    private void watch() {
        try {
            while (selector.isOpen()) {
                selector.select(_ -> {
                    key.interestOps(0);
                    wakeUp.run();
                });
            }
        } catch (ClosedSelectorException | CancelledKeyException e) {
            // The way this ends.
        } catch (IOException e) {
            throw new NicException("the sockets of this JVM cannot be watched (" + e.getMessage()
                    + "): start the stack anew", e);
        }
    }

    /** Says that the socket was found empty: the next datagram wakes the reader. */
    void rearm() {
        key.interestOps(SelectionKey.OP_READ);
        selector.wakeup();
    }

    @Override
    public void onReadable(Runnable wakeUp) {
        this.wakeUp = wakeUp;
    }

    void close() throws IOException {
        selector.close();
    }
}
