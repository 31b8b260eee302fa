package io.fourtuple.api.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.simulation.HostConfig;
import io.fourtuple.api.simulation.SimulatedHost;
import io.fourtuple.api.simulation.Simulation;
import io.fourtuple.api.simulation.SimulationConfig;
import io.fourtuple.nic.sim.Link;
import io.fourtuple.nic.sim.LinkConfig;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A client and a server with a socket layer each, 5 ms from each other, in virtual time. */
final class TwoHosts implements AutoCloseable {
    static final int PORT = 8080;

    final Simulation simulation;
    final SimulatedHost clientHost;
    final SimulatedHost serverHost;
    final SocketLayer client;
    final SocketLayer server;
    final Link link;

    /** A connection: both ends' descriptors, and that of the listening socket. */
    record Pair(int client, int server, int listener) {}

    TwoHosts() {
        this(Personality.PLAIN, UnaryOperator.identity());
    }

    TwoHosts(Personality personality, UnaryOperator<StackConfig> change) {
        simulation = Simulation.start(SimulationConfig.ofSeed(1));
        clientHost = simulation.host(HostConfig.of("client").withStack(change));
        serverHost = simulation.host(HostConfig.of("server").withStack(change));
        link = simulation.connect(clientHost, serverHost, LinkConfig.DEFAULT.withDelay(Duration.ofMillis(5)));
        client = SocketLayer.of(clientHost.stack(), personality);
        server = SocketLayer.of(serverHost.stack(), personality);
    }

    InetSocketAddress serverAddress() {
        return new InetSocketAddress(serverHost.address(), PORT);
    }

    int listen(int backlog) {
        int fd = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        server.bind(fd, serverAddress());
        server.listen(fd, backlog);
        return fd;
    }

    int connecting() {
        int fd = client.socket(Posix.AF_INET, Posix.SOCK_STREAM | Posix.SOCK_NONBLOCK, 0);
        assertFails(Errno.EINPROGRESS, () -> client.connect(fd, serverAddress()));
        return fd;
    }

    Pair connected() {
        return connected(listen(5));
    }

    Pair connected(int listener) {
        int fd = connecting();
        pass();
        return new Pair(fd, server.accept(listener), listener);
    }

    /** Lets what is under way arrive, and be answered: 100 ms, which no retransmission needs. */
    void pass() {
        simulation.runFor(Duration.ofMillis(100));
    }

    static int ready(SocketLayer layer, int fd) {
        return layer.poll(List.of(new PollFd(fd, 0xffff))).getFirst().revents();
    }

    static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    static String read(SocketLayer layer, int fd, int max) {
        return recv(layer, fd, max, 0);
    }

    static String recv(SocketLayer layer, int fd, int max, int flags) {
        ByteBuffer target = ByteBuffer.allocate(max);
        int octets = layer.recv(fd, target, flags);
        assertThat(target.position()).isEqualTo(octets);
        return new String(target.array(), 0, octets, StandardCharsets.US_ASCII);
    }

    static void assertFails(Errno errno, ThrowingCallable call) {
        try {
            call.call();
        } catch (ErrnoException e) {
            assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno);
            return;
        } catch (Throwable e) {
            throw new AssertionError("expected " + errno, e);
        }
        throw new AssertionError("expected " + errno + ", but the call succeeded");
    }

    @Override
    public void close() {
        simulation.close();
    }
}
