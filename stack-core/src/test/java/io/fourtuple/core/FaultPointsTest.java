package io.fourtuple.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** Whatever rare thing happens: data arrive whole and in order. */
class FaultPointsTest {
    private static final int OCTETS = 100_000;
    private static final int SEEDS = 300;
    private static final TwoHosts.Link BAD = new TwoHosts.Link(0.02, 0.05, 0.02);

    /** What a host has that has one connection, to another host, and no actors. */
    static final List<String> POINTS = List.of(
            Faults.CUT_SEGMENT_SHORT,
            Faults.SMALL_INITIAL_WINDOW,
            Faults.DELAY_ACK,
            Faults.ACK_AT_ONCE,
            Faults.CHALLENGE_ACK_LIMIT,
            Faults.REFUSE_MEMORY,
            Faults.HAND_OUT_LITTLE,
            Faults.EARLY_TIMEOUT,
            Faults.ISN_BEFORE_WRAP,
            Faults.TIMESTAMPS_BEFORE_WRAP,
            Faults.DROP_OUTGOING_FRAME,
            Faults.FORGET_NEIGHBOR);

    private static TwoHosts hosts(String client, String server, int prefix, long seed, FaultPoints faults) {
        return new TwoHosts(client, server, prefix, OCTETS, BAD, seed, faults);
    }

    @ParameterizedTest
    @CsvSource({"10.77.0.1, 10.77.0.2, 24", "fd77::1, fd77::2, 64"})
    void shouldCarryDataWholeAndInOrderWhateverHappens(String client, String server, int prefix) {
        TreeSet<String> fired = new TreeSet<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            SeededFaults faults = new SeededFaults(seed);
            TwoHosts hosts = hosts(client, server, prefix, seed, faults);

            hosts.transfer();

            assertThat(hosts.client.received).as("seed %s", seed).isEqualTo(OCTETS);
            assertThat(hosts.server.received).as("seed %s", seed).isEqualTo(OCTETS);
            fired.addAll(faults.fired.keySet());
        }
        assertThat(fired).containsExactlyInAnyOrderElementsOf(POINTS);
    }

    /** Each by itself, and every second time: none makes a transfer hang. */
    @ParameterizedTest
    @FieldSource("POINTS")
    void shouldGoOnAlthoughOneThingHappensAgainAndAgain(String point) {
        int[] asked = new int[1];
        for (long seed = 1; asked[0] == 0 && seed <= SEEDS; seed++) { // until the link brings about what it is for
            TwoHosts hosts =
                    hosts("10.77.0.1", "10.77.0.2", 24, seed, name -> name.equals(point) && asked[0]++ % 2 == 0);

            hosts.transfer();

            assertThat(hosts.server.received).isEqualTo(OCTETS);
        }
        assertThat(asked[0]).isPositive();
    }

    @Test
    void shouldDoTheSameForTheSameSeed() {
        List<Object> runs = new ArrayList<>();
        for (long seed : new long[] {5, 5, 6}) {
            SeededFaults faults = new SeededFaults(seed);
            TwoHosts hosts = hosts("10.77.0.1", "10.77.0.2", 24, seed, faults);
            hosts.transfer();
            runs.add(List.of(hosts.now, faults.fired));
        }

        assertThat(runs.get(1)).isEqualTo(runs.get(0));
        assertThat(runs.get(2)).isNotEqualTo(runs.get(0));
    }

    @Test
    void shouldNameEachPointOnceAndInKebabCase() throws IllegalAccessException {
        List<String> constants = new ArrayList<>();
        for (Field field : Faults.class.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers())) {
                assertThat(field.get(null)).isEqualTo(field.getName().toLowerCase(Locale.ROOT)
                        .replace('_', '-'));
                constants.add((String) field.get(null));
            }
        }

        assertThat(Faults.all()).containsExactlyElementsOf(constants).doesNotHaveDuplicates();
        assertThat(FaultPoints.NEVER.fires(Faults.DELAY_ACK)).isFalse();
    }
}
