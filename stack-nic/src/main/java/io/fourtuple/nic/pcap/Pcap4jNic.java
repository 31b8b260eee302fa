package io.fourtuple.nic.pcap;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.nic.LocalFrame;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicCounters;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A real network interface, shared with the kernel through libpcap.
 *
 * <p>Needs pcap4j-core, JNA and libpcap, CAP_NET_RAW and the JVM flag {@code --enable-native-access}. The stack must
 * have an IP address that the kernel has not: for its own, the kernel answers as well, with RST. With a hardware
 * address of our own, the kernel does not even look at our packets; where we share the interface's, it drops them for
 * want of such an address, unless it is a router (then {@code net.ipv4.ip_forward} has to be off).
 *
 * <p>Frames longer than the MTU are taken: a kernel merges segments before libpcap sees them (GRO), and on virtual
 * interfaces it never cuts them. Their checksums, and those of what this machine itself sends over a virtual link, are
 * left out ({@link LocalFrame}); such a frame is vouched for, as the kernel has verified it or never had a wire
 * between.
 *
 * <p>A thread of its own reads the interface; its queue is bounded, what finds it full is dropped and counted.
 */
public final class Pcap4jNic implements Nic, FrameSink {
    /** A merged IPv6 packet with its link-layer header, and some VLAN tags. */
    private static final int SNAP_LENGTH = 65535 + Ipv6Header.LENGTH + EthernetHeader.LENGTH + 64;

    private final String name;
    private final LinkProperties link;
    private final LibPcap pcap;
    private final FrameQueue queue;
    private final NicCounters counters = new NicCounters();
    private final ByteBuffer frame;
    private final Thread reader;
    private volatile NicException failure;
    private volatile boolean closed;
    private long ringDrops;

    private Pcap4jNic(PcapConfig config, LinkProperties link) {
        this.name = config.interfaceName();
        this.link = link;
        this.queue = new FrameQueue(config.queueFrames());
        this.frame = ByteBuffer.allocate(EthernetHeader.LENGTH + link.mtu());
        this.pcap = LibPcap.open(config, link.mac(), SNAP_LENGTH);
        this.reader = Thread.ofPlatform().daemon().name("pcap-" + name).unstarted(this::read);
        reader.start();
    }

    /**
     * Opens an interface.
     *
     * @throws NicException when that is not possible, with a sentence that says what to do
     */
    public static Pcap4jNic open(PcapConfig config) {
        try {
            return new Pcap4jNic(config, link(config));
        } catch (NoClassDefFoundError e) {
            throw missing(e);
        }
    }

    /** The sentence for a class path or a system that lacks what this needs. */
    static NicException missing(LinkageError cause) {
        String what = String.valueOf(cause.getMessage());
        boolean isJar = what.startsWith("org/pcap4j") || what.startsWith("com/sun/jna");
        return isJar
                ? new NicException("pcap4j is not on the class path: add org.pcap4j:pcap4j-core and "
                        + "net.java.dev.jna:jna to the dependencies", cause)
                : new NicException("libpcap cannot be loaded: install it (on Debian: apt install libpcap0.8) and run "
                        + "java with --enable-native-access=ALL-UNNAMED", cause);
    }

    private static LinkProperties link(PcapConfig config) {
        Interface device = Interface.named(config.interfaceName());
        if (device.mac().equals(config.mac())) {
            throw new NicException(config.mac() + " is the hardware address of " + config.interfaceName()
                    + " itself: choose another, or share it");
        }
        MacAddress ours = config.mac().equals(MacAddress.NONE) ? device.mac() : config.mac();
        return new LinkProperties(Medium.ETHERNET, ours, device.mtu(), false, 0);
    }

    private void read() {
        try {
            pcap.read(bytes -> {
                if (!queue.offer(bytes)) {
                    counters.receiveDropped();
                }
            });
        } catch (NicException e) {
            failure = e;
        }
        queue.wake();
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
        return queue;
    }

    /** What went through, with what the kernel's ring had no room for among the drops. */
    @Override
    public NicStatistics statistics() {
        countRingDrops();
        return counters.snapshot();
    }

    private synchronized void countRingDrops() {
        if (!closed) {
            long now = pcap.dropped();
            counters.receiveDropped(Math.max(0, now - ringDrops));
            ringDrops = Math.max(now, ringDrops);
        }
    }

    /**
     * Takes frames, see {@link Nic#receive}.
     *
     * @throws NicException when the interface was removed
     */
    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        if (closed) {
            return 0;
        }
        int taken = queue.take(bytes -> {
            counters.received(bytes.length);
            into.accept(LocalFrame.of(bytes, link.mtu()));
        }, maxFrames);
        NicException gone = failure;
        if (taken == 0 && gone != null) {
            throw gone;
        }
        return taken;
    }

    @Override
    public ByteBuffer frame() {
        return frame.clear();
    }

    @Override
    public boolean transmit(int length, TransmitOffload offload) {
        if (offload.checksum || offload.segmentSize > 0) {
            throw new IllegalArgumentException(name + " completes no checksums and cuts no segments");
        }
        if (closed || !pcap.send(frame.array(), length)) {
            counters.sendDropped();
            return false;
        }
        counters.sent(length);
        return true;
    }

    /** Waits until the thread that reads has ended: not longer than it takes to say so, with an old libpcap 0.1 s. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            countRingDrops();
            closed = true;
        }
        pcap.interrupt();
        boolean interrupted = false;
        while (reader.isAlive()) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        pcap.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "pcap " + name;
    }
}
