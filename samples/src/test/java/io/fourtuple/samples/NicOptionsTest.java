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

class NicOptionsTest {
    private static final NicChoice MEMORY = new NicChoice.Memory();
    private static final NicChoice TAP = new NicChoice.Tap("ft0");

    private static final Publish ECHO = Publish.parse("127.0.0.1:7007:7");

    private static List<Publish> published(NicChoice nic, Publish... asked) {
        return NetworkOptions.of(new NicOptions(nic, List.of(), List.of()), List.of(asked), ECHO, null, null)
                .publish();
    }

    @Test
    void shouldHaveAnAddressByDefault() {
        assertThat(new NicOptions(TAP, List.of(), List.of()).addresses())
                .containsExactly(InterfaceAddress.parse("10.77.0.2/24"));
    }

    @Test
    void shouldPublishOnTheMemoryWireByDefault() {
        assertThat(published(MEMORY)).containsExactly(ECHO);
    }

    @Test
    void shouldPublishWhatIsAskedForInstead() {
        Publish other = Publish.parse("127.0.0.1:7008:8");

        assertThat(published(MEMORY, other)).containsExactly(other);
    }

    @Test
    void shouldPublishNothingOnATap() {
        assertThat(published(TAP)).isEmpty();
    }

    @Test
    void shouldRefuseAGatewayToATap() {
        assertThatThrownBy(() -> published(TAP, ECHO))
                .isInstanceOf(SampleException.class)
                .message().startsWith("--publish needs the memory wire");
    }

    @Test
    void shouldRefuseAnAddressOfTheKernelOnTheMemoryWire() {
        List<InterfaceAddress> kernel = List.of(InterfaceAddress.parse("10.77.0.1/24"));

        assertThatThrownBy(() -> new NicOptions(MEMORY, List.of(), kernel))
                .isInstanceOf(SampleException.class)
                .message().startsWith("--host-address is the kernel's side of a TAP or TUN device");
        assertThatThrownBy(() -> new NicOptions(new NicChoice.Packet("veth0"), List.of(), kernel))
                .isInstanceOf(SampleException.class)
                .message().startsWith("--host-address is the kernel's side of a TAP or TUN device");
        assertThat(new NicOptions(new NicChoice.Tun("ft0"), List.of(), kernel).hostAddresses()).isEqualTo(kernel);
    }

    @ParameterizedTest
    @CsvSource({"10.77.0.2/24, 10.77.0.1/24", "10.77.0.1/24, 10.77.0.2/24", "10.77.0.7/16, 10.77.0.1/16",
        "10.77.0.5/30, 10.77.0.6/30", "10.77.0.6/31, 10.77.0.7/31", "10.77.0.7/31, 10.77.0.6/31",
        "fd77::2/64, fd77::1/64", "fd77::1/64, fd77::2/64", "fd77::abcd:0:0:9/56, fd77::1/56"})
    void shouldFindAnAddressForTheOtherEnd(String ours, String theirs) {
        assertThat(NicOptions.neighbourOf(InterfaceAddress.parse(ours))).hasToString(theirs);
    }

    private static NicOptions withAddresses(String addresses) {
        List<InterfaceAddress> ours =
                Arrays.stream(addresses.split(" ", -1)).map(InterfaceAddress::parse).toList();
        return new NicOptions(MEMORY, ours, List.of());
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
        NicOptions options = withAddresses(ours);

        assertThatThrownBy(options::otherEnd)
                .isInstanceOf(SampleException.class)
                .message().contains("leaves no room");
    }

    @ParameterizedTest
    @CsvSource({"10.77.0.2/32, /24", "10.77.0.2, /24", "fd77::2/128, /64"})
    void shouldSayWhenThereIsNoRoomForTheOtherEnd(String ours, String advice) {
        InterfaceAddress address = InterfaceAddress.parse(ours);

        assertThatThrownBy(() -> NicOptions.neighbourOf(address))
                .isInstanceOf(SampleException.class)
                .message().contains("leaves no room").endsWith(advice);
    }
}
