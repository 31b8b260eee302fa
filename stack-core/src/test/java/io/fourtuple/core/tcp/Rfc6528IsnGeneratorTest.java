package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.conformance.Attack;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.Seq;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc6528IsnGeneratorTest {
    private static final IpAddress US = IpAddress.parse("10.77.0.2");
    private static final IpAddress PEER = IpAddress.parse("10.77.0.1");
    private static final FourTuple TUPLE = new FourTuple(US, 7, PEER, 40_000);

    private final Rfc6528IsnGenerator generator = new Rfc6528IsnGenerator(1, 2);

    /** RFC 9293 §3.4.1: about 4 µs per tick, round the 32 bits in 4.55 hours or more; also where the clock wraps. */
    @Rfc(number = 9293, rules = {"MUST-8", "SHLD-1"})
    @Rfc(number = 6528, rules = "3")
    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000, Long.MAX_VALUE - 5_000_000, 17_592_186_000_000L})
    void shouldGrowByOneEveryFourMicrosecondsForTheSameTuple(long start) {
        int previous = generator.next(TUPLE, start);
        for (int i = 1; i <= 10_000; i++) {
            int next = generator.next(TUPLE, start + i * 1_000L);
            assertThat(Seq.distance(previous, next)).isBetween(0, 1);
            previous = next;
        }
        assertThat(Seq.distance(generator.next(TUPLE, start), previous)).isBetween(10_000_000 / 4096, 2_442);
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-9", "SHLD-1"})
    @Rfc(number = 6528, rules = "3")
    @Attack(8)
    void shouldDifferAmongTuplesWithoutAPattern() {
        Set<Integer> numbers = new HashSet<>();
        Set<Integer> steps = new HashSet<>();
        int previous = 0;
        for (int port = 1; port <= 1000; port++) {
            int isn = generator.next(new FourTuple(US, 7, PEER, port), 0);
            numbers.add(isn);
            steps.add(isn - previous);
            previous = isn;
        }
        assertThat(numbers).hasSize(1000);
        assertThat(steps).hasSize(1000);
    }

    @Test
    @Rfc(number = 9293, rules = {"MUST-9", "SHLD-1"})
    @Rfc(number = 6528, rules = "3")
    @Attack(8)
    void shouldDependOnTheKey() {
        assertThat(new Rfc6528IsnGenerator(1, 3).next(TUPLE, 0)).isNotEqualTo(generator.next(TUPLE, 0));
    }

    @Test
    void shouldGiveEachTupleItsOwnConstantTimestampOffset() {
        TimestampOffsets offsets = new TimestampOffsets(3, 4);

        assertThat(offsets.of(TUPLE)).isEqualTo(offsets.of(new FourTuple(US, 7, PEER, 40_000)));
        assertThat(offsets.of(TUPLE)).isNotEqualTo(offsets.of(new FourTuple(US, 7, PEER, 40_001)));
        assertThat(offsets.of(TUPLE)).isNotEqualTo(new TimestampOffsets(4, 3).of(TUPLE));
    }
}
