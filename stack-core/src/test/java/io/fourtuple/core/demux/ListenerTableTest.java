package io.fourtuple.core.demux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.wire.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListenerTableTest {
    private static final IpAddress V4 = IpAddress.parse("10.77.0.2");
    private static final IpAddress V6 = IpAddress.parse("fd77::2");

    private final ListenerTable<String> table = new ListenerTable<>();

    @Test
    void shouldPreferTheMostSpecificListener() {
        table.add(IpAddress.ANY_V6, 7, "dual");
        assertThat(table.find(V4, 7)).isEqualTo("dual");
        table.add(IpAddress.ANY_V4, 7, "any v4");
        assertThat(table.find(V4, 7)).isEqualTo("any v4");
        table.add(V4, 7, "exact");
        assertThat(table.find(V4, 7)).isEqualTo("exact");
        assertThat(table.find(IpAddress.parse("10.77.0.3"), 7)).isEqualTo("any v4");
        assertThat(table.find(V6, 7)).isEqualTo("dual");
    }

    @Test
    void shouldNotGiveIpv6ToAnIpv4Wildcard() {
        table.add(IpAddress.ANY_V4, 7, "any v4");
        assertThat(table.find(V6, 7)).isNull();
        assertThat(table.find(V4, 8)).isNull();
    }

    @Test
    void shouldKeepPortsOfOneBucketApart() {
        table.add(V4, 7, "seven");
        table.add(V4, 7 + 256, "seven and 256");
        table.add(V4, 7 + 512, "seven and 512");

        assertThat(table.remove(V4, 7 + 256)).isTrue();
        assertThat(table.remove(V4, 7 + 256)).isFalse();
        assertThat(table.find(V4, 7)).isEqualTo("seven");
        assertThat(table.find(V4, 7 + 256)).isNull();
        assertThat(table.find(V4, 7 + 512)).isEqualTo("seven and 512");
        assertThat(table.remove(V4, 7 + 512)).isTrue();
        List<String> left = new ArrayList<>();
        table.forEach(left::add);
        assertThat(left).containsExactly("seven");
    }

    @Test
    void shouldRefuseTheSameAddressAndPortTwice() {
        assertThat(table.add(V4, 7, "first")).isTrue();
        assertThat(table.add(V4, 7, "second")).isFalse();
        assertThat(table.find(V4, 7)).isEqualTo("first");
        assertThatThrownBy(() -> table.add(V4, 0, "none")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldSayThatAWildcardOverlaps() {
        table.add(V4, 7, "exact");
        assertThat(table.isBound(V4, 7)).isTrue();
        assertThat(table.isBound(IpAddress.ANY_V4, 7)).isTrue();
        assertThat(table.isBound(IpAddress.ANY_V6, 7)).isTrue();
        assertThat(table.isBound(V6, 7)).isFalse();
        assertThat(table.isBound(IpAddress.parse("10.77.0.3"), 7)).isFalse();
        assertThat(table.isBound(V4, 8)).isFalse();
        table.add(IpAddress.ANY_V6, 9, "dual");
        assertThat(table.isBound(V4, 9)).isTrue();
        assertThat(table.isBound(V6, 9)).isTrue();
    }
}
