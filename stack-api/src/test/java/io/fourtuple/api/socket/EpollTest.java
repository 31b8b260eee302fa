package io.fourtuple.api.socket;

import static io.fourtuple.api.socket.Posix.EPOLLERR;
import static io.fourtuple.api.socket.Posix.EPOLLET;
import static io.fourtuple.api.socket.Posix.EPOLLHUP;
import static io.fourtuple.api.socket.Posix.EPOLLIN;
import static io.fourtuple.api.socket.Posix.EPOLLONESHOT;
import static io.fourtuple.api.socket.Posix.EPOLLOUT;
import static io.fourtuple.api.socket.Posix.EPOLLPRI;
import static io.fourtuple.api.socket.Posix.EPOLLRDHUP;
import static io.fourtuple.api.socket.Posix.EPOLL_CTL_ADD;
import static io.fourtuple.api.socket.Posix.EPOLL_CTL_DEL;
import static io.fourtuple.api.socket.Posix.EPOLL_CTL_MOD;
import static io.fourtuple.api.socket.TwoHosts.assertFails;
import static io.fourtuple.api.socket.TwoHosts.octets;
import static io.fourtuple.api.socket.TwoHosts.read;
import static io.fourtuple.api.socket.TwoHosts.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.socket.TwoHosts.Pair;
import io.fourtuple.core.conformance.Rfc;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** epoll(7), in virtual time. */
class EpollTest {
    private final TwoHosts hosts = new TwoHosts();
    private final SocketLayer client = hosts.client;
    private final SocketLayer server = hosts.server;
    private final int epoll = server.epollCreate1(0);

    @AfterEach
    void close() {
        hosts.close();
    }

    private void add(int fd, int events) {
        server.epollCtl(epoll, EPOLL_CTL_ADD, fd, events, fd);
    }

    private List<EpollEvent> events() {
        return server.epollWait(epoll, 10);
    }

    @Test
    void shouldReportAgainAndAgainWhatIsReady() {
        Pair pair = hosts.connected();
        add(pair.server(), EPOLLIN);
        assertThat(events()).isEmpty();
        client.write(pair.client(), octets("abc"));
        hosts.pass();

        assertThat(events()).containsExactly(new EpollEvent(EPOLLIN, pair.server()));
        read(server, pair.server(), 1);
        assertThat(events()).containsExactly(new EpollEvent(EPOLLIN, pair.server()));
        read(server, pair.server(), 100);
        assertThat(events()).isEmpty();
    }

