package io.fourtuple.api.socket;

import static io.fourtuple.api.socket.TwoHosts.PORT;
import static io.fourtuple.api.socket.TwoHosts.assertFails;
import static io.fourtuple.api.socket.TwoHosts.octets;
import static io.fourtuple.api.socket.TwoHosts.read;
import static io.fourtuple.api.socket.TwoHosts.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.socket.TwoHosts.Pair;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.tcp.TcpState;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sockets and their connections, call by call and errno by errno, in virtual time. */
class ConnectionCallsTest {
    private static final int IN = Posix.POLLIN | Posix.POLLRDNORM;
    private static final int OUT = Posix.POLLOUT | Posix.POLLWRNORM;

    private final TwoHosts hosts = new TwoHosts();
    private final SocketLayer client = hosts.client;
    private final SocketLayer server = hosts.server;

    @AfterEach
    void close() {
        hosts.close();
    }

    private int socket() {
        return client.socket(Posix.AF_INET, Posix.SOCK_STREAM, Posix.IPPROTO_TCP);
    }

    private TcpState state(SocketLayer layer, int fd) {
        return layer.info(fd).orElseThrow().state();
    }

    // ---- socket, bind, listen ----

    @Test
    void shouldRefuseSocketsItDoesNotHave() {
        assertFails(Errno.EAFNOSUPPORT, () -> client.socket(1, Posix.SOCK_STREAM, 0));
        assertFails(Errno.ESOCKTNOSUPPORT, () -> client.socket(Posix.AF_INET, 2, 0));
        assertFails(Errno.EPROTONOSUPPORT, () -> client.socket(Posix.AF_INET6, Posix.SOCK_STREAM, 17));
        assertThat(client.descriptors()).isZero();
    }

    @Test
    void shouldBindToAnAddressOfTheStackAndAPort() {
        int fd = socket();
        assertThat(client.getsockname(fd)).isEqualTo(new InetSocketAddress("0.0.0.0", 0));
        assertFails(Errno.EADDRNOTAVAIL, () -> client.bind(fd, new InetSocketAddress("10.77.9.9", PORT)));
        assertFails(Errno.EAFNOSUPPORT, () -> client.bind(fd, new InetSocketAddress("fd77::1", PORT)));
        assertFails(Errno.EINVAL, () -> client.bind(fd, InetSocketAddress.createUnresolved("localhost", PORT)));

        client.bind(fd, new InetSocketAddress("0.0.0.0", 0));
        assertThat(client.getsockname(fd).getPort()).isBetween(32768, 60999);
        assertFails(Errno.EINVAL, () -> client.bind(fd, new InetSocketAddress("0.0.0.0", PORT)));
        client.listen(fd, 1);
        assertThat(client.getsockopt(fd, SocketOption.SO_ACCEPTCONN)).isOne();
    }

    @Test
    void shouldReserveAPortWhileItIsBoundAndNoLonger() {
        int first = hosts.listen(1);
        int second = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);

