package io.fourtuple.nic.pcapng;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads pcapng: enhanced and simple packet blocks of any number of sections. Other blocks are skipped; obsolete packet
 * blocks, which nobody has written for years, are refused.
 */
public final class PcapngReader extends CaptureReader {
    private static final int OBSOLETE_PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    private static final int DEFAULT_RESOLUTION = 6;
    private static final int BLOCK_HEADER = 8;
    /** Longer than any block with a packet of {@link PcapngWriter#SNAPLEN} octets; what Wireshark allows, too. */
    private static final int LONGEST_BLOCK = 16 << 20;
    private static final int MOST_INTERFACES = 65_536;
    private static final int OFFSET_OPTION = 14;
    private static final long SECOND = 1_000_000_000L;
    private static final int BINARY = 0x80;

    private record Interface(String name, LinkType linkType, int snapLength, int resolution, long offsetSeconds) {}

    private record Options(
            String name, int resolution, long offsetSeconds, Direction direction, String comment) {}

    private final List<Interface> interfaces = new ArrayList<>();
    private ByteOrder order = ByteOrder.LITTLE_ENDIAN;

    PcapngReader(CaptureInput in) {
        super(in);
    }

    /**
     * All packets of a file, in its order, at once.
     *
     * @throws IOException when it cannot be read or is no whole pcapng file
     */
    public static List<CapturedPacket> read(Path file) throws IOException {
        return read(Files.readAllBytes(file));
    }

