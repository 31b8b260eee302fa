package io.fourtuple.api.socket;

import static io.fourtuple.api.socket.TwoHosts.assertFails;
import static io.fourtuple.api.socket.TwoHosts.octets;
import static io.fourtuple.api.socket.TwoHosts.read;
import static io.fourtuple.api.socket.TwoHosts.ready;
import static io.fourtuple.api.socket.TwoHosts.recv;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.socket.TwoHosts.Pair;
import io.fourtuple.core.conformance.Rfc;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reading and writing, in virtual time. */
class DataCallsTest {
    private static final int OUT = Posix.POLLOUT | Posix.POLLWRNORM;

    private final TwoHosts hosts = new TwoHosts();
    private final SocketLayer client = hosts.client;
    private final SocketLayer server = hosts.server;

    @AfterEach
    void close() {
        hosts.close();
    }

    /** Writes until it would have to wait; how many octets that were. */
    private static int fill(SocketLayer layer, int fd) {
        int all = 0;
        while (true) {
            try {
                all += layer.write(fd, ByteBuffer.allocate(7777));
            } catch (ErrnoException e) {
                assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
                return all;
            }
        }
    }

    private static int drain(SocketLayer layer, int fd) {
        int all = 0;
        while (true) {
            try {
                all += layer.read(fd, ByteBuffer.allocate(5000));
            } catch (ErrnoException e) {
                assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
                return all;
            }
        }
    }

    @Test
    void shouldReadAsMuchAsThereIsAndFits() {
        Pair pair = hosts.connected();
        assertFails(Errno.EAGAIN, () -> read(server, pair.server(), 10));
        client.write(pair.client(), octets("0123456789"));
        client.write(pair.client(), octets("abc"));
        hosts.pass();

        assertThat(server.ioctl(pair.server(), Posix.FIONREAD, 0)).isEqualTo(13);
        assertThat(read(server, pair.server(), 4)).isEqualTo("0123");
        assertThat(read(server, pair.server(), 0)).isEmpty();
        assertThat(read(server, pair.server(), 100)).isEqualTo("456789abc");
        assertFails(Errno.EAGAIN, () -> read(server, pair.server(), 10));
    }

    @Test
    void shouldLookWithoutTaking() {
        Pair pair = hosts.connected();
        client.write(pair.client(), octets("0123456789"));
        hosts.pass();

        assertThat(recv(server, pair.server(), 4, Posix.MSG_PEEK)).isEqualTo("0123");
        assertThat(recv(server, pair.server(), 100, Posix.MSG_PEEK | Posix.MSG_DONTWAIT)).isEqualTo("0123456789");
        assertThat(read(server, pair.server(), 100)).isEqualTo("0123456789");
    }

    @Test
    void shouldThrowAwayWithoutCopying() {
        Pair pair = hosts.connected();
        client.write(pair.client(), octets("0123456789"));
        hosts.pass();
        ByteBuffer untouched = ByteBuffer.allocate(6);

        assertThat(server.recv(pair.server(), untouched, Posix.MSG_TRUNC)).isEqualTo(6);
        assertThat(untouched.position()).isZero();
        assertThat(read(server, pair.server(), 100)).isEqualTo("6789");
    }

    @Test
    void shouldRefuseFlagsThatItDoesNotHave() {
        Pair pair = hosts.connected();

        assertFails(Errno.EINVAL, () -> recv(client, pair.client(), 1, Posix.MSG_OOB));
        assertFails(Errno.EISCONN, () -> server.send(pair.server(), octets("x"), Posix.MSG_FASTOPEN));
        assertFails(Errno.EINVAL, () -> client.send(pair.client(), octets("x"), Posix.MSG_PEEK));
    }

    @Test
    void shouldFailWithoutAConnection() {
        int fresh = client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        int epoll = client.epollCreate1(0);

        assertThat(ready(client, fresh)).isEqualTo(OUT | Posix.POLLHUP);
        assertFails(Errno.ENOTCONN, () -> read(client, fresh, 1));
        assertFails(Errno.EPIPE, () -> client.write(fresh, octets("x")));
        assertFails(Errno.ENOTSOCK, () -> read(client, epoll, 1));
        assertFails(Errno.EBADF, () -> read(client, 99, 1));
        assertFails(Errno.ENOTCONN, () -> read(server, hosts.listen(1), 1));
    }

    @Test
    void shouldTakeAsMuchAsThereIsRoomForAndBeWritableAgainWhenAThirdIsFree() {
        int listener = hosts.listen(1);
        server.setsockopt(listener, SocketOption.SO_RCVBUF, 30_000);
        server.close(listener);
        int small = hosts.listen(1);
        int fd = client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        client.setsockopt(fd, SocketOption.SO_SNDBUF, 20_000);
        assertFails(Errno.EINPROGRESS, () -> client.connect(fd, hosts.serverAddress()));
        hosts.pass();
        int accepted = server.accept(small);

        assertThat(fill(client, fd)).isEqualTo(20_000);
        assertThat(client.ioctl(fd, Posix.SIOCOUTQ, 0)).isEqualTo(20_000);
        assertThat(ready(client, fd)).isZero();
        hosts.pass();
        assertThat(ready(client, fd)).isEqualTo(OUT);
        assertThat(client.ioctl(fd, Posix.SIOCOUTQ, 0)).isZero();
        assertThat(drain(server, accepted)).isEqualTo(20_000);
    }

