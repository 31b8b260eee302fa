package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.StackConfig.Listen.SynCookies;
import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.ConnectionEvent;
import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A listening socket that is closed with connections in both of its queues. */
class CloseListenerTest {
    private static final int ACCEPTED = 3;
    private static final int WAITING = 5;
    private static final int HALF_OPEN = 7;
    /** Half-open and waiting connections come after the accepted ones. */
    private static final int FIRST_WAITING = 1 + ACCEPTED;
    private static final int FIRST_HALF_OPEN = FIRST_WAITING + WAITING;
    private static final int END = FIRST_HALF_OPEN + HALF_OPEN;
    /** The reader of the NIC. */
    private static final int ACTORS_OF_NOBODY = 1;

    private final RawLab lab = new RawLab(WAITING, config -> config.withListen(
            config.listen().withSyncookies(SynCookies.OFF)));

    /** One accepted connection, and who has it. */
    private record Owned(int port, ActorRef<ConnectionCommand> connection, TestProbe<ConnectionEvent> events) {}

    @AfterEach
    void stop() {
        lab.close();
    }

    @Test
    @Attack(25)
    void shouldResetWhatIsInBothQueuesKeepWhatIsAcceptedAndLeaveNothingBehind() {
        List<Owned> accepted = accept();
        fillBothQueues();
        assertThat(actors()).isEqualTo(ACTORS_OF_NOBODY + 2 + ACCEPTED + WAITING);

        lab.unbind();

        for (int port = FIRST_WAITING; port < END; port++) {
            assertThat(lab.peer.expect(port).flags() & ~TcpFlags.ACK).as("port %d", port).isEqualTo(TcpFlags.RST);
            assertThat(lab.peer.poll(port)).isNull();
        }
        accepted.forEach(this::exchange);
        lab.eventually(() -> assertLeft(ACCEPTED));
        assertThat(lab.sockets(SocketRow.LISTEN)).isZero();
        assertThat(lab.sockets(SocketRow.SYN_RECV)).isZero();
        assertThat(lab.sockets("ESTAB")).isEqualTo(ACCEPTED);

        lab.peer.syn(END);
        lab.peer.expect(END, TcpFlags.RST | TcpFlags.ACK); // nobody listens any more
        for (Owned owned : accepted) {
            owned.connection().tell(ConnectionCommand.Abort.INSTANCE);
            owned.events().expectTerminated(owned.connection(), TwoStacks.PATIENCE);
        }
        lab.eventually(() -> assertLeft(0));
    }

    private List<Owned> accept() {
        lab.demand(ACCEPTED);
        List<Owned> owned = new ArrayList<>();
        for (int port = 1; port <= ACCEPTED; port++) {
            lab.establish(port);
            Accepted accepted = lab.accepted.receiveMessage(TwoStacks.PATIENCE);
            assertThat(accepted.remote().getPort()).isEqualTo(port);
            TestProbe<ConnectionEvent> events = lab.kit.createTestProbe();
            accepted.connection().tell(new ConnectionCommand.Register(events.ref()));
            owned.add(new Owned(port, accepted.connection(), events));
        }
        return owned;
    }

    private void fillBothQueues() {
        IntStream.range(FIRST_WAITING, FIRST_HALF_OPEN).forEach(lab::establish);
        for (int port = FIRST_HALF_OPEN; port < END; port++) {
            lab.peer.syn(port);
            lab.peer.expectSynAck(port);
        }
        lab.eventually(() -> {
            assertThat(lab.listener().receiveQueue()).isEqualTo(WAITING);
            assertThat(lab.listener().synQueue()).isEqualTo(HALF_OPEN);
        });
    }

    /** Both ways. */
    private void exchange(Owned owned) {
        String question = "question " + owned.port();
        owned.connection().tell(ConnectionCommand.ResumeReading.INSTANCE);
        lab.peer.data(owned.port(), question);
        assertThat(owned.events().expectMessageClass(ConnectionEvent.Received.class, TwoStacks.PATIENCE).data()
                .utf8String()).isEqualTo(question);
        String answer = "answer " + owned.port();
        owned.connection().tell(new ConnectionCommand.Write(ByteString.fromString(answer)));
        owned.events().expectMessage(TwoStacks.PATIENCE, ConnectionEvent.Written.INSTANCE);
        TcpSegment segment = lab.peer.expect(owned.port());
        while (segment.payloadLength() == 0) { // an ACK
            segment = lab.peer.expect(owned.port());
        }
        assertThat(new String(segment.array(), segment.payloadOffset(), segment.payloadLength(),
                StandardCharsets.US_ASCII)).isEqualTo(answer);
    }

    private void assertLeft(int connections) {
        assertThat(lab.<Integer>onLoop(shard -> shard.flows.size())).as("table of flows").isEqualTo(connections);
        assertThat(lab.<Integer>onLoop(Shard::connections)).as("connections").isEqualTo(connections);
        if (connections == 0) {
            assertThat(lab.<Integer>onLoop(shard -> shard.timers.size())).as("timers").isZero();
        }
        assertThat(actors()).as("actors").isEqualTo(ACTORS_OF_NOBODY + connections);
    }

    private int actors() {
        return QueueWorld.children(lab.server);
    }
}
