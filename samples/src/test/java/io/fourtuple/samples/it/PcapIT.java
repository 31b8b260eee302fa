package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.Veth;
import io.fourtuple.nic.pcap.Pcap4jNic;
import io.fourtuple.nic.pcap.PcapConfig;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An echo server whose stack shares an interface with a kernel, through libpcap. */
@NeedsTap
class PcapIT {
    private static final int PORT = 7;

    private static TapLab lab;

    @BeforeAll
    static void start() throws Exception {
        lab = TapLab.startOn(PcapIT::lay);
        lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
        lab.serve(TapLab.STACK6, PORT, Flow.of(ByteString.class));
    }

    private static TapLab.Cable lay(NetworkNamespace far, String device) {
        Veth veth = Veth.lay(far, device);
        PcapConfig config = PcapConfig.of(Veth.NEAR, MacAddress.parse("02:77:00:00:00:02"));
        return new TapLab.Cable(veth.near().call(() -> Pcap4jNic.open(config)), veth::close);
    }

    @AfterAll
    static void stop() throws Exception {
        lab.close();
    }

    @Test
    void shouldAnswerPing() {
        assertThat(lab.run("ping", "-c", "3", "-i", "0.1", "-W", "5", TapLab.STACK)).contains("3 received");
        assertThat(lab.run("ping", "-6", "-c", "3", "-i", "0.1", "-W", "5", TapLab.STACK6)).contains("3 received");
    }

    /** The kernel takes the cable for a NIC that cuts segments and adds up checksums, and leaves both to it. */
    @Test
    void shouldEchoOneGibibyteIntact() {
        lab.peer().ask("connect big " + TapLab.STACK + " " + PORT);
        lab.peer().ask("echo big " + (1 << 30));
        lab.peer().ask("close big");

        assertThat(lab.nicStatistics().meanRxDataFrame()).isGreaterThan(1514);
        assertThat(lab.nicStatistics().meanTxDataFrame()).isLessThanOrEqualTo(1514);
    }

    @Test
    void shouldEchoOverIpv6() {
        lab.peer().ask("connect six " + TapLab.STACK6 + " " + PORT);
        lab.peer().ask("echo six " + (64 << 20));
        lab.peer().ask("close six");
    }

    /** Its address is not the near kernel's, so nobody but the stack answers: a reset of the kernel would end these. */
    @Test
    void shouldServeConnectionsInARow() {
        lab.peer().ask("sequence " + TapLab.STACK + " " + PORT + " 500");
    }
}
