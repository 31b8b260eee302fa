package io.fourtuple.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every workload, for an instant, against Pekko's own Tcp on loop-back: what is checked is the protocol, not speed. */
class LoadClientTest {
    /** Addresses of loop-back that nothing else uses, so that the ports on them are free. */
    private static final String NETWORK = "127.77." + ProcessHandle.current().pid() % 250 + ".";

    private static final String HOST = NETWORK + 1;
    private static final int BASE_PORT = 5000;
    private static final Duration INSTANT = Duration.ofMillis(100);

    private static ActorSystem<Void> system;

    @BeforeAll
    static void serve() throws Exception {
        system = ActorSystem.create(Behaviors.empty(), "load-client-test");
        LoadServer.serve(new PekkoBinder(system), HOST, BASE_PORT);
    }

    @AfterAll
    static void stop() throws Exception {
        system.terminate();
        system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource(Workload.class)
    void shouldMeasure(Workload workload) throws Exception {
        Map<String, Object> answer = LoadClient.measure(workload, run(HOST, workload));

        assertThat(answer).containsOnlyKeys(workload.figures().stream().map(Enum::name).toList());
        assertThat(answer.values()).allSatisfy(figure -> assertThat((Double) figure).isPositive());
    }

    @Test
    void shouldNoticeAnEchoThatLosesOctets() throws Exception {
        serve(NETWORK + 2, Workload.ECHO, Flow.of(ByteString.class).map(bytes -> bytes.drop(1)));

        assertThatThrownBy(() -> LoadClient.measure(Workload.ECHO, run(NETWORK + 2, Workload.ECHO)))
                .hasMessageContaining("offset");
    }

    @Test
    void shouldNoticeASinkThatMiscounts() throws Exception {
        serve(NETWORK + 2, Workload.SINK, Flow.of(ByteString.class)
                .fold(0L, (count, bytes) -> count + 1)
                .map(count -> ByteString.fromArray(new byte[8])));

        assertThatThrownBy(() -> LoadClient.measure(Workload.SINK, run(NETWORK + 2, Workload.SINK)))
                .hasMessageContaining("counts 0");
    }

    private static void serve(String host, Workload workload, Flow<ByteString, ByteString, NotUsed> flow)
            throws Exception {
        new PekkoBinder(system)
                .bind(new InetSocketAddress(InetAddress.getByName(host), BASE_PORT + workload.portOffset()), flow)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
    }

    private static LoadClient.Run run(String host, Workload workload) {
        return new LoadClient.Run(host, BASE_PORT + workload.portOffset(), INSTANT, INSTANT);
    }
}
