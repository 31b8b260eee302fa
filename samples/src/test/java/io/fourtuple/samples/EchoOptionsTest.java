package io.fourtuple.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.api.config.NicChoice;
import io.fourtuple.core.ip.InterfaceAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EchoOptionsTest {
    private static final NicChoice MEMORY = new NicChoice.Memory();
    private static final NicChoice TAP = new NicChoice.Tap("ft0");

    private static EchoOptions options(NicChoice nic, List<Publish> publish, List<InterfaceAddress> hostAddresses) {
        return EchoOptions.of(nic, List.of(), 9, publish, null, hostAddresses, null);
    }

    @Test
    void shouldPublishThePortOnTheMemoryWireByDefault() {
        EchoOptions options = options(MEMORY, List.of(), List.of());

        assertThat(options.publish()).containsExactly(Publish.parse("127.0.0.1:7007:9"));
        assertThat(options.addresses()).containsExactly(InterfaceAddress.parse("10.77.0.2/24"));
    }

    @Test
    void shouldPublishNothingOnATap() {
        assertThat(options(TAP, List.of(), List.of()).publish()).isEmpty();
    }

    @Test
    void shouldRefuseAGatewayToATap() {
        assertThatThrownBy(() -> options(TAP, List.of(Publish.parse("127.0.0.1:7007:7")), List.of()))
                .isInstanceOf(SampleException.class)
                .message().startsWith("--publish needs the memory wire");
    }

    @Test
    void shouldRefuseAnAddressOfTheKernelOnTheMemoryWire() {
        assertThatThrownBy(() -> options(MEMORY, List.of(), List.of(InterfaceAddress.parse("10.77.0.1/24"))))
                .isInstanceOf(SampleException.class)
                .message().startsWith("--host-address is the kernel's side of a TAP device");
    }

    @ParameterizedTest
    @CsvSource({"10.77.0.2/24, 10.77.0.1/24", "10.77.0.1/24, 10.77.0.2/24", "10.77.0.7/16, 10.77.0.1/16",
        "10.77.0.5/30, 10.77.0.6/30", "10.77.0.6/31, 10.77.0.7/31", "10.77.0.7/31, 10.77.0.6/31",
        "fd77::2/64, fd77::1/64", "fd77::1/64, fd77::2/64", "fd77::abcd:0:0:9/56, fd77::1/56"})
    void shouldFindAnAddressForTheOtherEnd(String ours, String theirs) {
        assertThat(EchoOptions.neighbourOf(InterfaceAddress.parse(ours))).hasToString(theirs);
    }

    private static EchoOptions withAddresses(String addresses) {
        List<InterfaceAddress> ours =
                Arrays.stream(addresses.split(" ", -1)).map(InterfaceAddress::parse).toList();
        return EchoOptions.of(MEMORY, ours, 9, List.of(), null, List.of(), null);
    }

    @ParameterizedTest
    @CsvSource({"10.77.0.1/24 10.77.0.2/24, 10.77.0.3/24", "10.77.0.2/24 10.77.0.3/24, 10.77.0.1/24",
        "10.77.0.2/24 fd77::1/64, 10.77.0.1/24 fd77::2/64"})
    void shouldGiveTheOtherEndAddressesThatAreNotOurs(String ours, String theirs) {
        assertThat(withAddresses(ours).otherEnd().stream().map(InterfaceAddress::toString))
                .containsExactly(theirs.split(" ", -1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.77.0.1/30 10.77.0.2/30", "10.77.0.0/31 10.77.0.1/31"})
    void shouldSayWhenOurAddressesLeaveNoRoomForTheOtherEnd(String ours) {
        EchoOptions options = withAddresses(ours);

        assertThatThrownBy(options::otherEnd)
                .isInstanceOf(SampleException.class)
                .message().contains("leaves no room");
    }

    @ParameterizedTest
    @CsvSource({"10.77.0.2/32, /24", "10.77.0.2, /24", "fd77::2/128, /64"})
    void shouldSayWhenThereIsNoRoomForTheOtherEnd(String ours, String advice) {
        InterfaceAddress address = InterfaceAddress.parse(ours);

        assertThatThrownBy(() -> EchoOptions.neighbourOf(address))
                .isInstanceOf(SampleException.class)
                .message().contains("leaves no room").endsWith(advice);
    }
}
