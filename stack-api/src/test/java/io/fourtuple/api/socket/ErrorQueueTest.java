package io.fourtuple.api.socket;

import static io.fourtuple.api.socket.Posix.EPOLLERR;
import static io.fourtuple.api.socket.Posix.EPOLLET;
import static io.fourtuple.api.socket.Posix.EPOLLOUT;
import static io.fourtuple.api.socket.Posix.SOF_TIMESTAMPING_OPT_ID;
import static io.fourtuple.api.socket.Posix.SOF_TIMESTAMPING_OPT_TSONLY;
import static io.fourtuple.api.socket.Posix.SOF_TIMESTAMPING_SOFTWARE;
import static io.fourtuple.api.socket.Posix.SOF_TIMESTAMPING_TX_ACK;
import static io.fourtuple.api.socket.Posix.SOF_TIMESTAMPING_TX_SCHED;
import static io.fourtuple.api.socket.Posix.SOF_TIMESTAMPING_TX_SOFTWARE;
import static io.fourtuple.api.socket.TwoHosts.assertFails;
import static io.fourtuple.api.socket.TwoHosts.octets;
import static io.fourtuple.api.socket.TwoHosts.read;
import static io.fourtuple.api.socket.TwoHosts.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.socket.ControlMessage.ExtendedError;
import io.fourtuple.api.socket.TwoHosts.Pair;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** MSG_ZEROCOPY and SO_TIMESTAMPING, in virtual time. */
class ErrorQueueTest {
    private static final int BOUND = 8;

    private final TwoHosts hosts = new TwoHosts(Personality.PLAIN,
            stack -> stack.withLimits(stack.limits().withErrorQueue(BOUND)));
    private final SocketLayer client = hosts.client;
    private final SocketLayer server = hosts.server;
    private final Pair pair = hosts.connected();
    private final int fd = pair.client();

    @AfterEach
    void close() {
        hosts.close();
    }

    private int writeZeroCopy(ByteBuffer octets) {
        return client.send(fd, octets, Posix.MSG_ZEROCOPY);
    }

    private Message notice() {
        return client.recvmsg(fd, List.of(ByteBuffer.allocate(10)), Posix.MSG_ERRQUEUE);
    }

    private void assertEmpty() {
        assertFails(Errno.EAGAIN, this::notice);
        assertThat(ready(client, fd) & Posix.POLLERR).isZero();
    }

    private static Message over(long first, long last) {
        return new Message(0, Posix.MSG_ERRQUEUE, List.of(new ExtendedError(
                0, Posix.SO_EE_ORIGIN_ZEROCOPY, 0, Posix.SO_EE_CODE_ZEROCOPY_COPIED, first, last)));
    }

    @Test
    void shouldTellWhenNobodyLooksAtTheBuffersAnyMore() {
        client.setsockopt(fd, SocketOption.SO_ZEROCOPY, 1);
        assertEmpty();
        assertThat(writeZeroCopy(octets("hello"))).isEqualTo(5);
        hosts.simulation.runFor(Duration.ofMillis(6)); // one way
        assertEmpty();
        hosts.pass();

        assertThat(ready(client, fd) & Posix.POLLERR).isNotZero();
        assertThat(notice()).isEqualTo(over(0, 0));
        assertEmpty();
        assertThat(read(server, pair.server(), 10)).isEqualTo("hello");
    }

    @Test
    void shouldReferToTheBuffers() {
        client.setsockopt(fd, SocketOption.SO_ZEROCOPY, 1);
        client.setsockopt(fd, SocketOption.TCP_CORK, 1);
        byte[] octets = new byte[800];
        ByteBuffer buffer = ByteBuffer.wrap(octets);
        assertThat(writeZeroCopy(buffer)).isEqualTo(800);
        assertThat(buffer.hasRemaining()).isFalse();
        octets[0] = 'x'; // which a program must not do
        client.setsockopt(fd, SocketOption.TCP_CORK, 0);
        hosts.simulation.runFor(Duration.ofMillis(300));

        assertThat(read(server, pair.server(), 1)).isEqualTo("x");
    }

