package io.fourtuple.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.wire.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PublishTest {
    @Test
    void shouldReadAnIpv4Address() {
        assertThat(Publish.parse("127.0.0.1:7007:7")).isEqualTo(new Publish(IpAddress.parse("127.0.0.1"), 7007, 7));
    }

    @Test
    void shouldReadAnIpv6AddressInBrackets() {
        assertThat(Publish.parse("[::1]:7007:7")).isEqualTo(new Publish(IpAddress.parse("::1"), 7007, 7));
    }

    @Test
    void shouldTakeLocalhostForTheLoopbackAddress() {
        assertThat(Publish.parse("localhost:0:80")).isEqualTo(Publish.parse("127.0.0.1:0:80"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:7007:7", "[::1]:7007:7", "0.0.0.0:0:65535"})
    void shouldPrintWhatItReads(String text) {
        assertThat(Publish.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7007", "127.0.0.1:7007", "127.0.0.1:7007:7:7", "::1:7007:7", "127.0.0.1:x:7",
        "127.0.0.1:65536:7", "127.0.0.1:7007:0", "127.0.0.1:7007:65536", "example.org:7007:7", "[127.0.0.1:7007:7"})
    void shouldRefuseAnythingElse(String text) {
        assertThatThrownBy(() -> Publish.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
