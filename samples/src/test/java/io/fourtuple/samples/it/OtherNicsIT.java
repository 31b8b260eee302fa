package io.fourtuple.samples.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NetworkNamespace;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Veth;
import io.fourtuple.nic.packet.PacketConfig;
import io.fourtuple.nic.packet.PacketNic;
import io.fourtuple.nic.tap.TapConfig;
import io.fourtuple.nic.tap.TapNic;
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
        TUN(1 << 30, true),
        TUN_WITHOUT_OFFLOADS(64 << 20, false),
        PACKET(1 << 30, true),
        PACKET_WITH_MAC_OF_INTERFACE(256 << 20, true),
        PACKET_WITHOUT_OFFLOADS(64 << 20, false);

        private final int echoed;
        private final boolean superFrames;

        Kind(int echoed, boolean superFrames) {
            this.echoed = echoed;
            this.superFrames = superFrames;
        }

        TapLab.Cable lay(NetworkNamespace far, String device) {
            return switch (this) {
                case TUN, TUN_WITHOUT_OFFLOADS -> tun(TapConfig.tun(device).withOffload(superFrames), far);
                case PACKET, PACKET_WITHOUT_OFFLOADS -> packet(
                        PacketConfig.of(Veth.NEAR, MacAddress.parse("02:77:00:00:00:02")).withOffload(superFrames),
                        Veth.lay(far, device));
                case PACKET_WITH_MAC_OF_INTERFACE -> packet(
                        PacketConfig.of(Veth.NEAR, MacAddress.NONE), Veth.lay(far, device));
            };
        }

        private static TapLab.Cable tun(TapConfig config, NetworkNamespace far) {
            TapNic nic = TapNic.open(config);
            far.adopt(config.name());
            return new TapLab.Cable(nic, () -> {});
        }

        private static TapLab.Cable packet(PacketConfig config, Veth veth) {
            return new TapLab.Cable(veth.near().call(() -> PacketNic.open(config)), veth::close);
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