    @Test
    void shouldTellOfWritesThatFollowEachOtherAtOnce() {
        client.setsockopt(fd, SocketOption.SO_ZEROCOPY, 1);
        for (int i = 0; i < 3; i++) {
            writeZeroCopy(octets("abc"));
            client.write(fd, octets("copied"));
            hosts.pass();
        }
        assertThat(notice()).isEqualTo(over(0, 2));
        assertEmpty();
    }

    @Test
    void shouldNumberOnlyWhatWasTaken() {
        int fresh = client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        client.setsockopt(fresh, SocketOption.SO_ZEROCOPY, 1);
        assertFails(Errno.EPIPE, () -> client.send(fresh, octets("abc"), Posix.MSG_ZEROCOPY));
        assertFails(Errno.EAGAIN, () -> client.recvmsg(fresh, List.of(), Posix.MSG_ERRQUEUE));

        writeZeroCopy(octets("the flag alone does nothing"));
        client.setsockopt(fd, SocketOption.SO_ZEROCOPY, 1);
        assertThat(client.sendmsg(fd, List.of(octets(""), octets("")), Posix.MSG_ZEROCOPY)).isZero();
        hosts.pass();
        assertEmpty();
        assertThat(client.sendmsg(fd, List.of(octets("a"), octets(""), octets("b")), Posix.MSG_ZEROCOPY)).isEqualTo(2);
        hosts.pass();
        assertThat(notice()).isEqualTo(over(0, 0));
    }

    @Test
    void shouldTellOfWhatWillNeverBeAcknowledged() {
        client.setsockopt(fd, SocketOption.SO_ZEROCOPY, 1);
        server.setsockopt(pair.server(), SocketOption.SO_LINGER, 0);
        server.close(pair.server());
        writeZeroCopy(octets("abc"));
        hosts.pass();

        assertThat(notice()).isEqualTo(over(0, 0));
        assertThat(ready(client, fd) & Posix.POLLERR).isNotZero(); // there is SO_ERROR
        assertThat(client.takeError(fd)).contains(Errno.ECONNRESET);
        assertEmpty();
    }

    @Test
    void shouldRefuseWhatItCouldNotTellOf() {
        client.setsockopt(fd, SocketOption.SO_ZEROCOPY, 1);
        for (int i = 0; i < BOUND; i++) {
            writeZeroCopy(octets("abc"));
        }
        assertFails(Errno.ENOBUFS, () -> writeZeroCopy(octets("abc")));
        hosts.pass();

        assertThat(writeZeroCopy(octets("abc"))).isEqualTo(3);
        assertThat(notice()).isEqualTo(over(0, BOUND - 1));
        assertThat(client.droppedNotices()).isZero();
    }

    @Test
    void shouldReportEachNoticeAsAnEdge() {
        client.setsockopt(fd, SocketOption.SO_ZEROCOPY, 1);
        int epoll = client.epollCreate1(0);
        client.epollCtl(epoll, Posix.EPOLL_CTL_ADD, fd, EPOLLOUT | EPOLLET, fd);
        client.epollWait(epoll, 1);
        for (int i = 0; i < 2; i++) {
            assertThat(client.epollWait(epoll, 1)).isEmpty();
            writeZeroCopy(octets("abc"));
            hosts.pass();
            assertThat(client.epollWait(epoll, 1)).containsExactly(new EpollEvent(EPOLLERR | EPOLLOUT, fd));
        }
    }

    // ---- time stamps ----

    private Message stamp(int what, long key, long nanos) {
        return new Message(0, Posix.MSG_ERRQUEUE, List.of(
                new ControlMessage.Timestamping(nanos),
                new ExtendedError(Errno.ENOMSG.number(), Posix.SO_EE_ORIGIN_TIMESTAMPING, 0, 0, what, key)));
    }

    private long now() {
        return hosts.simulation.now().toNanos();
    }

