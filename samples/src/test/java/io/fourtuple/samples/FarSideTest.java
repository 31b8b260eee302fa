package io.fourtuple.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FarSideTest {
    @Test
    void shouldReadAnAddressOfTheKernel() {
        assertThat(FarSide.parse("127.0.0.1:7007")).isEqualTo(new FarSide(false, "127.0.0.1", 7007));
    }

    @Test
    void shouldReadAnAddressOnTheStack() {
        assertThat(FarSide.parse("stack:[fd77::1]:80")).isEqualTo(new FarSide(true, "fd77::1", 80));
    }

    @Test
    void shouldTakeAnAddressAsItIsAndLeaveANameToBeLookedUp() {
        assertThat(FarSide.parse("127.0.0.1:80").remote().isUnresolved()).isFalse();
        assertThat(FarSide.parse("[::1]:80").remote().isUnresolved()).isFalse();
        assertThat(FarSide.parse("www.example.org:80").remote().isUnresolved()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:7007", "[::1]:1", "stack:10.77.0.1:80", "stack:[fd77::1]:80", "localhost:65535",
        "stack.example.org:80"})
    void shouldPrintWhatItReads(String text) {
        assertThat(FarSide.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "::1:80",
        "fd77::1:80", "[127.0.0.1]:80", "10.77.0.300:80", "1234:80", "stack:80", "stack:stack:10.77.0.1:80",
        "a b:80", "-a:80", "[example.org]:80", "tcp://10.77.0.1:80"})
    void shouldRefuseAnythingElse(String text) {
        assertThatThrownBy(() -> FarSide.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
