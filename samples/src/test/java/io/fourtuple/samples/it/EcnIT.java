package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.tcp.TcpConfig;
import io.fourtuple.core.tcp.TcpInfo;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.Test;

/** Explicit congestion notification between the stack and the kernel, with a congested router in between. */
@NeedsTap
class EcnIT {
    private static final int PORT = 7;
    private static final int OCTETS = 16 << 20;
    private static final int MARK_EVERY = 20;

    private static long ofKernel(TapLab lab, String counter) {
        return Long.parseLong(lab.peer().ask("counter " + counter));
    }

    private static void assertThatBothHeardOfMarks(TapLab lab) {
        assertThat(ofKernel(lab, "IpExt.InCEPkts")).as("marks that came to the kernel").isPositive();
        assertThat(lab.snapshot().counter(Counter.IP_EXT_IN_CE_PKTS)).as("marks that came to us").isPositive();
        assertThat(ofKernel(lab, "TcpExt.TCPDeliveredCE")).as("our echoes").isPositive()
                .isLessThan(ofKernel(lab, "TcpExt.TCPDelivered"));
        assertThat(lab.snapshot().counter(Counter.TCP_EXT_DELIVERED_CE)).as("the kernel's echoes").isPositive()
                .isLessThan(lab.snapshot().counter(Counter.TCP_EXT_DELIVERED));
    }

    @Test
    void shouldAgreeWhenTheKernelAsks() throws Exception {
        try (TapLab lab = TapLab.startAround(nic -> new MarkingNic(nic, MARK_EVERY))) {
            lab.run("sysctl", "-q", "-w", "net.ipv4.tcp_ecn=1");
            lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
            lab.peer().ask("connect asking " + TapLab.STACK + " " + PORT);
            lab.peer().ask("echo asking " + OCTETS);

            assertThat(lab.peer().ask("ss -tino dst " + TapLab.STACK)).contains(" ecn ").contains(" ecnseen ");
            TcpInfo info = lab.connectionTo(PORT);
            assertThat(info.ecn()).isTrue();
            assertThat(info.ecnSeen()).isTrue();
            assertThatBothHeardOfMarks(lab);
            lab.peer().ask("close asking");
        }
    }

    @Test
    void shouldAskTheKernel() throws Exception {
        try (TapLab lab = TapLab.startAround(nic -> new MarkingNic(nic, MARK_EVERY),
                config -> config.withTcp(config.tcp().withEcn(TcpConfig.Ecn.ON)))) {
            lab.peer().ask("reflect mirror " + TapLab.KERNEL + " " + PORT);
            ByteString piece = ByteString.fromArray(new byte[1 << 16]);

            long received = Source.repeat(piece).take(OCTETS / piece.size())
                    .via(lab.tcp().outgoingConnection(TapLab.KERNEL, PORT))
                    .map(bytes -> (long) bytes.size())
                    .runWith(Sink.fold(0L, Long::sum), lab.system())
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);

            assertThat(received).isEqualTo(OCTETS);
            assertThatBothHeardOfMarks(lab);
        }
    }

    @Test
    void shouldDoWithoutWhenTheKernelRefuses() throws Exception {
        try (TapLab lab = TapLab.startAround(nic -> new MarkingNic(nic, 2),
                config -> config.withTcp(config.tcp().withEcn(TcpConfig.Ecn.ON)))) {
            lab.run("sysctl", "-q", "-w", "net.ipv4.tcp_ecn=0");
            lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
            lab.peer().ask("connect plain " + TapLab.STACK + " " + PORT);
            lab.peer().ask("echo plain " + (1 << 20));

            assertThat(lab.connectionTo(PORT).ecn()).isFalse();
            assertThat(lab.snapshot().counter(Counter.IP_EXT_IN_CE_PKTS)).isZero();
            lab.peer().ask("close plain");
            lab.peer().ask("reflect mirror " + TapLab.KERNEL + " " + PORT);
            ByteString answer = Source.single(ByteString.fromString("hello"))
                    .via(lab.tcp().outgoingConnection(TapLab.KERNEL, PORT))
                    .runWith(Sink.head(), lab.system())
                    .toCompletableFuture()
                    .get(60, TimeUnit.SECONDS);
            assertThat(answer.utf8String()).isEqualTo("hello");
            assertThat(ofKernel(lab, "IpExt.InCEPkts")).isZero();
        }
    }
}
