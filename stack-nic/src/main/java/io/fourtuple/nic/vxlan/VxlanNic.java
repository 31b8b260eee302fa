package io.fourtuple.nic.vxlan;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.nic.LocalFrame;
import io.fourtuple.nic.Nic;
import io.fourtuple.nic.NicCounters;
import io.fourtuple.nic.NicException;
import io.fourtuple.nic.NicStatistics;
import io.fourtuple.nic.Readiness;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.util.function.Consumer;
import jdk.net.ExtendedSocketOptions;

/**
 * An Ethernet cable through a UDP socket: VXLAN (RFC 7348) to one other end, which may be a Linux {@code vxlan} device
 * or another of these.
 *
 * <p>Needs no privilege and no native code: whatever host the JVM runs on, the stack is on a network of its own, which
 * the kernel of this machine does not see. What does not come from the address of the other end is dropped and counted,
 * as are datagrams of another network, those that carry no whole frame, and frames with a VLAN tag (§6.1).
 * But whoever can forge the other end's address can also forge frames: it is as safe as the network below.
 *
 * <p>Two things are not as §4 and §5 recommend: all datagrams leave from the port that we receive on, so that a network
 * that spreads flows over several paths by port keeps ours together; and no group is joined, as there is one other end.
 *
 * <p>Between two ends on one machine, the kernel leaves TCP checksums inside for a NIC to add up that never comes, and
 * does not cut segments: both are taken as they come ({@link LocalFrame}).
 *
 * <p>Datagrams that nobody has received stay in the kernel's buffer, and when that is full the kernel drops them, which
 * no counter here sees.
 */
public final class VxlanNic implements Nic, FrameSink {
    private static final int VLAN_TAG = 0x8100;
    /** The longest payload of a UDP datagram. */
    private static final int LARGEST_DATAGRAM = 65507;

    /** Sends a datagram without blocking, as {@link DatagramChannel#send} does; tests replace it. */
    interface Outlet {
        /** 0 when there was no room for it. */
        int send(ByteBuffer datagram, InetSocketAddress to) throws IOException;
    }

    private final VxlanConfig config;
    private final String name;
    private final LinkProperties link;
    private final IpAddress remote;
    private final NicCounters counters = new NicCounters();
    private final DatagramChannel channel;
    private final Outlet outlet;
    private final SocketWatch watch;
    private final ByteBuffer received = ByteBuffer.allocateDirect(LARGEST_DATAGRAM);
    private final ByteBuffer datagram;
    private final ByteBuffer frame;
    private volatile boolean closed;

    private VxlanNic(VxlanConfig config, DatagramChannel channel, Outlet outlet) throws IOException {
        this.config = config;
        this.channel = channel;
        this.outlet = outlet;
        name = "vxlan" + config.vni();
        link = new LinkProperties(Medium.ETHERNET, config.mac(), config.mtu(), false, 0);
        remote = IpAddress.of(config.remote().getAddress());
        datagram = ByteBuffer.allocateDirect(VxlanHeader.LENGTH + EthernetHeader.LENGTH + config.mtu());
        VxlanHeader.write(datagram, config.vni());
        frame = datagram.slice(VxlanHeader.LENGTH, datagram.capacity() - VxlanHeader.LENGTH);
        watch = new SocketWatch(channel, name);
    }

    /**
     * Opens this end of a tunnel.
     *
     * @throws NicException when the socket cannot be had, with a sentence that says what to do
     */
    public static VxlanNic open(VxlanConfig config) {
        DatagramChannel channel = socket(config);
        return open(config, channel, channel::send);
    }

    /** The same with a socket of {@link #socket} and another way out. */
    static VxlanNic open(VxlanConfig config, DatagramChannel channel, Outlet outlet) {
        try {
            return new VxlanNic(config, channel, outlet);
        } catch (IOException e) {
            throw refused(config, e);
        }
    }