    /** All packets of a file that is in memory. */
    public static List<CapturedPacket> read(byte[] file) throws IOException {
        List<CapturedPacket> packets = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(new ByteArrayInputStream(file))) {
            Optional<CapturedPacket> next = reader.next();
            while (next.isPresent()) {
                packets.add(next.get());
                next = reader.next();
            }
        }
        return packets;
    }

    @Override
    public Optional<CapturedPacket> next() throws IOException {
        while (!in.isAtEnd()) {
            long start = in.position();
            try {
                Optional<CapturedPacket> packet = readBlock(start);
                if (packet.isPresent()) {
                    return packet;
                }
            } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new IOException("not a whole capture: the block at octet " + start + " is broken", e);
            }
        }
        return Optional.empty();
    }

    private Optional<CapturedPacket> readBlock(long start) throws IOException {
        if (in.peek() == Blocks.SECTION_HEADER) {
            interfaces.clear();
            readSectionHeader(start);
            return Optional.empty();
        }
        in.order(order);
        ByteBuffer header = in.take(BLOCK_HEADER);
        int type = header.getInt();
        ByteBuffer body = body(start, header.getInt(), BLOCK_HEADER);
        return switch (type) {
            case Blocks.INTERFACE_DESCRIPTION -> {
                addInterface(body);
                yield Optional.empty();
            }
            case Blocks.ENHANCED_PACKET -> Optional.of(enhancedPacket(body));
            case SIMPLE_PACKET -> Optional.of(simplePacket(body));
            case OBSOLETE_PACKET -> throw CaptureInput.broken("the block at octet " + start
                    + " is of an obsolete kind: convert the capture with editcap");
            default -> Optional.empty(); // Not about packets.
        };
    }

    private void readSectionHeader(long start) throws IOException {
        in.order(ByteOrder.BIG_ENDIAN);
        ByteBuffer header = in.take(BLOCK_HEADER + 4);
        order = header.getInt(BLOCK_HEADER) == Blocks.BYTE_ORDER_MAGIC
                ? ByteOrder.BIG_ENDIAN
                : ByteOrder.LITTLE_ENDIAN;
        header.order(order);
        if (header.getInt(BLOCK_HEADER) != Blocks.BYTE_ORDER_MAGIC) {
            throw CaptureInput.broken("the section at octet " + start + " has no byte order");
        }
        in.order(order);
        body(start, header.getInt(4), BLOCK_HEADER + 4);
    }

    /** What is left of a block of {@code length} octets of which {@code taken} were read, without the last four. */
    private ByteBuffer body(long start, int length, int taken) throws IOException {
        if (length < taken + 4 || length % 4 != 0 || length > LONGEST_BLOCK) {
            throw CaptureInput.broken("the block at octet " + start + " has a wrong length");
        }
        ByteBuffer rest = in.take(length - taken);
        if (rest.getInt(rest.limit() - 4) != length) {
            throw CaptureInput.broken("the block at octet " + start + " ends elsewhere than it says");
        }
        return rest.limit(rest.limit() - 4);
    }

    private void addInterface(ByteBuffer body) throws IOException {
        if (interfaces.size() == MOST_INTERFACES) {
            throw CaptureInput.broken("it has more than " + MOST_INTERFACES + " interfaces");
        }
        LinkType linkType = LinkType.of(body.getShort() & 0xffff);
        body.getShort();
        int snapLength = body.getInt();
        Options options = readOptions(body, Blocks.IF_NAME);
        interfaces.add(new Interface(
                options.name, linkType, snapLength, options.resolution, options.offsetSeconds));
    }

    private CapturedPacket enhancedPacket(ByteBuffer body) {
        Interface on = interfaces.get(body.getInt());
        long time = (long) body.getInt() << 32 | (body.getInt() & 0xffff_ffffL);
        int captured = body.getInt();
        int original = body.getInt();
        byte[] bytes = octets(body, captured);
        body.position(body.position() + Blocks.padded(bytes.length) - bytes.length);
        Options options = readOptions(body, Blocks.OPTION_END);
        return new CapturedPacket(on.name, on.linkType, nanos(time, on), bytes, original, options.direction,
                options.comment);
    }

    /** A packet of the first interface, without a time. */
    private CapturedPacket simplePacket(ByteBuffer body) {
        Interface on = interfaces.getFirst();
        int original = body.getInt();
        int captured = on.snapLength > 0 ? Math.min(original, on.snapLength) : original;
        return new CapturedPacket(on.name, on.linkType, 0, octets(body, captured), original, Direction.UNKNOWN, "");
    }

    private static byte[] octets(ByteBuffer body, int length) {
        if (length < 0 || length > body.remaining()) {
            throw new IndexOutOfBoundsException(length);
        }
        byte[] bytes = new byte[length];
        body.get(bytes);
        return bytes;
    }

    private static long nanos(long time, Interface on) {
        long offset = on.offsetSeconds * SECOND;
        if (on.resolution >= BINARY) {
            int bits = on.resolution - BINARY;
            long fraction = time & ((1L << bits) - 1);
            return offset + (time >>> bits) * SECOND + ((fraction * SECOND) >>> bits);
        }
        long nanos = time;
        for (int power = on.resolution; power < Blocks.NANOSECONDS; power++) {
            nanos *= 10;
        }
        return offset + nanos;
    }

    private static Options readOptions(ByteBuffer body, int nameCode) {
        String name = "";
        int resolution = DEFAULT_RESOLUTION;
        long offsetSeconds = 0;
        Direction direction = Direction.UNKNOWN;
        String comment = "";
        boolean describesInterface = nameCode == Blocks.IF_NAME;
        while (body.remaining() >= 4) {
            int code = body.getShort();
            int length = body.getShort() & 0xffff;
            if (code == Blocks.OPTION_END) {
                break;
            }
            byte[] value = octets(body, length);
            body.position(body.position() + Blocks.padded(value.length) - value.length);
            if (code == Blocks.OPTION_COMMENT) {
                comment = new String(value, StandardCharsets.UTF_8);
            } else if (describesInterface && code == Blocks.IF_NAME) {
                name = new String(value, StandardCharsets.UTF_8);
            } else if (describesInterface && code == Blocks.IF_TSRESOL) {
                resolution = resolution(value[0] & 0xff);
            } else if (describesInterface && code == OFFSET_OPTION) {
                offsetSeconds = ByteBuffer.wrap(value).order(body.order()).getLong();
            } else if (!describesInterface && code == Blocks.EPB_FLAGS) {
                direction = Direction.of(ByteBuffer.wrap(value).order(body.order()).getInt());
            }
        }
        return new Options(name, resolution, offsetSeconds, direction, comment);
    }

    /** A power of ten, or with the highest bit set a power of two, as far as nanoseconds can be made of it. */
    private static int resolution(int value) {
        int finest = value >= BINARY ? BINARY + 33 : Blocks.NANOSECONDS;
        if (value > finest) {
            throw new IllegalArgumentException("time stamps finer than nanoseconds");
        }
        return value;
    }
}
