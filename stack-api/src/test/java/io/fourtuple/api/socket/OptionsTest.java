package io.fourtuple.api.socket;

import static io.fourtuple.api.socket.TwoHosts.assertFails;
import static io.fourtuple.api.socket.TwoHosts.octets;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.socket.TwoHosts.Pair;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.tcp.TcpInfo;
import io.fourtuple.nic.sim.Verdict;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** getsockopt, setsockopt, fcntl, ioctl, in virtual time. */
class OptionsTest {
    private final TwoHosts hosts = new TwoHosts();
    private final SocketLayer client = hosts.client;
    private final SocketLayer server = hosts.server;

    @AfterEach
    void close() {
        hosts.close();
    }

    private int socket() {
        return client.socket(Posix.AF_INET6, Posix.SOCK_STREAM, 0);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            SO_REUSEADDR, 0, 1, 1
            SO_REUSEPORT, 0, 1, 1
            SO_KEEPALIVE, 0, 7, 1
            SO_LINGER, -1, 5, 5
            SO_OOBINLINE, 1, 1, 1
            SO_RCVBUF, 87380, 30000, 30000
            SO_RCVBUF, 87380, 1, 2048
            SO_SNDBUF, 16384, 1000000000, 4194304
            TCP_NODELAY, 0, 1, 1
            TCP_CORK, 0, 1, 1
            TCP_QUICKACK, 1, 0, 0
            TCP_MAXSEG, 536, 1000, 1000
            TCP_SYNCNT, 0, 3, 3
            TCP_KEEPIDLE, 7200, 60, 60
            TCP_KEEPINTVL, 75, 10, 10
            TCP_KEEPCNT, 9, 3, 3
            TCP_KEEPINIT, 180, 75, 75
            TCP_LINGER2, 60, 30, 30
            TCP_USER_TIMEOUT, 0, 1500, 1500
            TCP_WINDOW_CLAMP, 0, 5000, 5000
            TCP_NOTSENT_LOWAT, 0, 16384, 16384
            TCP_NOOPT, 0, 1, 1
            TCP_FASTOPEN, 0, 5, 5
            TCP_FASTOPEN_CONNECT, 0, 1, 1
            TCP_DEFER_ACCEPT, 0, 0, 0
            IP_TOS, 0, 184, 184
            IP_TTL, 64, 3, 3
            IP_TTL, 64, -1, 64
            IP_MTU_DISCOVER, 2, 2, 2
            IP_RECVERR, 0, 1, 1
            IPV6_RECVERR, 0, 1, 1
            IPV6_TCLASS, 0, 32, 32
            IPV6_UNICAST_HOPS, 64, 9, 9
            IPV6_V6ONLY, 0, 1, 1
            """)
    void shouldGiveBackWhatWasSet(SocketOption option, long before, long set, long after) {
        int fd = socket();

        assertThat(client.getsockopt(fd, option)).isEqualTo(before);
        client.setsockopt(fd, option, set);
        assertThat(client.getsockopt(fd, option)).isEqualTo(after);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            TCP_MAXSEG, 40, EINVAL
            TCP_MAXSEG, 40000, EINVAL
            TCP_KEEPIDLE, 0, EINVAL
            TCP_KEEPCNT, 128, EINVAL
            TCP_SYNCNT, 0, EINVAL
            TCP_USER_TIMEOUT, -1, EINVAL
            IP_TTL, 0, EINVAL
            IP_TTL, 256, EINVAL
            IP_TOS, 256, EINVAL
            SO_OOBINLINE, 0, EOPNOTSUPP
            IP_MTU_DISCOVER, 0, EOPNOTSUPP
            TCP_FASTOPEN, -1, EINVAL
            TCP_FASTOPEN_KEY, 1, ENOPROTOOPT
            TCP_DEFER_ACCEPT, 1, EOPNOTSUPP
            SO_ERROR, 0, ENOPROTOOPT
            SO_TYPE, 1, ENOPROTOOPT
            IP_MTU, 1500, ENOPROTOOPT
            """)
    void shouldRefuseWhatIsOutOfRangeOrNotThere(SocketOption option, long value, Errno errno) {
        int fd = socket();
        assertFails(errno, () -> client.setsockopt(fd, option, value));
    }

    @Test
    void shouldSayWhatASocketIs() {
        int fd = socket();

        assertThat(client.getsockopt(fd, SocketOption.SO_TYPE)).isEqualTo(Posix.SOCK_STREAM);
        assertThat(client.getsockopt(fd, SocketOption.SO_DOMAIN)).isEqualTo(Posix.AF_INET6);
        assertThat(client.getsockopt(fd, SocketOption.SO_PROTOCOL)).isEqualTo(Posix.IPPROTO_TCP);
        assertThat(client.getsockopt(fd, SocketOption.SO_ACCEPTCONN)).isZero();
        assertThat(client.getsockopt(fd, SocketOption.SO_ERROR)).isZero();
        assertFails(Errno.ENOTCONN, () -> client.getsockopt(fd, SocketOption.IP_MTU));
        int v4 = client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        assertFails(Errno.ENOPROTOOPT, () -> client.getsockopt(v4, SocketOption.IPV6_TCLASS));
        assertThat(server.getsockopt(hosts.listen(1), SocketOption.SO_ACCEPTCONN)).isOne();
    }

