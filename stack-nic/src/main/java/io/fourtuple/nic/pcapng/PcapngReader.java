package io.fourtuple.nic.pcapng;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the packets of a pcapng capture of this project or of others: enhanced packet blocks, in either byte order,
 * of any resolution that is a power of ten. Other blocks are skipped. Reads the whole file into memory.
 */
public final class PcapngReader {
    private static final int DEFAULT_RESOLUTION = 6;
    private static final int MIN_BLOCK = 12;

    private record Interface(String name, int resolution) {}

    private record Options(String name, int resolution, Direction direction, String comment) {}

    private final ByteBuffer in;
    private final List<Interface> interfaces = new ArrayList<>();
    private final List<CapturedPacket> packets = new ArrayList<>();

    private PcapngReader(byte[] file) {
        in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * All packets of a file, in its order.
     *
     * @throws IOException when it cannot be read or is no pcapng file
     */
    public static List<CapturedPacket> read(Path file) throws IOException {
        return read(Files.readAllBytes(file));
    }

    /** All packets of a file that is in memory. */
    public static List<CapturedPacket> read(byte[] file) throws IOException {
        PcapngReader reader = new PcapngReader(file);
        try {
            while (reader.in.remaining() >= MIN_BLOCK) {
                reader.readBlock();
            }
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException("not a whole pcapng file: broken near octet " + reader.in.position(), e);
        }
        if (reader.in.hasRemaining()) {
            throw new IOException("not a whole pcapng file: it ends inside a block");
        }
        return reader.packets;
    }

    private void readBlock() throws IOException {
        int start = in.position();
        int type = in.getInt();
        if (type == Blocks.SECTION_HEADER) {
            interfaces.clear();
            in.order(in.getInt(start + 8) == Blocks.BYTE_ORDER_MAGIC ? in.order() : opposite(in.order()));
            if (in.getInt(start + 8) != Blocks.BYTE_ORDER_MAGIC) {
                throw new IOException("not a pcapng file");
            }
        }
        int length = in.getInt();
        if (length < MIN_BLOCK || length % 4 != 0 || in.getInt(start + length - 4) != length) {
            throw new IOException("not a whole pcapng file: the block at octet " + start + " has a wrong length");
        }
        ByteBuffer body = in.slice(start + 8, length - MIN_BLOCK).order(in.order());
        switch (type) {
            case Blocks.INTERFACE_DESCRIPTION -> {
                body.position(8);
                Options options = readOptions(body, Blocks.IF_NAME);
                interfaces.add(new Interface(options.name, options.resolution));
            }
            case Blocks.ENHANCED_PACKET -> readPacket(body);
            default -> {
                // Not about packets.
            }
        }
        in.position(start + length);
    }

    private void readPacket(ByteBuffer body) {
        Interface on = interfaces.get(body.getInt());
        long time = (long) body.getInt() << 32 | (body.getInt() & 0xffff_ffffL);
        byte[] bytes = new byte[body.getInt()];
        int original = body.getInt();
        body.get(bytes);
        body.position(body.position() + Blocks.padded(bytes.length) - bytes.length);
        Options options = readOptions(body, Blocks.OPTION_END);
        for (int power = on.resolution; power < Blocks.NANOSECONDS; power++) {
            time *= 10;
        }
        packets.add(new CapturedPacket(on.name, time, bytes, original, options.direction, options.comment));
    }

    private static Options readOptions(ByteBuffer body, int nameCode) {
        String name = "";
        int resolution = DEFAULT_RESOLUTION;
        Direction direction = Direction.UNKNOWN;
        String comment = "";
        boolean describesInterface = nameCode == Blocks.IF_NAME;
        while (body.remaining() >= 4) {
            int code = body.getShort();
            byte[] value = new byte[body.getShort() & 0xffff];
            if (code == Blocks.OPTION_END) {
                break;
            }
            body.get(value);
            body.position(body.position() + Blocks.padded(value.length) - value.length);
            if (code == Blocks.OPTION_COMMENT) {
                comment = new String(value, StandardCharsets.UTF_8);
            } else if (describesInterface && code == Blocks.IF_NAME) {
                name = new String(value, StandardCharsets.UTF_8);
            } else if (describesInterface && code == Blocks.IF_TSRESOL) {
                resolution = powerOfTen(value[0]);
            } else if (!describesInterface && code == Blocks.EPB_FLAGS) {
                direction = Direction.of(ByteBuffer.wrap(value).order(body.order()).getInt());
            }
        }
        return new Options(name, resolution, direction, comment);
    }

    private static int powerOfTen(byte resolution) {
        if (resolution < 0 || resolution > Blocks.NANOSECONDS) {
            throw new IllegalArgumentException("unsupported resolution of time stamps");
        }
        return resolution;
    }

    private static ByteOrder opposite(ByteOrder order) {
        return order == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }
}
