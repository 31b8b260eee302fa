package io.fourtuple.nic.packet;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fourtuple.core.wire.MacAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What the kernel looks at before it queues a frame for us: a program of its
 * <a href="https://docs.kernel.org/networking/filter.html">socket filter</a>.
 *
 * <p>Not for us are: what the kernel itself sends; what is in a VLAN, as its tag is taken off before we see it, so that
 * it would look like a frame of the untagged network; and, as a promiscuous interface hears everybody, what is for the
 * hardware address of somebody else.
 */
final class PacketFilter {
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_HALF = 0x28;
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    /** What the kernel knows of a frame is loaded from addresses from here on. */
    private static final int ANCILLARY = -0x1000;
    private static final int PACKET_TYPE = ANCILLARY + 4;
    private static final int VLAN_TAG_PRESENT = ANCILLARY + 48;
    private static final int PACKET_OUTGOING = 4;
    private static final int GROUP_BIT = 0x01;

    private static final int INSTRUCTIONS = 12;
    private static final int INSTRUCTION = 8;
    /** {@code struct sock_fprog}: a length, and a pointer at its natural alignment. */
    private static final long PROGRAM = 2 * ADDRESS.byteSize();

    private final MemorySegment code;
    private int count;

    private PacketFilter(Arena arena) {
        code = arena.allocate((long) INSTRUCTION * INSTRUCTIONS, 8);
    }

    /** The {@code struct sock_fprog} for a station. */
    static MemorySegment of(MacAddress mac, Arena arena) {
        PacketFilter filter = new PacketFilter(arena);
        filter.add(LOAD_BYTE, 0, 0, PACKET_TYPE);
        filter.add(JUMP_EQUAL, 8, 0, PACKET_OUTGOING);
        filter.add(LOAD_BYTE, 0, 0, VLAN_TAG_PRESENT);
        filter.add(JUMP_EQUAL, 0, 6, 0);
        filter.add(LOAD_BYTE, 0, 0, 0);
        filter.add(JUMP_ANY_BIT, 5, 0, GROUP_BIT);
        filter.add(LOAD_WORD, 0, 0, 2);
        filter.add(JUMP_EQUAL, 0, 2, (int) mac.bits());
        filter.add(LOAD_HALF, 0, 0, 0);
        filter.add(JUMP_EQUAL, 1, 0, (int) (mac.bits() >>> 32));
        filter.add(RETURN, 0, 0, 0); // not for us
        filter.add(RETURN, 0, 0, -1); // whole
        MemorySegment program = arena.allocate(PROGRAM, ADDRESS.byteAlignment());
        program.set(JAVA_SHORT, 0, (short) filter.count);
        program.set(ADDRESS, ADDRESS.byteSize(), filter.code);
        return program;
    }

    /** Jumps count the instructions to leave out. */
    private void add(int operation, int ifTrue, int ifFalse, int value) {
        long at = (long) INSTRUCTION * count++;
        code.set(JAVA_SHORT, at, (short) operation);
        code.set(JAVA_BYTE, at + 2, (byte) ifTrue);
        code.set(JAVA_BYTE, at + 3, (byte) ifFalse);
        code.set(JAVA_INT, at + 4, value);
    }
}
