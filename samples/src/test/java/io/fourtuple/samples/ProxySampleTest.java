package io.fourtuple.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fourtuple.api.config.NicChoice;
import io.fourtuple.api.observe.ControlClient;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** The default of the proxy sample between two programs outside: kernel sockets at both ends, a stack in between. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ProxySampleTest {
    private static final Publish ANY_PORT = Publish.parse("127.0.0.1:0:80");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofMinutes(5);

    private final Logger logger = (Logger) LoggerFactory.getLogger(Proxy.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private ServerSocket server;

    @BeforeEach
    void listen() throws IOException {
        logger.setLevel(Level.INFO);
        log.start();
        logger.addAppender(log);
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        logger.detachAppender(log);
    }

    private ProxySample start(Duration idleTimeout, int connections) {
        NicOptions nic = new NicOptions(new NicChoice.Memory(), List.of(), List.of());
        return ProxySample.start(new ProxyOptions(
                NetworkOptions.of(nic, List.of(ANY_PORT), ANY_PORT, null, null),
                80,
                FarSide.parse("127.0.0.1:" + server.getLocalPort()),
                Optional.empty(),
                idleTimeout,
                connections));
    }

    private static Socket connect(ProxySample sample) throws IOException {
        InetSocketAddress address = sample.network().gatewayAddresses().getFirst();
        return new Socket(address.getAddress(), address.getPort());
    }

    /** One connection through a proxy, with an octet passed each way. */
    private final class Connection implements AutoCloseable {
        private final ProxySample sample;
        private final Socket client;
        private final Socket farSide;

        private Connection(Duration idleTimeout) throws IOException {
            sample = start(idleTimeout, 10);
            client = connect(sample);
            farSide = server.accept();
            pass(client, farSide);
            pass(farSide, client);
        }

        @Override
        public void close() throws IOException {
            client.close();
            farSide.close();
            sample.close();
        }
    }

    private static void pass(Socket from, Socket to) throws IOException {
        from.getOutputStream().write('a');
        assertThat(to.getInputStream().read()).isEqualTo('a');
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static void assertReset(Socket socket) {
        assertThatThrownBy(() -> socket.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    private static void assertEnd(Socket socket) throws IOException {
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }

    private void assertLogged(String pattern) {
        await("log line").atMost(PATIENCE).until(() -> !log.list.isEmpty());
        assertThat(log.list.getFirst().getFormattedMessage())
                .matches("10\\.77\\.0\\.1:\\d+ -> 127\\.0\\.0\\.1:" + server.getLocalPort() + ": " + pattern);
    }

    @Test
    void shouldCarryBothWaysAtOnceIntact() throws Exception {
        byte[] there = octets(1);
        byte[] back = octets(2);
        try (Connection connection = new Connection(LONG)) {
            CompletableFuture<Void> sending = CompletableFuture.allOf(
                    send(connection.client, there), send(connection.farSide, back));
            CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(
                    () -> readAll(connection.farSide), Thread::startVirtualThread);

            assertThat(readAll(connection.client)).isEqualTo(back);
            assertThat(received.join()).isEqualTo(there);
            sending.join();
        }
        assertLogged("16777217 octets sent, 16777217 received, \\d+\\.\\d{3} s: closed, first by the .*");
    }

    @Test
    void shouldPassTheEndOfTheClientsDirectionOn() throws Exception {
        try (Connection connection = new Connection(LONG)) {
            connection.client.shutdownOutput();
            assertEnd(connection.farSide);

            pass(connection.farSide, connection.client);
            connection.farSide.close();
            assertEnd(connection.client);

            assertLogged("1 octets sent, 2 received, .* s: closed, first by the client");
        }
    }

    @Test
    void shouldPassTheEndOfTheFarSidesDirectionOn() throws Exception {
        try (Connection connection = new Connection(LONG)) {
            connection.farSide.shutdownOutput();
            assertEnd(connection.client);

            pass(connection.client, connection.farSide);
            connection.client.close();
            assertEnd(connection.farSide);

            assertLogged("2 octets sent, 1 received, .* s: closed, first by the far side");
        }
    }

    @Test
    void shouldResetTheFarSideWhenTheClientIsKilled() throws Exception {
        try (Connection connection = new Connection(LONG)) {
            reset(connection.client);

            assertReset(connection.farSide);
            assertLogged("1 octets sent, 1 received, .* s: broken by the client \\(.*reset.*\\)");
        }
    }

    @Test
    void shouldResetTheClientWhenTheFarSideIsKilled() throws Exception {
        try (Connection connection = new Connection(LONG)) {
            reset(connection.farSide);

            assertReset(connection.client);
            assertLogged("1 octets sent, 1 received, .* s: broken by the far side \\(.*reset.*\\)");
        }
    }

    @Test
    void shouldResetTheClientWhenTheFarSideRefuses() throws Exception {
        server.close();
        try (ProxySample sample = start(LONG, 10); Socket client = connect(sample)) {
            assertReset(client);

            assertLogged("0 octets sent, 0 received, .* s: not connected \\(.*refused.*\\)");
        }
    }

    @Test
    void shouldResetBothWhenNothingPasses() throws Exception {
        try (Connection connection = new Connection(Duration.ofMillis(300))) {
            assertReset(connection.client);
            assertReset(connection.farSide);

            assertLogged("1 octets sent, 1 received, .* s: idle for 0.3 s");
        }
    }

    @Test
    void shouldLetNoMoreInThanItMayCarry() throws Exception {
        try (ProxySample sample = start(LONG, 1); Socket first = connect(sample); Socket farSide = server.accept()) {
            try (Socket second = connect(sample)) {
                await("one in the accept queue").atMost(PATIENCE).until(() ->
                        ControlClient.ask(sample.network().controlSocket(), "ss server").lines()
                                .anyMatch(line -> line.matches("LISTEN +1 +4096 .*")));

                first.shutdownOutput();
                farSide.shutdownOutput();

                try (Socket secondFarSide = server.accept()) {
                    pass(second, secondFarSide);
                }
            }
        }
    }

    @Test
    void shouldSendFinToBothWhenItEnds() throws Exception {
        try (Connection connection = new Connection(LONG)) {
            CompletableFuture<Void> closing = CompletableFuture.runAsync(connection.sample::close);

            assertEnd(connection.client);
            assertEnd(connection.farSide);
            closing.join();
            assertLogged("1 octets sent, 1 received, .* s: the proxy ends");
        }
    }

    @Test
    void shouldSayWhereItIsAndWhereItLeads() {
        try (ProxySample sample = start(LONG, 10)) {
            assertThat(sample.readyLine()).isEqualTo("proxy ready on 127.0.0.1:"
                    + sample.network().gatewayAddresses().getFirst().getPort()
                    + " (stack 10.77.0.2:80, memory wire), to 127.0.0.1:" + server.getLocalPort()
                    + "; ss: ./run ss");
        }
    }

    private static byte[] octets(int seed) {
        byte[] octets = new byte[16 << 20];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    private static CompletableFuture<Void> send(Socket socket, byte[] octets) {
        return CompletableFuture.runAsync(() -> {
            try {
                OutputStream out = socket.getOutputStream();
                out.write(octets);
                socket.shutdownOutput();
            } catch (IOException e) {
                throw new UncheckedIOException("the connection broke while sending", e);
            }
        }, Thread::startVirtualThread);
    }

    private static byte[] readAll(Socket socket) {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the connection broke while receiving", e);
        }
    }
}
