package io.fourtuple.packetdrill.wire;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.fourtuple.nic.NicException;
import io.fourtuple.nic.sys.InterfaceRequests;
import io.fourtuple.nic.sys.Linux;
import io.fourtuple.packetdrill.host.KernelCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The NIC of a kernel under test: a TUN in a network namespace that only its thread is in. What is not TCP is left out.
 *
 * <p>Confined to one thread, which enters a new namespace for each kernel and never comes back. A namespace vanishes
 * with the device, the sockets and the thread that are in it.
 */
public final class TunDevice implements AutoCloseable {
    /** What it is called. */
    public static final String NAME = "script0";

    private static final int CLONE_NEWNET = 0x40000000;
    private static final long TUNSETIFF = 0x400454caL;
    private static final short IFF_TUN = 0x0001;
    private static final short IFF_NO_PI = 0x1000;
    private static final int O_RDWR = 2;
    private static final int O_NONBLOCK = 0x800;
    private static final int MAX_PACKET = 0xffff;
    private static final int TCP = 6;
    private static final int SCHED_RR = 2;
    private static final int SCHED_RESET_ON_FORK = 0x4000_0000;
    private static final short POLLIN = 1;

    private final Arena arena = Arena.ofConfined();
    private final Linux linux = new Linux(arena);
    private final KernelCalls calls = new KernelCalls(arena);
    private final MemorySegment buffer = arena.allocate(MAX_PACKET);
    private final MemorySegment poll = arena.allocate(8, 4);
    private int fd = -1;

    /** Moves the thread into a namespace where there is nothing yet. */
    public void enterNamespace() {
        check((int) calls.call("unshare", CLONE_NEWNET), "a network namespace of its own");
    }

    /** Lets the thread go before others of a busy machine, not what it starts: packets are timed here. */
    public void hurry() {
        MemorySegment priority = arena.allocateFrom(JAVA_INT, 1);
        check((int) calls.call("sched_setscheduler", 0, SCHED_RR | SCHED_RESET_ON_FORK, priority), "priority");
    }

    /** Makes the device, with an address and its length of prefix. */
    public void open(String address, int mtu) {
        fd = check(linux.open(arena.allocateFrom("/dev/net/tun"), O_RDWR | O_NONBLOCK), "/dev/net/tun");
        check(new InterfaceRequests(linux, arena, NAME).setFlags(fd, TUNSETIFF, (short) (IFF_TUN | IFF_NO_PI)),
                "a TUN");
        ip("link", "set", NAME, "mtu", Integer.toString(mtu), "up");
        List<String> words = new ArrayList<>(List.of("address", "add", address, "dev", NAME));
        if (address.contains(":")) {
            words.add("nodad");
        }
        ip(words.toArray(String[]::new));
    }

    /** Whether it is there. */
    public boolean isOpen() {
        return fd >= 0;
    }

    private static int check(int result, String what) {
        if (result < 0) {
            throw new NicException("the kernel gives no " + what + " (errno " + -result
                    + "): run as root, where there is a /dev/net/tun");
        }
        return result;
    }

    /** Runs ip(8) in the namespace that the thread is in. */
    public static void ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new NicException("'" + String.join(" ", command) + "' failed, it said: " + said);
            }
        } catch (IOException e) {
            throw new NicException("cannot run ip: install iproute2", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NicException("interrupted while ip was running", e);
        }
    }

    /** A packet for the kernel. */
    public void write(byte[] packet) {
        MemorySegment.copy(packet, 0, buffer, JAVA_BYTE, 0, packet.length);
        int written = linux.write(fd, buffer, packet.length);
        if (written != packet.length) {
            throw new NicException("the kernel does not take a packet of " + packet.length + " octets: errno "
                    + -written);
        }
    }

    /** The next segment that the kernel has sent, if there is one. */
    public Optional<byte[]> read() {
        while (true) {
            int length = linux.read(fd, buffer, MAX_PACKET);
            if (length == -Linux.EAGAIN) {
                return Optional.empty();
            }
            if (length < 0) {
                throw new NicException("reading from the TUN failed with errno " + -length);
            }
            byte[] packet = new byte[length];
            MemorySegment.copy(buffer, JAVA_BYTE, 0, packet, 0, length);
            if (packet[packet[0] >> 4 == 4 ? 9 : 6] == TCP) {
                return Optional.of(packet);
            }
        }
    }

    /** Waits until there is something to read, so many milliseconds at most. */
    public void await(int millis) {
        poll.set(JAVA_INT, 0, fd);
        poll.set(JAVA_SHORT, 4, POLLIN);
        calls.call("poll", poll, 1L, millis);
    }

    /** Removes the device; another one can be made then. */
    public void closeDevice() {
        if (fd >= 0) {
            linux.close(fd);
            fd = -1;
        }
    }

    @Override
    public void close() {
        closeDevice();
        arena.close();
    }
}
