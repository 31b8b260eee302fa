package io.fourtuple.api;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.fourtuple.api.config.ConfigurationException;
import io.fourtuple.api.javadsl.Tcp;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FourtupleExtensionTest {
    private ActorTestKit kit;

    @AfterEach
    void shutDown() {
        kit.shutdownTestKit();
    }

    @Test
    void shouldStartTheConfiguredStackOnce() {
        kit = kit("fourtuple.stack.name = mine");
        FourtupleExtension extension = FourtupleExtension.get(kit.system());
        assertThat(extension.stack().name()).isEqualTo("mine");
        assertThat(FourtupleExtension.get(kit.system())).isSameAs(extension);
        assertThat(Tcp.get(kit.system())).isSameAs(Tcp.get(kit.system().classicSystem()));
    }

    @Test
    void shouldReachItselfAtItsConfiguredAddress() throws Exception {
        kit = kit("fourtuple.stack.ip.addresses = [\"10.77.0.5/24\"]");
        assertThat(echo("10.77.0.5", "10.77.0.5")).isEqualTo("hello");
    }

    @Test
    void shouldReachItselfAtTheLoopBackAddresses() throws Exception {
        kit = kit("");
        assertThat(echo("127.0.0.1", "127.0.0.1")).isEqualTo("hello");
        assertThat(echo("::1", "::1")).isEqualTo("hello");
        assertThat(echo("0.0.0.0", "127.0.0.1")).isEqualTo("hello");
    }

    @Test
    void shouldRefuseABadConfigurationWithOneSentence() {
        kit = kit("fourtuple.stack.nick = memory");
        assertThatThrownBy(() -> Tcp.get(kit.system()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("fourtuple.stack.nick");
    }

    private String echo(String bound, String asked) throws Exception {
        Tcp tcp = Tcp.get(kit.system());
        Tcp.ServerBinding binding = tcp.bind(bound, 0)
                .to(Sink.foreach(connection -> connection.handleWith(Flow.of(ByteString.class), kit.system())))
                .run(kit.system())
                .toCompletableFuture()
                .get(10, SECONDS);
        ByteString echoed = Source.from(List.of(ByteString.fromString("hel"), ByteString.fromString("lo")))
                .via(tcp.outgoingConnection(asked, binding.localAddress().getPort()))
                .runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), kit.system())
                .toCompletableFuture()
                .get(10, SECONDS);
        binding.unbind().toCompletableFuture().get(10, SECONDS);
        return echoed.utf8String();
    }

    private static ActorTestKit kit(String config) {
        return ActorTestKit.create(ConfigFactory.parseString(config).withFallback(ConfigFactory.load()));
    }
}
