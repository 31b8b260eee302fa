package io.fourtuple.nic.pcapng;

import io.fourtuple.core.ip.LinkProperties.Medium;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Writes a capture file in the pcapng format (draft-ietf-opsawg-pcapng), for Wireshark and its kin: one section, one
 * description per interface, one enhanced packet block per frame, times in nanoseconds.
 *
 * <p>Buffered: reaches the file when the buffer is full, when a frame comes more than a second after the last flush, on
 * {@link #flush} and on {@link #close}. May be shared by threads. Never longer than the limit it was made with: frames
 * for which there is no room are counted and left out.
 */
public final class PcapngWriter implements AutoCloseable {
    /** No limit for the length of a file. */
    public static final long UNLIMITED = 0;
    /** The longest frame that is written whole; as with Linux's tools. */
    public static final int SNAPLEN = 262_144;
    /** How long a frame may stay in the buffer while others come. */
    public static final long FLUSH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int BUFFER = 256 * 1024;
    private static final int PACKET_FIXED = 20;
    private static final int OPTION_HEADER = 4;
    private static final int MAX_TEXT = 1024;
    private static final byte[] USER_APPLICATION = "Fourtuple".getBytes(StandardCharsets.UTF_8);

    private final OutputStream out;
    private final long maxBytes;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    private final List<String> interfaces = new ArrayList<>();
    private long written;
    private long omitted;
    private long lastFlush;
    private boolean closed;

    /**
     * Starts a capture.
     *
     * @param out where to; closed by {@link #close}
     * @param maxBytes the most octets to write, or {@link #UNLIMITED}
     * @throws IOException when writing fails
     */
    public PcapngWriter(OutputStream out, long maxBytes) throws IOException {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("the limit of a capture must not be negative, is " + maxBytes);
        }
        this.out = out;
        this.maxBytes = maxBytes;
        writeSectionHeader();
        flush();
    }

    /** Starts a capture in a file, which is replaced when it exists. */
    public static PcapngWriter create(Path file, long maxBytes) throws IOException {
        return new PcapngWriter(Files.newOutputStream(file), maxBytes);
    }

    /**
     * Describes an interface.
     *
     * @return its number, for {@link #write}
     */
    public synchronized int addInterface(String name, Medium medium) throws IOException {
        byte[] text = text(name);
        int options = optionLength(text.length) + optionLength(1) + OPTION_HEADER;
        int length = Blocks.FRAMING + 8 + options;
        reserve(length);
        buffer.putInt(Blocks.INTERFACE_DESCRIPTION).putInt(length);
        buffer.putShort(switch (medium) {
            case ETHERNET -> Blocks.ETHERNET;
            case IP -> Blocks.RAW;
        });
        buffer.putShort((short) 0).putInt(SNAPLEN);
        putOption(Blocks.IF_NAME, text);
        putOption(Blocks.IF_TSRESOL, new byte[] {Blocks.NANOSECONDS});
        endBlock(length);
        interfaces.add(name);
        return interfaces.size() - 1;
    }

    /**
     * Writes a frame.
     *
     * @param interfaceNumber what {@link #addInterface} returned
     * @param epochNanos when, in nanoseconds since 1970-01-01T00:00Z
     * @param frame from its position to its limit, neither of which changes; cut at {@link #SNAPLEN}
     * @param comment what Wireshark shows beside it, cut at 1,024 octets; empty for nothing
     * @return false when the limit of the file is reached and the frame was left out
     */
    public boolean write(int interfaceNumber, long epochNanos, ByteBuffer frame, Direction direction, String comment)
            throws IOException {
        return write(interfaceNumber, epochNanos, frame, frame.remaining(), direction, comment);
    }

    /**
     * Writes a frame of which only the beginning may be there.
     *
     * @param originalLength how long it was, in octets
     */
    synchronized boolean write(
            int interfaceNumber, long epochNanos, ByteBuffer frame, int originalLength, Direction direction,
            String comment)
            throws IOException {
        int captured = Math.min(frame.remaining(), SNAPLEN);
        byte[] text = text(comment);
        int options = optionLength(4) + (text.length == 0 ? 0 : optionLength(text.length)) + OPTION_HEADER;
        int length = Blocks.FRAMING + PACKET_FIXED + Blocks.padded(captured) + options;
        if (closed || (maxBytes != UNLIMITED && written + buffer.position() + length > maxBytes)) {
            omitted++;
            return false;
        }
        reserve(length - captured);
        buffer.putInt(Blocks.ENHANCED_PACKET).putInt(length).putInt(interfaceNumber);
        buffer.putInt((int) (epochNanos >>> 32)).putInt((int) epochNanos).putInt(captured).putInt(originalLength);
        putBytes(frame, captured);
        putOption(Blocks.EPB_FLAGS, new byte[] {direction.flags(), 0, 0, 0});
        if (text.length > 0) {
            putOption(Blocks.OPTION_COMMENT, text);
        }
        endBlock(length);
        if (epochNanos - lastFlush >= FLUSH_NANOS) {
            lastFlush = epochNanos;
            flush();
        }
        return true;
    }

    /** Frames that were left out as the file had reached its limit. */
    public synchronized long omitted() {
        return omitted;
    }

    /** Hands everything to the file. */
    public synchronized void flush() throws IOException {
        drain();
        out.flush();
    }

    /** Ends the file. Twice is no error; frames written afterwards are left out. */
    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            try (out) {
                drain();
            }
        }
    }

    private synchronized void writeSectionHeader() throws IOException {
        int length = Blocks.FRAMING + 16 + optionLength(USER_APPLICATION.length) + OPTION_HEADER;
        buffer.putInt(Blocks.SECTION_HEADER).putInt(length).putInt(Blocks.BYTE_ORDER_MAGIC);
        // Version 1.0, length of the section not given.
        buffer.putShort((short) 1).putShort((short) 0).putLong(-1);
        putOption(Blocks.SHB_USERAPPL, USER_APPLICATION);
        endBlock(length);
    }

    private void putBytes(ByteBuffer frame, int length) throws IOException {
        int done = 0;
        while (done < length) {
            reserve(1);
            int chunk = Math.min(length - done, buffer.remaining());
            buffer.put(buffer.position(), frame, frame.position() + done, chunk);
            buffer.position(buffer.position() + chunk);
            done += chunk;
        }
        reserve(MAX_TEXT * 2);
        pad(length);
    }

    private void putOption(int code, byte[] value) {
        buffer.putShort((short) code).putShort((short) value.length).put(value);
        pad(value.length);
    }

    private void endBlock(int length) {
        buffer.putInt(Blocks.OPTION_END).putInt(length);
    }

    private void pad(int length) {
        for (int i = length; i < Blocks.padded(length); i++) {
            buffer.put((byte) 0);
        }
    }

    private void reserve(int length) throws IOException {
        if (buffer.remaining() < length) {
            drain();
        }
    }

    private void drain() throws IOException {
        out.write(buffer.array(), 0, buffer.position());
        written += buffer.position();
        buffer.clear();
    }

    private static int optionLength(int length) {
        return OPTION_HEADER + Blocks.padded(length);
    }

    private static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= MAX_TEXT ? bytes : Arrays.copyOf(bytes, MAX_TEXT);
    }
}
