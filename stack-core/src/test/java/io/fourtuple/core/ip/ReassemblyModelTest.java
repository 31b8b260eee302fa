package io.fourtuple.core.ip;

import static io.fourtuple.core.ip.HostFixture.SECOND;
import static io.fourtuple.core.ip.HostFixture.segment;
import static io.fourtuple.core.ip.HostFixture.tcp;
import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.conformance.Rfc;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Datagrams of several senders, cut at random, mixed, with copies, overlaps, losses and time in between, against a
 * model that remembers every fragment and looks at each octet by itself.
 */
class ReassemblyModelTest {
    private static final int ROUNDS = 200;

    /** One fragment, as the model sees it. */
    private record Piece(int start, byte[] octets, boolean more) {
        int end() {
            return start + octets.length;
        }

        @Override
        public String toString() {
            return start + "-" + end() + (more ? "+" : "");
        }

        boolean sameAs(Piece other) {
            return start == other.start && more == other.more && Arrays.equals(octets, other.octets);
        }
    }

    private enum Outcome {
        HELD,
        DROPPED,
        WHOLE
    }

    /** A datagram that the model knows something of. */
    private static final class Known {
        final long since;
        final List<Piece> pieces = new ArrayList<>();
        boolean dead;

        Known(long since) {
            this.since = since;
        }

        Outcome take(Piece piece) {
            if (dead || pieces.stream().anyMatch(piece::sameAs)) {
                return Outcome.DROPPED;
            }
            pieces.add(piece);
            if (isContradictory()) {
                dead = true;
                return Outcome.DROPPED;
            }
            return isComplete() ? Outcome.WHOLE : Outcome.HELD;
        }

        private boolean isContradictory() {
            int[] times = new int[pieces.stream().mapToInt(Piece::end).max().orElseThrow()];
            int ends = 0;
            int end = Integer.MAX_VALUE;
            for (Piece piece : pieces) {
                for (int i = piece.start(); i < piece.end(); i++) {
                    times[i]++;
                }
                if (!piece.more()) {
                    ends++;
                    end = piece.end();
                }
            }
            return ends > 1 || times.length > end || Arrays.stream(times).anyMatch(count -> count > 1);
        }

        byte[] assembled() {
            byte[] whole = new byte[pieces.stream().mapToInt(Piece::end).max().orElseThrow()];
            pieces.forEach(piece -> System.arraycopy(piece.octets(), 0, whole, piece.start(), piece.octets().length));
            return whole;
        }

        private boolean isComplete() {
            int total = pieces.stream().filter(piece -> !piece.more()).mapToInt(Piece::end).findAny().orElse(-1);
            return pieces.stream().mapToInt(piece -> piece.octets().length).sum() == total;
        }
    }

    /** What is to be sent: a fragment of a datagram. */
    private record Item(String name, byte[] frame, Piece piece, byte[] payload) {}

    private final HostFixture net = new HostFixture(
            HostFixture.CONFIG.withReassembly(
                    new IpConfig.Reassembly(1 << 28, 1 << 28, 100_000, 8192, 30 * SECOND, 60 * SECOND)),
            HostFixture.ETHERNET).withKnownPeer();
    private final Map<String, Known> model = new HashMap<>();
    private long timeouts;
    private long contradictions;
    private long forged;

