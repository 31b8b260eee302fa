package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.Veth;
import io.fourtuple.nic.vxlan.VxlanConfig;
import io.fourtuple.nic.vxlan.VxlanNic;
import java.net.InetSocketAddress;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An echo server whose stack is at one end of a tunnel, with Linux's vxlan device at the other. */
@NeedsTap
class VxlanIT {
    private static final int VNI = 7707;
    private static final int PORT = 7;

    /** Over a cable between two namespaces, as Linux's device takes its port on all addresses of one. */
    private static TapLab.Cable lay(NetworkNamespace far, String device, String kernelEnd, String ourEnd) {
        VxlanConfig config = VxlanConfig.of(VNI, at(kernelEnd), MacAddress.parse("02:77:00:00:00:02"))
                .withLocal(at(ourEnd));
        Veth underlay = Veth.lay(far);
        String prefix = kernelEnd.contains(":") ? "/64" : "/24";
        underlay.near().ip("address", "add", ourEnd + prefix, "dev", Veth.NEAR, "nodad");
        far.ip("address", "add", kernelEnd + prefix, "dev", Veth.FAR, "nodad");
        far.ip("link", "add", device, "mtu", String.valueOf(config.mtu()), "type", "vxlan",
                "id", String.valueOf(VNI), "local", kernelEnd, "remote", ourEnd,
                "dstport", String.valueOf(VxlanConfig.PORT), "dev", Veth.FAR);
        far.ip("link", "set", device, "addrgenmode", "none");
        return new TapLab.Cable(underlay.near().call(() -> VxlanNic.open(config)), underlay::close);
    }

    private static InetSocketAddress at(String address) {
        return new InetSocketAddress(IpAddress.parse(address).toInetAddress(), VxlanConfig.PORT);
    }

    @ParameterizedTest
    @CsvSource({"10.77.23.1, 10.77.23.2, 1450, 1073741824", "fd77:23::1, fd77:23::2, 1430, 67108864"})
    void shouldAnswerPingAndEchoIntact(String kernelEnd, String ourEnd, int mtu, int echoed) throws Exception {
        try (TapLab lab = TapLab.startOn((namespace, device) -> lay(namespace, device, kernelEnd, ourEnd))) {
            lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
            lab.serve(TapLab.STACK6, PORT, Flow.of(ByteString.class));

            assertThat(lab.run("ping", "-c", "3", "-i", "0.1", "-W", "5", TapLab.STACK)).contains("3 received");
            assertThat(lab.run("ping", "-6", "-c", "3", "-i", "0.1", "-W", "5", TapLab.STACK6)).contains("3 received");
            // The largest packet that is cut neither inside nor outside.
            String size = String.valueOf(mtu - 28);
            assertThat(lab.run("ping", "-c", "1", "-W", "5", "-M", "do", "-s", size, TapLab.STACK))
                    .contains("1 received");
            lab.peer().ask("connect six " + TapLab.STACK6 + " " + PORT);
            lab.peer().ask("echo six " + (16 << 20));
            lab.peer().ask("close six");
            lab.peer().ask("connect big " + TapLab.STACK + " " + PORT);
            lab.peer().ask("echo big " + echoed);
            lab.peer().ask("close big");

            assertThat(lab.nicStatistics().rxDropped()).isZero();
            assertThat(lab.nicStatistics().txDropped()).isZero();
        }
    }
}
