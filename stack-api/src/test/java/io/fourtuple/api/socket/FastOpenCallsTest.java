package io.fourtuple.api.socket;

import static io.fourtuple.api.socket.TwoHosts.assertFails;
import static io.fourtuple.api.socket.TwoHosts.octets;
import static io.fourtuple.api.socket.TwoHosts.read;
import static io.fourtuple.api.socket.TwoHosts.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.Counter;
import io.fourtuple.core.tcp.FastOpenKey;
import io.fourtuple.core.tcp.FastOpenRules;
import io.fourtuple.core.tcp.TcpState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Fast Open between two hosts, call by call: the client's and the server's part, in virtual time. */
class FastOpenCallsTest {
    private static final int OUT = Posix.POLLOUT | Posix.POLLWRNORM;

    private final TwoHosts hosts = new TwoHosts(Personality.PLAIN, FastOpenCallsTest::withServer);
    private final SocketLayer client = hosts.client;
    private final SocketLayer server = hosts.server;

    private static StackConfig withServer(StackConfig stack) {
        FastOpenRules rules = stack.tcp().fastOpen().withServer(true, false).withDisableTime(0);
        return stack.withTcp(stack.tcp().withFastOpen(rules));
    }

    @AfterEach
    void close() {
        hosts.close();
    }

    private int listen(int queue) {
        int listener = hosts.listen(5);
        server.setsockopt(listener, SocketOption.TCP_FASTOPEN, queue);
        return listener;
    }

    private int socket() {
        return client.socket(Posix.AF_INET, Posix.SOCK_STREAM | Posix.SOCK_NONBLOCK, 0);
    }

    private int sendFast(int fd, String text) {
        return client.sendto(fd, octets(text), Posix.MSG_FASTOPEN, hosts.serverAddress());
    }

    /** Opens a connection that asks for a cookie, and takes it to its end. */
    private void learnCookie(int listener) {
        int fd = socket();
        assertFails(Errno.EINPROGRESS, () -> sendFast(fd, "x"));
        hosts.pass();
        client.close(fd);
        server.close(server.accept(listener));
        hosts.pass();
    }

    private long count(Counter counter) {
        CompletionStage<StackSnapshot> snapshot = hosts.serverHost.stack().snapshot();
        hosts.pass();
        return snapshot.toCompletableFuture().join().counter(counter);
    }

    @Test
    void shouldSendDataWithTheSynOnceItHasACookie() {
        int listener = listen(5);
        learnCookie(listener);

        int fd = socket();
        assertThat(sendFast(fd, "hello")).isEqualTo(5);
        hosts.simulation.runFor(Duration.ofMillis(6)); // one way

        int accepted = server.accept(listener);
        assertThat(server.info(accepted).orElseThrow().state()).isEqualTo(TcpState.SYN_RECEIVED);
        assertThat(ready(server, accepted)).isEqualTo(OUT | Posix.POLLIN | Posix.POLLRDNORM);
        assertThat(read(server, accepted, 10)).isEqualTo("hello");
        assertThat(server.write(accepted, octets("world"))).isEqualTo(5);
        hosts.simulation.runFor(Duration.ofMillis(6));
        assertThat(read(client, fd, 10)).isEqualTo("world"); // after one round trip
        hosts.pass();
        assertThat(server.info(accepted).orElseThrow().state()).isEqualTo(TcpState.ESTABLISHED);
        assertThat(client.tcpInfo(fd).get("tcpi_options") & 32).isEqualTo(32);
        assertThat(server.tcpInfo(accepted).get("tcpi_options") & 32).isEqualTo(32);
        assertThat(count(Counter.TCP_EXT_FAST_OPEN_COOKIE_REQD)).isOne();
        assertThat(count(Counter.TCP_EXT_FAST_OPEN_PASSIVE)).isOne();
    }