        assertFails(Errno.EADDRINUSE, () -> server.bind(second, hosts.serverAddress()));
        assertFails(Errno.EADDRINUSE, () -> server.bind(second, new InetSocketAddress("0.0.0.0", PORT)));
        server.close(first);
        server.bind(second, hosts.serverAddress());
        int third = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        assertFails(Errno.EADDRINUSE, () -> server.bind(third, hosts.serverAddress()));
    }

    @Test
    void shouldShareAPortThatNobodyListensOnWhenAllWantTo() {
        int first = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        int second = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        server.setsockopt(first, SocketOption.SO_REUSEADDR, 1);
        server.bind(first, hosts.serverAddress());
        assertFails(Errno.EADDRINUSE, () -> server.bind(second, hosts.serverAddress()));

        server.setsockopt(second, SocketOption.SO_REUSEADDR, 1);
        server.bind(second, hosts.serverAddress());
        server.listen(first, 1);
        assertFails(Errno.EADDRINUSE, () -> server.listen(second, 1));
    }

    @Test
    void shouldKeepIpv4AndIpv6ApartWhenToldTo() {
        int both = server.socket(Posix.AF_INET6, Posix.SOCK_STREAM, 0);
        server.setsockopt(both, SocketOption.IPV6_V6ONLY, 1);
        server.bind(both, new InetSocketAddress("::", PORT));
        server.listen(both, 1);
        int v4 = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        assertThat(server.getsockopt(both, SocketOption.IPV6_V6ONLY)).isOne();

        server.bind(v4, hosts.serverAddress());
        server.listen(v4, 1);
        int fd = hosts.connecting();
        hosts.pass();
        assertFails(Errno.EAGAIN, () -> server.accept(both));
        assertThat(server.getpeername(server.accept(v4))).isEqualTo(client.getsockname(fd));
    }

    @Test
    void shouldAcceptIpv4OnAnIpv6Socket() {
        int both = server.socket(Posix.AF_INET6, Posix.SOCK_STREAM, 0);
        server.bind(both, new InetSocketAddress("::", PORT));
        server.listen(both, 1);
        hosts.connecting();
        hosts.pass();

        int fd = server.accept(both);
        assertThat(server.getsockname(fd)).isEqualTo(hosts.serverAddress());
        assertThat(server.getsockopt(fd, SocketOption.SO_DOMAIN)).isEqualTo(Posix.AF_INET6);
    }

    // ---- accept ----

    @Test
    void shouldAcceptInOrderAndFailWithoutAConnection() {
        int listener = hosts.listen(5);
        assertFails(Errno.EAGAIN, () -> server.accept(listener));
        assertFails(Errno.EINVAL, () -> client.accept(socket()));
        int first = hosts.connecting();
        hosts.pass();
        int second = hosts.connecting();
        hosts.pass();

        assertThat(ready(server, listener)).isEqualTo(IN);
        int a = server.accept4(listener, Posix.SOCK_NONBLOCK | Posix.SOCK_CLOEXEC);
        int b = server.accept(listener);
        assertThat(server.getpeername(a)).isEqualTo(client.getsockname(first));
        assertThat(server.getpeername(b)).isEqualTo(client.getsockname(second));
        assertThat(server.fcntl(a, Posix.F_GETFL, 0)).isEqualTo(Posix.O_RDWR | Posix.O_NONBLOCK);
        assertThat(server.fcntl(a, Posix.F_GETFD, 0)).isEqualTo(Posix.FD_CLOEXEC);
        assertThat(server.fcntl(b, Posix.F_GETFL, 0)).isEqualTo(Posix.O_RDWR);
        assertThat(ready(server, listener)).isZero();
        assertFails(Errno.EAGAIN, () -> server.accept(listener));
    }

    @Test
    void shouldKeepConnectionsInTheAcceptQueueUntilTheyAreAccepted() {
        int listener = hosts.listen(1);
        int first = hosts.connecting();
        hosts.pass();
        int second = hosts.connecting();
        hosts.pass();
        client.write(first, octets("before it was accepted"));
        hosts.pass();

        int a = server.accept(listener);
        assertThat(read(server, a, 100)).isEqualTo("before it was accepted");
        assertFails(Errno.EAGAIN, () -> server.accept(listener)); // the second had no room, its ACK was ignored
        hosts.simulation.runFor(Duration.ofSeconds(3));
        assertThat(server.getpeername(server.accept(listener))).isEqualTo(client.getsockname(second));
    }

    @Test
    void shouldAllowForMoreWhenListenIsCalledAgain() {
        int listener = hosts.listen(1);
        server.listen(listener, 3);
        for (int i = 0; i < 3; i++) {
            hosts.connecting();
        }
        hosts.pass();

        server.accept(listener);
        server.accept(listener);
        server.accept(listener);
    }

    @Test
    void shouldResetWhatWasNotAcceptedWhenTheListenerCloses() {
        int listener = hosts.listen(5);
        int fd = hosts.connecting();
        hosts.pass();

        server.close(listener);
        hosts.pass();
        assertFails(Errno.ECONNRESET, () -> read(client, fd, 1));
        int later = hosts.connecting();
        hosts.pass();
        assertThat(client.takeError(later)).contains(Errno.ECONNREFUSED);
    }

    @Test
    void shouldAcceptWhatThePeerHasResetAndSaySoOnRead() {
        int listener = hosts.listen(5);
        int fd = hosts.connecting();
        hosts.pass();
        client.setsockopt(fd, SocketOption.SO_LINGER, 0);
        client.close(fd);
        hosts.pass();

        int accepted = server.accept(listener);
        assertThat(ready(server, accepted) & Posix.POLLERR).isNotZero();
        assertFails(Errno.ECONNRESET, () -> read(server, accepted, 1));
        assertThat(read(server, accepted, 1)).isEmpty();
    }

    // ---- connect ----

    @Test
    void shouldConnectByPollingForWriting() {
        hosts.listen(5);
        int fd = hosts.connecting();
        assertThat(ready(client, fd)).isZero();
        assertFails(Errno.EALREADY, () -> client.connect(fd, hosts.serverAddress()));
        assertFails(Errno.ENOTCONN, () -> client.getpeername(fd));
        assertFails(Errno.EAGAIN, () -> client.write(fd, octets("too early")));
        assertFails(Errno.EAGAIN, () -> read(client, fd, 1));
        hosts.pass();

        assertThat(ready(client, fd)).isEqualTo(OUT);
        assertThat(client.getsockopt(fd, SocketOption.SO_ERROR)).isZero();
        assertThat(client.getpeername(fd)).isEqualTo(hosts.serverAddress());
        client.connect(fd, hosts.serverAddress()); // as Linux: once
        assertFails(Errno.EISCONN, () -> client.connect(fd, hosts.serverAddress()));
        assertFails(Errno.EINVAL, () -> client.listen(fd, 1));
    }

    @Test
    void shouldSayThatNobodyListens() {
        int fd = hosts.connecting();
        hosts.pass();

        assertThat(ready(client, fd)).isEqualTo(IN | OUT | Posix.POLLERR | Posix.POLLHUP | Posix.POLLRDHUP);
        assertThat(client.getsockopt(fd, SocketOption.SO_ERROR)).isEqualTo(Errno.ECONNREFUSED.number());
        assertThat(client.getsockopt(fd, SocketOption.SO_ERROR)).as("it is told once").isZero();
        assertThat(ready(client, fd) & Posix.POLLERR).isZero();
        assertFails(Errno.ECONNABORTED, () -> client.connect(fd, hosts.serverAddress()));
        hosts.listen(1);
        assertFails(Errno.EINPROGRESS, () -> client.connect(fd, hosts.serverAddress()));
        hosts.pass();
        client.connect(fd, hosts.serverAddress());
    }

    @Test
    void shouldTellTheErrorOfAConnectToWhoConnectsAgain() {
        int fd = hosts.connecting();
        hosts.pass();

        assertFails(Errno.ECONNREFUSED, () -> client.connect(fd, hosts.serverAddress()));
    }

    @Test
    void shouldGiveUpWhenNobodyAnswers() {
        hosts.link.down();
        int fd = client.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        client.setsockopt(fd, SocketOption.TCP_SYNCNT, 2);
        assertFails(Errno.EINPROGRESS, () -> client.connect(fd, hosts.serverAddress()));

        hosts.simulation.runFor(Duration.ofSeconds(30));
        assertThat(client.takeError(fd)).isIn(
                Optional.of(Errno.ETIMEDOUT), Optional.of(Errno.EHOSTUNREACH));
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-46")
    void shouldRefuseDestinationsThatAreNone() {
        int fd = socket();

        assertFails(Errno.ENETUNREACH, () -> client.connect(fd, new InetSocketAddress("192.0.2.1", 80)));
        assertFails(Errno.ENETUNREACH, () -> client.connect(fd, new InetSocketAddress("224.0.0.1", 80)));
        assertFails(Errno.EADDRNOTAVAIL, () -> client.connect(fd, new InetSocketAddress("10.77.0.2", 0)));
        assertFails(Errno.EAFNOSUPPORT, () -> client.connect(fd, new InetSocketAddress("fd77::2", 80)));
        int listener = hosts.listen(1);
        assertFails(Errno.EISCONN, () -> server.connect(listener, hosts.serverAddress()));
    }

    @Test
    void shouldConnectFromTheAddressAndPortItIsBoundTo() {
        int listener = hosts.listen(5);
        int fd = socket();
        client.bind(fd, new InetSocketAddress("0.0.0.0", 5555));
        assertFails(Errno.EINPROGRESS, () -> client.connect(fd, hosts.serverAddress()));
        hosts.pass();

        assertThat(server.getpeername(server.accept(listener)).getPort()).isEqualTo(5555);
        int other = socket();
        client.setsockopt(other, SocketOption.SO_REUSEADDR, 1);
        assertFails(Errno.EADDRINUSE, () -> client.bind(other, new InetSocketAddress("0.0.0.0", 5555)));
    }

    @Test
    void shouldConnectOverIpv6() {
        String v6 = hosts.serverHost.addresses().getLast().address().toString();
        int listener = server.socket(Posix.AF_INET6, Posix.SOCK_STREAM, 0);
        server.bind(listener, new InetSocketAddress(v6, PORT));
        server.listen(listener, 1);
        int fd = client.socket(Posix.AF_INET6, Posix.SOCK_STREAM, 0);
        assertFails(Errno.EINPROGRESS, () -> client.connect(fd, new InetSocketAddress(v6, PORT)));
        hosts.pass();

        int accepted = server.accept(listener);
        client.write(fd, octets("six"));
        hosts.pass();
        assertThat(read(server, accepted, 100)).isEqualTo("six");
        assertThat(client.getpeername(fd)).isEqualTo(new InetSocketAddress(v6, PORT));
        assertThat(client.getsockopt(fd, SocketOption.IP_MTU)).isEqualTo(1500);
    }

    @Test
    void shouldSeeASimultaneousOpenThrough() {
        int left = socket();
        client.bind(left, new InetSocketAddress(hosts.clientHost.address(), 4000));
        int right = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        server.bind(right, new InetSocketAddress(hosts.serverHost.address(), 4001));
        assertFails(Errno.EINPROGRESS, () ->
                client.connect(left, new InetSocketAddress(hosts.serverHost.address(), 4001)));
        assertFails(Errno.EINPROGRESS, () ->
                server.connect(right, new InetSocketAddress(hosts.clientHost.address(), 4000)));
        hosts.pass();

        assertThat(ready(client, left)).isEqualTo(OUT);
        server.write(right, octets("crossed"));
        hosts.pass();
        assertThat(read(client, left, 100)).isEqualTo("crossed");
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-47", "SHLD-9", "SHLD-20", "SHLD-25"})
    void shouldTellWhatAConnectionSurvivesOnlyToWhoWantsToKnow() {
        Pair quiet = hosts.connected();
        Pair told = hosts.connected(quiet.listener());
        client.setsockopt(told.client(), SocketOption.IP_RECVERR, 1);
        hosts.link.down();
        client.write(quiet.client(), octets("lost"));
        client.write(told.client(), octets("lost"));
        hosts.simulation.runFor(Duration.ofSeconds(3));

        assertThat(ready(client, told.client()) & Posix.POLLERR).isNotZero();
        assertThat(client.takeError(told.client())).contains(Errno.ETIMEDOUT);
        assertThat(client.takeError(told.client())).as("it is told once").isEmpty();
        assertThat(ready(client, told.client()) & Posix.POLLERR).isZero();
        assertThat(ready(client, quiet.client()) & Posix.POLLERR).isZero();
        assertThat(client.takeError(quiet.client())).isEmpty();
        assertThat(state(client, told.client())).isEqualTo(TcpState.ESTABLISHED);

        hosts.link.up();
        hosts.simulation.runFor(Duration.ofSeconds(5));
        assertThat(read(server, told.server(), 10)).isEqualTo("lost");
        client.setsockopt(told.client(), SocketOption.IP_RECVERR, 0);
        assertThat(client.getsockopt(told.client(), SocketOption.IP_RECVERR)).isZero();
    }

    @Test
    void shouldConnectToItsOwnHost() {
        int listener = hosts.listen(5);
        int fd = server.socket(Posix.AF_INET, Posix.SOCK_STREAM, 0);
        assertFails(Errno.EINPROGRESS, () -> server.connect(fd, hosts.serverAddress()));

        int accepted = server.accept(listener);
        server.write(fd, octets("to myself"));
        assertThat(read(server, accepted, 100)).isEqualTo("to myself");
    }

    // ---- shutdown, close ----

    @Test
    void shouldEndOneDirection() {
        Pair pair = hosts.connected();
        assertFails(Errno.EINVAL, () -> client.shutdown(pair.client(), 3));
        assertFails(Errno.ENOTCONN, () -> client.shutdown(socket(), Posix.SHUT_WR));
        client.write(pair.client(), octets("last words"));
        client.shutdown(pair.client(), Posix.SHUT_WR);
        hosts.pass();

        assertFails(Errno.EPIPE, () -> client.write(pair.client(), octets("more")));
        assertThat(ready(server, pair.server())).isEqualTo(IN | OUT | Posix.POLLRDHUP);
        assertThat(read(server, pair.server(), 100)).isEqualTo("last words");
        assertThat(read(server, pair.server(), 100)).isEmpty();
        server.write(pair.server(), octets("heard"));
        hosts.pass();
        assertThat(read(client, pair.client(), 100)).isEqualTo("heard");
        assertThat(state(client, pair.client())).isEqualTo(TcpState.FIN_WAIT_2);
        server.close(pair.server());
        hosts.pass();
        assertThat(ready(client, pair.client())).isEqualTo(IN | OUT | Posix.POLLRDHUP | Posix.POLLHUP);
        assertThat(state(client, pair.client())).isEqualTo(TcpState.TIME_WAIT);
    }

    @Test
    void shouldReadNoMoreAfterItSaidSo() {
        Pair pair = hosts.connected();
        client.write(pair.client(), octets("before"));
        hosts.pass();
        server.shutdown(pair.server(), Posix.SHUT_RD);

        assertThat(ready(server, pair.server())).isEqualTo(IN | OUT | Posix.POLLRDHUP);
        assertThat(read(server, pair.server(), 100)).isEqualTo("before");
        assertThat(read(server, pair.server(), 100)).isEmpty();
    }

    @Test
    void shouldStopListeningWhenTheListenerIsShutDownAndListenAgain() {
        int listener = hosts.listen(1);
        server.shutdown(listener, Posix.SHUT_WR);
        server.shutdown(listener, Posix.SHUT_RD);
        assertFails(Errno.EINVAL, () -> server.accept(listener));

        server.listen(listener, 1);
        hosts.connected(listener);
    }

    @Test
    void shouldCloseInOrder() {
        Pair pair = hosts.connected();
        client.write(pair.client(), octets("delivered"));
        client.close(pair.client());
        assertFails(Errno.EBADF, () -> read(client, pair.client(), 1));
        hosts.pass();

        assertThat(read(server, pair.server(), 100)).isEqualTo("delivered");
        assertThat(read(server, pair.server(), 100)).isEmpty();
        assertThat(server.takeError(pair.server())).isEmpty();
    }

    @Test
    void shouldResetWhatIsClosedUnread() {
        Pair pair = hosts.connected();
        client.write(pair.client(), octets("nobody reads this"));
        hosts.pass();
        server.close(pair.server());
        hosts.pass();

        assertFails(Errno.ECONNRESET, () -> read(client, pair.client(), 1));
        assertFails(Errno.EPIPE, () -> client.write(pair.client(), octets("x")));
        assertThat(read(client, pair.client(), 1)).isEmpty();
        assertFails(Errno.ENOTCONN, () -> client.shutdown(pair.client(), Posix.SHUT_WR));
        assertFails(Errno.ENOTCONN, () -> client.getpeername(pair.client()));
    }

    @Test
    void shouldResetAtOnceWhenItDoesNotLinger() {
        Pair pair = hosts.connected();
        client.write(pair.client(), octets("lost or not"));
        client.setsockopt(pair.client(), SocketOption.SO_LINGER, 0);
        client.close(pair.client());
        hosts.pass();

        assertThat(ready(server, pair.server()) & Posix.POLLERR).isNotZero();
        assertThat(server.takeError(pair.server())).contains(Errno.ECONNRESET);
        assertThat(server.takeError(pair.server())).isEmpty();
    }

    @Test
    void shouldGiveReadDataBeforeTheErrorThatFollowedThem() {
        Pair pair = hosts.connected();
        client.write(pair.client(), octets("before the reset"));
        hosts.pass();
        client.setsockopt(pair.client(), SocketOption.SO_LINGER, 0);
        client.close(pair.client());
        hosts.pass();

        assertThat(read(server, pair.server(), 6)).isEqualTo("before");
        assertThat(read(server, pair.server(), 100)).isEqualTo(" the reset");
        assertFails(Errno.ECONNRESET, () -> read(server, pair.server(), 1));
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-21")
    void shouldEndAConnectionWhoseDataAreNotAcknowledgedInTime() {
        Pair pair = hosts.connected();
        client.setsockopt(pair.client(), SocketOption.TCP_USER_TIMEOUT, 5000);
        hosts.link.down();
        client.write(pair.client(), octets("into the void"));
        hosts.simulation.runFor(Duration.ofSeconds(10));

        assertFails(Errno.ETIMEDOUT, () -> client.write(pair.client(), octets("more")));
    }

    @Test
    void shouldGiveUpAnOpenThatIsClosed() {
        hosts.listen(1);
        int fd = hosts.connecting();
        client.close(fd);
        hosts.pass();

        assertThat(hosts.simulation.await(hosts.clientHost.stack().snapshot()).sockets()).isEmpty();
    }

    @Test
    void shouldFailWhenTheStackIsGone() {
        Pair pair = hosts.connected();
        int fresh = socket();
        int listener = socket();
        client.listen(listener, 1);
        hosts.clientHost.crash();
        hosts.pass();

        assertFails(Errno.ENETDOWN, () -> client.write(pair.client(), octets("x")));
        assertFails(Errno.ENETDOWN, () -> client.connect(fresh, hosts.serverAddress()));
        assertThat(ready(client, pair.client()) & Posix.POLLHUP).isNotZero();
        assertFails(Errno.ENETDOWN, () -> client.accept(listener));
        assertThat(ready(client, listener)).isEqualTo(IN | Posix.POLLERR | Posix.POLLHUP);
        client.close(pair.client());
        client.close(fresh);
        client.close(listener);
        assertThat(client.descriptors()).isZero();
    }
}
