package io.fourtuple.api.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.actor.TwoStacks.Connection;
import io.fourtuple.api.actor.TwoStacks.Listening;
import io.fourtuple.api.protocol.AcceptorCommand;
import io.fourtuple.api.protocol.ConnectReply;
import io.fourtuple.nic.MemoryWire;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RegisterTimeoutTest {
    private final TwoStacks stacks = new TwoStacks(
            MemoryWire.Config.DEFAULT, UnaryOperator.identity(), "pekko.io.tcp.register-timeout = 50 ms");

    @AfterEach
    void stop() {
        stacks.close();
    }

    @Test
    void shouldResetAnAcceptedConnectionThatNobodyRegistersFor() {
        Listening listening = stacks.listen(7, 5);
        Connection client = stacks.connect(listening.address);
        listening.acceptor.tell(new AcceptorCommand.Demand(1, listening.accepted.ref()));
        listening.accepted.receiveMessage(TwoStacks.PATIENCE);

        assertThat(client.expectFailed()).hasMessageContaining("Connection reset by peer");
    }

    @Test
    void shouldResetAnOpenedConnectionThatNobodyRegistersFor() {
        Listening listening = stacks.listen(7, 5);
        stacks.tryConnect(listening.address, Optional.empty())
                .expectMessageClass(ConnectReply.Connected.class, TwoStacks.PATIENCE);

        assertThat(listening.accept().expectFailed()).hasMessageContaining("Connection reset by peer");
    }

    @Test
    void shouldLetAConnectionWaitInTheAcceptQueueForAsLongAsItTakes() {
        Listening listening = stacks.listen(7, 5);
        Connection client = stacks.connect(listening.address);
        stacks.tryConnect(listening.address, Optional.empty());
        stacks.eventually(() -> assertThat(TwoStacks.sockets(stacks.client, "ESTAB")).isEqualTo(1));
        stacks.eventually(() -> assertThat(TwoStacks.listener(stacks.server).receiveQueue()).isEqualTo(2));

        client.write("patience");

        assertThat(listening.accept().read(8)).isEqualTo("patience");
    }
}