    @Test
    void shouldFindOptionsByNameAndByNumber() {
        assertThat(SocketOption.named("TCP_NOPUSH")).contains(SocketOption.TCP_CORK);
        assertThat(SocketOption.named("TCP_KEEPINIT")).contains(SocketOption.TCP_KEEPINIT);
        assertThat(SocketOption.named("SO_NONE")).isEmpty();
        assertThat(SocketOption.of(Posix.SOL_SOCKET, 8)).contains(SocketOption.SO_RCVBUF);
        assertThat(SocketOption.of(Posix.SOL_SOCKET, 1234)).isEmpty();
        assertThat(Errno.named("EWOULDBLOCK")).contains(Errno.EAGAIN);
        assertThat(Errno.named("EWHAT")).isEmpty();
        for (SocketOption option : SocketOption.values()) {
            assertThat(SocketOption.of(option.level(), option.number())).contains(option);
        }
    }

    @Test
    void shouldGiveAnAcceptedConnectionTheOptionsOfItsListener() {
        int listener = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        server.setsockopt(listener, SocketOption.TCP_NODELAY, 1);
        server.setsockopt(listener, SocketOption.SO_KEEPALIVE, 1);
        server.setsockopt(listener, SocketOption.SO_RCVBUF, 40_000);
        server.bind(listener, hosts.serverAddress());
        server.listen(listener, 1);
        Pair pair = hosts.connected(listener);

        assertThat(server.getsockopt(pair.server(), SocketOption.TCP_NODELAY)).isOne();
        assertThat(server.getsockopt(pair.server(), SocketOption.SO_KEEPALIVE)).isOne();
        assertThat(server.getsockopt(pair.server(), SocketOption.SO_RCVBUF)).isEqualTo(40_000);
    }

    @Test
    void shouldSayTheSegmentSizeAndTheMtuOfAConnection() {
        Pair pair = hosts.connected();

        assertThat(client.getsockopt(pair.client(), SocketOption.TCP_MAXSEG)).isEqualTo(1448);
        assertThat(client.getsockopt(pair.client(), SocketOption.IP_MTU)).isEqualTo(1500);
    }

    @Test
    void shouldChangeTheCongestionControlOfALiveConnection() {
        Pair pair = hosts.connected();
        assertThat(client.congestionControl(pair.client())).isEqualTo("cubic");
        client.setCongestionControl(pair.client(), "reno");

        assertThat(client.congestionControl(pair.client())).isEqualTo("reno");
        assertThat(client.info(pair.client()).orElseThrow().congestionControl()).isEqualTo("reno");
        assertFails(Errno.ENOENT, () -> client.setCongestionControl(pair.client(), "vegas"));
    }

    @Test
    void shouldTellWhatIsMeasuredFromWhatIsNot() {
        Pair pair = hosts.connected();
        TcpInfo info = client.info(pair.client()).orElseThrow();

        Map<String, Long> linux = TcpInfoFields.measured(info, false, Personality.LINUX);
        assertThat(linux).containsEntry("tcpi_snd_cwnd", 10L).containsEntry("tcpi_pmtu", 1520L)
                .containsEntry("tcpi_probes", 0L).containsEntry("tcpi_max_pacing_rate", -1L)
                .doesNotContainKey("tcpi_delivered_ce");
        assertThat(TcpInfoFields.of(info, false, Personality.LINUX)).containsAllEntriesOf(linux)
                .containsEntry("tcpi_delivered_ce", 0L);
        assertThat(TcpInfoFields.measured(info, true, Personality.FREEBSD)).containsEntry("tcpi_snd_cwnd", 14_480L)
                .containsEntry("tcpi_snd_ssthresh", 65_535L << 14).containsEntry("tcpi_pmtu", 1500L);
        assertThat(TcpInfoFields.measuredUnconnected(true)).containsOnlyKeys("tcpi_state", "tcpi_options");
    }

    @Test
    void shouldHoldBackUntilItIsUncorked() {
        Pair pair = hosts.connected();
        client.setsockopt(pair.client(), SocketOption.TCP_CORK, 1);
        client.write(pair.client(), octets("header "));
        client.write(pair.client(), octets("body"));
        hosts.pass();
        assertThat(server.ioctl(pair.server(), Posix.FIONREAD, 0)).isZero();
        assertThat(client.ioctl(pair.client(), Posix.SIOCOUTQNSD, 0)).isEqualTo(11);

        client.setsockopt(pair.client(), SocketOption.TCP_CORK, 0);
        hosts.pass();
        assertThat(server.ioctl(pair.server(), Posix.FIONREAD, 0)).isEqualTo(11);
    }

