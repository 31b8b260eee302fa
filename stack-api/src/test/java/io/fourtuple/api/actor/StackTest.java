package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.Stack;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.actor.TwoStacks.Connection;
import io.fourtuple.api.actor.TwoStacks.Listening;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.protocol.BindReply;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.ip.Prefix;
import io.fourtuple.core.ip.Route;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.NicActor;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.io.Inet;
import org.apache.pekko.io.TcpSO;
import org.apache.pekko.stream.StreamTcpException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StackTest {
    private static final Optional<Duration> NO_TIMEOUT = Optional.empty();

    private final TwoStacks stacks = new TwoStacks();

    @AfterEach
    void stop() {
        stacks.close();
    }

    private Throwable failFrom(String local, int port, InetSocketAddress target) {
        TestProbe<ConnectReply> replies = stacks.kit.createTestProbe();
        stacks.client.ref().tell(new StackCommand.Connect(
                target, Optional.of(new InetSocketAddress(local, port)), List.of(), NO_TIMEOUT, replies.ref()));
        return replies.expectMessageClass(ConnectReply.ConnectFailed.class, TwoStacks.PATIENCE).cause();
    }

    @Test
    void shouldNameTheTargetThatRefuses() {
        assertThat(stacks.failToConnect(new InetSocketAddress(TwoStacks.SERVER, 9), NO_TIMEOUT))
                .isInstanceOf(StreamTcpException.class)
                .hasMessage("Tcp command [Connect(10.77.0.2:9)] failed because of java.net.ConnectException:"
                        + " Connection refused")
                .hasCauseInstanceOf(ConnectException.class);
        assertThat(TwoStacks.count(stacks.server, Counter.TCP_OUT_RSTS)).isEqualTo(1);
        assertThat(TwoStacks.snapshot(stacks.client).sockets()).isEmpty();
    }

    @Test
    void shouldFailWhenThereIsNoRoute() {
        assertThat(stacks.failToConnect(new InetSocketAddress("192.0.2.1", 80), NO_TIMEOUT))
                .isInstanceOf(StreamTcpException.class)
                .hasMessageContaining("192.0.2.1:80")
                .hasCauseInstanceOf(NoRouteToHostException.class);
    }

    @Test
    void shouldFailWhenTheNeighbourDoesNotAnswer() {
        assertThat(stacks.failToConnect(new InetSocketAddress("10.77.0.99", 80), NO_TIMEOUT))
                .hasMessageContaining("10.77.0.99:80")
                .hasCauseInstanceOf(NoRouteToHostException.class);
    }

    @Test
    void shouldFailWhenTheCallerHasWaitedLongEnough() {
        assertThat(stacks.failToConnect(
                        new InetSocketAddress("10.77.0.99", 80), Optional.of(Duration.ofMillis(20))))
                .isInstanceOf(StreamTcpException.class)
                .hasMessageContaining("10.77.0.99:80")
                .hasCauseInstanceOf(SocketTimeoutException.class);
        assertThat(TwoStacks.snapshot(stacks.client).sockets()).isEmpty();
    }

    @Test
    void shouldNotLookUpNames() {
        assertThat(stacks.failToConnect(InetSocketAddress.createUnresolved("no.such.host.invalid", 80), NO_TIMEOUT))
                .hasMessageContaining("no.such.host.invalid:80")
                .hasCauseInstanceOf(UnknownHostException.class);
    }

    @Test
    void shouldConnectToAnUnresolvedLiteral() {
        stacks.listen(7, 5);

        stacks.connect(InetSocketAddress.createUnresolved(TwoStacks.SERVER, 7)).write("literally");
    }

    @Test
    @Rfc(number = 9293, rules = "MUST-43")
    void shouldConnectFromTheAddressAndPortAskedFor() {
        Listening listening = stacks.listen(7, 5);
        TestProbe<ConnectReply> replies = stacks.kit.createTestProbe();
        InetSocketAddress local = new InetSocketAddress(TwoStacks.CLIENT, 4000);
        stacks.client.ref().tell(new StackCommand.Connect(
                listening.address, Optional.of(local), List.of(), NO_TIMEOUT, replies.ref()));

        assertThat(replies.expectMessageClass(ConnectReply.Connected.class, TwoStacks.PATIENCE).local())
                .isEqualTo(local);
        assertThat(failFrom(TwoStacks.CLIENT, 4000, listening.address))
                .hasCauseInstanceOf(BindException.class)
                .hasMessageContaining("Address already in use");
    }

    @Test
    @Rfc(number = 6191, rules = "2")
    void shouldTakeOverAPortInTimeWaitWhenThereIsNoOther() {
        Listening listening = stacks.listen(7, 5);
        InetSocketAddress local = new InetSocketAddress(TwoStacks.CLIENT, 4000);
        Connection client = connectFrom(local, listening.address);
        Connection server = listening.accept();
        client.close();
        server.expectPeerClosed();
        server.close();
        client.expectTerminated();
        server.expectTerminated();
        assertThat(TwoStacks.sockets(stacks.client, SocketRow.TIME_WAIT)).isEqualTo(1);
        assertThat(failFrom(TwoStacks.CLIENT, 4000, listening.address)).hasCauseInstanceOf(BindException.class);

        stacks.eventually(() -> connectFrom(local, listening.address).write("again"));

        assertThat(listening.accept().read(5)).isEqualTo("again");
        assertThat(TwoStacks.count(stacks.client, Counter.TCP_EXT_TW_RECYCLED)).isEqualTo(1);
    }

    private Connection connectFrom(InetSocketAddress local, InetSocketAddress target) {
        TestProbe<ConnectReply> replies = stacks.kit.createTestProbe();
        stacks.client.ref().tell(new StackCommand.Connect(
                target, Optional.of(local), List.of(), NO_TIMEOUT, replies.ref()));
        return stacks.connection(replies.receiveMessage(TwoStacks.PATIENCE));
    }

    @Test
    void shouldNotConnectFromAnAddressThatIsNotOurs() {
        assertThat(failFrom("10.77.0.9", 0, new InetSocketAddress(TwoStacks.SERVER, 7)))
                .hasCauseInstanceOf(BindException.class)
                .hasMessageContaining("does not have this address");
    }

    @Test
    void shouldGiveUpAnOpenWhoseCallerIsGone() {
        TestProbe<ConnectReply> caller = stacks.tryConnect(new InetSocketAddress("10.77.0.99", 80), NO_TIMEOUT);
        stacks.eventually(() -> assertThat(TwoStacks.sockets(stacks.client, "SYN-SENT")).isEqualTo(1));

        caller.stop();

        stacks.eventually(() -> assertThat(TwoStacks.snapshot(stacks.client).sockets()).isEmpty());
    }

    @Test
    void shouldCloseConnectionsInOrderWhenItIsTerminated() throws Exception {
        Listening listening = stacks.listen(7, 5);
        Connection client = stacks.connect(listening.address);
        Connection server = listening.accept();
        server.write("last");

        var terminated = stacks.server.terminate().toCompletableFuture();

        assertThat(client.read(4)).isEqualTo("last");
        client.expectPeerClosed();
        server.expectClosed();
        client.close();
        client.expectClosed();
        terminated.get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void shouldResetWhatIsLeftWhenTheGraceIsOver() throws Exception {
        Listening listening = stacks.listen(7, 5);
        Connection client = stacks.connect(listening.address);
        listening.accept();

        stacks.server.terminate().toCompletableFuture().get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);

        client.expectPeerClosed();
        assertThat(client.expectFailed()).hasMessageContaining("Connection reset by peer");
    }

    @Test
    void shouldTerminateTwice() throws Exception {
        stacks.server.terminate();

        stacks.server.terminate().toCompletableFuture().get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        stacks.server.terminate().toCompletableFuture().get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void shouldLetAnotherStackOfTheSystemLive() throws Exception {
        stacks.server.terminate().toCompletableFuture().get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);

        assertThat(TwoStacks.snapshot(stacks.client).stack()).isEqualTo("client");
    }

    @Test
    void shouldGoOnAfterAFailure() {
        Listening listening = stacks.listen(7, 5);
        stacks.server.ref().unsafeUpcast().tell(new NicActor.FrameBatch(null));

        stacks.connect(listening.address).write("alive");
        assertThat(listening.accept().read(5)).isEqualTo("alive");
        assertThat(TwoStacks.count(stacks.server, Counter.ACTOR_STACK_FAILURES)).isEqualTo(1);
    }

    @Test
    void shouldEndWhenItFailsTooOften() throws Exception {
        for (int i = 0; i <= stacks.server.config().supervision().restarts(); i++) {
            stacks.server.ref().unsafeUpcast().tell(new NicActor.FrameBatch(null));
        }

        stacks.server.whenTerminated().toCompletableFuture().get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void shouldSayAtOnceThatARouteLeadsNowhere() {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        StackConfig config = stacks.server.config().withName("lost");
        Route nowhere = new Route(Prefix.parse("0.0.0.0/0"), IpAddress.parse("192.0.2.1"));
        StackConfig lost = config.withIp(config.ip().withRoutes(List.of(nowhere)));

        assertThatThrownBy(() -> Stack.start(stacks.kit.system(), lost, wire.left()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("192.0.2.1");
    }

    @Test
    void shouldRefuseASecondStackOfTheSameName() {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);

        assertThatThrownBy(() -> Stack.start(stacks.kit.system(), stacks.server.config(), wire.left()))
                .hasMessageContaining("fourtuple-server");
    }

    @Test
    void shouldStartAgainRightAfterItHasEnded() throws Exception {
        for (int i = 0; i < 20; i++) {
            Stack again = Stack.start(
                    stacks.kit.system(),
                    stacks.server.config().withName("again"),
                    new MemoryWire(MemoryWire.Config.DEFAULT).left());
            again.terminate().toCompletableFuture().get(TwoStacks.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void shouldWaitForAConnectionForAsLongAsThereIsTime() {
        Listening listening = stacks.listen(7, 5);

        stacks.connection(stacks.tryConnect(listening.address, Optional.of(Duration.ofSeconds(Long.MAX_VALUE)))
                .receiveMessage(TwoStacks.PATIENCE));
    }

    @Test
    void shouldReadOptionsOnlyOnTheThreadThatAsks() {
        List<Inet.SocketOption> options = new ArrayList<>();
        InetSocketAddress target = new InetSocketAddress(TwoStacks.SERVER, 7);
        var connect = new StackCommand.Connect(
                target, Optional.empty(), options, NO_TIMEOUT, stacks.kit.<ConnectReply>createTestProbe().ref());
        var bind = new StackCommand.Bind(target, 1, options, stacks.kit.<BindReply>createTestProbe().ref());

        options.add(TcpSO.tcpNoDelay(true));

        assertThat(connect.options()).isEmpty();
        assertThat(bind.options()).isEmpty();
    }

    @Test
    void shouldNotStartOnADispatcherThatIsNoLoop() {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT);
        StackConfig config = stacks.server.config()
                .withName("lost")
                .withLoopDispatcher("pekko.actor.default-dispatcher");

        Stack stack = Stack.start(stacks.kit.system(), config, wire.left());

        assertThat(stack.whenTerminated().toCompletableFuture())
                .failsWithin(TwoStacks.PATIENCE)
                .withThrowableThat()
                .withMessageContaining("fourtuple.loop-dispatcher");
    }

    @Test
    void shouldTellNobodyWhenThePowerGoes() {
        Listening listening = stacks.listen(7, 5);
        Connection client = stacks.connect(listening.address);
        Connection server = listening.accept();
        client.write("x");
        server.read(1);
        TestProbe<ConnectReply> opening = stacks.kit.createTestProbe();
        stacks.server.ref().tell(new StackCommand.Connect(new InetSocketAddress("10.77.0.99", 80), Optional.empty(),
                List.of(), NO_TIMEOUT, opening.ref()));

        assertThat(stacks.server.powerOff().toCompletableFuture()).succeedsWithin(TwoStacks.PATIENCE);
        server.expectTerminated();
        opening.expectMessageClass(ConnectReply.ConnectFailed.class, TwoStacks.PATIENCE);
        client.events.expectNoMessage(); // nor a reset on the way
        assertThat(TwoStacks.sockets(stacks.client, "ESTAB")).isEqualTo(1);
        assertThat(TwoStacks.count(stacks.client, Counter.TCP_ESTAB_RESETS)).isZero();
    }

    @Test
    void shouldCountEveryFrameOnce() {
        Listening listening = stacks.listen(7, 5);
        stacks.connect(listening.address).write("x");
        listening.accept().read(1);

        var snapshot = TwoStacks.snapshot(stacks.server);

        long terminal = snapshot.counters().entrySet().stream()
                .filter(entry -> entry.getKey().isTerminal())
                .mapToLong(Map.Entry::getValue)
                .sum();
        assertThat(terminal).isEqualTo(snapshot.counter(Counter.LINK_IN_FRAMES));
    }
}
