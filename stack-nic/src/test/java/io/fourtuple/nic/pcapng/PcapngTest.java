package io.fourtuple.nic.pcapng;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.ip.LinkProperties.Medium;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PcapngTest {
    private static final long TIME = 1_800_000_000_123_456_789L;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    @Test
    void shouldReadBackWhatItWrote() throws IOException {
        byte[] odd = octets(61);
        byte[] large = octets(65_549);
        try (PcapngWriter writer = new PcapngWriter(file, PcapngWriter.UNLIMITED)) {
            int first = writer.addInterface("ft0", Medium.ETHERNET);
            int second = writer.addInterface("ft1", Medium.IP);
            writer.write(first, TIME, ByteBuffer.wrap(odd), Direction.INBOUND, "");
            writer.write(second, TIME + 1, ByteBuffer.wrap(large), Direction.OUTBOUND, "größer");
            writer.write(first, TIME + 2, ByteBuffer.wrap(new byte[0]), Direction.UNKNOWN, "x");
        }

        List<CapturedPacket> packets = PcapngReader.read(file.toByteArray());

        assertThat(packets).hasSize(3);
        assertPacket(packets.get(0), "ft0", TIME, odd, Direction.INBOUND, "");
        assertPacket(packets.get(1), "ft1", TIME + 1, large, Direction.OUTBOUND, "größer");
        assertPacket(packets.get(2), "ft0", TIME + 2, new byte[0], Direction.UNKNOWN, "x");
    }

    @Test
    void shouldWriteFromAnyKindOfBufferAndLeaveItAsItWas() throws IOException {
        byte[] octets = octets(300_001);
        ByteBuffer direct = ByteBuffer.allocateDirect(octets.length + 20);
        direct.put(7, octets).position(7).limit(7 + 1000);
        try (PcapngWriter writer = new PcapngWriter(file, PcapngWriter.UNLIMITED)) {
            int number = writer.addInterface("ft0", Medium.ETHERNET);
            writer.write(number, TIME, direct, Direction.INBOUND, "");
            direct.limit(7 + octets.length);
            writer.write(number, TIME, direct, Direction.INBOUND, "");
        }

        List<CapturedPacket> packets = PcapngReader.read(file.toByteArray());
        assertThat(direct.position()).isEqualTo(7);
        assertThat(packets.get(0).bytes()).isEqualTo(Arrays.copyOf(octets, 1000));
        assertThat(packets.get(1).originalLength()).isEqualTo(octets.length);
        assertThat(packets.get(1).bytes()).isEqualTo(Arrays.copyOf(octets, PcapngWriter.SNAPLEN));
    }

    @Test
    void shouldSurviveAnyMixOfLengths() throws IOException {
        Random random = new Random(5);
        int[] lengths = random.ints(2_000, 0, 3_000).toArray();
        try (PcapngWriter writer = new PcapngWriter(file, PcapngWriter.UNLIMITED)) {
            int number = writer.addInterface("ft0", Medium.ETHERNET);
            for (int length : lengths) {
                writer.write(number, TIME, ByteBuffer.wrap(octets(length)), Direction.INBOUND, "x".repeat(length));
            }
        }
        assertThat(PcapngReader.read(file.toByteArray())).extracting(packet -> packet.bytes().length)
                .containsExactlyElementsOf(Arrays.stream(lengths).boxed().toList());
    }

    @Test
    void shouldNeverBeLongerThanItsLimit() throws IOException {
        try (PcapngWriter writer = new PcapngWriter(file, 10_000)) {
            int number = writer.addInterface("ft0", Medium.ETHERNET);
            int taken = 0;
            for (int i = 0; i < 100; i++) {
                taken += writer.write(number, TIME, ByteBuffer.wrap(octets(1000)), Direction.INBOUND, "") ? 1 : 0;
            }
            assertThat(taken).isEqualTo(9);
            assertThat(writer.omitted()).isEqualTo(91);
        }
        assertThat(file.size()).isBetween(9_000, 10_000);
        assertThat(PcapngReader.read(file.toByteArray())).hasSize(9);
    }

    @Test
    void shouldReachTheFileOnceASecondWhileFramesCome() throws IOException {
        PcapngWriter writer = new PcapngWriter(file, PcapngWriter.UNLIMITED);
        int number = writer.addInterface("ft0", Medium.ETHERNET);
        writer.write(number, TIME, ByteBuffer.wrap(octets(60)), Direction.INBOUND, "");
        int afterFirst = file.size();
        writer.write(number, TIME + 999_999_999, ByteBuffer.wrap(octets(60)), Direction.INBOUND, "");
        assertThat(file.size()).isEqualTo(afterFirst);
        writer.write(number, TIME + 1_000_000_000, ByteBuffer.wrap(octets(60)), Direction.INBOUND, "");
        assertThat(PcapngReader.read(file.toByteArray())).hasSize(3);
    }

    @Test
    void shouldRefuseWhatIsNoCapture() {
        assertThatThrownBy(() -> PcapngReader.read(new byte[100])).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> PcapngReader.read(octets(100))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> PcapngReader.read(new byte[5])).isInstanceOf(IOException.class);
    }

    @Test
    void shouldBeUnderstoodByTshark(@TempDir Path directory) throws IOException {
        Path path = directory.resolve("plain.pcapng");
        try (PcapngWriter writer = PcapngWriter.create(path, PcapngWriter.UNLIMITED)) {
            int number = writer.addInterface("ft0", Medium.ETHERNET);
            byte[] frame = new byte[60];
            frame[12] = (byte) 0x88;
            frame[13] = (byte) 0xb5;
            writer.write(number, TIME, ByteBuffer.wrap(frame), Direction.OUTBOUND, "a comment");
        }
        Tshark.assertIntact(path, 1);
        if (Tshark.isPresent()) {
            assertThat(Tshark.fields(path, "frame").getFirst()).contains("a comment").contains("ft0")
                    .contains("1800000000.123456789").contains("0x00000002");
        }
        assertThat(Files.size(path) % 4).isZero();
    }

    private static void assertPacket(
            CapturedPacket packet, String name, long time, byte[] octets, Direction direction, String comment) {
        assertThat(packet.interfaceName()).isEqualTo(name);
        assertThat(packet.epochNanos()).isEqualTo(time);
        assertThat(packet.bytes()).isEqualTo(octets);
        assertThat(packet.originalLength()).isEqualTo(octets.length);
        assertThat(packet.direction()).isEqualTo(direction);
        assertThat(packet.comment()).isEqualTo(comment);
    }

    private static byte[] octets(int length) {
        byte[] octets = new byte[length];
        new Random(length).nextBytes(octets);
        return octets;
    }
}
