package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.api.ConfiguredNic;
import io.fourtuple.api.StackConfig;
import io.fourtuple.api.config.NicChoice;
import io.fourtuple.api.config.NicSettings;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Veth;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Unmodified programs of a kernel talk to an echo server whose stack is on another NIC than a TAP. */
@NeedsTap
class OtherNicsIT {
    private static final int PORT = 7;
    private static final int LARGE_FRAME = 16 * 1024;

    private enum Kind {
        TUN(1 << 30, true, NicSettings.RANDOM),
        TUN_WITHOUT_OFFLOADS(64 << 20, false, NicSettings.RANDOM),
        PACKET(1 << 30, true, NicSettings.RANDOM),
        PACKET_WITH_ADDRESS_OF_INTERFACE(256 << 20, true, NicSettings.INTERFACE),
        PACKET_WITHOUT_OFFLOADS(64 << 20, false, NicSettings.RANDOM),
        PCAP(64 << 20, false, NicSettings.RANDOM);

        private final int echoed;
        private final boolean superFrames;
        private final String hardwareAddress;

        Kind(int echoed, boolean superFrames, String hardwareAddress) {
            this.echoed = echoed;
            this.superFrames = superFrames;
            this.hardwareAddress = hardwareAddress;
        }

        TapLab.Cable lay(NetworkNamespace far, String device) {
            return switch (this) {
                case TUN, TUN_WITHOUT_OFFLOADS -> {
                    Nic nic = ConfiguredNic.open(config(new NicChoice.Tun(device)));
                    far.adopt(device);
                    yield new TapLab.Cable(nic, () -> {});
                }
                case PACKET, PACKET_WITHOUT_OFFLOADS, PACKET_WITH_ADDRESS_OF_INTERFACE ->
                        onVeth(new NicChoice.Packet(Veth.NEAR), Veth.lay(far, device));
                case PCAP -> onVeth(new NicChoice.Pcap(Veth.NEAR), Veth.lay(far, device));
            };
        }

        private StackConfig config(NicChoice choice) {
            return StackConfig.defaults().withNic(choice).withNicSettings(
                    NicSettings.defaults().withHardwareAddress(hardwareAddress).withOffload(superFrames));
        }

        private TapLab.Cable onVeth(NicChoice choice, Veth veth) {
            return new TapLab.Cable(veth.near().call(() -> ConfiguredNic.open(config(choice))), veth::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldAnswerPingAndEchoIntact(Kind kind) throws Exception {
        try (TapLab lab = TapLab.startOn(kind::lay)) {
            lab.serve(TapLab.STACK, PORT, Flow.of(ByteString.class));
            lab.serve(TapLab.STACK6, PORT, Flow.of(ByteString.class));

            assertThat(lab.run("ping", "-c", "3", "-i", "0.1", "-W", "5", TapLab.STACK)).contains("3 received");
            assertThat(lab.run("ping", "-6", "-c", "3", "-i", "0.1", "-W", "5", TapLab.STACK6)).contains("3 received");
            // In fragments, both ways.
            assertThat(lab.run("ping", "-c", "1", "-s", "4000", "-W", "5", TapLab.STACK)).contains("1 received");
            lab.peer().ask("connect six " + TapLab.STACK6 + " " + PORT);
            lab.peer().ask("echo six " + (16 << 20));
            lab.peer().ask("close six");
            NicStatistics before = lab.nicStatistics();
            lab.peer().ask("connect big " + TapLab.STACK + " " + PORT);
            lab.peer().ask("echo big " + kind.echoed);
            lab.peer().ask("close big");

            NicStatistics after = lab.nicStatistics();
            long received = after.rxDataBytes() - before.rxDataBytes();
            long sent = after.txDataBytes() - before.txDataBytes();
            assertThat(received).isGreaterThan(kind.echoed);
            assertThat(sent).isGreaterThan(kind.echoed);
            if (kind.superFrames) {
                assertThat(received / (after.rxDataFrames() - before.rxDataFrames())).isGreaterThan(LARGE_FRAME);
                assertThat(sent / (after.txDataFrames() - before.txDataFrames())).isGreaterThan(LARGE_FRAME);
            } else {
                assertThat(sent / (after.txDataFrames() - before.txDataFrames())).isLessThanOrEqualTo(1514);
            }
        }
    }
}
