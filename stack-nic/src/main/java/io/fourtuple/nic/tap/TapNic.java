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
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Linux TAP or TUN device: a cable whose other end is an interface of the kernel. A TAP carries Ethernet frames, a
 * TUN bare IP packets.
 *
 * <p>With offloads (virtio-net headers) the kernel and we exchange TCP super-frames of up to 64 KiB without checksums:
 * one system call moves what would be 44 frames.
 *
 * <p>Needs root, or a persistent device that belongs to the user ({@code ip tuntap add ft0 mode tap vnet_hdr user me}),
 * and the JVM flag {@code --enable-native-access}. A device that did not exist before vanishes on {@link #close}.
 *
 * <p>With several {@link #queues} the kernel gives the frames of a connection to the queue by which the last one of it
 * was sent, as long as it has not been silent for some seconds; before that, to any. So a shard that sends what is its
 * own by its own queue gets what is its own there. A persistent device of the user needs {@code multi_queue} for that.
 */
public final class TapNic implements Nic, FrameSink {
    private static final Logger LOG = LoggerFactory.getLogger(TapNic.class);

    private final TapConfig config;
    private final TapDevice device;
    private final LinkProperties link;
    private final Readiness readiness;
    private final NicCounters counters = new NicCounters();
    private final VirtioPort port;
    /** Of the one that was opened first: the others, of which some may never be used. */
    private final List<TapNic> further = new ArrayList<>();
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

    /** One more queue of {@code first}. */
    private TapNic(TapNic first) {
        config = first.config;
        Arena arena = Arena.ofAuto();
        Linux linux = new Linux(arena);
        device = TapDevice.openFurther(config, linux, arena);
        link = first.link;
        readiness = new Readiness.Descriptor(device.fd());
        port = new VirtioPort(linux, arena, device.fd(), VirtioHeader.SIZE, link, counters);
    }

    /**
     * Opens a TAP or TUN: attaches to the device of that name, with one queue or several, or creates it. When it cannot
     * have as many queues as it is to have, because somebody else has made it, it has one, and that is logged.
     *
     * @throws NicException when that is not possible, with a sentence that says what to do
     */
    public static TapNic open(TapConfig config) {
        TapNic first = new TapNic(config);
        if (config.queues() > 1 && !first.device.isMultiQueue()) {
            LOG.warn("the {} has one queue, as it was made without multi_queue, and not {}", first, config.queues());
            return first;
        }
        try {
            // Now, as the device may be moved to another network namespace, where it cannot be found any more.
            for (int i = 1; i < config.queues(); i++) {
                first.further.add(new TapNic(first));
            }
            return first;
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
    }

    /** Those it was opened with. Until this is called the kernel uses only the first one. */
    @Override
    public List<Nic> queues(int wanted) {
        List<Nic> queues = new ArrayList<>();
        queues.add(this);
        for (TapNic queue : further.subList(0, Math.min(wanted - 1, further.size()))) {
            queue.device.enable();
            queues.add(queue);
        }
        return List.copyOf(queues);
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
        further.forEach(TapNic::close);
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
