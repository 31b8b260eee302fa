package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.IcmpMessage.PrefixInformation;
import io.fourtuple.core.wire.IcmpMessage.RouterAdvertisement;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouterMessagesTest {
    private static final IpAddress ROUTER = IpAddress.parse("fe80::1");
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:fe");
    /** Hop limit 64, no flags, lifetime 1800 s, reachable time and retrans timer not said. */
    private static final String HEADER = "8600000040000708 0000000000000000";

    private static IcmpMessage parse(String hex) {
        return parse(hex, ROUTER, 255);
    }

    private static IcmpMessage parse(String hex, IpAddress source, int hopLimit) {
        byte[] icmp = KernelFrames.bytes(hex);
        int sum = Checksum.pseudoHeader(source, RouterMessages.ALL_NODES, IcmpV6.PROTOCOL, icmp.length)
                + Checksum.sum(icmp, 0, icmp.length);
        Bytes.putUint16(icmp, 2, Checksum.finish(sum));
        return IcmpV6.parse(icmp, ip(source, icmp.length, hopLimit));
    }

    private static IpHeader ip(IpAddress source, int length, int hopLimit) {
        return new IpHeader(source, RouterMessages.ALL_NODES, IcmpV6.PROTOCOL, 0, 0, length, hopLimit, 0, false);
    }

    @Test
    @Rfc(number = 4861, rules = {"4.2", "4.6"})
    void shouldReadWhatARouterSays() {
        String prefix = "0304 40 c0 00015180 00003840 00000000 fd770001000000000000000000000000";
        assertThat(parse("86000000 ff c8 0708 00007530 000003e8"
                        + "01010200000000fe 0501000000000514" + prefix.replace(" ", "")))
                .isEqualTo(new RouterAdvertisement(255, 1, 1800, 30_000, 1000, Optional.of(MAC), 1300, List.of(
                        new PrefixInformation(IpAddress.parse("fd77:1::"), 64, true, true, 86_400, 14_400))));
    }

    @Test
    void shouldReadWhatItWrites() {
        RouterAdvertisement message = new RouterAdvertisement(
                0, -1, 0, 0, 0, Optional.empty(), 0, List.of(new PrefixInformation(
                        IpAddress.parse("fd77:2::"), 48, false, true, PrefixInformation.FOR_EVER, 0)));
        ByteBuffer target = ByteBuffer.allocate(200);
        int length = RouterMessages.writeAdvertisement(target, ROUTER, RouterMessages.ALL_NODES, message);
        assertThat(IcmpV6.parse(target.array(), ip(ROUTER, length, 255))).isEqualTo(message);
    }

    /** Bits behind the prefix mean nothing (§4.6.2). */
    @ParameterizedTest
    @CsvSource({"0, ::", "20, fd77::", "64, fd77:1:2:3::", "72, fd77:1:2:3:400::", "128, fd77:1:2:3:405:607:809:a0b"})
    void shouldCutWhatIsBehindThePrefix(int length, String expected) {
        String option = "0304" + String.format("%02x", length) + "c0 ffffffff ffffffff 00000000"
                + "fd77000100020003 04050607 08090a0b";
        RouterAdvertisement read = (RouterAdvertisement) parse(HEADER + option);
        assertThat(read.prefixes()).hasSize(1);
        assertThat(read.prefixes().getFirst().prefix()).isEqualTo(IpAddress.parse(expected));
        assertThat(read.prefixes().getFirst().validLifetime()).isEqualTo(PrefixInformation.FOR_EVER);
    }

    /** RFC 4191 §2.1. */
    @ParameterizedTest
    @CsvSource({"00, 0", "08, 1", "18, -1", "10, 0"})
    void shouldReadThePreference(String flags, int preference) {
        assertThat(parse("8600000040" + flags + "0708 0000000000000000"))
                .isInstanceOfSatisfying(RouterAdvertisement.class,
                        read -> assertThat(read.preference()).isEqualTo(preference));
    }

    @Test
    @Rfc(number = 4861, rules = "6.1.2")
    @Attack(26)
    void shouldBelieveNobodyFromBeyondTheLink() {
        assertThat(parse(HEADER, ROUTER, 255)).isInstanceOf(RouterAdvertisement.class);
        assertThat(parse(HEADER, ROUTER, 254)).isEqualTo(Malformed.ICMP);
        assertThat(parse(HEADER, IpAddress.parse("fd77::1"), 255)).isEqualTo(Malformed.ICMP);
        assertThat(parse(HEADER, IpAddress.ANY_V6, 255)).isEqualTo(Malformed.ICMP);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "8600000040000708 00000000", // too short
        "8601000040000708 0000000000000000", // a code that there is not
        "8600000040000708 0000000000000000 0500000000000514", // an option without a length
        "8600000040000708 0000000000000000 030440c0ffffffff", // one that goes beyond the message
    })
    @Rfc(number = 4861, rules = "6.1.2")
    @Attack(7)
    void shouldRejectAMessageThatIsBroken(String hex) {
        assertThat(parse(hex)).isEqualTo(Malformed.ICMP);
    }

    @Test
    @Attack(7)
    void shouldSkipPrefixesThatAreNone() {
        String tooLong = "030481c0 ffffffff ffffffff 00000000 fd770001000000000000000000000000";
        String tooShort = "030140c0 00000000";
        assertThat(parse(HEADER + tooLong + tooShort)).isInstanceOfSatisfying(
                RouterAdvertisement.class, read -> assertThat(read.prefixes()).isEmpty());
    }

    @Test
    @Attack(26)
    void shouldLookAtABoundedNumberOfPrefixes() {
        String option = "030440c0 ffffffff ffffffff 00000000 fd770001000000000000000000000000";
        String many = String.join("", Collections.nCopies(100, option));
        assertThat(parse(HEADER + many)).isInstanceOfSatisfying(RouterAdvertisement.class,
                read -> assertThat(read.prefixes()).hasSize(RouterMessages.MOST_PREFIXES));
    }

    @Test
    @Rfc(number = 4861, rules = "4.1")
    void shouldSayWhoAsksUnlessItIsNobody() {
        ByteBuffer target = ByteBuffer.allocate(32);
        assertThat(RouterMessages.writeSolicitation(target, ROUTER, MAC)).isEqualTo(16);
        assertThat(target.get(0)).isEqualTo((byte) 133);
        assertThat(MacAddress.read(target.array(), 10)).isEqualTo(MAC);
        assertThat(RouterMessages.writeSolicitation(target.clear(), IpAddress.ANY_V6, MAC)).isEqualTo(8);
        assertThat(RouterMessages.writeSolicitation(target.clear(), ROUTER, MacAddress.NONE)).isEqualTo(8);
    }
}
