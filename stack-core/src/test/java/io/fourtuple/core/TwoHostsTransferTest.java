package io.fourtuple.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two whole hosts, from Ethernet up, on a link that loses, delays and reorders, in virtual time. */
class TwoHostsTransferTest {
    private static final int OCTETS = 64 << 20;

    @ParameterizedTest
    @CsvSource({"10.77.0.1, 10.77.0.2, 24", "fd77::1, fd77::2, 64"})
    void shouldCarryDataBothWaysThroughLossDelayAndReordering(String client, String server, int prefix) {
        TwoHosts hosts = new TwoHosts(client, server, prefix, OCTETS, new TwoHosts.Link(0.02, 0.01, 0), 2026,
                FaultPoints.NEVER);

        hosts.transfer();

        for (TwoHosts.Host host : new TwoHosts.Host[] {hosts.client, hosts.server}) {
            assertThat(host.received).isEqualTo(OCTETS);
            assertThat(host.counters.get(Counter.TCP_RETRANS_SEGS)).isPositive();
            assertThat(host.counters.get(Counter.TCP_EXT_FAST_RETRANS))
                    .isGreaterThan(host.counters.get(Counter.TCP_EXT_TIMEOUTS));
        }
        assertThat(hosts.largestFrame).isEqualTo(TwoHosts.LARGEST_FRAME);
        assertThat(hosts.lost).isPositive();
        assertThat(hosts.reordered).isPositive();
    }
}
