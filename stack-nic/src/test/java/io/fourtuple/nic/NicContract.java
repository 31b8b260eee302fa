package io.fourtuple.nic;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.MacAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What {@link Nic} and its sink promise, for a NIC that loses nothing. A subclass wires one to an {@link OtherEnd}.
 *
 * <p>The frames are of an experimental EtherType or IP protocol and to addresses of nobody, so that a kernel that sees
 * them as well does nothing. What it sends of its own accord may come between them.
 */
@Timeout(60)
public abstract class NicContract {
    private static final int FRAMES = 1000;
    /** Few enough for the smallest queue on the way, such as a socket's receive buffer. */
    private static final int BURST = 32;
    private static final int[] BATCHES = {1, 2, 7, NicActor.MAX_BATCH};
    private static final int MORE_THAN_ANY_QUEUE = 100_000;
    private static final int SUPER_FRAME_PAYLOAD = 20_000;
    private static final MacAddress OTHER_MAC = MacAddress.parse("02:00:00:00:77:0e");
    private static final int OUR_ADDRESS = 0x0a4d_c802; // 10.77.200.2
    private static final int OTHER_ADDRESS = 0x0a4d_c803;
    private static final int ETHERNET_HEADER = 14;

    /**
     * What a test runs with.
     *
     * @param nic the NIC under test
     * @param other what it is wired to
     */
    public record Wiring(Nic nic, OtherEnd other) {}

    private Nic nic;
    private OtherEnd other;
    private ReadinessProbe probe;
    private ContractFrames outgoing;
    private ContractFrames incoming;
    private final TransmitOffload offload = new TransmitOffload();
    // Received so far: all frames, and those of this test.
    private int received;
    private long receivedOctets;
    private final List<Frame> ours = new ArrayList<>();

    /** Opens the NIC under test, ready to carry frames. */
    protected abstract Wiring wire();

    /**
     * Brings about that {@code nic}, if it goes on sending, comes to a frame that it cannot send, as its queue is full
     * or its link down. Nobody takes frames at the other end from now on.
     */
    protected abstract void obstruct(Nic nic);

    /** Lets a frame that was sent arrive, where time passes only when somebody says so. */
    protected void letTimePass() {}

    /** Gives back what {@link #wire} has made besides the two ends, which are closed by then. */
    protected void unwire() {}

    @BeforeEach
    void setUp() {
        Wiring wiring = wire();
        nic = wiring.nic();
        other = wiring.other();
        probe = new ReadinessProbe(nic.readiness());
        LinkProperties link = nic.link();
        outgoing = new ContractFrames(link.medium(), OTHER_MAC, link.mac(), OUR_ADDRESS, OTHER_ADDRESS);
        incoming = new ContractFrames(link.medium(), link.mac(), OTHER_MAC, OTHER_ADDRESS, OUR_ADDRESS);
    }

    @AfterEach
    void tearDown() {
        if (nic != null) {
            nic.close();
            other.close();
            probe.close();
        }
        unwire();
    }

    @Test
    void shouldCarryFramesOfAllSizesBothWaysInOrderAndIntact() {
        long octets = 0;
        for (int number = 0; number < FRAMES; ) {
            int first = number;
            for (; number < Math.min(first + BURST, FRAMES); number++) {
                int length = length(number);
                octets += length;
                assertThat(transmit(outgoing.numbered(number, length))).isTrue();
                sendToNic(number);
            }
            for (int i = first; i < number; i++) {
                assertThat(takeNumbered()).as("frame %d", i).isEqualTo(outgoing.numbered(i, length(i)));
            }
            receiveUpTo(number, BATCHES[number / BURST % BATCHES.length]);
        }

        // Compared at the end: what was handed over must not be written again.
        for (int i = 0; i < FRAMES; i++) {
            assertThat(ours.get(i).bytes()).as("frame %d", i).isEqualTo(incoming.numbered(i, length(i)));
        }
        assertThat(ours).hasSize(FRAMES).extracting(Frame::gsoSize).containsOnly(0);
        assertCounted(FRAMES, octets);
    }

