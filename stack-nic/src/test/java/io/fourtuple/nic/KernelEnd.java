package io.fourtuple.nic;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.nic.sys.InterfaceRequests;
import io.fourtuple.nic.sys.Linux;
import io.fourtuple.nic.sys.VirtioHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** A packet(7) socket on an interface of the kernel in a network namespace, as the other end. */
public final class KernelEnd implements OtherEnd {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final short ALL_PROTOCOLS = 0x0300; // ETH_P_ALL, big-endian
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_VNET_HDR = 15;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int SECONDS = 10;
    private static final int ROOM = 128 * 1024;

    private final Arena arena = Arena.ofAuto();
    private final Linux linux = new Linux(arena);
    private final MemorySegment buffer = arena.allocate(ROOM, 8);
    private final int fd;

    private KernelEnd(String device) {
        fd = check(linux.socket(AF_PACKET, SOCK_RAW, 0), "socket");
        MemorySegment on = arena.allocateFrom(JAVA_INT, 1);
        check(linux.setOption(fd, SOL_PACKET, PACKET_VNET_HDR, on), "PACKET_VNET_HDR");
        check(linux.setOption(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, on), "PACKET_IGNORE_OUTGOING");
        check(linux.setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, arena.allocateFrom(JAVA_INT, 8 << 20)), "SO_RCVBUF");
        check(linux.setOption(fd, SOL_SOCKET, SO_RCVTIMEO, arena.allocateFrom(JAVA_LONG, SECONDS, 0)), "SO_RCVTIMEO");
        MemorySegment address = arena.allocate(20, 8);
        address.set(JAVA_SHORT, 0, (short) AF_PACKET);
        address.set(JAVA_SHORT, 2, ALL_PROTOCOLS);
        address.set(JAVA_INT, 4, check(new InterfaceRequests(linux, arena, device).index(fd), device));
        check(linux.bind(fd, address), "bind");
    }

    /** Listens on {@code device}, which is in {@code namespace}. */
    public static KernelEnd open(NetworkNamespace namespace, String device) {
        return namespace.call(() -> new KernelEnd(device));
    }

    @Override
    public boolean send(byte[] frame) {
        buffer.asSlice(0, VirtioHeader.BASIC_SIZE).fill((byte) 0);
        MemorySegment.copy(frame, 0, buffer, JAVA_BYTE, VirtioHeader.BASIC_SIZE, frame.length);
        return linux.write(fd, buffer, VirtioHeader.BASIC_SIZE + frame.length) >= 0;
    }

    @Override
    public Optional<Frame> take() {
        int length = linux.read(fd, buffer, ROOM);
        if (length == -Linux.EAGAIN) {
            return Optional.empty();
        }
        check(length, "read");
        byte[] frame = new byte[length - VirtioHeader.BASIC_SIZE];
        MemorySegment.copy(buffer, JAVA_BYTE, VirtioHeader.BASIC_SIZE, frame, 0, frame.length);
        return Optional.of(
                new Frame(frame, VirtioHeader.isChecksumVerified(buffer), VirtioHeader.gsoSize(buffer)));
    }

    @Override
    public void close() {
        linux.close(fd);
    }

    private static int check(int result, String what) {
        if (result < 0) {
            throw new AssertionError(what + " failed with errno " + -result);
        }
        return result;
    }
}
