package io.fourtuple.nic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.MacAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemoryWireTest {
    private static final int ALL = Integer.MAX_VALUE;
    /** Just below the wrap of the clock. */
    private long now = Long.MAX_VALUE - 5;

    @Test
    void shouldCarryFramesInOrderBothWays() {
        MemoryWire wire = wire(MemoryWire.Config.DEFAULT);

        send(wire.left(), 0, 100);
        send(wire.right(), 100, 110);

        assertThat(receive(wire.right())).isEqualTo(range(0, 100));
        assertThat(receive(wire.left())).isEqualTo(range(100, 110));
        assertThat(wire.left().statistics().txFrames()).isEqualTo(100);
        assertThat(wire.right().statistics().rxFrames()).isEqualTo(100);
        assertThat(wire.right().statistics().rxBytes()).isEqualTo(100 * 60);
    }

    @Test
    void shouldCopyAFrameToItsSize() {
        MemoryWire wire = wire(MemoryWire.Config.DEFAULT);
        ByteBuffer frame = wire.left().sink().frame();
        assertThat(frame.remaining()).isEqualTo(1514);
        frame.put(0, (byte) 7);
        wire.left().sink().transmit(61, new TransmitOffload());
        frame.put(0, (byte) 8);

        List<Frame> got = new ArrayList<>();
        wire.right().receive(got::add, 1);

        assertThat(got.getFirst().bytes()).hasSize(61).startsWith(7);
        assertThat(got.getFirst().checksumVerified()).isFalse();
    }

    @Test
    void shouldCarrySuperFramesWholeAndVouchForTheirChecksum() {
        MemoryWire wire = wire(MemoryWire.Config.DEFAULT.withSuperFrames(65535));
        TransmitOffload offload = new TransmitOffload();
        offload.checksum = true;
        offload.segmentSize = 1448;
        assertThat(wire.left().sink().frame().remaining()).isEqualTo(65549);
        wire.left().sink().transmit(65549, offload);

        List<Frame> got = new ArrayList<>();
        wire.right().receive(got::add, ALL);

        assertThat(got).hasSize(1);
        assertThat(got.getFirst().bytes()).hasSize(65549);
        assertThat(got.getFirst().gsoSize()).isEqualTo(1448);
        assertThat(got.getFirst().checksumVerified()).isTrue();
        assertThat(wire.right().statistics().meanRxDataFrame()).isEqualTo(65549);
    }

    @Test
    void shouldRefuseWorkItDidNotOffer() {
        MemoryWire wire = wire(MemoryWire.Config.DEFAULT);
        TransmitOffload offload = new TransmitOffload();
        offload.checksum = true;

        assertThatIllegalArgumentException().isThrownBy(() -> wire.left().sink().transmit(60, offload));
    }

    @Test
    void shouldLoseTheSameFramesForTheSameSeed() {
        MemoryWire.Config config = MemoryWire.Config.DEFAULT.withLoss(0.2).withDuplication(0.1).withSeed(42)
                .withQueueFrames(5000);
        List<Integer> first = afterSending(config, 1000);

        assertThat(afterSending(config, 1000)).isEqualTo(first);
        assertThat(afterSending(config.withSeed(43), 1000)).isNotEqualTo(first);
        assertThat(first.stream().distinct().count()).isBetween(750L, 850L);
        assertThat(first.size() - first.stream().distinct().count()).isBetween(50L, 110L);
        assertThat(first).isSorted();
    }

    @Test
    void shouldDrawEachDirectionFromItsOwnGenerator() {
        MemoryWire.Config config = MemoryWire.Config.DEFAULT.withLoss(0.5).withSeed(1);
        MemoryWire quiet = wire(config);
        send(quiet.left(), 0, 200);
        MemoryWire busy = wire(config);
        send(busy.right(), 0, 77);
        send(busy.left(), 0, 200);

        assertThat(receive(busy.right())).isEqualTo(receive(quiet.right()));
    }

    @Test
    void shouldHoldFramesBackForTheirDelay() {
        MemoryWire wire = wire(MemoryWire.Config.DEFAULT.withDelay(Duration.ofNanos(10)));
        send(wire.left(), 0, 1);
        now += 4;
        send(wire.left(), 1, 2);

        assertThat(receive(wire.right())).isEmpty();
        assertThat(wire.right().nextReceive()).isEqualTo(now + 6);
        now += 6;
        assertThat(receive(wire.right())).containsExactly(0);
        assertThat(wire.right().nextReceive()).isEqualTo(now + 4);
        now += 4;
        assertThat(receive(wire.right())).containsExactly(1);
        assertThat(wire.right().nextReceive()).isEqualTo(Deadline.NONE);
    }

    @Test
    void shouldLetFramesOvertakeEachOtherByJitter() {
        MemoryWire.Config config = MemoryWire.Config.DEFAULT.withDelay(Duration.ofNanos(100))
                .withJitter(Duration.ofNanos(50)).withSeed(3);
        List<Integer> first = afterSending(config, 200);

        assertThat(afterSending(config, 200)).isEqualTo(first);
        assertThat(first).isNotEqualTo(range(0, 200)).containsExactlyInAnyOrderElementsOf(range(0, 200));
    }

    @Test
    void shouldDropWhatTheQueueCannotHold() {
        MemoryWire wire = wire(MemoryWire.Config.DEFAULT.withQueueFrames(3).withDelay(Duration.ofNanos(1)));
        send(wire.left(), 0, 5);

        assertThat(wire.left().statistics().txDropped()).isEqualTo(2);
        assertThat(wire.left().statistics().txFrames()).isEqualTo(3);
        now++;
        assertThat(receive(wire.right())).containsExactly(0, 1, 2);
    }

    @Test
    void shouldTakeNoMoreFramesThanAsked() {
        MemoryWire wire = wire(MemoryWire.Config.DEFAULT);
        send(wire.left(), 0, 5);

        assertThat(receive(wire.right(), 2)).containsExactly(0, 1);
        assertThat(receive(wire.right(), 3)).containsExactly(2, 3, 4);
        assertThat(receive(wire.right(), 3)).isEmpty();
    }

    @Test
    void shouldWakeOnceAfterTheReceiverHasFoundNothing() {
        MemoryWire wire = wire(MemoryWire.Config.DEFAULT);
        int[] wakeUps = new int[1];
        signal(wire.right()).onReadable(() -> wakeUps[0]++);
        assertThat(receive(wire.right())).isEmpty();

        send(wire.left(), 0, 10);
        assertThat(wakeUps[0]).isEqualTo(1);
        assertThat(receive(wire.right(), 10)).hasSize(10);
        send(wire.left(), 0, 10);
        assertThat(wakeUps[0]).as("a full batch: the receiver asks again by itself").isEqualTo(1);
        assertThat(receive(wire.right(), 11)).hasSize(10);
        send(wire.left(), 0, 1);
        assertThat(wakeUps[0]).isEqualTo(2);
    }

    @Test
    void shouldNotRecurseWhenBothEndsAnswerOnTheSameThread() {
        MemoryWire wire = wire(MemoryWire.Config.DEFAULT);
        int[] bounces = new int[1];
        int[] depth = new int[1];
        List<Integer> depths = new ArrayList<>();
        signal(wire.right()).onReadable(() -> bounce(wire.right(), bounces, depth, depths));
        signal(wire.left()).onReadable(() -> bounce(wire.left(), bounces, depth, depths));

        send(wire.left(), 0, 1);

        assertThat(bounces[0]).isEqualTo(10_000);
        assertThat(Collections.max(depths)).isLessThanOrEqualTo(2);
    }

    private static void bounce(Nic nic, int[] bounces, int[] depth, List<Integer> depths) {
        depths.add(++depth[0]);
        nic.receive(frame -> {
            if (bounces[0]++ < 9_999) {
                send(nic, 0, 1);
            }
        }, ALL);
        depth[0]--;
    }

    @Test
    void shouldLoseNoFrameBetweenTwoThreads() throws InterruptedException {
        int frames = 300_000;
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT.withQueueFrames(64));
        Thread receiver = Thread.currentThread();
        signal(wire.right()).onReadable(() -> LockSupport.unpark(receiver));
        Thread sender = new Thread(() -> {
            for (int i = 0; i < frames; ) {
                i += sendOne(wire.left(), i) ? 1 : 0;
            }
        });
        sender.start();
        List<Integer> got = new ArrayList<>();
        while (got.size() < frames) {
            List<Integer> batch = receive(wire.right(), 32);
            got.addAll(batch);
            if (batch.size() < 32 && got.size() < frames) {
                LockSupport.park();
            }
        }
        sender.join();

        assertThat(got).isEqualTo(range(0, frames));
    }

    @Test
    void shouldDropFramesToAndFromAClosedEnd() {
        MemoryWire wire = wire(MemoryWire.Config.DEFAULT);
        send(wire.left(), 0, 1);
        wire.right().close();
        wire.right().close();

        assertThat(sendOne(wire.left(), 1)).isFalse();
        assertThat(sendOne(wire.right(), 1)).isFalse();
        assertThat(receive(wire.right())).isEmpty();
    }

    @Test
    void shouldOfferTheLinkThatWasConfigured() {
        MemoryWire wire = wire(MemoryWire.Config.DEFAULT.withMtu(9000).withSuperFrames(32768));
        assertThat(wire.left().link().mtu()).isEqualTo(9000);
        assertThat(wire.left().link().maxSegmentedBytes()).isEqualTo(32768);
        assertThat(wire.left().link().checksumOffload()).isTrue();
        assertThat(wire.left().link().mac()).isNotEqualTo(wire.right().link().mac());

        Nic ip = wire(MemoryWire.Config.DEFAULT.withMedium(Medium.IP)).left();
        assertThat(ip.link().mac()).isEqualTo(MacAddress.NONE);
        assertThat(ip.sink().frame().remaining()).isEqualTo(1500);
    }

    @Test
    void shouldRejectImpossibleProperties() {
        MemoryWire.Config config = MemoryWire.Config.DEFAULT;
        assertThatIllegalArgumentException().isThrownBy(() -> config.withLoss(1.1)).withMessageContaining("loss");
        assertThatIllegalArgumentException().isThrownBy(() -> config.withMtu(100)).withMessageContaining("mtu");
        assertThatIllegalArgumentException().isThrownBy(() -> config.withSuperFrames(100));
        assertThatIllegalArgumentException().isThrownBy(() -> config.withDelay(Duration.ofNanos(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> config.withQueueFrames(0));
    }

    private MemoryWire wire(MemoryWire.Config config) {
        return new MemoryWire(config, () -> now);
    }

    private List<Integer> afterSending(MemoryWire.Config config, int count) {
        MemoryWire wire = wire(config);
        send(wire.left(), 0, count);
        List<Integer> got = receive(wire.right());
        while (wire.right().nextReceive() != Deadline.NONE) {
            now = wire.right().nextReceive();
            got.addAll(receive(wire.right()));
        }
        return got;
    }

    private static Readiness.Signal signal(Nic nic) {
        return (Readiness.Signal) nic.readiness();
    }

    private static void send(Nic nic, int from, int to) {
        for (int i = from; i < to; i++) {
            sendOne(nic, i);
        }
    }

    private static boolean sendOne(Nic nic, int number) {
        nic.sink().frame().putInt(20, number);
        return nic.sink().transmit(60, new TransmitOffload());
    }

    private static List<Integer> receive(Nic nic) {
        return receive(nic, ALL);
    }

    private static List<Integer> receive(Nic nic, int most) {
        List<Integer> numbers = new ArrayList<>();
        nic.receive(frame -> numbers.add(ByteBuffer.wrap(frame.bytes()).getInt(20)), most);
        return numbers;
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
