package io.fourtuple.api.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NstatFormatTest {
    private final Map<Counter, Long> counters =
            Map.of(Counter.TCP_EXT_LISTEN_OVERFLOWS, 7L, Counter.IP_IN_RECEIVES, 2614L, Counter.TCP_OUT_RSTS, 0L);

    @Test
    void shouldLookLikeNstat() {
        assertThat(NstatFormat.format(counters, false)).isEqualTo("""
                #kernel
                IpInReceives                    2614               0.0
                TcpExtListenOverflows           7                  0.0
                """);
    }

    @Test
    void shouldShowEveryCounterWithZeros() {
        String text = NstatFormat.format(counters, true);

        assertThat(text.lines()).hasSize(1 + Counter.values().length).allMatch(line -> line.length() <= 54);
        assertThat(text).contains("\nTcpOutRsts                      0                  0.0\n");
    }
}
