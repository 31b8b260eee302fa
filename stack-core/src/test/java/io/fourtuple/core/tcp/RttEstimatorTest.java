package io.fourtuple.core.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fourtuple.core.conformance.Rfc;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** The estimator against RFC 6298 §2 in floating point. */
class RttEstimatorTest {
    private static final TcpConfig.Retransmission LIMITS = TcpConfig.defaults().retransmission();

    @Rfc(number = 9293, rules = "MUST-18")
    @Rfc(number = 6298, rules = "2")
    @Property
    void shouldFollowTheFormulas(
            @ForAll @Size(min = 1, max = 200) List<@LongRange(min = 1_000, max = 5_000_000_000L) Long> samples,
            @ForAll @IntRange(max = 10) int timeouts) {
        RttEstimator estimator = new RttEstimator();
        double smoothed = 0;
        double variance = 0;
        for (long sample : samples) {
            estimator.sample(sample, 0);
            variance = smoothed == 0 ? sample / 2.0 : 0.75 * variance + 0.25 * Math.abs(smoothed - sample);
            smoothed = smoothed == 0 ? sample : 0.875 * smoothed + 0.125 * sample;
        }
        for (int i = 0; i < timeouts; i++) {
            estimator.backOff();
        }

        assertThat((double) estimator.smoothed()).isCloseTo(smoothed, within(100.0));
        assertThat((double) estimator.variance()).isCloseTo(variance, within(100.0));
        assertThat(estimator.minimum()).isEqualTo(samples.stream().mapToLong(Long::longValue).min().orElseThrow());
        double least = LIMITS.minTimeout();
        double rto = Math.max(smoothed + Math.max(1e6, 4 * variance), least) * Math.pow(2, timeouts);
        assertThat((double) estimator.timeout(LIMITS))
                .isCloseTo(Math.min(rto, (double) LIMITS.maxTimeout()), within(1000.0 * (1 << timeouts)));
    }

    @Example
    void shouldForgetTheMinimumOfAPathThatHasChanged() {
        RttEstimator estimator = new RttEstimator();
        estimator.sample(10, 0);
        estimator.observe(50, 299_000_000_000L);
        assertThat(estimator.minimum()).isEqualTo(10);

        estimator.observe(50, 301_000_000_000L);

        assertThat(estimator.minimum()).isEqualTo(50);
    }
}