    @Test
    void shouldReportOnceForEachArrivalWhenEdgeTriggered() {
        Pair pair = hosts.connected();
        add(pair.server(), EPOLLIN | EPOLLET);
        client.write(pair.client(), octets("abc"));
        hosts.pass();
        assertThat(events()).containsExactly(new EpollEvent(EPOLLIN, pair.server()));
        assertThat(events()).isEmpty();

        client.write(pair.client(), octets("more, though the first was not read"));
        hosts.pass();
        assertThat(events()).containsExactly(new EpollEvent(EPOLLIN, pair.server()));
        read(server, pair.server(), 2);
        assertThat(events()).as("reading some is no event").isEmpty();
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-32")
    void shouldReportUrgentDataAndWhenTheyGoOn() {
        Pair pair = hosts.connected();
        client.write(pair.client(), octets("plain"));
        hosts.pass();
        add(pair.server(), EPOLLPRI | EPOLLET);
        assertThat(events()).isEmpty();

        client.send(pair.client(), octets("urgent"), Posix.MSG_OOB);
        hosts.pass();
        assertThat(events()).containsExactly(new EpollEvent(EPOLLPRI, pair.server()));
        assertThat(events()).isEmpty();

        client.write(pair.client(), octets("plain"));
        hosts.pass();
        assertThat(events()).isEmpty();
        client.send(pair.client(), octets("more"), Posix.MSG_OOB);
        hosts.pass();
        assertThat(events()).containsExactly(new EpollEvent(EPOLLPRI, pair.server()));
    }

    @Test
    void shouldReportOnceWhenToldToAndAgainAfterItWasModified() {
        Pair pair = hosts.connected();
        add(pair.server(), EPOLLIN | EPOLLONESHOT);
        client.write(pair.client(), octets("abc"));
        hosts.pass();
        assertThat(events()).hasSize(1);
        client.write(pair.client(), octets("def"));
        hosts.pass();
        assertThat(events()).isEmpty();

        server.epollCtl(epoll, EPOLL_CTL_MOD, pair.server(), EPOLLIN | EPOLLOUT | EPOLLONESHOT, 42);
        assertThat(events()).containsExactly(new EpollEvent(EPOLLIN | EPOLLOUT, 42));
        assertThat(events()).isEmpty();
    }

    @Test
    void shouldReportWritableWhenThereIsRoomAgain() {
        Pair pair = hosts.connected();
        server.setsockopt(pair.server(), SocketOption.SO_SNDBUF, 5000);
        add(pair.server(), EPOLLOUT | EPOLLET);
        assertThat(events()).hasSize(1);
        server.write(pair.server(), ByteBuffer.allocate(6000));
        assertThat(events()).isEmpty();
        hosts.pass();

        assertThat(events()).containsExactly(new EpollEvent(EPOLLOUT, pair.server()));
    }

    @Test
    void shouldReportTheEndOfThePeerAndOfBoth() {
        Pair pair = hosts.connected();
        add(pair.server(), EPOLLRDHUP);
        assertThat(events()).isEmpty();
        client.shutdown(pair.client(), Posix.SHUT_WR);
        hosts.pass();
        assertThat(events()).containsExactly(new EpollEvent(EPOLLRDHUP, pair.server()));

        server.shutdown(pair.server(), Posix.SHUT_WR);
        assertThat(events()).containsExactly(new EpollEvent(EPOLLRDHUP | EPOLLHUP, pair.server()));
    }

    @Test
    void shouldReportErrorsUnasked() {
        Pair pair = hosts.connected();
        add(pair.server(), 0);
        client.setsockopt(pair.client(), SocketOption.SO_LINGER, 0);
        client.close(pair.client());
        hosts.pass();

        assertThat(events()).containsExactly(new EpollEvent(EPOLLERR | EPOLLHUP, pair.server()));
    }

    @Test
    void shouldReportConnectionsThatWait() {
        int listener = hosts.listen(5);
        add(listener, EPOLLIN | EPOLLET);
        assertThat(events()).isEmpty();
        hosts.connecting();
        hosts.pass();
        assertThat(events()).containsExactly(new EpollEvent(EPOLLIN, listener));
        assertThat(events()).isEmpty();

        hosts.connecting();
        hosts.pass();
        assertThat(events()).hasSize(1);
    }

    @Test
    void shouldGiveOthersATurnWhenNotAllAreAskedFor() {
        int listener = hosts.listen(5);
        Pair first = hosts.connected(listener);
        Pair second = hosts.connected(listener);
        add(first.server(), EPOLLOUT);
        add(second.server(), EPOLLOUT);

        assertThat(server.epollWait(epoll, 1)).containsExactly(new EpollEvent(EPOLLOUT, first.server()));
        assertThat(server.epollWait(epoll, 1)).containsExactly(new EpollEvent(EPOLLOUT, second.server()));
        assertThat(server.epollWait(epoll, 1)).containsExactly(new EpollEvent(EPOLLOUT, first.server()));
    }

    @Test
    void shouldForgetWhatIsClosed() {
        Pair pair = hosts.connected();
        add(pair.server(), EPOLLOUT);
        server.close(pair.server());
        assertThat(events()).isEmpty();
        assertFails(Errno.EBADF, () -> server.epollCtl(epoll, EPOLL_CTL_DEL, pair.server(), 0, 0));

        Pair other = hosts.connected(pair.listener());
        assertThat(other.server()).as("the same number").isEqualTo(pair.server());
        assertThat(events()).isEmpty();
        add(other.server(), EPOLLOUT);
        assertThat(events()).hasSize(1);
    }

    @Test
    void shouldRefuseWhatMakesNoSense() {
        Pair pair = hosts.connected();
        add(pair.server(), EPOLLIN);

        assertFails(Errno.EEXIST, () -> add(pair.server(), EPOLLIN));
        assertFails(Errno.ENOENT, () -> server.epollCtl(epoll, EPOLL_CTL_MOD, pair.listener(), 0, 0));
        assertFails(Errno.EINVAL, () -> server.epollCtl(epoll, 9, pair.server(), 0, 0));
        assertFails(Errno.EINVAL, () -> server.epollCtl(pair.server(), EPOLL_CTL_ADD, pair.server(), 0, 0));
        assertFails(Errno.EINVAL, () -> server.epollCtl(epoll, EPOLL_CTL_ADD, epoll, 0, 0));
        assertFails(Errno.EBADF, () -> server.epollCtl(epoll, EPOLL_CTL_ADD, 77, 0, 0));
        assertFails(Errno.EINVAL, () -> server.epollWait(epoll, 0));
        assertFails(Errno.EINVAL, () -> server.epollWait(pair.server(), 1));
        assertFails(Errno.EINVAL, () -> server.epollCreate1(1));
        server.epollCtl(epoll, EPOLL_CTL_DEL, pair.server(), 0, 0);
        assertFails(Errno.ENOENT, () -> server.epollCtl(epoll, EPOLL_CTL_DEL, pair.server(), 0, 0));
    }

    @Test
    void shouldBeReadableItselfWhenItHasEvents() {
        Pair pair = hosts.connected();
        add(pair.server(), EPOLLIN);
        assertThat(ready(server, epoll)).isZero();
        client.write(pair.client(), octets("abc"));
        hosts.pass();
        assertThat(ready(server, epoll)).isEqualTo(Posix.POLLIN | Posix.POLLRDNORM);
        read(server, pair.server(), 100);
        assertThat(ready(server, epoll)).isZero();
    }

    /** Level-triggered, epoll reports what poll says, whatever was done before. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void shouldSayTheSameAsPoll(int seed) {
        Random random = new Random(seed);
        int listener = hosts.listen(5);
        int[] peers = new int[4];
        Map<Integer, Integer> watched = new TreeMap<>();
        int[] fds = new int[4];
        for (int i = 0; i < 4; i++) {
            Pair pair = hosts.connected(listener);
            peers[i] = pair.client();
            fds[i] = pair.server();
            server.setsockopt(fds[i], SocketOption.SO_SNDBUF, 4096);
        }
        for (int step = 0; step < 300; step++) {
            int i = random.nextInt(4);
            int fd = fds[i];
            switch (random.nextInt(6)) {
                case 0 -> client.write(peers[i], octets("some octets"));
                case 1 -> ignoringEagain(() -> read(server, fd, 1 + random.nextInt(30)));
                case 2 -> ignoringEagain(() -> server.write(fd, ByteBuffer.allocate(3000)));
                case 3 -> {
                    int events = random.nextInt(8) & (EPOLLIN | EPOLLOUT);
                    server.epollCtl(epoll, watched.containsKey(fd) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, events, fd);
                    watched.put(fd, events);
                }
                case 4 -> {
                    if (watched.remove(fd) != null) {
                        server.epollCtl(epoll, EPOLL_CTL_DEL, fd, 0, 0);
                    }
                }
                default -> hosts.pass();
            }
            Map<Integer, Integer> expected = new TreeMap<>();
            watched.forEach((each, events) -> {
                int now = server.poll(List.of(new PollFd(each, events))).getFirst().revents();
                if (now != 0) {
                    expected.put(each, now);
                }
            });
            Map<Integer, Integer> reported = new TreeMap<>();
            events().forEach(event -> reported.put((int) event.data(), event.events()));
            assertThat(reported).as("step %d", step).isEqualTo(expected);
        }
    }

    private static void ignoringEagain(Runnable call) {
        try {
            call.run();
        } catch (ErrnoException e) {
            assertThat(e.errno()).isEqualTo(Errno.EAGAIN);
        }
    }
}
