package io.fourtuple.core.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What is written is what is read, for any segment. */
class TcpRoundTripTest {
    @Property(seed = "3", tries = 3000)
    void shouldReadWhatWasWritten(@ForAll long content, @ForAll @IntRange(max = 63) int padding) {
        Random random = new Random(content);
        OutboundSegment s = randomSegment(random);
        byte[] payload = new byte[s.payloadLength];
        random.nextBytes(payload);
        s.payload = (seq, length, target) -> target.put(payload, Seq.distance(s.seq, seq) - syn(s), length);
        ByteBuffer target = random.nextBoolean() ? ByteBuffer.allocate(2000) : ByteBuffer.allocateDirect(2000);
        target.position(padding);

        int length = TcpCodec.write(s, 49152, 443, target);
        byte[] frame = new byte[padding + length];
        target.get(0, frame);
        TcpSegment read = TcpCodec.parse(frame, padding, length, 0, 0);

        assertThat(length).isEqualTo(TcpCodec.HEADER_LENGTH + s.optionsLength() + s.payloadLength);
        assertThat(TcpCodec.sourcePort(frame, padding)).isEqualTo(49152);
        assertThat(TcpCodec.destinationPort(frame, padding)).isEqualTo(443);
        assertThat(Bytes.uint16(frame, padding + TcpCodec.CHECKSUM_OFFSET)).isZero();
        assertThat(read.seq()).isEqualTo(s.seq);
        assertThat(read.ack()).isEqualTo(read.has(TcpFlags.ACK) ? s.ack : 0);
        assertThat(read.flags()).isEqualTo(s.flags);
        assertThat(read.window()).isEqualTo(s.window);
        assertThat(read.urgentPointer()).isEqualTo(read.has(TcpFlags.URG) ? s.urgentPointer : 0);
        assertThat(read.options()).isEqualTo(optionsOf(s));
        assertThat(read.length()).isEqualTo(s.length());
        assertThat(Arrays.copyOfRange(frame, read.payloadOffset(), read.payloadOffset() + read.payloadLength()))
                .isEqualTo(payload);
    }

    private static OutboundSegment randomSegment(Random random) {
        OutboundSegment s = new OutboundSegment().clear();
        s.seq = random.nextInt();
        s.ack = random.nextInt();
        s.flags = random.nextInt(TcpFlags.ALL + 1);
        s.window = random.nextInt(0x10000);
        s.urgentPointer = random.nextInt(0x10000);
        s.mss = random.nextBoolean() ? random.nextInt(0x10000) : -1;
        s.windowScale = random.nextBoolean() ? random.nextInt(15) : -1;
        s.sackPermitted = random.nextBoolean();
        s.timestamps = random.nextBoolean();
        s.tsVal = s.timestamps ? random.nextInt() : 0;
        s.tsEcr = s.timestamps ? random.nextInt() : 0;
        s.sackBlocks = random.nextInt(OutboundSegment.MAX_SACK_BLOCKS + 1);
        Arrays.setAll(s.sackEdges, i -> random.nextInt());
        s.userTimeout = random.nextInt(4) == 0 ? random.nextInt(0x10000) : -1;
        s.bsdOrder = s.sackBlocks == 0 && random.nextInt(4) == 0;
        if (random.nextBoolean()) {
            s.accEcn(random.nextInt(4), random.nextBoolean(), random.nextInt(), random.nextInt(), random.nextInt());
        }
        s.payloadLength = random.nextBoolean() ? random.nextInt(1461) : 0;
        return s;
    }

    private static TcpOptions optionsOf(OutboundSegment s) {
        int[] edges = Arrays.copyOf(s.sackEdges, 2 * s.writableSackBlocks());
        return new TcpOptions(s.mss, s.windowScale, s.sackPermitted, s.timestamps, s.tsVal, s.tsEcr, edges,
                FastOpenOption.ABSENT, accEcnOf(s), s.userTimeout);
    }

    private static AccEcnOption accEcnOf(OutboundSegment s) {
        int[] order1 = {s.accEcnEct1, s.accEcnCe, s.accEcnEct0};
        int[] order0 = {s.accEcnEct0, s.accEcnCe, s.accEcnEct1};
        int[] values = s.accEcnOrder1 ? order1 : order0;
        int[] written = new int[3];
        for (int i = 0; i < s.accEcnFields; i++) {
            written[i] = values[i] & 0xff_ffff;
        }
        return new AccEcnOption(
                s.accEcnFields, s.accEcnFields >= 0 && s.accEcnOrder1, written[0], written[1], written[2]);
    }

    private static int syn(OutboundSegment s) {
        return (s.flags & TcpFlags.SYN) >> 1;
    }
}
