package io.fourtuple.core.demux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.tcp.SipHash;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import java.util.ArrayList;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DemuxTest {
    private static final IpAddress US = IpAddress.parse("10.77.0.2");
    private static final IpAddress US_V6 = IpAddress.parse("fd77::2");

    private record Owner(FourTuple tuple, int id) implements Demux.Entry {}

    @Test
    void shouldFindByAllFourParts() {
        Demux<Owner> demux = new Demux<>(1);
        Owner owner = new Owner(new FourTuple(US, 7, IpAddress.parse("10.77.0.1"), 40_000), 1);
        demux.put(owner);

        assertThat(demux.find(new FourTuple(IpAddress.parse("10.77.0.2"), 7, IpAddress.parse("10.77.0.1"), 40_000)))
                .isSameAs(owner);
        assertThat(demux.find(new FourTuple(US, 8, IpAddress.parse("10.77.0.1"), 40_000))).isNull();
        assertThat(demux.find(new FourTuple(US, 7, IpAddress.parse("10.77.0.1"), 40_001))).isNull();
        assertThat(demux.find(new FourTuple(US, 7, IpAddress.parse("10.77.0.3"), 40_000))).isNull();
        assertThat(demux.find(new FourTuple(IpAddress.parse("10.77.0.4"), 7, IpAddress.parse("10.77.0.1"), 40_000)))
                .isNull();
        assertThat(demux.find(owner.tuple().reversed())).isNull();
    }

    @Test
    void shouldReplaceAndThenOnlyRemoveTheSuccessor() {
        Demux<Owner> demux = new Demux<>(1);
        Owner first = new Owner(tuple(1), 1);
        Owner second = new Owner(tuple(1), 2);
        demux.put(first);
        demux.put(second);

        assertThat(demux.size()).isEqualTo(1);
        assertThat(demux.remove(first)).isFalse();
        assertThat(demux.find(tuple(1))).isSameAs(second);
        assertThat(demux.remove(second)).isTrue();
        assertThat(demux.remove(second)).isFalse();
        assertThat(demux.size()).isZero();
    }

    /** Few distinct tuples, so that puts replace and removals hit; the model is the JDK's. */
    @Property(tries = 300)
    void shouldBehaveLikeAHashMap(
            @ForAll long key, @ForAll @Size(max = 600) List<@IntRange(max = 255) Integer> operations) {
        Demux<Owner> demux = new Demux<>(key);
        Map<FourTuple, Owner> model = new HashMap<>();
        int id = 0;
        for (int operation : operations) {
            FourTuple tuple = tuple(operation >> 1);
            if ((operation & 1) == 0 || !model.containsKey(tuple)) {
                Owner owner = new Owner(tuple, id++);
                demux.put(owner);
                model.put(tuple, owner);
            } else {
                assertThat(demux.remove(model.remove(tuple))).isTrue();
            }
        }
        assertThat(demux.size()).isEqualTo(model.size());
        for (int i = 0; i < 128; i++) {
            assertThat(demux.find(tuple(i))).isSameAs(model.get(tuple(i)));
        }
        List<Owner> visited = new ArrayList<>();
        demux.forEach(visited::add);
        assertThat(visited).containsExactlyInAnyOrderElementsOf(model.values());
    }

    @Test
    void shouldHoldAMillionWithBoundedProbesAndNoRotAfterChurn() {
        Demux<Owner> demux = new Demux<>(0x1234_5678_9abc_def0L);
        int count = 1_000_000;
        Owner[] owners = new Owner[count];
        for (int i = 0; i < count; i++) {
            owners[i] = new Owner(tuple(i), i);
            demux.put(owners[i]);
        }
        assertThat(demux.size()).isEqualTo(count);
        assertThat(demux.longestProbe()).isLessThan(64);
        for (int i = 0; i < count; i++) {
            assertSame(demux.find(tuple(i)), owners[i]);
        }

        Random random = new Random(7);
        for (int i = 0; i < count; i++) { // every removal is followed by a new tuple: tombstones would pile up
            int victim = random.nextInt(count);
            assertThat(demux.remove(owners[victim])).isTrue();
            owners[victim] = new Owner(tuple(count + i), count + i);
            demux.put(owners[victim]);
        }
        assertThat(demux.size()).isEqualTo(count);
        assertThat(demux.longestProbe()).isLessThan(64);

        for (Owner owner : owners) {
            assertThat(demux.remove(owner)).isTrue();
        }
        assertThat(demux.size()).isZero();
        assertThat(demux.longestProbe()).isZero();
    }

    /** Tuples chosen to collide under one key are spread by another: collisions made without the key are worthless. */
    @Test
    void shouldSpreadCollisionsMadeForAnotherKey() {
        SipHash attackersHash = SipHash.of13(1, 2);
        Demux<Owner> attacked = new Demux<>(2);
        int chosen = 0;
        for (int i = 0; chosen < 2_000; i++) {
            if ((attackersHash.hash(tuple(i)) & 0xff) == 0) {
                attacked.put(new Owner(tuple(i), i));
                chosen++;
            }
        }
        assertThat(attacked.longestProbe()).isLessThan(40);
    }

    @Test
    void shouldRefuseToBeChangedWhileItIsVisited() {
        Demux<Owner> demux = new Demux<>(1);
        demux.put(new Owner(tuple(1), 1));
        demux.put(new Owner(tuple(2), 2));

        assertThatThrownBy(() -> demux.forEach(demux::remove)).isInstanceOf(ConcurrentModificationException.class);
    }

    private static void assertSame(Object actual, Object expected) {
        if (actual != expected) { // a million AssertJ assertions cost seconds
            throw new AssertionError("expected " + expected + " but found " + actual);
        }
    }

    /** A different tuple for each number, of both families, in the regular pattern that real peers have. */
    private static FourTuple tuple(int number) {
        int host = number / 50_000;
        int port = 1024 + number % 50_000;
        return (number & 1) == 0
                ? new FourTuple(US, 7, IpAddress.ofV4(0x0a4d_0100 + host), port)
                : new FourTuple(US_V6, 7, IpAddress.of(0xfd77_0000_0000_0000L, host + 16), port);
    }
}
