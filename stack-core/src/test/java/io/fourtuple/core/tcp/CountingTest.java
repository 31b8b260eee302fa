package io.fourtuple.core.tcp;

import static io.fourtuple.core.tcp.Conversation.MILLIS;
import static io.fourtuple.core.tcp.Conversation.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code nstat} shows after things that happen: each of these counters by so much, and none of the others. Where
 * Linux has a counter of the name, it counts the same.
 */
class CountingTest {
    private static final List<Counter> COUNTED = Stream.of(Counter.values())
            .filter(counter -> counter.name().startsWith("TCP_EXT_"))
            .filter(counter -> counter != Counter.TCP_EXT_PURE_ACKS && counter != Counter.TCP_EXT_DELIVERED
                    && counter != Counter.TCP_EXT_ORIG_DATA_SENT)
            .toList();

    private record Case(String what, Conversation of, Consumer<Conversation> happens, Map<Counter, Long> expected) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Case when(String what, Conversation of, Consumer<Conversation> happens, Object... expected) {
        Map<Counter, Long> counts = new EnumMap<>(Counter.class);
        for (int i = 0; i < expected.length; i += 2) {
            counts.put((Counter) expected[i], (long) (int) expected[i + 1]);
        }
        return new Case(what, of, happens, counts);
    }

    static Stream<Case> arrivals() {
        TcpConfig stamped = Conversation.withTimestamps();
        return Stream.of(
                when("a segment without timestamps", Conversation.established(stamped),
                        c -> c.inject("P. 1:2(1) ack 1"), Counter.TCP_EXT_OUT_OF_WINDOW, 1),
                when("an old duplicate by its timestamp", Conversation.established(stamped),
                        c -> c.inject("P. 1:2(1) ack 1 <TS 999 0>"), Counter.TCP_EXT_PAWS_ESTAB, 1),
                when("an old acknowledgment by its timestamp", Conversation.established(stamped),
                        c -> c.inject(". 1:1(0) ack 1 <TS 999 0>"),
                        Counter.TCP_EXT_PAWS_ESTAB, 1, Counter.TCP_EXT_CHALLENGE_ACK, 1),
                when("a reset outside the window", Conversation.established(),
                        c -> c.inject("R 20000:20000(0)"), Counter.TCP_EXT_OUT_OF_WINDOW, 1),
                when("a reset in the window", Conversation.established(),
                        c -> c.inject("R 2:2(0)"), Counter.TCP_EXT_CHALLENGE_ACK, 1),
                when("a SYN in the window", Conversation.established(), c -> c.inject("S 5:5(0)"),
                        Counter.TCP_EXT_SYN_CHALLENGE, 1, Counter.TCP_EXT_CHALLENGE_ACK, 1),
                when("an acknowledgment of nothing that was sent", Conversation.established(),
                        c -> c.inject(". 1:1(0) ack 9"), Counter.TCP_EXT_CHALLENGE_ACK, 1),
                when("eleven of them at once", Conversation.established(), c -> {
                    for (int i = 0; i < 11; i++) {
                        c.inject(". 1:1(0) ack 9");
                    }
                }, Counter.TCP_EXT_CHALLENGE_ACK, 10, Counter.TCP_EXT_ACK_SKIPPED_CHALLENGE, 1),
                when("eleven of them, the last one a second after the first", Conversation.established(), c -> {
                    for (int i = 0; i < 11; i++) {
                        c.inject(". 1:1(0) ack 9").advance(100 * MILLIS);
                    }
                }, Counter.TCP_EXT_CHALLENGE_ACK, 11),
                when("data that came before", Conversation.established(Conversation.withSack()),
                        c -> c.inject("P. 1:2(1) ack 1").advance(SECONDS).inject("P. 1:2(1) ack 1"),
                        Counter.TCP_EXT_DELAYED_ACKS, 1, Counter.TCP_EXT_OUT_OF_WINDOW, 1,
                        Counter.TCP_EXT_DELAYED_ACK_LOST, 1, Counter.TCP_EXT_DSACK_OLD_SENT, 1),
                when("data after a gap", Conversation.established(), c -> c.inject("P. 5:6(1) ack 1"),
                        Counter.TCP_EXT_OFO_QUEUE, 1),
                when("urgent data", Conversation.established(), c -> c.inject("PU. 1:6(5) ack 1 urg 5"),
                        Counter.TCP_EXT_URGENT_DATA, 1),
                when("data that nobody will read", Conversation.established(), c -> {
                    c.connection.close(c.now);
                    c.flush().inject("P. 1:2(1) ack 1");
                }, Counter.TCP_EXT_ABORT_ON_CLOSE, 1),
                when("a close with data that nobody has read", Conversation.established(), c -> {
                    c.inject("P. 1:2(1) ack 1").connection.close(c.now);
                    c.flush();
                }, Counter.TCP_EXT_ABORT_ON_DATA, 1));
    }

