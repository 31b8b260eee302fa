package io.fourtuple.api.observe;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers questions about this process on a UNIX-domain socket that only its owner may connect to.
 *
 * <p>The protocol is one line each way and a text: the client sends a command and a line feed; the server answers
 * {@code ok} or {@code error SENTENCE} on a line, then the text, and closes. Bounds: a command has at most {@value
 * #MAX_COMMAND} octets, and with {@value #MAX_CLIENTS} clients the one that has waited longest is cut off.
 *
 * <p>Runs on virtual threads of its own; a command is looked up on them, so its supplier may be called from any.
 */
public final class ControlServer implements AutoCloseable {
    static final int MAX_COMMAND = 256;
    static final int MAX_CLIENTS = 8;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);

    private final Path socket;
    private final ServerSocketChannel server;
    private final Map<String, Supplier<CompletionStage<String>>> commands;
    private final Deque<SocketChannel> clients = new ArrayDeque<>();

    private ControlServer(
            Path socket, ServerSocketChannel server, Map<String, Supplier<CompletionStage<String>>> commands) {
        this.socket = socket;
        this.server = server;
        this.commands = commands;
    }

    /**
     * Listens in {@code directory}, under this process's id.
     *
     * @param commands by name, what answers
     * @throws ControlException when the socket cannot be made
     */
    public static ControlServer open(
            ControlDirectory directory, Map<String, Supplier<CompletionStage<String>>> commands) {
        directory.prepare();
        directory.sockets(); // removes what processes that were killed have left
        removeUnanswered(directory.ownSocket());
        return open(directory.ownSocket(), commands);
    }

    /** A process that was killed may have had our process id. */
    private static void removeUnanswered(Path socket) {
        try (SocketChannel answered = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            LOG.debug("there is a control socket of this process already: {}", answered);
        } catch (IOException e) {
            try {
                Files.deleteIfExists(socket);
            } catch (IOException failure) {
                LOG.debug("cannot remove {}", socket, failure);
            }
        }
    }

    /**
     * Listens at {@code socket}, which nobody else must be able to replace: its directory belongs to the user alone.
     *
     * @throws ControlException when the socket cannot be made, also when something is there already
     */
    public static ControlServer open(Path socket, Map<String, Supplier<CompletionStage<String>>> commands) {
        ServerSocketChannel server = null;
        try {
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException | IllegalArgumentException e) {
            closeQuietly(server);
            throw new ControlException(
                    "cannot listen on the control socket " + socket + " (" + e.getMessage() + ")", e);
        }
        ServerSocketChannel opened = server;
        ControlServer control = new ControlServer(socket, server, new TreeMap<>(commands));
        Thread.ofVirtual().name("fourtuple-control").start(() -> control.accept(opened::accept));
        return control;
    }

    /** Where it listens. */
    public Path socket() {
        return socket;
    }

    /** Gives the next client, or says why not. */
    @FunctionalInterface
    interface Clients {
        SocketChannel next() throws IOException;
    }

    /** Until the socket is closed: a failure, such as too many open files, may be over soon. */
    void accept(Clients each) {
        boolean failing = false;
        while (true) {
            try {
                SocketChannel client = each.next();
                failing = false;
                admit(client);
                Thread.ofVirtual().name("fourtuple-control-client").start(() -> serve(client));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                if (!failing) {
                    failing = true;
                    LOG.warn("nobody can ask this process on control socket {} at the moment: {}", socket,
                            e.toString());
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void admit(SocketChannel client) {
        SocketChannel oldest = null;
        synchronized (clients) {
            if (clients.size() >= MAX_CLIENTS) {
                oldest = clients.removeFirst();
            }
            clients.addLast(client);
        }
        closeQuietly(oldest);
    }

    private void serve(SocketChannel client) {
        try (client) {
            String answer = answer(readCommand(client));
            ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                client.write(bytes);
            }
        } catch (IOException e) {
            LOG.debug("a client of the control socket went away", e);
        } finally {
            synchronized (clients) {
                clients.remove(client);
            }
        }
    }

    private static String readCommand(SocketChannel client) throws IOException {
        ByteBuffer line = ByteBuffer.allocate(MAX_COMMAND);
        while (line.hasRemaining() && client.read(line) >= 0) {
            for (int i = 0; i < line.position(); i++) {
                if (line.get(i) == '\n') {
                    return new String(line.array(), 0, i, StandardCharsets.UTF_8).strip();
                }
            }
        }
        return "";
    }

    private String answer(String command) {
        Supplier<CompletionStage<String>> found = commands.get(command);
        if (found == null) {
            return "error there is no such command; use " + String.join(" or ", commands.keySet()) + "\n";
        }
        try {
            return "ok\n" + found.get().toCompletableFuture().join();
        } catch (CompletionException e) {
            LOG.debug("cannot answer {} on the control socket", command, e.getCause());
            return "error " + e.getCause().getMessage() + "\n";
        } catch (RuntimeException e) {
            LOG.debug("cannot answer {} on the control socket", command, e);
            return "error " + e.getMessage() + "\n";
        }
    }

    /** Stops listening, cuts clients off and removes the socket. May be called again. */
    @Override
    public void close() {
        closeQuietly(server);
        synchronized (clients) {
            clients.forEach(ControlServer::closeQuietly);
            clients.clear();
        }
        try {
            if (Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
                Files.deleteIfExists(socket);
            }
        } catch (IOException e) {
            LOG.warn("cannot remove the control socket {}", socket, e);
        }
    }

    private static void closeQuietly(AutoCloseable channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (Exception e) {
            LOG.debug("closing a channel of the control socket", e);
        }
    }
}
