package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fourtuple.api.observe.SocketRow;
import io.fourtuple.api.observe.StackSnapshot;
import io.fourtuple.core.Counter;
import java.time.Duration;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels and devices that can do less, and what is left when all is over. */
@NeedsTap
class OtherKernelsIT {
    private static final int PORT = 7;
    private static final int OCTETS = 16 << 20;

    @Test
    void shouldEchoWithoutOffloads() throws Exception {
        try (TapLab lab = TapLab.startOnTap(tap -> tap.withOffload(false))) {
            lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
            lab.serve(TapLab.STACK6, PORT, Flow.of(ByteString.class));

            echo(lab, TapLab.STACK);
            echo(lab, TapLab.STACK6);

            assertThat(lab.nicStatistics().meanTxDataFrame()).isLessThanOrEqualTo(1514);
            assertThat(lab.nicStatistics().meanRxDataFrame()).isLessThanOrEqualTo(1514);
        }
    }

    @Test
    void shouldEchoToAKernelThatOffersNoOptions() throws Exception {
        try (TapLab lab = TapLab.start()) {
            lab.run("sysctl", "-q", "-w", "net.ipv4.tcp_sack=0", "net.ipv4.tcp_timestamps=0",
                    "net.ipv4.tcp_window_scaling=0");
            lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
            lab.peer().ask("connect plain " + TapLab.STACK + " " + PORT);

            lab.peer().ask("echo plain " + OCTETS);

            assertThat(lab.peer().ask("ss -tino dst " + TapLab.STACK))
                    .doesNotContain(" ts ", " sack ", "wscale")
                    .contains("ESTAB");
        }
    }

    @Test
    void shouldSendSegmentsThatFitASmallerPeer() throws Exception {
        try (TapLab lab = TapLab.start()) {
            lab.run("ip", "link", "set", lab.device(), "mtu", "600");
            lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));

            echo(lab, TapLab.STACK);
        }
    }

    @ParameterizedTest(name = "offload {0}")
    @ValueSource(booleans = {false, true})
    void shouldRecoverTogetherWithTheKernelOnALossyLink(boolean offload) throws Exception {
        try (TapLab lab = TapLab.start(tap -> tap.withOffload(offload), nic -> new LossyNic(nic, 0.01))) {
            lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));

            echo(lab, TapLab.STACK);

            StackSnapshot snapshot = lab.snapshot();
            assertThat(snapshot.counter(Counter.TCP_RETRANS_SEGS)).isPositive();
            assertThat(snapshot.counter(Counter.TCP_EXT_OFO_QUEUE)).isPositive();
        }
    }

    @Test
    void shouldForgetConnectionsThatAreOver() throws Exception {
        try (TapLab lab = TapLab.start()) {
            lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));

            lab.peer().ask("sequence " + TapLab.STACK + " " + PORT + " 200");
            lab.peer().ask("fill reset " + TapLab.STACK + " " + PORT + " 50 1000");
            for (int i = 0; i < 50; i++) {
                lab.peer().ask("reset reset" + i);
            }

            await("nothing but the listening socket").atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(lab.snapshot().sockets())
                            .extracting(SocketRow::state)
                            .containsExactly(SocketRow.LISTEN));
        }
    }

    private static void echo(TapLab lab, String address) {
        lab.peer().ask("connect it " + address + " " + PORT);
        lab.peer().ask("echo it " + OCTETS);
        lab.peer().ask("close it");
    }
}
