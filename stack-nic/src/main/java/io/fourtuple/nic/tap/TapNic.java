package io.fourtuple.nic.tap;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.TransmitOffload;
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
import java.util.List;
import java.util.function.Consumer;

/**
 * A Linux TAP or TUN device: a cable whose other end is an interface of the kernel. A TAP carries Ethernet frames, a
 * TUN bare IP packets.
 *
 * <p>With offloads (virtio-net headers) the kernel and we exchange TCP super-frames of up to 64 KiB without checksums:
 * one system call moves what would be 44 frames.
 *
 * <p>Needs root, or a persistent device that belongs to the user ({@code ip tuntap add ft0 mode tap vnet_hdr user me}),
 * and the JVM flag {@code --enable-native-access}. A device that did not exist before vanishes on {@link #close}.
 */
public final class TapNic implements Nic, FrameSink {
    private final TapConfig config;
    private final TapDevice device;
    private final LinkProperties link;
    private final Readiness readiness;
    private final NicCounters counters = new NicCounters();
    private final VirtioPort port;
    private boolean closed;

    private TapNic(TapConfig config) {
        this.config = config;
        // Collected, not closed: whoever holds the frame buffer may touch it after close().
        Arena arena = Arena.ofAuto();
        Linux linux = new Linux(arena);
        device = TapDevice.open(config, linux, arena);
        int mtu;
        try {
            mtu = device.mtu();
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
        link = new LinkProperties(config.medium(), config.mac(), mtu, config.offload(),
                config.offload() ? VirtioPort.MAX_SEGMENTED : 0);
        readiness = new Readiness.Descriptor(device.fd());
        port = new VirtioPort(linux, arena, device.fd(), VirtioHeader.SIZE, link, counters);
    }

    /**
     * Opens a TAP or TUN: attaches to the device of that name, with one queue or several, or creates it.
     *
     * @throws NicException when that is not possible, with a sentence that says what to do
     */
    public static TapNic open(TapConfig config) {
        return new TapNic(config);
    }

    /**
     * The two commands that give the kernel's end an address and switch it on.
     *
     * @param address address and prefix length, such as {@code 10.77.0.1/24}
     */
    public List<String> hostCommands(String address) {
        return new HostEnd(name(), address).commands();
    }

    /**
     * Runs {@link #hostCommands}. Needs CAP_NET_ADMIN.
     *
     * @throws NicException when a command fails, with what it said
     * @throws IllegalArgumentException when {@code address} is no address with a prefix length
     */
    public void configureHost(String address) {
        new HostEnd(name(), address).configure();
    }

    @Override
    public String name() {
        return config.name();
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

    @Override
    public NicStatistics statistics() {
        return counters.snapshot();
    }

    /**
     * Takes frames, see {@link Nic#receive}.
     *
     * @throws NicException when the device was removed
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
            } else if (result != -Linux.EINTR) {
                throw new NicException("the " + this + " was removed (errno " + -result
                        + "): create it again and start the stack anew");
            }
        }
        return count;
    }

    @Override
    public ByteBuffer frame() {
        return port.frame();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        // The kernel refuses with EIO while its end is down, and with EAGAIN when its queue is full.
        if (closed || port.write(length, offload) < 0) {
            counters.sendDropped();
            return false;
        }
        return true;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.close();
        }
    }

    @Override
    public String toString() {
        return config.kind() + " " + name();
    }
}
