package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.actor.TwoStacks.Connection;
import io.fourtuple.api.actor.TwoStacks.Listening;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import io.fourtuple.api.protocol.StackCommand;
import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.stream.StreamTcpException;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionTest {
    private final TwoStacks stacks = new TwoStacks(
            MemoryWire.Config.DEFAULT, config -> config.withShards(shards()), this::around);

    /** How many event loops each stack has. */
    int shards() {
        return 1;
    }

    /** What is put around the NICs. */
    Nic around(Nic nic) {
        return nic;
    }

    @AfterEach
    void stop() {
        stacks.close();
    }

    /** An established connection, both ends. */
    private final class Pair {
        final Connection client;
        final Connection server;

        Pair() {
            this(stacks.listen(7, 100));
        }

        Pair(Listening listening) {
            client = stacks.connect(listening.address);
            server = listening.accept();
        }
    }

    @Test
    void shouldCarryDataBothWays() {
        Pair pair = new Pair();

        pair.client.write("hello");
        assertThat(pair.server.read(5)).isEqualTo("hello");
        pair.server.write("and back");
        assertThat(pair.client.read(8)).isEqualTo("and back");
    }

    @Test
    void shouldCarryDataOverIpv6() {
        Listening listening = stacks.listen("::", 7, 100);
        Connection client = stacks.connect(new InetSocketAddress("fd77::2", 7));
        Connection server = listening.accept();

        client.write("six");

        assertThat(server.read(3)).isEqualTo("six");
    }

    @Test
    void shouldKeepDataUntilReadingIsResumed() {
        Pair pair = new Pair();
        pair.client.write("early");
        stacks.eventually(() -> assertThat(receiveQueue()).isEqualTo(5));

        pair.server.events.expectNoMessage(Duration.ZERO);
        assertThat(pair.server.read(5)).isEqualTo("early");
    }

    private long receiveQueue() {
        return TwoStacks.snapshot(stacks.server).sockets().stream()
                .filter(row -> row.state().equals("ESTAB"))
                .mapToLong(SocketRow::receiveQueue)
                .sum();
    }

    @Test
    void shouldAnswerAnEmptyWrite() {
        Pair pair = new Pair();

        pair.client.write("");
    }

    @Test
    void shouldSendMoreThanTheBuffersHold() {
        Pair pair = new Pair();
        String text = "0123456789abcdef".repeat(64 * 1024);
        pair.client.ref.tell(new ConnectionCommand.Write(ByteString.fromString(text)));

        assertThat(pair.server.read(text.length())).isEqualTo(text);
        pair.client.events.expectMessage(TwoStacks.PATIENCE, ConnectionEvent.Written.INSTANCE);
    }

    @Test
    void shouldStopTheSenderWhileNobodyReads() {
        Pair pair = new Pair();
        String text = "x".repeat(8 << 20);
        pair.client.ref.tell(new ConnectionCommand.Write(ByteString.fromString(text)));
        stacks.eventually(
                () -> assertThat(TwoStacks.count(stacks.client, Counter.TCP_EXT_WIN_PROBE)).isPositive());

        assertThat(receiveQueue()).isLessThanOrEqualTo(87380 + 1460);
        assertThat(pair.server.read(text.length())).hasSize(text.length());
    }

    @Test
    void shouldLetThePeerGoOnAfterWeCloseOurOutput() {
        Pair pair = new Pair();

        pair.client.closeOutput();
        pair.server.expectPeerClosed();
        pair.server.write("still here");
        assertThat(pair.client.read(10)).isEqualTo("still here");

        pair.server.closeOutput();
        pair.server.expectClosed();
        pair.client.expectPeerClosed();
        pair.client.expectClosed();
    }

    @Test
    void shouldGoOnAfterThePeerClosedItsOutput() {
        Pair pair = new Pair();

        pair.server.closeOutput();
        pair.client.expectPeerClosed();
        pair.client.write("one more");
        assertThat(pair.server.read(8)).isEqualTo("one more");
        pair.client.closeOutput();

        pair.client.expectClosed();
        pair.server.expectPeerClosed();
        pair.server.expectClosed();
    }

    @Test
    void shouldDeliverEverythingBeforeTheEndWithoutHaste() {
        Pair pair = new Pair();
        pair.client.write("the last words");
        pair.client.closeOutput();
        pair.server.closeOutput();
        pair.client.expectPeerClosed();
        pair.client.expectClosed();
        stacks.eventually(() -> assertThat(TwoStacks.sockets(stacks.server, "ESTAB")).isZero());

        assertThat(pair.server.read(14)).isEqualTo("the last words");
        pair.server.expectPeerClosed();
        pair.server.expectClosed();
        pair.server.expectTerminated();
    }

    @Test
    void shouldLeaveTimeWaitAtTheEndThatClosedFirst() {
        Pair pair = new Pair();
        pair.client.close();
        pair.client.expectClosed();
        pair.server.expectPeerClosed();
        pair.server.close();
        pair.server.expectClosed();

        pair.server.expectTerminated();
        pair.client.expectTerminated();
        assertThat(TwoStacks.sockets(stacks.client, SocketRow.TIME_WAIT)).isEqualTo(1);
        assertThat(TwoStacks.sockets(stacks.server, SocketRow.TIME_WAIT)).isZero();
        assertThat(TwoStacks.count(stacks.server, Counter.TCP_CURR_ESTAB)).isZero();
        assertThat(TwoStacks.count(stacks.client, Counter.TCP_CURR_ESTAB)).isZero();
    }

    @Test
    void shouldEndWhenItIsClosedWithUnreadDataAfterTcpIsDone() {
        Pair pair = new Pair();
        pair.client.closeOutput();
        pair.server.expectPeerClosed();
        pair.server.write("unread");
        pair.server.closeOutput();
        pair.server.expectClosed();
        stacks.eventually(() -> assertThat(TwoStacks.sockets(stacks.client, SocketRow.TIME_WAIT)).isEqualTo(1));

        pair.client.close();

        pair.client.expectClosed();
        pair.client.expectTerminated();
    }

    @Test
    void shouldSendWhatWasWrittenBeforeTheClose() {
        Pair pair = new Pair();
        String text = "abc".repeat(100_000);
        pair.client.ref.tell(new ConnectionCommand.Write(ByteString.fromString(text)));
        pair.client.close();

        assertThat(pair.server.read(text.length())).isEqualTo(text);
        pair.server.expectPeerClosed();
        pair.client.events.expectMessage(TwoStacks.PATIENCE, ConnectionEvent.Written.INSTANCE);
        pair.client.expectClosed();
    }

    @Test
    void shouldResetThePeerOnAbort() {
        Pair pair = new Pair();

        pair.client.abort();

        assertThat(pair.server.expectFailed())
                .isInstanceOf(StreamTcpException.class)
                .hasMessageStartingWith("The connection closed with error: Connection reset by peer")
                .hasMessageContaining(TwoStacks.CLIENT);
        assertThat(pair.client.expectFailed()).hasMessageStartingWith("The connection has been aborted");
        pair.client.expectTerminated();
        pair.server.expectTerminated();
    }

    @Test
    void shouldResetThePeerWhenTheHandlerEndsWithoutClosing() {
        Pair pair = new Pair();

        pair.client.events.stop();

        assertThat(pair.server.expectFailed()).isInstanceOf(StreamTcpException.class);
    }

    @Test
    void shouldCloseInOrderWhenTheHandlerEndsAfterClosing() {
        Pair pair = new Pair();
        pair.client.write("bye");
        pair.client.close();
        pair.client.expectClosed();
        pair.client.events.stop();

        assertThat(pair.server.read(3)).isEqualTo("bye");
        pair.server.expectPeerClosed();
    }

    @Test
    void shouldResetOnlyItsOwnPeerWhenAnActorFails() {
        Listening listening = stacks.listen(7, 100);
        Pair victim = new Pair(listening);
        Pair neighbour = new Pair(listening);

        victim.server.ref.unsafeUpcast().tell(new SegmentBatch(null, null));

        assertThat(victim.client.expectFailed()).hasMessageContaining("Connection reset by peer");
        victim.server.expectTerminated();
        neighbour.client.write("unharmed");
        assertThat(neighbour.server.read(8)).isEqualTo("unharmed");
        assertThat(TwoStacks.sockets(stacks.server, "ESTAB")).isEqualTo(1);
        assertThat(TwoStacks.count(stacks.server, Counter.TCP_CURR_ESTAB)).isEqualTo(1);
    }

    @Test
    void shouldHandOutWhatCameBeforeAResetWheneverItIsAskedFor() {
        Pair pair = new Pair();

        pair.client.ref.tell(new ConnectionCommand.Write(ByteString.fromString("last words")));
        pair.client.abort();
        stacks.eventually(() -> assertThat(TwoStacks.sockets(stacks.server, "ESTAB")).isZero());
        assertThat(TwoStacks.count(stacks.server, Counter.SOCKSTAT_TCP_MEM)).isPositive();

        assertThat(pair.server.read(10)).isEqualTo("last words");
        assertThat(pair.server.expectFailed()).hasMessageContaining("Connection reset by peer");
        assertThat(TwoStacks.count(stacks.server, Counter.SOCKSTAT_TCP_MEM)).isZero();
    }

    @Test
    void shouldTellAnOwnerWhoWritesAndDoesNotReadOfAReset() {
        Pair pair = new Pair();
        pair.client.ref.tell(new ConnectionCommand.Write(ByteString.fromString("last words")));
        pair.client.abort();
        stacks.eventually(() -> assertThat(TwoStacks.sockets(stacks.server, "ESTAB")).isZero());

        pair.server.ref.tell(new ConnectionCommand.Write(ByteString.fromString("too late")));

        assertThat(pair.server.expectFailed()).hasMessageContaining("Connection reset by peer");
        stacks.eventually(() -> assertThat(TwoStacks.count(stacks.server, Counter.SOCKSTAT_TCP_MEM)).isZero());
    }

    @Test
    void shouldTellAnOwnerWhoClosesOfAReset() {
        Pair pair = new Pair();
        pair.client.ref.tell(new ConnectionCommand.Write(ByteString.fromString("last words")));
        pair.client.abort();
        stacks.eventually(() -> assertThat(TwoStacks.sockets(stacks.server, "ESTAB")).isZero());

        pair.server.close();

        assertThat(pair.server.expectFailed()).hasMessageContaining("Connection reset by peer");
        pair.server.expectTerminated();
    }

    @Test
    void shouldGiveBackWhatAnActorHeldThatFails() {
        Pair pair = new Pair();
        pair.client.write("nobody reads this");
        stacks.eventually(() ->
                assertThat(TwoStacks.count(stacks.server, Counter.SOCKSTAT_TCP_MEM)).isPositive());

        pair.server.ref.unsafeUpcast().tell(new SegmentBatch(null, null));

        stacks.eventually(() -> assertThat(TwoStacks.count(stacks.server, Counter.SOCKSTAT_TCP_MEM)).isZero());
    }

    @Test
    void shouldFailAWriteBeforeTheLastOneIsAnswered() {
        Pair pair = new Pair();
        ByteString much = ByteString.fromString("x".repeat(8 << 20));
        pair.client.ref.tell(new ConnectionCommand.Write(much));
        pair.client.ref.tell(new ConnectionCommand.Write(much));

        assertThat(pair.client.expectFailed()).hasMessageContaining("a write before the last one was answered");
        assertThat(pair.server.readToFailure()).hasMessageContaining("Connection reset by peer");
    }

    @Test
    void shouldRefuseASecondHandler() {
        Pair pair = new Pair();
        TestProbe<ConnectionEvent> second = stacks.kit.createTestProbe();

        pair.client.ref.tell(new ConnectionCommand.Register(second.ref()));

        assertThat(second.expectMessageClass(ConnectionEvent.Failed.class, TwoStacks.PATIENCE).cause())
                .hasMessageContaining("has a handler already");
        pair.client.write("still the first");
    }

    @Test
    @Attack(20)
    void shouldConnectToItself() {
        Listening listening = stacks.listen(7, 100);
        TestProbe<ConnectReply> replies = stacks.kit.createTestProbe();
        stacks.server.ref().tell(new StackCommand.Connect(
                listening.address, Optional.empty(), List.of(), Optional.empty(), replies.ref()));
        Connection client = stacks.connection(replies.receiveMessage(TwoStacks.PATIENCE));
        Connection server = listening.accept();

        client.write("to myself");

        assertThat(server.read(9)).isEqualTo("to myself");
    }
}
