package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NeighborDiscoveryTest {
    private static final String TARGET = "fd770000000000000000000000000002";
    private static final IpAddress ALL_NODES = IpAddress.parse("ff02::1");

    @Test
    void shouldReadTheSolicitationOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.NEIGHBOR_SOLICITATION);

        assertThat(IcmpV6.parse(frame, KernelFrames.ipv6(frame)))
                .isEqualTo(new IcmpMessage.NeighborSolicitation(KernelFrames.V6_2, Optional.of(KernelFrames.MAC_1)));
    }

    @Test
    void shouldReadTheAdvertisementOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.NEIGHBOR_ADVERTISEMENT);

        assertThat(IcmpV6.parse(frame, KernelFrames.ipv6(frame))).isEqualTo(new IcmpMessage.NeighborAdvertisement(
                KernelFrames.V6_2, false, true, true, Optional.of(KernelFrames.MAC_2)));
    }

    @Test
    void shouldReadTheDuplicateAddressDetectionOfTheKernel() {
        byte[] frame = KernelFrames.bytes(KernelFrames.DUPLICATE_ADDRESS_DETECTION);

        assertThat(IcmpV6.parse(frame, KernelFrames.ipv6(frame))).isEqualTo(new IcmpMessage.NeighborSolicitation(
                IpAddress.parse("fe80::ff:fe00:7701"), Optional.empty(), 0xd1a9_c7b5_dfbeL));
    }

    @Test
    void shouldSolicitAsTheKernelDid() {
        byte[] frame = KernelFrames.bytes(KernelFrames.NEIGHBOR_SOLICITATION);
        ByteBuffer target = ByteBuffer.allocate(32);

        int length = NeighborDiscovery.writeSolicitation(
                target, KernelFrames.V6_1, KernelFrames.V6_2.solicitedNode(), KernelFrames.V6_2, KernelFrames.MAC_1);

        assertThat(length).isEqualTo(32);
        assertThat(target.array()).isEqualTo(Arrays.copyOfRange(frame, 54, frame.length));
    }

    @Test
    void shouldAdvertiseAsTheKernelDid() {
        byte[] frame = KernelFrames.bytes(KernelFrames.NEIGHBOR_ADVERTISEMENT);
        ByteBuffer target = ByteBuffer.allocate(40).position(8);

        int length = NeighborDiscovery.writeAdvertisement(
                target, KernelFrames.V6_2, KernelFrames.V6_1, KernelFrames.V6_2, true, true, KernelFrames.MAC_2);

        assertThat(length).isEqualTo(32);
        assertThat(Arrays.copyOfRange(target.array(), 8, 40)).isEqualTo(Arrays.copyOfRange(frame, 54, frame.length));
    }

    @Test
    void shouldNotSayWhoItIsBeforeItHasAnAddress() {
        ByteBuffer target = ByteBuffer.allocate(32);
        IpAddress group = KernelFrames.V6_2.solicitedNode();

        int length = NeighborDiscovery.writeSolicitation(
                target, IpAddress.ANY_V6, group, KernelFrames.V6_2, KernelFrames.MAC_1);

        assertThat(length).isEqualTo(24);
        assertThat(IcmpV6.parse(target.array(), ip(IpAddress.ANY_V6, group, length, 255)))
                .isEqualTo(new IcmpMessage.NeighborSolicitation(KernelFrames.V6_2, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "8700000000000000" + TARGET + "0000000000000000", // an option of length 0
        "8700000000000000" + TARGET + "01010200000077", // cut
        "8700000000000000" + TARGET + "0102020000007701", // goes beyond the message
        "8700000000000000" + TARGET + "0e01000000000000 01", // a type without a length
        "8701000000000000" + TARGET, // code
        "8700000000000000" + "fd7700000000000000000000000000", // shorter than 24 octets
        "8700000000000000" + "ff020000000000000000000000000001", // multicast target
        "8700000000000000" + "00000000000000000000ffff0a4d0001", // IPv4 target
        "8800000000000000" + TARGET + "0200000000000000",
        "8801000000000000" + TARGET,
        "8800000000000000" + "ff020000000000000000000000000001",
        "8800000060000000",
    })
    void shouldRejectWhatTheRfcSaysMustBeDiscarded(String message) {
        assertThat(parse(message, KernelFrames.V6_1, KernelFrames.V6_2, 255)).isEqualTo(Malformed.ICMP);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64, 254})
    void shouldRejectWhatMayHaveComeFromBeyondARouter(int hopLimit) {
        assertThat(parse("8700000000000000" + TARGET, KernelFrames.V6_1, KernelFrames.V6_2, hopLimit))
                .isEqualTo(Malformed.ICMP);
    }

    @Test
    void shouldRejectADetectionThatSaysWhoAsks() {
        String message = "8700000000000000" + TARGET + "0101020000007701";

        assertThat(parse(message, IpAddress.ANY_V6, KernelFrames.V6_2.solicitedNode(), 255)).isEqualTo(Malformed.ICMP);
        assertThat(parse("8700000000000000" + TARGET, IpAddress.ANY_V6, KernelFrames.V6_2, 255))
                .isEqualTo(Malformed.ICMP);
    }

    @Test
    void shouldRejectASolicitedAdvertisementToEverybody() {
        assertThat(parse("8800000040000000" + TARGET, KernelFrames.V6_2, ALL_NODES, 255)).isEqualTo(Malformed.ICMP);
        assertThat(parse("8800000020000000" + TARGET, KernelFrames.V6_2, ALL_NODES, 255)).isEqualTo(
                new IcmpMessage.NeighborAdvertisement(KernelFrames.V6_2, false, false, true, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({
        "0e01d1a9c7b5dfbe 0101020000007701, true", // behind another option
        "0101020000007701 0101020000007702, true", // the first counts
        "0201020000007701, false", // the one of the other message
        "0102020000007701 0000000000000000, false", // not the length of a MAC address
        "0101ffffffffffff, false", // no station has a group address
        "0101000000000000, false",
    })
    void shouldFindTheLinkLayerAddress(String options, boolean found) {
        assertThat(parse("8700000000000000" + TARGET + options, KernelFrames.V6_1, KernelFrames.V6_2, 255))
                .isInstanceOfSatisfying(IcmpMessage.NeighborSolicitation.class, message -> assertThat(
                        message.sourceMac()).isEqualTo(found ? Optional.of(KernelFrames.MAC_1) : Optional.empty()));
    }

    @Test
    void shouldFindTheNonceAmongOtherOptions() {
        String options = "0101020000007701 0e01d1a9c7b5dfbe 0e01000000000001";
        assertThat(parse("8700000000000000" + TARGET + options, KernelFrames.V6_1, KernelFrames.V6_2, 255))
                .isEqualTo(new IcmpMessage.NeighborSolicitation(
                        KernelFrames.V6_2, Optional.of(KernelFrames.MAC_1), 0xd1a9_c7b5_dfbeL));
    }

    @Test
    void shouldReadTheProbeThatItWrites() {
        ByteBuffer target = ByteBuffer.allocate(32);
        int length = NeighborDiscovery.writeProbe(target, KernelFrames.V6_2, 0xd1a9_c7b5_dfbeL);
        IpHeader header = ip(IpAddress.ANY_V6, KernelFrames.V6_2.solicitedNode(), length, 255);
        assertThat(IcmpV6.parse(target.array(), header)).isEqualTo(
                new IcmpMessage.NeighborSolicitation(KernelFrames.V6_2, Optional.empty(), 0xd1a9_c7b5_dfbeL));
    }

    private static IcmpMessage parse(String hex, IpAddress source, IpAddress destination, int hopLimit) {
        byte[] icmp = KernelFrames.bytes(hex);
        int sum = Checksum.pseudoHeader(source, destination, IcmpV6.PROTOCOL, icmp.length)
                + Checksum.sum(icmp, 0, icmp.length);
        Bytes.putUint16(icmp, 2, Checksum.finish(sum));
        return IcmpV6.parse(icmp, ip(source, destination, icmp.length, hopLimit));
    }

    private static IpHeader ip(IpAddress source, IpAddress destination, int payloadLength, int hopLimit) {
        return new IpHeader(source, destination, IcmpV6.PROTOCOL, 0, 0, payloadLength, hopLimit, 0, false);
    }
}