    @Test
    void shouldTellOfEachFrameThatComesAfterTheLastWasTaken() {
        for (int number = 0; number < FRAMES / 10; number++) {
            receiveUpTo(number, BURST);
            assertThat(receiveOnce(BURST)).as("nothing is left").isLessThan(BURST);
            assertThat(ours).hasSize(number);
            sendToNic(number);
            receiveUpTo(number + 1, BURST);
        }
    }

    @Test
    void shouldCountNothingBeforeAnythingWasSent() {
        NicStatistics statistics = nic.statistics();

        assertThat(statistics.rxFrames() + statistics.rxBytes() + statistics.rxDropped()).isZero();
        assertThat(statistics.txFrames() + statistics.txBytes() + statistics.txDropped()).isZero();
    }

    @Test
    void shouldLendOneBufferAgainAndAgain() {
        ByteBuffer frame = nic.sink().frame();
        int longest = headerLength() + Math.max(nic.link().mtu(), nic.link().maxSegmentedBytes());
        frame.put((byte) 1).limit(2);

        for (int i = 0; i < 3; i++) {
            assertThat(nic.sink().frame()).isSameAs(frame);
            assertThat(frame.position()).isZero();
            assertThat(frame.limit()).isEqualTo(frame.capacity()).isGreaterThanOrEqualTo(longest);
            assertThat(frame.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
            assertThat(transmit(outgoing.numbered(i, outgoing.smallest()))).isTrue();
        }
    }

    @Test
    void shouldKeepItsNameAndPropertiesAsLongAsItLives() {
        String name = nic.name();
        LinkProperties link = nic.link();
        Object sink = nic.sink();
        Readiness readiness = nic.readiness();
        assertThat(transmit(outgoing.numbered(0, largest()))).isTrue();
        sendToNic(0);
        receiveUpTo(1, BURST);
        nic.close();

        assertThat(nic.name()).isEqualTo(name).isNotBlank();
        assertThat(nic.link()).isEqualTo(link);
        assertThat(nic.sink()).isSameAs(sink);
        assertThat(nic.readiness()).isSameAs(readiness);
        assertThat(link.mac().equals(MacAddress.NONE)).isEqualTo(link.medium() == Medium.IP);
        assertThat(link.mac().isMulticast()).isFalse();
    }

    @Test
    void shouldSayAndCountWhatItCouldNotSend() {
        obstruct(nic);
        int sent = 0;
        while (transmit(outgoing.numbered(sent, outgoing.smallest()))) {
            sent++;
            assertThat(sent).as("frames sent into an obstructed link").isLessThan(MORE_THAN_ANY_QUEUE);
        }

        assertThat(nic.statistics().txDropped()).isOne();
        assertThat(nic.statistics().txFrames()).isEqualTo(sent);
        assertThat(nic.statistics().txBytes()).isEqualTo((long) sent * outgoing.smallest());
    }

    @Test
    void shouldNeitherSendNorReceiveOnceClosed() {
        sendToNic(0);
        receiveUpTo(1, BURST);
        sendToNic(1);
        nic.close();
        nic.close();
        other.send(incoming.numbered(2, outgoing.smallest()));

        assertThat(receiveOnce(BURST)).isZero();
        for (int i = 1; i <= 3; i++) {
            assertThat(transmit(outgoing.numbered(i, outgoing.smallest()))).isFalse();
            assertThat(nic.statistics().txDropped()).isEqualTo(i);
        }
        assertThat(nic.statistics().txFrames()).isZero();
    }

    @Test
    void shouldFinishOrVouchForTheChecksumsThatAreLeftToIt() {
        if (!nic.link().checksumOffload()) {
            assertThat(nic.link().maxSegmentedBytes()).isZero(); // nobody could finish the segments' checksums
            return;
        }
        for (int size = 0; size < 100; size++) {
            byte[] payload = payload(size);
            assertThat(transmit(outgoing.unfinishedTcp(payload, 0, offload))).isTrue();

            assertThat(outgoing.tcpPayload(takeTcp().bytes())).isEqualTo(payload);
        }
    }

    @Test
    void shouldCarryWhatItIsToCutWholeOrInPieces() {
        if (nic.link().maxSegmentedBytes() == 0) {
            assertThat(nic.sink().frame().capacity()).isGreaterThanOrEqualTo(largest()); // and nothing longer is given
            return;
        }
        int size = Math.min(nic.link().maxSegmentedBytes() - 40, SUPER_FRAME_PAYLOAD);
        int segmentSize = nic.link().mtu() - 40;
        byte[] payload = payload(size);
        ByteBuffer arrived = ByteBuffer.allocate(size);
        byte[] frame = outgoing.unfinishedTcp(payload, segmentSize, offload);
        assertThat(transmit(frame)).isTrue();

        while (arrived.hasRemaining()) {
            Frame next = takeTcp();
            assertThat(next.gsoSize()).isEqualTo(next.bytes().length > largest() ? segmentSize : 0);
            arrived.put(outgoing.tcpPayload(next.bytes()));
        }
        assertThat(arrived.array()).isEqualTo(payload);
        assertThat(nic.statistics().txFrames()).isOne();
        assertThat(nic.statistics().txBytes()).isEqualTo(frame.length);
    }

    private void assertCounted(int sent, long octets) {
        NicStatistics statistics = nic.statistics();
        assertThat(statistics.txFrames()).isEqualTo(sent);
        assertThat(statistics.txBytes()).isEqualTo(octets);
        assertThat(statistics.txDataFrames()).isBetween(1L, (long) sent);
        assertThat(statistics.txDropped()).isZero();
        assertThat(statistics.rxFrames()).isEqualTo(received);
        assertThat(statistics.rxBytes()).isEqualTo(receivedOctets);
        assertThat(statistics.rxDataFrames()).isBetween(1L, (long) received);
        assertThat(statistics.rxDropped()).isZero();
    }

    private boolean transmit(byte[] frame) {
        ByteBuffer buffer = nic.sink().frame();
        buffer.put(frame);
        boolean sent = nic.sink().transmit(frame.length, offload);
        offload.clear();
        // The sink's own again: what is written into it now must not be seen at the other end.
        buffer.clear();
        for (int i = 0; i < frame.length; i++) {
            buffer.put((byte) 0xee);
        }
        return sent;
    }

    private void sendToNic(int number) {
        assertThat(other.send(incoming.numbered(number, length(number)))).isTrue();
    }

    /** Receives as a reader does, who looks again only after a full batch or when told. */
    private void receiveUpTo(int total, int batch) {
        while (ours.size() < total) {
            if (receiveOnce(batch) < batch && ours.size() < total) {
                letTimePass();
                assertThat(probe.await()).as("told of frame %d of %d", ours.size(), total).isTrue();
            }
        }
    }

    private int receiveOnce(int most) {
        int before = received;
        int count = nic.receive(frame -> {
            received++;
            receivedOctets += frame.bytes().length;
            if (incoming.isNumbered(frame.bytes())) {
                ours.add(frame);
            }
        }, most);
        assertThat(count).isEqualTo(received - before).isLessThanOrEqualTo(most);
        return count;
    }

    private byte[] takeNumbered() {
        while (true) {
            byte[] frame = other.take().orElseThrow(() -> new AssertionError("nothing more comes")).bytes();
            if (outgoing.isNumbered(frame)) {
                return frame;
            }
        }
    }

    private Frame takeTcp() {
        while (true) {
            Frame frame = other.take().orElseThrow(() -> new AssertionError("nothing more comes"));
            if (outgoing.isTcp(frame.bytes())) {
                assertThat(frame.checksumVerified() || outgoing.isTcpChecksumRight(frame.bytes())).isTrue();
                return frame;
            }
        }
    }

    /** The length of a numbered frame: the shortest, the longest, then those between. */
    private int length(int number) {
        int smallest = outgoing.smallest();
        int span = largest() - smallest;
        return number < 2 ? smallest + number * span : smallest + number * 7919 % (span + 1);
    }

    private int largest() {
        return headerLength() + nic.link().mtu();
    }

    private int headerLength() {
        return nic.link().medium() == Medium.ETHERNET ? ETHERNET_HEADER : 0;
    }

    private static byte[] payload(int size) {
        byte[] payload = new byte[size];
        new SplittableRandom(size).nextBytes(payload);
        return payload;
    }
}
