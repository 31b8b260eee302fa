package io.fourtuple.nic.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.nic.NicCounters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Frames in and out through a non-blocking descriptor that has a virtio-net header before each: what the NICs of Linux
 * have in common. One frame is one read or one write.
 *
 * <p>Confined to one thread. The descriptor stays its owner's, who closes it and then calls neither {@link #read} nor
 * {@link #write}.
 */
public final class VirtioPort {
    /** The largest IPv4 packet, and our limit for IPv6 as well. */
    public static final int MAX_SEGMENTED = 65535;

    private static final int ETHERNET_HEADER = 14;
    /** The longest IP packet: its length has 16 bits. IPv6's length leaves out 40 octets of header. */
    private static final int MAX_PACKET = 65535 + 40;
    /** VLAN tags, which nobody should send us, must not make a frame too long to read whole. */
    private static final int SLACK = 64;
    private static final int SCRATCH = VirtioHeader.SIZE + ETHERNET_HEADER + MAX_PACKET + SLACK;

    private final Linux linux;
    private final int fd;
    private final int headerSize;
    private final int shortest;
    private final NicCounters counters;
    private final MemorySegment received;
    private final MemorySegment sending;
    private final ByteBuffer frame;

    /**
     * Frames through {@code fd}.
     *
     * @param arena where the buffers live; the frame buffer is lent to others, so it should live as long as they
     * @param headerSize {@link VirtioHeader#SIZE} or {@link VirtioHeader#BASIC_SIZE}
     * @param counters what is read and written is counted here, and what is not intelligible
     */
    public VirtioPort(
            Linux linux, Arena arena, int fd, int headerSize, LinkProperties link, NicCounters counters) {
        this.linux = linux;
        this.fd = fd;
        this.headerSize = headerSize;
        this.counters = counters;
        int linkHeader = link.medium() == Medium.ETHERNET ? ETHERNET_HEADER : 0;
        shortest = headerSize + Math.max(linkHeader, 1);
        received = arena.allocate(SCRATCH, 64);
        sending = arena.allocate(SCRATCH, 64);
        int longest = linkHeader + Math.max(link.mtu(), link.maxSegmentedBytes());
        frame = sending.asSlice(headerSize, longest).asByteBuffer();
    }

    /**
     * Reads one frame.
     *
     * @return 1 when {@code into} got it, 0 when it was not intelligible, or {@code -errno}
     */
    public int read(Consumer<Frame> into) {
        int length = linux.read(fd, received, SCRATCH);
        if (length < 0) {
            return length;
        }
        // One that fills the buffer may have been longer.
        if (length < shortest || length == SCRATCH) {
            counters.receiveDropped();
            return 0;
        }
        byte[] bytes = new byte[length - headerSize];
        MemorySegment.copy(received, JAVA_BYTE, headerSize, bytes, 0, bytes.length);
        counters.received(bytes.length);
        into.accept(new Frame(bytes, VirtioHeader.isChecksumVerified(received), VirtioHeader.gsoSize(received)));
        return 1;
    }

    /** The buffer of {@link #write}, as {@link io.fourtuple.core.ip.FrameSink#frame} wants it. */
    public ByteBuffer frame() {
        return frame.clear();
    }

    /**
     * Writes the first {@code length} octets of {@link #frame()} as one frame.
     *
     * @return 0 or more, or {@code -errno}, which is not counted
     */
    public int write(int length, TransmitOffload offload) {
        VirtioHeader.write(sending, offload);
        int result = linux.write(fd, sending, (long) headerSize + length);
        if (result >= 0) {
            counters.sent(length);
        }
        return result;
    }
}
