package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.protocol.Accepted;
import io.fourtuple.api.protocol.ConnectionCommand;
import io.fourtuple.core.Counter;
import io.fourtuple.core.wire.TcpFlags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code limits.connections} bounds actors, and not only 4-tuples. */
class ConnectionLimitTest {
    private static final int LIMIT = 3;

    private final RawLab lab =
            new RawLab(LIMIT, config -> config.withLimits(config.limits().withConnections(LIMIT)));

    @AfterEach
    void stop() {
        lab.close();
    }

    @Test
    void shouldCountAConnectionUntilWhatCameBeforeItsResetIsRead() {
        lab.demand(LIMIT);
        for (int port = 1; port <= LIMIT; port++) {
            lab.establish(port);
            lab.peer.data(port, "x");
            lab.peer.send(port, TcpFlags.RST, 2, "");
        }
        Accepted first = lab.accepted.expectMessageClass(Accepted.class, TwoStacks.PATIENCE);
        lab.eventually(() -> assertThat(lab.sockets("ESTAB")).isZero());

        lab.establish(9);
        lab.eventually(() -> assertThat(lab.count(Counter.TCP_EXT_CONNECTION_LIMIT)).isEqualTo(1));
        assertThat(lab.sockets("SYN-RECV")).isEqualTo(1);

        first.connection().tell(ConnectionCommand.Abort.INSTANCE);
        lab.eventually(() -> {
            lab.peer.ack(9);
            assertThat(lab.sockets("ESTAB")).isEqualTo(1);
        });
    }
}