    @Test
    void shouldTellTheStateInTcpInfo() {
        int listener = hosts.listen(1);
        int fd = hosts.connecting();
        assertThat(client.tcpInfo(socket())).containsEntry("tcpi_state", 7L);
        assertThat(server.tcpInfo(listener)).containsEntry("tcpi_state", 10L);
        assertThat(client.tcpInfo(fd)).containsEntry("tcpi_state", 2L);
        hosts.pass();
        client.write(fd, ByteBuffer.allocate(5000));
        hosts.pass();

        Map<String, Long> info = client.tcpInfo(fd);
        assertThat(info).containsEntry("tcpi_state", 1L).containsEntry("tcpi_options", 7L)
                .containsEntry("tcpi_snd_mss", 1448L).containsEntry("tcpi_bytes_acked", 5000L)
                .containsEntry("tcpi_unacked", 0L).containsEntry("tcpi_pmtu", 1500L);
        assertThat(info).containsEntry("tcpi_delivered", 5L).containsEntry("tcpi_ca_state", 0L)
                .containsEntry("tcpi_reordering", 3L).containsEntry("tcpi_lost", 0L).containsEntry("tcpi_probes", 0L);
        assertThat(info.get("tcpi_delivery_rate")).isPositive();
        assertThat(info.get("tcpi_rtt")).isBetween(10_000L, 20_000L);
        assertThat(new TreeSet<>(client.tcpInfo(socket()).keySet())).isSubsetOf(info.keySet());
    }

    @Test
    void shouldSwitchNonBlockingByFcntlAndIoctl() {
        int fd = socket();
        client.fcntl(fd, Posix.F_SETFL, Posix.O_RDWR | Posix.O_NONBLOCK);
        assertThat(client.fcntl(fd, Posix.F_GETFL, 0)).isEqualTo(Posix.O_RDWR | Posix.O_NONBLOCK);
        client.ioctl(fd, Posix.FIONBIO, 0);
        assertThat(client.fcntl(fd, Posix.F_GETFL, 0)).isEqualTo(Posix.O_RDWR);
        client.fcntl(fd, Posix.F_SETFD, Posix.FD_CLOEXEC);
        assertThat(client.fcntl(fd, Posix.F_GETFD, 0)).isEqualTo(Posix.FD_CLOEXEC);
        assertFails(Errno.EINVAL, () -> client.fcntl(fd, 99, 0));
        assertFails(Errno.ENOTTY, () -> client.ioctl(fd, 99, 0));
        assertFails(Errno.ENOTTY, () -> client.ioctl(client.epollCreate1(0), Posix.FIONREAD, 0));
        assertFails(Errno.EINVAL, () -> server.ioctl(hosts.listen(1), Posix.FIONREAD, 0));
        assertThat(client.ioctl(fd, Posix.FIONREAD, 0)).isZero();
    }

    @Test
    void shouldReportBuffersAsOtherSystemsDo() {
        try (OtherSystem linux = new OtherSystem(Personality.LINUX)) {
            int fd = linux.hosts.client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
            linux.hosts.client.setsockopt(fd, SocketOption.SO_RCVBUF, 10_000);
            assertThat(linux.hosts.client.getsockopt(fd, SocketOption.SO_RCVBUF)).isEqualTo(20_000);
        }
    }

    /** A simulation of its own, as a thread has one at a time: that of the test ends before. */
    private final class OtherSystem implements AutoCloseable {
        final TwoHosts hosts;

        OtherSystem(Personality personality) {
            OptionsTest.this.hosts.close();
            hosts = new TwoHosts(personality, UnaryOperator.identity());
        }

        @Override
        public void close() {
            hosts.close();
        }
    }

    @Test
    void shouldRoundBuffersToSegmentsAsFreeBsdDoes() {
        try (OtherSystem bsd = new OtherSystem(Personality.FREEBSD)) {
            SocketLayer layer = bsd.hosts.client;
            bsd.hosts.listen(1);
            int fd = layer.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
            assertFails(Errno.ENOTCONN, () -> layer.write(fd, octets("x")));
            layer.setsockopt(fd, SocketOption.SO_RCVBUF, 65_536);
            assertFails(Errno.EINPROGRESS, () -> layer.connect(fd, bsd.hosts.serverAddress()));
            assertThat(layer.getsockopt(fd, SocketOption.SO_RCVBUF)).isEqualTo(65_536);
            bsd.hosts.pass();
            assertThat(layer.getsockopt(fd, SocketOption.SO_RCVBUF)).isEqualTo(46 * 1448);
        }
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-48", "MUST-49", "SHLD-22"})
    void shouldSendPacketsWithTheTrafficClassAndHopLimitAsked() {
        List<String> seen = new ArrayList<>();
        hosts.simulation.network().rule(packet -> packet.isTcp()
                && seen.add(Integer.toHexString(packet.trafficClass()) + "/" + packet.hopLimit()), Verdict.pass());
        int listener = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        server.setsockopt(listener, SocketOption.IP_TOS, 0x20);
        server.bind(listener, hosts.serverAddress());
        server.listen(listener, 1);
        int fd = client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        client.setsockopt(fd, SocketOption.IP_TOS, 0xb8);
        client.setsockopt(fd, SocketOption.IP_TTL, 9);
        assertFails(Errno.EINPROGRESS, () -> client.connect(fd, hosts.serverAddress()));
        hosts.pass();

        assertThat(seen).containsExactly("b8/9", "20/64", "b8/9");
    }
}