    @Test
    void shouldWaitForTheFirstWriteOnceItHasACookie() {
        int listener = listen(5);
        int first = socket();
        client.setsockopt(first, SocketOption.TCP_FASTOPEN_CONNECT, 1);
        assertFails(Errno.EINPROGRESS, () -> client.connect(first, hosts.serverAddress()));
        hosts.pass();
        server.accept(listener);

        int second = socket();
        client.setsockopt(second, SocketOption.TCP_FASTOPEN_CONNECT, 1);
        client.connect(second, hosts.serverAddress());

        hosts.pass();
        assertFails(Errno.EAGAIN, () -> server.accept(listener));
        assertThat(ready(client, second)).isEqualTo(OUT);
        assertFails(Errno.EISCONN, () -> client.connect(second, hosts.serverAddress()));
        assertFails(Errno.EAGAIN, () -> read(client, second, 10));
        assertThat(client.write(second, octets("hello"))).isEqualTo(5);
        hosts.simulation.runFor(Duration.ofMillis(6));
        assertThat(read(server, server.accept(listener), 10)).isEqualTo("hello");
    }

    @Test
    void shouldShakeHandsAsEverWhereTheListeningSocketDoesNotWantIt() {
        int listener = hosts.listen(5);
        for (int i = 0; i < 2; i++) {
            int fd = socket();
            assertFails(Errno.EINPROGRESS, () -> sendFast(fd, "hello"));
            hosts.pass();
            assertThat(client.write(fd, octets("hello"))).isEqualTo(5);
            hosts.pass();
            assertThat(read(server, server.accept(listener), 10)).isEqualTo("hello");
        }
        assertThat(count(Counter.TCP_EXT_FAST_OPEN_PASSIVE)).isZero();
    }

    @Test
    void shouldShakeHandsAsEverWhenNoPlaceIsLeft() {
        int listener = listen(1);
        learnCookie(listener);
        int first = socket();
        int second = socket();

        assertThat(sendFast(first, "one")).isEqualTo(3);
        assertThat(sendFast(second, "two")).isEqualTo(3);
        hosts.pass();

        assertThat(count(Counter.TCP_EXT_FAST_OPEN_LISTEN_OVERFLOW)).isOne();
        assertThat(count(Counter.TCP_EXT_FAST_OPEN_PASSIVE)).isOne();
        assertThat(read(server, server.accept(listener), 10)).isEqualTo("one");
        assertThat(read(server, server.accept(listener), 10)).isEqualTo("two");
        assertThat(sendFast(socket(), "three")).isEqualTo(5); // there is a place again
        hosts.pass();
        assertThat(count(Counter.TCP_EXT_FAST_OPEN_PASSIVE)).isEqualTo(2);
    }

    @Test
    void shouldTakeCookiesOfTheKeyBefore() {
        int listener = listen(5);
        FastOpenKey before = new FastOpenKey(1, 2);
        FastOpenKey present = new FastOpenKey(3, 4);
        server.setFastOpenKeys(listener, List.of(before));
        learnCookie(listener);

        server.setFastOpenKeys(listener, List.of(present, before));
        assertThat(sendFast(socket(), "hello")).isEqualTo(5);
        hosts.pass();
        assertThat(count(Counter.TCP_EXT_FAST_OPEN_PASSIVE_ALT_KEY)).isOne();

        server.setFastOpenKeys(listener, List.of(present)); // the client has been told the new one
        assertThat(sendFast(socket(), "hello")).isEqualTo(5);
        hosts.pass();
        assertThat(count(Counter.TCP_EXT_FAST_OPEN_PASSIVE)).isEqualTo(2);

        server.setFastOpenKeys(listener, List.of(new FastOpenKey(5, 6)));
        assertThat(server.fastOpenKeys(listener)).containsExactly(new FastOpenKey(5, 6));
        assertThat(sendFast(socket(), "hello")).isEqualTo(5);
        hosts.pass();
        assertThat(count(Counter.TCP_EXT_FAST_OPEN_PASSIVE_FAIL)).isOne();
    }

    @Test
    void shouldOnlyOpenWithDataWhatIsNotOpen() {
        int listener = listen(5);
        int fd = socket();
        assertFails(Errno.EINPROGRESS, () -> sendFast(fd, "x"));
        assertFails(Errno.EALREADY, () -> sendFast(fd, "x"));
        hosts.pass();
        assertThat(sendFast(fd, "x")).isOne(); // as connect, again: it has come about
        assertFails(Errno.EISCONN, () -> sendFast(fd, "x"));
        assertFails(Errno.EISCONN, () -> server.sendto(
                listener, octets("x"), Posix.MSG_FASTOPEN, hosts.serverAddress()));
        assertFails(Errno.EINVAL, () -> client.send(socket(), octets("x"), Posix.MSG_FASTOPEN));
    }
}