    @Rfc(number = 815, rules = "3")
    @Rfc(number = 8200, rules = "4.5")
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 20260101, -99})
    void shouldDoWhatANaiveModelDoes(long seed) {
        Random random = new Random(seed);
        List<Item> sent = new ArrayList<>();
        int whole = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<Item> items = round(round, random);
            for (Item item : items) {
                if (step(item)) {
                    whole++;
                }
                pass(random.nextInt(50) == 0 ? 20 * SECOND : random.nextInt(1_000_000));
            }
            sent.addAll(items);
        }
        pass(61 * SECOND);

        assertThat(model).isEmpty();
        assertThat(net.host.reassembly().size()).isZero();
        assertThat(net.host.reassembly().charge()).isZero();
        assertThat(net.host.reassembly().sourceCount()).isZero();
        net.assertCount(Counter.IP_REASM_REQDS, sent.size());
        net.assertCount(Counter.IP_REASM_OKS, whole);
        net.assertCount(Counter.TCP_IN_DELIVERS, whole - forged);
        net.assertCount(Counter.IP_REASM_TIMEOUT, timeouts);
        net.assertCount(Counter.IP_REASM_OVERLAPS, contradictions);
        net.assertCount(Counter.IP_REASM_FAILS, timeouts + contradictions);
        assertThat(List.of((long) whole, timeouts, contradictions)).allMatch(count -> count > 50);
    }

    /** Sends one fragment and compares what came of it; true when it made a datagram whole. */
    private boolean step(Item item) {
        Known known = model.computeIfAbsent(item.name(), name -> new Known(net.now));
        boolean wasDead = known.dead;
        Outcome expected = known.take(item.piece());
        if (known.dead && !wasDead) {
            contradictions++;
        }
        long whole = net.counters.get(Counter.IP_REASM_OKS);
        long held = net.counters.get(Counter.IP_REASM_HELD);
        long dropped = net.counters.get(Counter.IP_REASM_DROPPED);

        Ingress ingress = net.receive(item.frame());

        String what = item.name() + ": " + known.pieces;
        assertThat(net.counters.get(Counter.IP_REASM_HELD) - held).as(what).isEqualTo(expected == Outcome.HELD ? 1 : 0);
        assertThat(net.counters.get(Counter.IP_REASM_DROPPED) - dropped)
                .as(what)
                .isEqualTo(expected == Outcome.DROPPED ? 1 : 0);
        assertThat(net.counters.get(Counter.IP_REASM_OKS) - whole).as(what)
                .isEqualTo(expected == Outcome.WHOLE ? 1 : 0);
        if (expected == Outcome.WHOLE) {
            model.remove(item.name());
            // Octets that were put in the place of lost ones are found by the checksum.
            boolean intact = Arrays.equals(known.assembled(), item.payload());
            assertThat(ingress != null).isEqualTo(intact);
            if (!intact) {
                forged++;
            }
        }
        if (ingress instanceof Ingress.Tcp arrived) {
            int offset = arrived.segment().payloadOffset();
            assertThat(Arrays.copyOfRange(
                    arrived.segment().array(), offset, offset + arrived.segment().payloadLength()))
                    .isEqualTo(Arrays.copyOfRange(item.payload(), 20, item.payload().length));
        }
        return expected == Outcome.WHOLE;
    }

    private void pass(long nanos) {
        net.now += nanos;
        net.host.handleTimeout(net.now);
        net.link.sent.clear();
        model.entrySet().removeIf(entry -> {
            Known known = entry.getValue();
            long limit = entry.getKey().startsWith("4") ? 30 * SECOND : 60 * SECOND;
            boolean over = net.now - known.since >= limit;
            if (over && !known.dead) {
                timeouts++;
            }
            return over;
        });
    }

    /** A few datagrams at once, their fragments mixed; some have something wrong. */
    private static List<Item> round(int round, Random random) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            boolean v4 = random.nextBoolean();
            String network = v4 ? "10.77.0." : "fd77::";
            FourTuple tuple = new FourTuple(
                    IpAddress.parse(network + 2), 7, IpAddress.parse(network + (3 + random.nextInt(3))), 40_000);
            byte[] frame = tcp(tuple, segment(40 + random.nextInt(random.nextInt(20) == 0 ? 60_000 : 3000)));
            int identification = round * 4 + i;
            String name = (v4 ? "4 " : "6 ") + tuple.remote() + " " + identification;
            cut(items, name, frame, identification, random);
        }
        if (random.nextInt(4) > 0) {
            Collections.shuffle(items, random);
        }
        return items;
    }

    private static void cut(List<Item> items, String name, byte[] frame, int identification, Random random) {
        byte[] payload = Fragments.payload(frame);
        int start = 0;
        int largest = 8 * (4 + random.nextInt(payload.length / 16 + 1));
        while (start < payload.length) {
            int length = Math.min(payload.length - start, 24 + 8 * random.nextInt(largest / 8));
            boolean last = start + length == payload.length;
            if (last && start == 0) {
                length = payload.length / 2 & ~7; // else it would be no fragment
                last = false;
            }
            Item item = item(name, frame, identification, payload, new Piece(
                    start, Arrays.copyOfRange(payload, start, start + length), !last));
            if (random.nextInt(100) > 0) {
                items.add(item);
            }
            if (random.nextInt(30) == 0) {
                items.add(item);
            }
            if (random.nextInt(60) == 0) {
                items.add(item(name, frame, identification, payload, wrong(item.piece(), random)));
            }
            start += length;
        }
    }

    /** Something near {@code piece} that may or may not contradict it. */
    private static Piece wrong(Piece piece, Random random) {
        byte[] octets = piece.octets().clone();
        if (octets.length < 8) {
            return piece;
        }
        return switch (random.nextInt(4)) {
            case 0 -> {
                octets[octets.length - 1] ^= 1;
                yield new Piece(piece.start(), octets, piece.more());
            }
            case 1 -> new Piece(piece.start() + 8, Arrays.copyOf(octets, octets.length & ~7), true);
            case 2 -> new Piece(piece.start(), octets, piece.start() == 0); // else it would be no fragment
            default -> new Piece(piece.start(), Arrays.copyOf(octets, octets.length & ~7), true);
        };
    }

    private static Item item(String name, byte[] frame, int identification, byte[] payload, Piece piece) {
        byte[] fragment = Fragments.part(frame, piece.octets(), piece.start(), piece.more(), identification);
        return new Item(name, fragment, piece, payload);
    }
}
