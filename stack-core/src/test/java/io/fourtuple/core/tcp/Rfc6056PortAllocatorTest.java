package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.IpAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class Rfc6056PortAllocatorTest {
    private static final IpAddress US = IpAddress.parse("10.77.0.2");
    private static final IpAddress PEER = IpAddress.parse("10.77.0.1");

    @Test
    @Rfc(number = 6056, rules = "3.3.4")
    void shouldUseEachPortOfTheRangeOnceBeforeAnyIsReused() {
        Rfc6056PortAllocator ports = new Rfc6056PortAllocator(1, 2, 40_000, 40_099);
        Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            assertThat(seen.add(ports.allocate(US, PEER, 80, port -> false))).isTrue();
        }
        assertThat(seen).allMatch(port -> port >= 40_000 && port <= 40_099);
        assertThat(ports.allocate(US, PEER, 80, port -> false)).isBetween(40_000, 40_099);
    }

    @Test
    @Rfc(number = 6056, rules = "3.1")
    void shouldSkipPortsInUse() {
        Rfc6056PortAllocator ports = new Rfc6056PortAllocator(1, 2, 40_000, 40_099);

        assertThat(ports.allocate(US, PEER, 80, port -> port != 40_042)).isEqualTo(40_042);
        assertThat(ports.allocate(US, PEER, 80, port -> port != 40_000)).isEqualTo(40_000);
        assertThat(ports.allocate(US, PEER, 80, port -> port != 40_099)).isEqualTo(40_099);
    }

    @Test
    void shouldReportExhaustionAfterLookingAtEachPortOnce() {
        Rfc6056PortAllocator ports = new Rfc6056PortAllocator(1, 2, 1024, 65_535);
        AtomicInteger looked = new AtomicInteger();

        int port = ports.allocate(US, PEER, 80, candidate -> looked.incrementAndGet() > 0);

        assertThat(port).isEqualTo(PortAllocator.EXHAUSTED);
        assertThat(looked).hasValue(65_535 - 1024 + 1);
    }

    @Test
    @Rfc(number = 6056, rules = "3.3.4")
    void shouldStartElsewhereForEachPeerAndKey() {
        Set<Integer> firsts = new HashSet<>();
        for (int remotePort = 1; remotePort <= 200; remotePort++) {
            firsts.add(new Rfc6056PortAllocator(1, 2, 1024, 65_535).allocate(US, PEER, remotePort, port -> false));
        }
        assertThat(firsts).hasSizeGreaterThan(190);
        assertThat(new Rfc6056PortAllocator(3, 2, 1024, 65_535).allocate(US, PEER, 1, port -> false))
                .isNotEqualTo(new Rfc6056PortAllocator(1, 2, 1024, 65_535).allocate(US, PEER, 1, port -> false));
    }

    @Test
    void shouldGoOnWhenTheCounterWraps() {
        Rfc6056PortAllocator ports = new Rfc6056PortAllocator(1, 2, 5, 5);
        for (int i = 0; i < 1000; i++) {
            assertThat(ports.allocate(US, PEER, i, port -> false)).isEqualTo(5);
        }
    }

    @Test
    void shouldRefuseARangeThatIsNone() {
        assertThatThrownBy(() -> new Rfc6056PortAllocator(1, 2, 0, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0-10");
        assertThatThrownBy(() -> new Rfc6056PortAllocator(1, 2, 11, 10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Rfc6056PortAllocator(1, 2, 1, 65_536))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
