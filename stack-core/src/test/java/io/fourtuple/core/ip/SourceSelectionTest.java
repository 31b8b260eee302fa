package io.fourtuple.core.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.ip.HostAddress.State;
import io.fourtuple.core.wire.IpAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.api.Test;

/** RFC 6724 §5, with the examples of §10.1 where they are about what this stack has. */
class SourceSelectionTest {
    private static final IpAddress ROUTER = IpAddress.parse("fe80::1");

    /** {@code 2001:db8::2/64}, with {@code deprecated} or {@code optimistic} behind it, or {@code @1} for a NIC. */
    private static HostAddress address(String text) {
        String[] words = text.split(" ", -1);
        State state = State.PREFERRED;
        int link = 0;
        for (int i = 1; i < words.length; i++) {
            if (words[i].startsWith("@")) {
                link = Integer.parseInt(words[i].substring(1));
            } else {
                state = words[i].equals("deprecated") ? State.DEPRECATED : State.OPTIMISTIC;
            }
        }
        return new HostAddress(link, InterfaceAddress.parse(words[0]), true, state);
    }

    private static String choose(String ours, String destination, boolean weak) {
        List<HostAddress> addresses = new ArrayList<>(List.of(ours.split("; ", -1)).stream()
                .map(SourceSelectionTest::address)
                .toList());
        IpAddress to = IpAddress.parse(destination);
        IpAddress chosen = SourceSelection.choose(addresses, to, to.isV4() ? to : ROUTER, 0, weak);
        Collections.reverse(addresses);
        assertThat(SourceSelection.choose(addresses, to, to.isV4() ? to : ROUTER, 0, weak))
                .as("the order does not matter")
                .isEqualTo(chosen);
        return chosen == null ? "none" : chosen.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:3::1/64; fe80::9/64, 2001:db8:1::1, 2001:db8:3::1", // rule 2: the scope is not smaller
        "2001:db8:3::1/64; fe80::9/64, ff05::1, 2001:db8:3::1",
        "2001:db8:3::1/64; fe80::9/64, fe80::5, fe80::9",
        "2001:db8:1::1/64 deprecated; fe80::9/64, fe80::5, fe80::9", // and no larger one than is needed
        "2001:db8:1::1/64 deprecated; 2001:db8:3::1/64, 2001:db8:1::2, 2001:db8:3::1", // rule 3
        "2001:db8:1::1/64 optimistic; 2001:db8:3::1/64, 2001:db8:1::2, 2001:db8:3::1",
        "2001:db8:1::1/64 optimistic; 2001:db8:3::1/64 deprecated, 2001:db8:3::2, 2001:db8:1::1",
        "2001:db8:1::1/64; 2001:db8:1::2/64 deprecated, 2001:db8:1::2, 2001:db8:1::2", // rule 1 before all others
        "2002:c633:6401::d5/64; 2001:db8:1::2/64, 2002:836b:4179::2, 2002:c633:6401::d5", // rule 6
        "fd77::2/64; 2001:db8:1::2/64, fd12::1, fd77::2",
        "fd77::2/64; 2001:db8:1::2/64, 2600::1, 2001:db8:1::2",
        "2001:db8:1::2/64; 2001:db8:3::2/64, 2001:db8:1::1, 2001:db8:1::2", // rule 8
        "2001:db8:1::2/64; 2001:db8:3::2/64, 2001:db8:3::1, 2001:db8:3::2",
    })
    @Rfc(number = 6724, rules = {"5", "10.1"})
    void shouldChooseByTheRulesInTheirOrder(String ours, String destination, String expected) {
        assertThat(choose(ours, destination, false)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "10.77.0.2/16; 10.78.0.2/24, 10.78.0.9, 10.78.0.2",
        "10.0.0.2/8; 10.77.0.2/16, 10.77.0.9, 10.77.0.2",
        "169.254.1.1/16; 10.77.0.2/16, 192.0.2.1, 10.77.0.2",
        "169.254.1.1/16; 10.77.0.2/16, 169.254.9.9, 169.254.1.1",
    })
    @Rfc(number = 1122, rules = "3.3.4.3")
    void shouldPreferAnAddressOfTheNetworkInIpv4(String ours, String destination, String expected) {
        assertThat(choose(ours, destination, false)).isEqualTo(expected);
    }

    @Test
    @Rfc(number = 6724, rules = {"4", "5"})
    void shouldPreferTheAddressesOfTheNicByWhichThePacketLeaves() {
        assertThat(choose("2001:db8:1::2/64; 2001:db8:3::2/64 @1", "2001:db8:3::1", true)).isEqualTo("2001:db8:1::2");
        assertThat(choose("2001:db8:3::2/64 @1", "2001:db8:3::1", true)).isEqualTo("2001:db8:3::2");
        assertThat(choose("2001:db8:3::2/64 @1", "2001:db8:3::1", false)).isEqualTo("none");
        assertThat(choose("10.77.0.2/16", "2001:db8:3::1", true)).isEqualTo("none");
    }
}
