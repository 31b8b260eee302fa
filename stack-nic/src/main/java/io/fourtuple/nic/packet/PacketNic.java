package io.fourtuple.nic.packet;

import io.fourtuple.core.Clock;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicCounters;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import io.fourtuple.nic.sys.Linux;
import io.fourtuple.nic.sys.VirtioHeader;
import io.fourtuple.nic.sys.VirtioPort;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * An Ethernet interface of Linux that exists already, such as {@code eth0} or an end of a veth, by a packet(7) socket.
 *
 * <p>Frames have virtio-net headers, so that super-frames and unfinished checksums go both ways as with a TAP: the
 * kernel cuts and sums what the hardware does not, and what it has merged (GRO) comes as one frame above the MTU.
 *
 * <p>The kernel stays on the interface, and the two do not hear each other: the stack talks to what is at the other end
 * of the cable. With a hardware address of its own the stack is left alone by the kernel. With the interface's, the
 * kernel gets a copy of each frame: the stack then needs an IP address that the kernel does not have, and the kernel
 * must not forward ({@code net.ipv4.ip_forward = 0}).
 *
 * <p>Needs CAP_NET_RAW and the JVM flag {@code --enable-native-access}. An interface that is switched off is waited
 * for; one that is removed is gone for good.
 */
public final class PacketNic implements Nic, FrameSink {
    /** How often an interface that is down is looked for: the socket does not tell when it is removed then. */
    private static final long LOOK_INTERVAL = 1_000_000_000L;

    private final String name;
    private final Clock clock;
    private final PacketSocket socket;
    private final LinkProperties link;
    private final Readiness readiness;
    private final NicCounters counters = new NicCounters();
    private final VirtioPort port;
    private long nextLook = Deadline.NONE;
    private boolean closed;

    private PacketNic(PacketConfig config, Clock clock) {
        this.name = config.name();
        this.clock = clock;
        // Collected, not closed: whoever holds the frame buffer may touch it after close().
        Arena arena = Arena.ofAuto();
        Linux linux = new Linux(arena);
        socket = PacketSocket.open(config, linux, arena);
        link = new LinkProperties(Medium.ETHERNET, socket.mac(), socket.mtu(), config.offload(),
                config.offload() ? VirtioPort.MAX_SEGMENTED : 0);
        readiness = new Readiness.Descriptor(socket.fd());
        port = new VirtioPort(linux, arena, socket.fd(), VirtioHeader.BASIC_SIZE, link, counters);
    }

    /**
     * Opens an interface of the network namespace that the calling thread is in.
     *
     * @param clock that of the loop
     * @throws NicException when that is not possible, with a sentence that says what to do
     */
    public static PacketNic open(PacketConfig config, Clock clock) {
        return new PacketNic(config, clock);
    }

    /** The same in real time, that of {@link System#nanoTime()}. */
    public static PacketNic open(PacketConfig config) {
        return open(config, System::nanoTime);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public LinkProperties link() {
        return link;
    }

    @Override
    public FrameSink sink() {
        return this;
    }

    @Override
    public Readiness readiness() {
        return readiness;
    }

    /** What went through; frames that the socket had no room for are among those dropped. */
    @Override
    public NicStatistics statistics() {
        counters.receiveDropped(socket.takeDrops());
        return counters.snapshot();
    }

    /**
     * Takes frames, see {@link Nic#receive}.
     *
     * @throws NicException when the interface was removed
     */
    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        int count = 0;
        while (count < maxFrames && !closed) {
            int result = port.read(into);
            if (result == -Linux.EAGAIN) {
                break;
            }
            if (result >= 0) {
                count += result;
            } else {
                handleError(-result);
            }
        }
        if (nextLook != Deadline.NONE && !closed && Deadline.isDue(nextLook, clock.nanoTime())) {
            nextLook = whenToLookAgain();
        }
        return count;
    }

    private void handleError(int errno) {
        switch (errno) {
            case Linux.EINTR -> { }
            // Told once. The frames that came before can still be read.
            case Linux.ENETDOWN -> nextLook = Deadline.after(clock.nanoTime(), 0);
            // Merged in a way that the header has no word for, so not TCP: the kernel has thrown it away.
            case Linux.EINVAL -> counters.receiveDropped();
            default -> throw new NicException("reading from the interface " + name + " failed with errno " + errno
                    + ": see errno(3) for what it means");
        }
    }

    private long whenToLookAgain() {
        return switch (socket.state()) {
            case UP -> Deadline.NONE;
            case DOWN -> Deadline.after(clock.nanoTime(), LOOK_INTERVAL);
            case GONE -> throw new NicException("the interface " + name
                    + " was removed: create it again and start the stack anew");
        };
    }

    /** When to look whether an interface that is down is still there. */
    @Override
    public long nextReceive() {
        return nextLook;
    }

    @Override
    public ByteBuffer frame() {
        return port.frame();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        if (closed) {
            counters.sendDropped();
            return false;
        }
        int result = port.write(length, offload);
        if (result >= 0) {
            return true;
        }
        if (result == -Linux.ENETDOWN && nextLook == Deadline.NONE) {
            // The socket tells of that once, and this may have been the time.
            nextLook = Deadline.after(clock.nanoTime(), 0);
        }
        counters.sendDropped();
        return false;
    }

    @Override
    public void close() {
        if (!closed) {
            counters.receiveDropped(socket.takeDrops());
            closed = true;
            socket.close();
        }
    }

    @Override
    public String toString() {
        return "interface " + name;
    }
}