    static Stream<Case> acknowledgments() {
        TcpConfig sack = Conversation.withSack().withRecovery(Conversation.byCounting());
        return Stream.of(
                when("a block of octets never sent", sent(sack, 2),
                        c -> c.inject(". 1:1(0) ack 1 <sack 5001:6001>"), Counter.TCP_EXT_SACK_DISCARD, 1),
                when("a block of no octets", sent(sack, 2),
                        c -> c.inject(". 1:1(0) ack 1 <sack 1501:1501>"), Counter.TCP_EXT_SACK_DISCARD, 1),
                when("a block that ends before it begins", sent(sack, 3),
                        c -> c.inject(". 1:1(0) ack 1 <sack 2001:1001>"), Counter.TCP_EXT_SACK_DISCARD, 1),
                when("a block that is old, and not the first", sent(sack, 3), c -> {
                    c.now += 100 * MILLIS;
                    c.inject(". 1:1(0) ack 1001").inject(". 1:1(0) ack 1001 <sack 2001:3001 1:501>");
                }),
                when("a first block within the second", sent(sack, 4),
                        c -> c.inject(". 1:1(0) ack 1 <sack 1001:1501 1001:2001>"),
                        Counter.TCP_EXT_DSACK_OFO_RECV, 1, Counter.TCP_EXT_DSACK_IGNORED_DUBIOUS, 1),
                when("a first block beside the second", sent(sack, 4),
                        c -> c.inject(". 1:1(0) ack 1 <sack 3001:4001 1001:2001>")),
                when("a first block around the second", sent(sack, 5),
                        c -> c.inject(". 1:1(0) ack 1 <sack 1001:3001 2001:2501>")),
                when("a first block below the acknowledgment", sent(sack, 3), c -> {
                    c.now += 100 * MILLIS;
                    c.inject(". 1:1(0) ack 2001 <sack 1:1001>");
                }, Counter.TCP_EXT_DSACK_RECV, 1, Counter.TCP_EXT_DSACK_IGNORED_DUBIOUS, 1));
    }

