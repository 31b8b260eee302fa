package io.fourtuple.nic.pcapng;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.TcpFlags;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FlightRecorderTest {
    private static final FourTuple V4 =
            new FourTuple(IpAddress.parse("10.77.0.2"), 80, IpAddress.parse("10.77.0.1"), 40_000);
    private static final FourTuple V6 =
            new FourTuple(IpAddress.parse("fd77::2"), 80, IpAddress.parse("fd77::1"), 40_000);
    private static final long EPOCH = 1_800_000_000_000_000_000L;
    private static final int SNAP = 256;
    private static final int PAYLOAD = 180;
    private static final int MANY = 200_000;

    private final TransmitOffload offload = new TransmitOffload();
    private final FlightRecorder recorder = new FlightRecorder("ft0", Medium.ETHERNET, 8, SNAP);
    private final ByteBuffer buffer = ByteBuffer.allocate(70_000);
    private final FrameSink sink = recorder.recording(new FrameSink() {
        @Override
        public ByteBuffer frame() {
            return buffer.clear();
        }

        @Override
        public boolean transmit(int length, TransmitOffload unused) {
            return length < 1000; // else its queue is full
        }
    });

    /** A frame from the tuple's local end; its checksum field holds the pseudo-header's sum only. */
    private static byte[] frame(FourTuple tuple, int payload) {
        boolean v4 = tuple.local().isV4();
        int header = v4 ? 20 : 40;
        ByteBuffer frame = ByteBuffer.allocate(14 + header + 20 + payload);
        frame.putShort(12, (short) (v4 ? 0x0800 : 0x86dd)).put(14, (byte) (v4 ? 0x45 : 0x60));
        byte[] local = tuple.local().toInetAddress().getAddress();
        byte[] remote = tuple.remote().toInetAddress().getAddress();
        if (v4) {
            frame.putShort(16, (short) (40 + payload)).put(23, (byte) 6).put(26, local).put(30, remote);
        } else {
            frame.putShort(18, (short) (20 + payload)).put(20, (byte) 6).put(22, local).put(38, remote);
        }
        int tcp = 14 + header;
        frame.putShort(tcp, (short) tuple.localPort()).putShort(tcp + 2, (short) tuple.remotePort());
        frame.put(tcp + 12, (byte) 0x50);
        int pseudo = Checksum.pseudoHeader(tuple.local(), tuple.remote(), 6, 20 + payload);
        frame.putShort(tcp + 16, (short) ~Checksum.finish(pseudo));
        return frame.array();
    }

    private void send(FourTuple tuple, int payload) {
        byte[] frame = frame(tuple, payload);
        sink.frame().put(frame);
        sink.transmit(frame.length, offload);
    }

    private List<CapturedPacket> packets(FourTuple tuple) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (PcapngWriter writer = new PcapngWriter(file, PcapngWriter.UNLIMITED)) {
            recorder.of(tuple, 1000, EPOCH).writeTo(writer, "it broke");
        }
        return PcapngReader.read(file.toByteArray());
    }

    private static boolean isIntact(CapturedPacket packet) {
        byte[] bytes = packet.bytes();
        int pseudo = Checksum.pseudoHeader(V4.local(), V4.remote(), 6, bytes.length - 34);
        return Checksum.finish(pseudo + Checksum.sum(bytes, 34, bytes.length - 34)) == 0;
    }

    @Test
    void shouldRememberBothWaysOfOneConnectionAndNothingElse() throws IOException {
        recorder.setTime(100);
        send(V4, 10);
        recorder.setTime(200);
        recorder.received(new Frame(frame(V4.reversed(), 11)));
        send(V6, 12);
        send(new FourTuple(V4.local(), 80, V4.remote(), 40_001), 13);
        recorder.received(new Frame(frame(V6.reversed(), 14)));
        recorder.received(new Frame(new byte[20]));

        assertThat(packets(V4)).extracting(CapturedPacket::direction)
                .containsExactly(Direction.OUTBOUND, Direction.INBOUND);
        assertThat(packets(V4)).extracting(CapturedPacket::epochNanos).containsExactly(EPOCH - 900, EPOCH - 800);
        assertThat(packets(V4)).extracting(CapturedPacket::comment).containsExactly("", "it broke");
        assertThat(packets(V4)).extracting(packet -> packet.bytes().length).containsExactly(64, 65);
        assertThat(packets(V4)).extracting(CapturedPacket::interfaceName).containsOnly("ft0");
        assertThat(packets(V6)).extracting(packet -> packet.bytes().length).containsExactly(86, 88);
    }

    @Test
    void shouldRememberTheLastFramesOnly() throws IOException {
        for (int i = 0; i < 100; i++) {
            send(V4, i);
        }

        assertThat(packets(V4)).extracting(packet -> packet.bytes().length - 54)
                .containsExactly(92, 93, 94, 95, 96, 97, 98, 99);
    }

    @Test
    void shouldRememberTheBeginningOfALongFrameAndItsLength() throws IOException {
        offload.segmentSize = 1448;
        send(V4, 60_000);
        recorder.received(new Frame(frame(V4.reversed(), 50_000), true, 1460));

        assertThat(packets(V4)).extracting(packet -> packet.bytes().length).containsExactly(SNAP, SNAP);
        assertThat(packets(V4)).extracting(CapturedPacket::originalLength).containsExactly(60_054, 50_054);
        assertThat(packets(V4)).extracting(CapturedPacket::comment).containsExactly(
                "segments of 1448 octets in one frame", "it broke; segments of 1460 octets in one frame");
        assertThat(packets(V4).getFirst().bytes())
                .isEqualTo(Arrays.copyOf(frame(V4, 60_000), SNAP));
    }

    @Test
    void shouldRememberWhyAFrameWasSent() throws IOException {
        for (SendReason reason : SendReason.values()) {
            offload.reason = reason;
            offload.attempt = reason == SendReason.RTO ? 70_000 : 0;
            offload.flags = TcpFlags.ALL;
            FlightRecorder one = new FlightRecorder("ft0", Medium.ETHERNET, 2, SNAP);
            byte[] frame = frame(V4, 10);
            FrameSink in = one.recording(sink);
            in.frame().put(frame);
            in.transmit(frame.length, offload);
            one.received(new Frame(frame(V4.reversed(), 11)));
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            try (PcapngWriter writer = new PcapngWriter(file, PcapngWriter.UNLIMITED)) {
                one.of(V4, 1000, EPOCH).writeTo(writer, "it broke");
            }

            String expected = reason.describe(reason == SendReason.RTO ? 0xffff : 0, TcpFlags.ALL);
            assertThat(PcapngReader.read(file.toByteArray())).extracting(CapturedPacket::comment)
                    .containsExactly(expected, "it broke");
        }
    }

    @Test
    void shouldCompleteTheChecksumsThatTheNicWas() throws IOException {
        offload.checksum = true;
        offload.checksumStart = 34;
        offload.checksumOffset = 16;
        send(V4, 100);
        recorder.received(new Frame(frame(V4.reversed(), 101), true, 0));
        recorder.received(new Frame(frame(V4.reversed(), 102), false, 0));

        assertThat(packets(V4)).extracting(FlightRecorderTest::isIntact).containsExactly(true, true, false);
    }

    @Test
    void shouldPassOnWhatTheNicSays() {
        sink.frame();
        assertThat(sink.transmit(999, offload)).isTrue();
        assertThat(sink.transmit(1000, offload)).isFalse();
    }

    @Test
    void shouldRefuseToRememberNothing() {
        assertThatThrownBy(() -> new FlightRecorder("ft0", Medium.IP, 0, SNAP))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FlightRecorder("ft0", Medium.IP, 8, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Each frame is of one octet again and again, the one that its time says. */
    @Test
    void shouldGiveAnotherThreadWholePacketsOnly() {
        TransmitOffload none = new TransmitOffload();
        AtomicInteger seen = new AtomicInteger();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            byte[] frame = frame(V4, PAYLOAD);
            for (int i = 1; i <= MANY || seen.get() < 1_000; i++) {
                recorder.setTime(i);
                Arrays.fill(frame, frame.length - PAYLOAD, frame.length, (byte) i);
                sink.frame().put(frame);
                sink.transmit(frame.length, none);
            }
        });
        while (!writer.isDone()) {
            List<Recording.Packet> packets = recorder.of(V4, 0, 0).packets();
            seen.addAndGet(packets.size());
            for (int i = 0; i < packets.size(); i++) {
                byte[] bytes = packets.get(i).bytes();
                byte expected = (byte) packets.get(i).epochNanos();
                for (int at = bytes.length - PAYLOAD; at < bytes.length; at++) {
                    assertThat(bytes[at]).isEqualTo(expected);
                }
                assertThat(i == 0 || packets.get(i - 1).epochNanos() < packets.get(i).epochNanos()).isTrue();
            }
        }

        writer.join();
        assertThat(recorder.of(V4, 0, 0).size()).as("nobody writes").isEqualTo(8);
    }

    @Test
    void shouldMergeWhatSeveralQueuesHaveRecorded() {
        FlightRecorder other = new FlightRecorder("ft0", Medium.ETHERNET, 8, SNAP);
        recorder.setTime(1);
        send(V4, 1);
        other.setTime(2);
        other.received(new Frame(frame(V4.reversed(), 2)));
        recorder.setTime(3);
        send(V4, 3);

        Recording merged = Recording.merged(List.of(recorder.of(V4, 0, 0), other.of(V4, 0, 0)));

        assertThat(merged.packets()).extracting(Recording.Packet::epochNanos).containsExactly(1L, 2L, 3L);
        assertThat(merged.packets()).extracting(Recording.Packet::originalLength).containsExactly(55, 56, 57);
    }
}