    static DatagramChannel socket(VxlanConfig config) {
        boolean v6 = config.remote().getAddress() instanceof Inet6Address;
        DatagramChannel opened = null;
        try {
            opened = DatagramChannel.open(v6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
            opened.configureBlocking(false);
            opened.setOption(StandardSocketOptions.SO_RCVBUF, config.receiveBuffer());
            opened.setOption(StandardSocketOptions.SO_SNDBUF, config.sendBuffer());
            // RFC 7348 §4.3: an end of a tunnel does not fragment.
            if (opened.supportedOptions().contains(ExtendedSocketOptions.IP_DONTFRAGMENT)) {
                opened.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
            }
            return opened.bind(config.local());
        } catch (IOException e) {
            close(opened);
            throw refused(config, e);
        }
    }

    private static NicException refused(VxlanConfig config, IOException e) {
        String reason = String.valueOf(e.getMessage());
        String advice = reason.contains("in use")
                ? "end the program that has it, or the vxlan device of the kernel, or choose another port"
                : "choose an address and a port of this machine";
        return new NicException("VXLAN cannot receive on " + config.local() + " (" + reason + "): " + advice, e);
    }

    private static void close(DatagramChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new NicException("the socket of the tunnel cannot be closed (" + e.getMessage() + ")", e);
        }
    }

    /** Where this end receives, with the port it has got. */
    public InetSocketAddress localAddress() {
        try {
            return (InetSocketAddress) channel.getLocalAddress();
        } catch (IOException e) {
            throw new NicException("the tunnel " + name + " is closed", e);
        }
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
        return watch;
    }

    @Override
    public NicStatistics statistics() {
        return counters.snapshot();
    }

    /**
     * Takes frames, see {@link Nic#receive}.
     *
     * @throws NicException when the socket was closed by somebody else
     */
    @Override
    public int receive(Consumer<Frame> into, int maxFrames) {
        int taken = 0;
        for (int looks = 0; taken < maxFrames && looks < 2 * maxFrames && !closed; looks++) {
            InetSocketAddress from = take();
            if (from == null) {
                break;
            }
            if (isForUs(from)) {
                byte[] bytes = new byte[received.remaining() - VxlanHeader.LENGTH];
                received.get(VxlanHeader.LENGTH, bytes);
                counters.received(bytes.length);
                into.accept(LocalFrame.of(bytes, link.mtu()));
                taken++;
            } else {
                counters.receiveDropped();
            }
        }
        if (taken < maxFrames && !closed) {
            // Wakes at once when strangers have kept us from emptying the socket.
            watch.rearm();
        }
        return taken;
    }

    /** Who sent the datagram that is in {@link #received} now; null when there is none. */
    private InetSocketAddress take() {
        received.clear();
        try {
            InetSocketAddress from = (InetSocketAddress) channel.receive(received);
            received.flip();
            return from;
        } catch (ClosedChannelException e) {
            throw new NicException("the socket of the tunnel " + name + " was closed: start the stack anew", e);
        } catch (IOException e) {
            throw new NicException("the tunnel " + name + " cannot be read (" + e.getMessage()
                    + "): start the stack anew", e);
        }
    }

    private boolean isForUs(InetSocketAddress from) {
        int length = received.remaining() - VxlanHeader.LENGTH;
        return length >= EthernetHeader.LENGTH
                && VxlanHeader.isOf(received, config.vni())
                && (received.getShort(VxlanHeader.LENGTH + EthernetHeader.LENGTH - 2) & 0xffff) != VLAN_TAG
                && IpAddress.of(from.getAddress()).equals(remote);
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
        if (closed || !send(VxlanHeader.LENGTH + length)) {
            counters.sendDropped();
            return false;
        }
        counters.sent(length);
        return true;
    }

    private boolean send(int length) {
        try {
            return outlet.send(datagram.clear().limit(length), config.remote()) > 0;
        } catch (IOException e) {
            // No route, link down, or longer than the network below lets through: as on a cable, it is lost.
            return false;
        }
    }

    /** Frames that are still in the socket's buffer are lost. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            try {
                watch.close();
            } catch (IOException e) {
                throw new NicException("the watch of the tunnel " + name + " cannot be closed (" + e.getMessage()
                        + ")", e);
            } finally {
                close(channel);
            }
        }
    }

    @Override
    public String toString() {
        return name + " to " + config.remote();
    }
}