    static Stream<Case> timeouts() {
        TcpConfig probing = Conversation.plain()
                .withKeepAlive(new TcpConfig.KeepAlive(true, 100 * SECONDS, 10 * SECONDS, 2));
        return Stream.of(
                when("a timeout", sent(Conversation.plain(), 1), Conversation::timeout,
                        Counter.TCP_EXT_TIMEOUTS, 1, Counter.TCP_EXT_SLOW_START_RETRANS, 1),
                when("a SYN that is sent again", Conversation.synSent(Conversation.plain()), Conversation::timeout,
                        Counter.TCP_EXT_TIMEOUTS, 1, Counter.TCP_EXT_SYN_RETRANS, 1),
                when("a probe of a closed window", Conversation.established(), c -> {
                    c.inject(". 1:1(0) ack 1 win 0").send(5);
                    c.timeout();
                }, Counter.TCP_EXT_WIN_PROBE, 1),
                when("keep-alive without an answer", Conversation.established(probing),
                        c -> c.advance(200 * SECONDS),
                        Counter.TCP_EXT_KEEP_ALIVE, 2, Counter.TCP_EXT_ABORT_ON_TIMEOUT, 1),
                when("giving up", sent(Conversation.plain(), 1), c -> {
                    while (c.connection.state() != TcpState.CLOSED) {
                        c.timeout();
                    }
                }, Counter.TCP_EXT_TIMEOUTS, 15, Counter.TCP_EXT_SLOW_START_RETRANS, 15,
                        Counter.TCP_EXT_ABORT_ON_TIMEOUT, 1),
                when("an acknowledgment that was delayed", Conversation.established(),
                        c -> c.inject("P. 1:2(1) ack 1").advance(SECONDS), Counter.TCP_EXT_DELAYED_ACKS, 1),
                when("a tail loss probe", sent(Conversation.withSack(), 2), c -> c.advance(250 * MILLIS),
                        Counter.TCP_EXT_LOSS_PROBES, 1),
                when("three duplicates", sent(Conversation.plain(), 5), c -> {
                    for (int i = 0; i < 3; i++) {
                        c.inject(". 1:1(0) ack 1");
                    }
                }, Counter.TCP_EXT_RENO_RECOVERY, 1, Counter.TCP_EXT_FAST_RETRANS, 1),
                when("a loss that SACKs tell of", sent(Conversation.withSack(), 5), c -> {
                    c.now += 100 * MILLIS;
                    c.inject(". 1:1(0) ack 1 <sack 1001:5001>");
                }, Counter.TCP_EXT_SACK_RECOVERY, 1, Counter.TCP_EXT_FAST_RETRANS, 1));
    }

    /** With so many segments in flight, over a path of 100 ms. */
    private static Conversation sent(TcpConfig config, int segments) {
        return Conversation.faraway(config).sendSegments(segments);
    }

    @ParameterizedTest
    @MethodSource({"arrivals", "acknowledgments", "timeouts"})
    void shouldCount(Case one) {
        Conversation c = one.of();
        Map<Counter, Long> before = counts(c);

        one.happens().accept(c);

        Map<Counter, Long> changed = new EnumMap<>(Counter.class);
        counts(c).forEach((counter, now) -> {
            if (now - before.get(counter) != 0) {
                changed.put(counter, now - before.get(counter));
            }
        });
        assertThat(changed).isEqualTo(one.expected());
    }

    @Test
    void shouldCountWhatIsSentAndWhatHasArrived() {
        Conversation c = Conversation.faraway(Conversation.plain());
        long bare = c.count(Counter.TCP_EXT_PURE_ACKS);
        assertThat(c.count(Counter.TCP_EXT_DELIVERED)).as("the SYN").isEqualTo(1);

        c.sendSegments(3);
        assertThat(c.count(Counter.TCP_EXT_ORIG_DATA_SENT)).isEqualTo(3);
        c.now += 100 * MILLIS;
        c.inject(". 1:1(0) ack 3001");
        assertThat(c.count(Counter.TCP_EXT_DELIVERED)).isEqualTo(4);
        assertThat(c.count(Counter.TCP_EXT_PURE_ACKS) - bare).isEqualTo(1);

        c.send(1).inject("P. 1:2(1) ack 3002");
        assertThat(c.count(Counter.TCP_EXT_ORIG_DATA_SENT)).isEqualTo(4);
        assertThat(c.count(Counter.TCP_EXT_DELIVERED)).isEqualTo(5);
        assertThat(c.count(Counter.TCP_EXT_PURE_ACKS) - bare).isEqualTo(1);
        c.connection.shutdownOutput(c.now);
        c.flush().inject(". 2:2(0) ack 3003");
        assertThat(c.count(Counter.TCP_EXT_ORIG_DATA_SENT)).as("a FIN is no data").isEqualTo(4);
    }

    private static Map<Counter, Long> counts(Conversation c) {
        Map<Counter, Long> counts = new EnumMap<>(Counter.class);
        COUNTED.forEach(counter -> counts.put(counter, c.count(counter)));
        return counts;
    }
}
