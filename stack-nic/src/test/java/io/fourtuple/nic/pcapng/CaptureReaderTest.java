package io.fourtuple.nic.pcapng;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fourtuple.core.ip.LinkProperties.Medium;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptureReaderTest {
    private static final int MICROSECONDS = 0xa1b2c3d4;
    private static final int NANOSECONDS = 0xa1b23c4d;
    private static final byte[] ETHERNET_V4 = new byte[60];

    static {
        ETHERNET_V4[12] = 8;
    }

    private static List<CapturedPacket> read(byte[] file) throws IOException {
        return read(new ByteArrayInputStream(file));
    }

    private static List<CapturedPacket> read(InputStream file) throws IOException {
        List<CapturedPacket> packets = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(file)) {
            Optional<CapturedPacket> next = reader.next();
            while (next.isPresent()) {
                packets.add(next.get());
                next = reader.next();
            }
        }
        return packets;
    }

    private static ByteBuffer pcap(ByteOrder order, int magic, int linkType) {
        return ByteBuffer.allocate(1000).order(order)
                .putInt(magic).putShort((short) 2).putShort((short) 4).putLong(0).putInt(65_535).putInt(linkType);
    }

    private static byte[] octets(ByteBuffer file) {
        byte[] octets = new byte[file.position()];
        file.get(0, octets);
        return octets;
    }

    private static ByteBuffer block(ByteBuffer file, int type, ByteBuffer body) {
        int length = 12 + body.capacity();
        return file.putInt(type).putInt(length).put(body.clear()).putInt(length);
    }

    private static ByteBuffer body(ByteOrder order, int length) {
        return ByteBuffer.allocate(length).order(order);
    }

    private static ByteBuffer pcapng(ByteOrder order) {
        ByteBuffer section = body(order, 16).putInt(0x1a2b3c4d).putShort((short) 1).putShort((short) 0).putLong(-1);
        return block(ByteBuffer.allocate(1000).order(order), 0x0a0d0d0a, section);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void shouldReadPcapOfEitherByteOrderAndResolution(boolean bigEndian, boolean nanoseconds) throws IOException {
        ByteBuffer file = pcap(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
                nanoseconds ? NANOSECONDS : MICROSECONDS, 1);
        file.putInt(1_800_000_000).putInt(123_456).putInt(60).putInt(1500).put(ETHERNET_V4);
        // Beyond 2038.
        file.putInt(0xf000_0000).putInt(7).putInt(0).putInt(0);

        List<CapturedPacket> packets = read(octets(file));

        long fraction = nanoseconds ? 1 : 1000;
        assertThat(packets).hasSize(2);
        assertThat(packets.get(0).epochNanos()).isEqualTo(1_800_000_000_000_000_000L + 123_456 * fraction);
        assertThat(packets.get(0).bytes()).isEqualTo(ETHERNET_V4);
        assertThat(packets.get(0).originalLength()).isEqualTo(1500);
        assertThat(packets.get(0).linkType()).isEqualTo(LinkType.ETHERNET);
        assertThat(packets.get(1).epochNanos()).isEqualTo(0xf000_0000L * 1_000_000_000 + 7 * fraction);
        assertThat(packets.get(1).bytes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void shouldReadPcapngOfEitherByteOrder(boolean bigEndian) throws IOException {
        ByteOrder order = bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        ByteBuffer file = pcapng(order);
        // Ticks of 2^-20 s, an hour later.
        block(file, 1, body(order, 8 + 8 + 12).putShort((short) 113).putShort((short) 0).putInt(40)
                .putShort((short) 9).putShort((short) 1).put(new byte[] {(byte) 0x94, 0, 0, 0})
                .putShort((short) 14).putShort((short) 8).putLong(3600));
        block(file, 6, body(order, 20 + 4).putInt(0).putInt(0).putInt((5 << 20) + (1 << 19)).putInt(3).putInt(9)
                .put(new byte[] {1, 2, 3, 0}));
        block(file, 3, body(order, 4 + 40).putInt(99).put(new byte[40]));
        // Of another section, with an interface of its own.
        file.put(octets(pcapng(order)));
        block(file, 1, body(order, 8).putShort((short) 101).putShort((short) 0).putInt(0));
        block(file, 3, body(order, 4 + 4).putInt(3).put(new byte[] {0x45, 0, 0, 0}));

        List<CapturedPacket> packets = read(octets(file));

        assertThat(packets).extracting(CapturedPacket::linkType)
                .containsExactly(LinkType.LINUX_SLL, LinkType.LINUX_SLL, LinkType.IP);
        assertThat(packets).extracting(packet -> packet.bytes().length).containsExactly(3, 40, 3);
        assertThat(packets).extracting(CapturedPacket::originalLength).containsExactly(9, 99, 3);
        assertThat(packets.getFirst().epochNanos()).isEqualTo(3_605_500_000_000L);
    }

    @Test
    void shouldNotKeepWhatItHasRead() throws IOException {
        // A gigabyte that is never there as a whole.
        byte[] header = octets(pcap(ByteOrder.BIG_ENDIAN, MICROSECONDS, 101));
        byte[] packet = ByteBuffer.allocate(16 + 65_000).putLong(0).putInt(65_000).putInt(65_000).array();
        InputStream endless = new InputStream() {
            private ByteBuffer piece = ByteBuffer.wrap(header);
            private int pieces;

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                if (!piece.hasRemaining()) {
                    if (pieces++ == 16_000) {
                        return -1;
                    }
                    piece = ByteBuffer.wrap(packet);
                }
                int count = Math.min(length, piece.remaining());
                piece.get(into, offset, count);
                return count;
            }
        };
        int count = 0;
        try (CaptureReader reader = CaptureReader.open(endless)) {
            for (Optional<CapturedPacket> next = reader.next(); next.isPresent(); next = reader.next()) {
                count++;
            }
        }

        assertThat(count).isEqualTo(16_000);
    }

    @Test
    void shouldSayWhereACaptureIsBroken() throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        try (PcapngWriter writer = new PcapngWriter(whole, PcapngWriter.UNLIMITED)) {
            writer.write(writer.addInterface("ft0", Medium.ETHERNET), 1, ByteBuffer.wrap(ETHERNET_V4),
                    Direction.INBOUND, "");
        }
        byte[] cut = Arrays.copyOf(whole.toByteArray(), whole.size() - 10);
        byte[] otherEnd = whole.toByteArray();
        otherEnd[otherEnd.length - 3] = 9;
        ByteBuffer long1 = pcap(ByteOrder.BIG_ENDIAN, MICROSECONDS, 1).putLong(0).putInt(300_000).putInt(300_000);
        ByteBuffer negative = pcap(ByteOrder.LITTLE_ENDIAN, NANOSECONDS, 1).putLong(0).putInt(-1).putInt(1);
        ByteBuffer noInterface = block(pcapng(ByteOrder.LITTLE_ENDIAN), 6, body(ByteOrder.LITTLE_ENDIAN, 20));
        ByteBuffer huge = pcapng(ByteOrder.LITTLE_ENDIAN).putInt(6).putInt(0x7fff_fffc);
        ByteBuffer obsolete = block(pcapng(ByteOrder.LITTLE_ENDIAN), 2, body(ByteOrder.LITTLE_ENDIAN, 20));
        byte[] noOrder = octets(pcapng(ByteOrder.LITTLE_ENDIAN));
        noOrder[8] = 0;

        assertBroken(cut, "it ends in the middle, at octet " + cut.length);
        assertBroken(otherEnd, "ends elsewhere than it says");
        assertBroken(octets(long1), "the packet at octet 24 has a wrong length");
        assertBroken(octets(negative), "the packet at octet 24 has a wrong length");
        assertBroken(octets(noInterface), "the block at octet 28 is broken");
        assertBroken(octets(huge), "the block at octet 28 has a wrong length");
        assertBroken(octets(obsolete), "convert the capture with editcap");
        assertBroken(noOrder, "the section at octet 0 has no byte order");
        assertBroken(new byte[] {1, 2}, "it ends after 2 octets");
        assertBroken(new byte[0], "it ends after 0 octets");
        assertThatThrownBy(() -> read(new byte[100])).hasMessageContaining("neither the number of pcapng nor");
        assertThatThrownBy(() -> read(new byte[] {0x1f, (byte) 0x8b, 8, 0})).hasMessageContaining("unpack it first");
    }

    @Test
    void shouldFindTheIpHeaderBehindEachLinkLayer() {
        byte[] tagged = new byte[60];
        tagged[12] = (byte) 0x88;
        tagged[13] = (byte) 0xa8;
        tagged[16] = (byte) 0x81;
        tagged[20] = (byte) 0x86;
        tagged[21] = (byte) 0xdd;
        byte[] sll = new byte[60];
        sll[14] = 8;
        byte[] sll2 = new byte[60];
        sll2[0] = 8;

        assertThat(LinkType.of(1).ipOffset(ETHERNET_V4)).isEqualTo(14);
        assertThat(LinkType.of(1).ipOffset(tagged)).isEqualTo(22);
        assertThat(LinkType.of(1).ipOffset(sll)).isEqualTo(-1);
        assertThat(LinkType.of(1).ipOffset(new byte[13])).isEqualTo(-1);
        assertThat(LinkType.of(101).ipOffset(new byte[20])).isZero();
        assertThat(LinkType.of(228).ipOffset(new byte[20])).isZero();
        assertThat(LinkType.of(229).ipOffset(new byte[0])).isEqualTo(-1);
        assertThat(LinkType.of(113).ipOffset(sll)).isEqualTo(16);
        assertThat(LinkType.of(276).ipOffset(sll2)).isEqualTo(20);
        assertThat(LinkType.of(0).ipOffset(new byte[24])).isEqualTo(4);
        assertThat(LinkType.of(147).ipOffset(new byte[24])).isEqualTo(-1);
    }

    private static void assertBroken(byte[] file, String how) {
        assertThatThrownBy(() -> read(file)).isInstanceOf(IOException.class)
                .hasMessageStartingWith("not a whole capture: ").hasMessageContaining(how);
    }
}
