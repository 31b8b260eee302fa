package io.fourtuple.api.socket;

import static io.fourtuple.api.socket.TwoHosts.octets;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.socket.TwoHosts.Pair;
import io.fourtuple.core.tcp.TcpConfig.KeepAlive;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is changed after a socket has begun: for it, for those to come, and for all. */
class RetuneTest {
    private final TwoHosts hosts = new TwoHosts();
    private final SocketLayer client = hosts.client;
    private final SocketLayer server = hosts.server;

    @AfterEach
    void end() {
        hosts.close();
    }

    @Test
    void shouldGiveConnectionsWhatTheirListeningSocketWasToldSinceItListens() {
        int listener = hosts.listen(5);
        server.setsockopt(listener, SocketOption.TCP_MAXSEG, 1000);

        Pair pair = hosts.connected(listener);

        assertThat(server.getsockopt(pair.server(), SocketOption.TCP_MAXSEG)).isEqualTo(988); // with timestamps
        assertThat(client.getsockopt(pair.client(), SocketOption.TCP_MAXSEG)).isEqualTo(988);
    }

    @Test
    void shouldChangeSocketsThatAreThereAndThatAreToCome() {
        Pair pair = hosts.connected();
        server.setsockopt(pair.server(), SocketOption.TCP_KEEPCNT, 3);

        server.retune(tcp -> tcp.withKeepAlive(
                new KeepAlive(false, 60_000_000_000L, tcp.keepAlive().interval(), tcp.keepAlive().probes())));

        assertThat(server.getsockopt(pair.server(), SocketOption.TCP_KEEPIDLE)).isEqualTo(60);
        assertThat(server.getsockopt(pair.server(), SocketOption.TCP_KEEPCNT)).isEqualTo(3); // its own
        assertThat(server.getsockopt(pair.listener(), SocketOption.TCP_KEEPIDLE)).isEqualTo(60);
        int next = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        assertThat(server.getsockopt(next, SocketOption.TCP_KEEPIDLE)).isEqualTo(60);
        assertThat(client.getsockopt(pair.client(), SocketOption.TCP_KEEPIDLE)).isEqualTo(7200);
    }

    @Test
    void shouldHaveTheOptionsOfNowForConnectionsToCome() {
        int listener = hosts.listen(5);
        server.retune(tcp -> tcp.withTuning(tcp.tuning().withMaxSegment(500)));

        Pair pair = hosts.connected(listener);

        assertThat(client.getsockopt(pair.client(), SocketOption.TCP_MAXSEG)).isEqualTo(488);
    }

    @Test
    void shouldTellWhereAConnectionCameFromThatIsOver() {
        int listener = hosts.listen(5);
        int fd = hosts.connecting();
        hosts.pass();
        client.setsockopt(fd, SocketOption.SO_LINGER, 0);
        int port = client.getsockname(fd).getPort();
        client.close(fd);
        hosts.pass();

        int accepted = server.accept(listener);

        TwoHosts.assertFails(Errno.ENOTCONN, () -> server.getpeername(accepted));
        assertThat(server.acceptedFrom(accepted).getPort()).isEqualTo(port);
        TwoHosts.assertFails(Errno.ENOTCONN, () -> server.acceptedFrom(listener));
    }

    @Test
    void shouldFlushWhatIsCorkedWhenNagleIsSwitchedOff() {
        Pair pair = hosts.connected();
        client.setsockopt(pair.client(), SocketOption.TCP_CORK, 1);
        client.write(pair.client(), octets("header "));
        hosts.pass();
        assertThat(server.ioctl(pair.server(), Posix.FIONREAD, 0)).isZero();

        client.setsockopt(pair.client(), SocketOption.TCP_NODELAY, 1);
        hosts.pass();

        assertThat(server.ioctl(pair.server(), Posix.FIONREAD, 0)).isEqualTo(7);
    }

    @Test
    void shouldAnswerAHandshakeWithDataOnceAWriteIsExpected() {
        hosts.listen(5);
        int fd = hosts.connecting();

        client.expectWrite(fd);

        hosts.pass(); // the acknowledgment has waited for them, and not for ever
        client.write(fd, ByteBuffer.allocate(10));
        hosts.pass();
        assertThat(client.info(fd).orElseThrow().bytesAcked()).isEqualTo(10);
    }

    @Test
    void shouldDoubleASendBufferWhereLinuxDoes() {
        SocketLayer linux = SocketLayer.of(hosts.clientHost.stack(), Personality.LINUX);
        int fd = linux.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        assertThat(linux.getsockopt(fd, SocketOption.SO_SNDBUF)).isEqualTo(16_384);

        linux.setsockopt(fd, SocketOption.SO_SNDBUF, 20_000);

        assertThat(linux.getsockopt(fd, SocketOption.SO_SNDBUF)).isEqualTo(40_000);
        linux.setsockopt(fd, SocketOption.SO_RCVBUF, 20_000);
        assertThat(linux.getsockopt(fd, SocketOption.SO_RCVBUF)).isEqualTo(40_000);
    }
}