    @Test
    void shouldTellWhenOctetsWereSentAndAcknowledged() {
        client.write(fd, octets("before"));
        hosts.pass();
        client.setsockopt(fd, SocketOption.SO_TIMESTAMPING, SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_SOFTWARE
                | SOF_TIMESTAMPING_TX_ACK | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_ID
                | SOF_TIMESTAMPING_OPT_TSONLY);
        long sent = now();
        client.write(fd, octets("0123456789"));
        hosts.pass();

        assertThat(notice()).isEqualTo(stamp(Posix.SCM_TSTAMP_SCHED, 9, sent));
        assertThat(notice()).isEqualTo(stamp(Posix.SCM_TSTAMP_SND, 9, sent));
        Message acknowledged = notice();
        assertThat(acknowledged.control().getLast()).isEqualTo(stamp(Posix.SCM_TSTAMP_ACK, 9, 0).control().getLast());
        assertThat(acknowledged.control().getFirst()).isInstanceOfSatisfying(ControlMessage.Timestamping.class,
                stamp -> assertThat(stamp.nanos() - sent).isBetween(10_000_000L, 60_000_000L));
        assertEmpty();
    }

    @Test
    void shouldSayThatThePacketIsNotThereAndLeaveOutWhatNobodyWants() {
        client.setsockopt(fd, SocketOption.SO_TIMESTAMPING, SOF_TIMESTAMPING_TX_ACK);
        client.write(fd, octets("abc"));
        hosts.pass();

        assertThat(notice()).isEqualTo(new Message(0, Posix.MSG_ERRQUEUE | Posix.MSG_TRUNC, List.of(new ExtendedError(
                Errno.ENOMSG.number(), Posix.SO_EE_ORIGIN_TIMESTAMPING, 0, 0, Posix.SCM_TSTAMP_ACK, 0))));
        assertEmpty();
    }

    @Test
    void shouldDropStampsThatThereIsNoPlaceFor() {
        client.setsockopt(fd, SocketOption.SO_TIMESTAMPING, SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_TX_ACK);
        for (int i = 0; i < BOUND; i++) {
            client.write(fd, octets("abc"));
            hosts.pass();
        }
        for (int i = 0; i < BOUND; i++) {
            notice();
        }
        assertEmpty();
        assertThat(client.droppedNotices()).isEqualTo(BOUND / 2);
    }

    @Test
    void shouldCountOctetsOfConnectionsOnly() {
        int fresh = client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        assertFails(Errno.EINVAL, () -> client.setsockopt(
                fresh, SocketOption.SO_TIMESTAMPING, SOF_TIMESTAMPING_OPT_ID));
        assertFails(Errno.EINVAL, () -> client.setsockopt(
                fd, SocketOption.SO_TIMESTAMPING, Posix.SOF_TIMESTAMPING_OPT_ID_TCP));
        assertFails(Errno.EOPNOTSUPP, () -> client.setsockopt(fd, SocketOption.SO_TIMESTAMPING, 1 << 3));
    }

    // ---- TCP_INQ, MSG_EOR ----

    @Test
    void shouldTellWhatIsLeft() {
        server.setsockopt(pair.server(), SocketOption.TCP_INQ, 1);
        client.write(fd, octets("0123456789"));
        hosts.pass();
        assertThat(server.recvmsg(pair.server(), List.of(ByteBuffer.allocate(3), ByteBuffer.allocate(1)), 0))
                .isEqualTo(new Message(4, 0, List.of(new ControlMessage.Inq(6))));
        client.close(fd);
        hosts.pass();

        ByteBuffer first = ByteBuffer.allocate(2);
        ByteBuffer second = ByteBuffer.allocate(10);
        assertThat(server.recvmsg(pair.server(), List.of(first, second), 0))
                .isEqualTo(new Message(6, 0, List.of(new ControlMessage.Inq(1)))); // the end is left
        assertThat(new String(first.array(), StandardCharsets.US_ASCII)).isEqualTo("45");
        assertThat(second.position()).isEqualTo(4);
    }

    @Test
    void shouldSendARecordByItself() {
        client.setsockopt(fd, SocketOption.TCP_CORK, 1);
        client.send(fd, octets("one"), Posix.MSG_EOR);
        client.send(fd, octets("two"), Posix.MSG_EOR);
        hosts.simulation.runFor(Duration.ofMillis(20));

        assertThat(read(server, pair.server(), 10)).isEqualTo("one"); // nothing can be added to it
        hosts.simulation.runFor(Duration.ofMillis(300));
        assertThat(read(server, pair.server(), 10)).isEqualTo("two");
    }
}
