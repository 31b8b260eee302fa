package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.api.protocol.SocketCall;
import io.fourtuple.api.protocol.SendNotices;
import io.fourtuple.api.protocol.SocketLink;
import io.fourtuple.api.socket.Errno;
import io.fourtuple.api.socket.ErrnoException;
import io.fourtuple.api.socket.Posix;
import io.fourtuple.core.Counters;
import io.fourtuple.core.tcp.PathProperties;
import io.fourtuple.core.tcp.ShardMemory;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpConnection;
import io.fourtuple.core.tcp.TcpState;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.LongAdder;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a socket and its connection share, without an actor. */
class SocketLinkTest {
    private static final FourTuple TUPLE =
            new FourTuple(IpAddress.parse("10.77.0.2"), 7, IpAddress.parse("10.77.0.1"), 40000);

    private final ActorTestKit kit = ActorTestKit.create();
    private final TestProbe<Object> actor = kit.createTestProbe();
    private final TcpConnection connection = TcpConnection.connect(TUPLE, 1, 0, new PathProperties(1000, 1000),
            TcpConfig.defaults(), ShardMemory.unlimited(new Counters()), 0);
    private final ConnectionEntry entry = new ConnectionEntry(connection, null);
    private final List<Integer> edges = new ArrayList<>();
    private final SocketLink link = new SocketLink(edges::add, new SendNotices(1, new LongAdder()));

    SocketLinkTest() {
        entry.actor = actor.ref();
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private static SocketCall<TcpState> askState() {
        return new SocketCall<>() {
            @Override
            protected TcpState run(TcpConnection tcp, long nowNanos) {
                return tcp.state();
            }
        };
    }

    private static void assertAbandoned(SocketCall<?> call) {
        assertThatThrownBy(() -> call.answer().join()).isInstanceOf(CompletionException.class)
                .cause().isInstanceOfSatisfying(ErrnoException.class, failure ->
                        assertThat(failure.errno()).isEqualTo(Errno.ENETDOWN));
    }

    @Test
    void shouldNudgeOnceForSeveralCallsAndAnswerThemWhenTheTurnIsOver() {
        entry.accept(link);
        SocketCall<TcpState> first = askState();
        SocketCall<TcpState> second = askState();
        link.call(first);
        link.call(second);

        actor.expectMessage(ConnectionCommand.RunCalls.INSTANCE);
        actor.expectNoMessage(Duration.ZERO);
        link.runCalls(connection, 0);
        assertThat(first.answer()).isNotDone();
        link.publish(connection, 0);
        assertThat(first.answer()).isCompletedWithValue(TcpState.SYN_SENT);
        assertThat(second.answer()).isCompletedWithValue(TcpState.SYN_SENT);
        link.call(askState());
        actor.expectMessage(ConnectionCommand.RunCalls.INSTANCE);
    }

    @Test
    void shouldFailCallsOfAConnectionWhoseActorHasEnded() {
        entry.accept(link);
        SocketCall<TcpState> before = askState();
        link.call(before);
        entry.endLink();
        SocketCall<TcpState> after = askState();
        link.call(after);

        assertAbandoned(before);
        assertAbandoned(after);
        assertThat(edges).isNotEmpty();
        assertThat(link.readiness() & Posix.POLLHUP).isNotZero();
    }

    @Test
    void shouldFailCallsOfAConnectionWhoseActorHadEndedBeforeItWasAccepted() {
        entry.endLink();
        entry.accept(link);
        SocketCall<TcpState> call = askState();
        link.call(call);

        assertAbandoned(call);
    }

    @Test
    void shouldSayAfterATurnWhatIsReady() {
        entry.accept(link);
        link.publish(connection, 0);
        assertThat(link.readiness()).as("SYN-SENT").isZero();
        connection.abort(0);
        link.publish(connection, 0);

        assertThat(edges).hasSize(1);
        assertThat(link.readiness() & Posix.POLLERR).isNotZero();
        assertThat(link.takeFailure()).isNotNull();
        assertThat(link.readiness() & Posix.POLLERR).as("told once").isZero();
    }
}