    @Test
    void shouldCloseTheWindowWhileNobodyReads() {
        int listener = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        server.setsockopt(listener, SocketOption.SO_RCVBUF, 10_000);
        server.bind(listener, hosts.serverAddress());
        server.listen(listener, 1);
        Pair pair = hosts.connected(listener);
        client.setsockopt(pair.client(), SocketOption.SO_SNDBUF, 50_000);

        int written = fill(client, pair.client());
        hosts.simulation.runFor(Duration.ofSeconds(2));
        assertThat(written).isEqualTo(50_000);
        assertThat(server.ioctl(pair.server(), Posix.FIONREAD, 0)).isBetween(9_000, 10_000);
        assertThat(server.info(pair.server()).orElseThrow().receiveWindow()).isLessThan(1_000);
        assertThat(client.ioctl(pair.client(), Posix.SIOCOUTQ, 0)).isGreaterThanOrEqualTo(40_000);
        int read = 0;
        for (int i = 0; read < written && i < 100; i++) {
            read += drain(server, pair.server());
            hosts.simulation.runFor(Duration.ofSeconds(1));
        }
        assertThat(read).isEqualTo(written);
    }

    @Test
    void shouldWriteSeveralBuffersAsOne() {
        Pair pair = hosts.connected();
        List<ByteBuffer> parts = List.of(octets("one "), octets(""), octets("two "), octets("three"));

        assertThat(client.sendmsg(pair.client(), parts, Posix.MSG_NOSIGNAL)).isEqualTo(13);
        assertThat(parts).noneMatch(ByteBuffer::hasRemaining);
        hosts.pass();
        assertThat(read(server, pair.server(), 100)).isEqualTo("one two three");
    }

    @Test
    void shouldMoveThePositionByWhatWasTaken() {
        Pair pair = hosts.connected();
        client.setsockopt(pair.client(), SocketOption.SO_SNDBUF, 5000);
        ByteBuffer direct = ByteBuffer.allocateDirect(10_000);

        assertThat(client.write(pair.client(), direct)).isEqualTo(5000);
        assertThat(direct.position()).isEqualTo(5000);
    }

    @Test
    void shouldCopyWhatItTakes() {
        Pair pair = hosts.connected();
        byte[] mine = {'a', 'b', 'c'};
        client.write(pair.client(), ByteBuffer.wrap(mine));
        mine[1] = 'x';
        hosts.pass();

        assertThat(read(server, pair.server(), 100)).isEqualTo("abc");
    }

    @Test
    void shouldHoldBackWhatMoreFollows() {
        Pair pair = hosts.connected();
        client.send(pair.client(), octets("first, "), Posix.MSG_MORE);
        hosts.simulation.runFor(Duration.ofMillis(50));
        assertThat(server.ioctl(pair.server(), Posix.FIONREAD, 0)).isZero();

        client.send(pair.client(), octets("second"), 0);
        hosts.simulation.runFor(Duration.ofMillis(50));
        assertThat(read(server, pair.server(), 100)).isEqualTo("first, second");
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-33")
    void shouldMarkUrgentData() {
        Pair pair = hosts.connected();
        client.send(pair.client(), octets("abcX"), Posix.MSG_OOB);
        hosts.pass();

        assertThat(ready(server, pair.server()) & Posix.POLLPRI).isNotZero();
        assertThat(server.ioctl(pair.server(), Posix.SIOCATMARK, 0)).isZero();
        assertThat(read(server, pair.server(), 100)).as("in line").isEqualTo("abcX");
        assertThat(ready(server, pair.server()) & Posix.POLLPRI).isZero();
        assertThat(server.ioctl(pair.server(), Posix.SIOCATMARK, 0)).isOne();
    }

    @Test
    void shouldCarryAMebibyteBothWays() {
        Pair pair = hosts.connected();
        int[] sent = new int[2];
        int[] got = new int[2];
        for (int round = 0; round < 10_000 && (got[0] < 1 << 20 || got[1] < 1 << 20); round++) {
            sent[0] += sent[0] < 1 << 20 ? fillUpTo(client, pair.client(), (1 << 20) - sent[0]) : 0;
            sent[1] += sent[1] < 1 << 20 ? fillUpTo(server, pair.server(), (1 << 20) - sent[1]) : 0;
            hosts.simulation.runFor(Duration.ofMillis(5));
            got[0] += drain(server, pair.server());
            got[1] += drain(client, pair.client());
        }
        assertThat(got).containsExactly(1 << 20, 1 << 20);
    }

    private static int fillUpTo(SocketLayer layer, int fd, int octets) {
        try {
            return layer.write(fd, ByteBuffer.allocate(octets));
        } catch (ErrnoException e) {
            assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
            return 0;
        }
    }
}
