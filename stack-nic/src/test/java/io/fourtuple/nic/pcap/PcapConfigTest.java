package io.fourtuple.nic.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.NetworkNamespace;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PcapConfigTest {
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:77:02");

    @Test
    void shouldRefuseWhatCannotBe() {
        PcapConfig config = PcapConfig.of("eth0", MAC);

        assertThatThrownBy(() -> PcapConfig.of("", MAC)).hasMessageContaining("needs a name");
        assertThatThrownBy(() -> PcapConfig.of("eth0", MacAddress.BROADCAST)).hasMessageContaining("no address of");
        assertThatThrownBy(() -> config.withPromiscuous(false)).hasMessageContaining("in promiscuous mode only");
        assertThatThrownBy(() -> config.withBufferBytes(1000)).hasMessageContaining("65536 to 1073741824");
        assertThatThrownBy(() -> config.withQueueFrames(0)).hasMessageContaining("1 to 1000000");
        assertThat(PcapConfig.sharingMac("eth0").promiscuous()).isFalse();
        assertThat(PcapConfig.sharingMac("eth0").withPromiscuous(true).promiscuous()).isTrue();
    }

    /** In a JVM of its own, with a class path that has no such jar, or with a libpcap that is not to be found. */
    @ParameterizedTest
    @ValueSource(strings = {"pcap4j", "jna", "libpcap"})
    void shouldSayInOneSentenceWhatIsMissing(String missing) {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(":", -1))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith(missing))
                .collect(Collectors.joining(":"));
        NetworkNamespace.Outcome outcome = NetworkNamespace.await(NetworkNamespace.launch(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", classPath,
                "-Dorg.pcap4j.core.pcapLibName=" + (missing.equals("libpcap") ? "no-such-library" : "pcap"),
                OpenLoopback.class.getName())));

        assertThat(outcome.text()).contains(missing.equals("libpcap")
                ? "NicException: libpcap cannot be loaded: install it"
                : "NicException: pcap4j is not on the class path: add org.pcap4j:pcap4j-core");
    }

    /** Opens libpcap on the loop-back device. */
    static final class OpenLoopback {
        private OpenLoopback() {}

        public static void main(String[] arguments) {
            try {
                LibPcap.open(PcapConfig.of("lo", MAC), MAC, 1500);
            } catch (NoClassDefFoundError e) {
                throw Pcap4jNic.missing(e);
            }
        }
    }
}
