package io.fourtuple.nic.pcapng;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.nic.MemoryWire;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CapturingNicTest {
    private static final IpAddress SOURCE_4 = IpAddress.parse("10.77.0.1");
    private static final IpAddress TARGET_4 = IpAddress.parse("10.77.0.2");
    private static final IpAddress SOURCE_6 = IpAddress.parse("fd77::1");
    private static final IpAddress TARGET_6 = IpAddress.parse("fd77::2");
    private static final long EPOCH = 1_800_000_000_000_000_000L;
    private static final int FRAMES = 5_000;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();
    private final TransmitOffload offload = new TransmitOffload();
    private long now = 1000;

    @Test
    void shouldCompleteChecksumsInTheCaptureOnly(@TempDir Path directory) throws IOException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT.withSuperFrames(65535), () -> now);
        ByteArrayOutputStream rightFile = new ByteArrayOutputStream();
        CapturingNic left = capturing(wire.left(), file);
        CapturingNic right = capturing(wire.right(), rightFile);
        byte[] small = tcp4(left.sink().frame(), 5);
        left.sink().transmit(small.length, offload);
        byte[] large = tcp4(left.sink().frame(), 65_001);
        offload.segmentSize = 1448;
        left.sink().transmit(large.length, offload);
        byte[] six = tcp6(left.sink().frame(), 777);
        left.sink().transmit(six.length, offload);

        List<Frame> got = new ArrayList<>();
        right.receive(got::add, 10);
        left.close();
        right.close();

        assertThat(got).extracting(Frame::bytes).as("what travels").containsExactly(small, large, six);
        Path path = directory.resolve("both.pcapng");
        // Two sections make a file, too.
        rightFile.writeTo(file);
        Files.write(path, file.toByteArray());
        List<CapturedPacket> packets = PcapngReader.read(path);
        assertThat(packets).extracting(CapturedPacket::direction).containsExactly(Direction.OUTBOUND,
                Direction.OUTBOUND, Direction.OUTBOUND, Direction.INBOUND, Direction.INBOUND, Direction.INBOUND);
        for (CapturedPacket packet : packets) {
            assertThat(isIntact(packet.bytes())).isTrue();
            assertThat(packet.epochNanos()).isEqualTo(EPOCH);
        }
        assertThat(packets.get(1).comment()).isEqualTo("segments of 1448 octets in one frame");
        Tshark.assertIntact(path, 6);
    }

    @Test
    void shouldSayWhyAFrameIsSent() throws IOException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT.withSuperFrames(65535), () -> now);
        CapturingNic left = capturing(wire.left(), file);
        byte[] frame = tcp4(left.sink().frame(), 5);
        offload.reason = SendReason.RTO;
        offload.attempt = 2;
        left.sink().transmit(frame.length, offload);
        byte[] large = tcp4(left.sink().frame(), 5000);
        offload.reason = SendReason.FAST_RETRANSMIT;
        offload.segmentSize = 1448;
        left.sink().transmit(large.length, offload);
        left.sink().frame();
        left.sink().transmit(60, offload.clear());
        wire.right().sink().frame();
        wire.right().sink().transmit(60, offload.clear());
        left.receive(_ -> {}, 1);
        left.close();

        assertThat(PcapngReader.read(file.toByteArray())).extracting(CapturedPacket::comment).containsExactly(
                "RTO #2", "fast retransmit; segments of 1448 octets in one frame", "", "");
    }

    @Test
    void shouldLeaveFramesAloneWhoseChecksumNobodyVouchesFor() throws IOException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT, () -> now);
        CapturingNic right = capturing(wire.right(), file);
        byte[] damaged = tcp4(wire.left().sink().frame(), 100);
        wire.left().sink().transmit(damaged.length, offload.clear());

        right.receive(frame -> assertThat(frame.bytes()).isEqualTo(damaged), 1);
        right.close();

        assertThat(PcapngReader.read(file.toByteArray()).getFirst().bytes()).isEqualTo(damaged);
    }

    @Test
    void shouldReachTheFileAlthoughNothingMoreComes() throws IOException {
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT, () -> now);
        CapturingNic left = capturing(wire.left(), file);
        left.receive(_ -> {}, 1);
        long due = left.nextReceive();
        tcp4(left.sink().frame(), 100);
        left.sink().transmit(154, offload.clear());
        tcp4(left.sink().frame(), 100);
        left.sink().transmit(154, offload.clear());
        assertThat(due - now).isEqualTo(PcapngWriter.FLUSH_NANOS);

        now = due;
        left.receive(_ -> {}, 1);

        assertThat(PcapngReader.read(file.toByteArray())).hasSize(2);
        assertThat(left.nextReceive() - now).isEqualTo(PcapngWriter.FLUSH_NANOS);
    }

    @Test
    void shouldWorkOnWhenTheCaptureCannotBeWritten() throws IOException {
        boolean[] full = new boolean[1];
        OutputStream disk = new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                if (full[0]) {
                    throw new IOException("No space left on device");
                }
            }
        };
        MemoryWire wire = new MemoryWire(MemoryWire.Config.DEFAULT.withQueueFrames(4096), () -> now);
        CapturingNic left = new CapturingNic(wire.left(), new PcapngWriter(disk, 0), () -> now, () -> EPOCH);
        full[0] = true;
        for (int i = 0; i < 1000; i++) {
            left.sink().frame();
            assertThat(left.sink().transmit(1514, offload.clear())).isTrue();
        }
        assertThat(wire.right().receive(_ -> {}, 2000)).isEqualTo(1000);
        left.close();
    }

    /** Two wires as the two queues of one NIC. */
    private record TwoQueues(Nic first, Nic second) implements Nic {
        @Override
        public List<Nic> queues(int wanted) {
            return List.of(this, second);
        }

        @Override
        public String name() {
            return first.name();
        }

        @Override
        public LinkProperties link() {
            return first.link();
        }

        @Override
        public FrameSink sink() {
            return first.sink();
        }

        @Override
        public int receive(Consumer<Frame> into, int maxFrames) {
            return first.receive(into, maxFrames);
        }

        @Override
        public Readiness readiness() {
            return first.readiness();
        }

        @Override
        public NicStatistics statistics() {
            return first.statistics();
        }

        @Override
        public void close() {
            first.close();
            second.close();
        }
    }

    @Test
    void shouldWriteWhatAllQueuesCarryInOrderOfTime() throws Exception {
        MemoryWire.Config config = MemoryWire.Config.DEFAULT.withQueueFrames(FRAMES);
        MemoryWire one = new MemoryWire(config);
        MemoryWire other = new MemoryWire(config);
        AtomicLong time = new AtomicLong(EPOCH);
        List<Nic> queues = new CapturingNic(new TwoQueues(one.left(), other.left()),
                new PcapngWriter(file, PcapngWriter.UNLIMITED), System::nanoTime, time::incrementAndGet).queues(2);
        CompletableFuture<?>[] senders = queues.stream()
                .map(queue -> CompletableFuture.runAsync(() -> sendMany(queue)))
                .toArray(CompletableFuture<?>[]::new);
        CompletableFuture.allOf(senders).get(60, TimeUnit.SECONDS);
        queues.getLast().close();
        queues.getFirst().sink().frame();
        assertThat(queues.getFirst().sink().transmit(60, new TransmitOffload())).as("full").isFalse();
        queues.getFirst().close();

        List<CapturedPacket> packets = PcapngReader.read(file.toByteArray());
        assertThat(packets).hasSize(2 * FRAMES + 1);
        assertThat(packets).extracting(CapturedPacket::interfaceName).containsOnly("memory-left");
        assertThat(packets).extracting(CapturedPacket::epochNanos).isSorted().doesNotHaveDuplicates();
    }

    private static void sendMany(Nic queue) {
        TransmitOffload none = new TransmitOffload();
        for (int i = 0; i < FRAMES; i++) {
            queue.sink().frame();
            queue.sink().transmit(60, none);
        }
    }

    @Test
    void shouldRecomputeOnlyWhatItKnows() {
        byte[] runt = new byte[20];
        CaptureChecksum.recompute(runt, Medium.ETHERNET);
        assertThat(runt).containsOnly(0);
        byte[] wrongLength = new byte[60];
        wrongLength[12] = 8;
        wrongLength[14] = 0x4f;
        wrongLength[16] = (byte) 0xff;
        wrongLength[23] = 6;
        byte[] before = wrongLength.clone();
        CaptureChecksum.recompute(wrongLength, Medium.ETHERNET);
        assertThat(wrongLength).isEqualTo(before);
    }

    private CapturingNic capturing(Nic nic, OutputStream out) throws IOException {
        return new CapturingNic(nic, new PcapngWriter(out, PcapngWriter.UNLIMITED), () -> now, () -> EPOCH);
    }

    /** Writes a frame with only the pseudo-header's sum in its checksum field. */
    private byte[] tcp4(ByteBuffer out, int payload) {
        out.putLong(0x0200_5e10_0002_0200L).putInt(0x5e10_0001).putShort((short) 0x0800);
        out.putShort((short) 0x4500).putShort((short) (40 + payload)).putInt(0x4000).putInt(0x4006_0000);
        out.putInt(SOURCE_4.v4Bits()).putInt(TARGET_4.v4Bits());
        out.putShort(24, (short) Checksum.finish(Checksum.sum(out, 14, 20)));
        return tcp(out, 34, Checksum.pseudoHeader(SOURCE_4, TARGET_4, 6, 20 + payload), payload);
    }

    private byte[] tcp6(ByteBuffer out, int payload) {
        out.putLong(0x0200_5e10_0002_0200L).putInt(0x5e10_0001).putShort((short) 0x86dd);
        out.putInt(0x6000_0000).putShort((short) (20 + payload)).putShort((short) 0x0640);
        out.putLong(SOURCE_6.high()).putLong(SOURCE_6.low()).putLong(TARGET_6.high()).putLong(TARGET_6.low());
        return tcp(out, 54, Checksum.pseudoHeader(SOURCE_6, TARGET_6, 6, 20 + payload), payload);
    }

    private byte[] tcp(ByteBuffer out, int start, int pseudo, int payload) {
        out.putInt(0x1000_0007).putInt(1).putInt(1).putInt(0x5010_ffff);
        out.putShort((short) Checksum.fold(pseudo)).putShort((short) 0);
        for (int i = 0; i < payload; i++) {
            out.put((byte) (i * 7));
        }
        offload.clear();
        offload.checksum = true;
        offload.checksumStart = start;
        offload.checksumOffset = 16;
        byte[] frame = new byte[out.position()];
        out.get(0, frame);
        return frame;
    }

    private static boolean isIntact(byte[] frame) {
        boolean six = frame[12] == (byte) 0x86;
        int start = six ? 54 : 34;
        int length = frame.length - start;
        int pseudo = six
                ? Checksum.pseudoHeader(SOURCE_6, TARGET_6, 6, length)
                : Checksum.pseudoHeader(SOURCE_4, TARGET_4, 6, length);
        return Checksum.verifies(pseudo + Checksum.sum(frame, start, length));
    }
}
