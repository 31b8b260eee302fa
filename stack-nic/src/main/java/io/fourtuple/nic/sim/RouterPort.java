package io.fourtuple.nic.sim;

import io.fourtuple.core.Counters;
import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.FrameSink;
import io.fourtuple.core.ip.Ingress;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.IpConfig;
import io.fourtuple.core.ip.IpHost;
import io.fourtuple.core.ip.LinkProperties;
import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.RelayedPacket;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.nic.loop.LoopTimer;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A port of a {@link Router}, to connect a link to. On its link it is a host like others: one that answers ARP and NDP
 * and finds its neighbours.
 */
public final class RouterPort extends LinkEnd {
    private static final int V4_SOURCE = EthernetHeader.LENGTH + 12;
    private static final int V6_SOURCE = EthernetHeader.LENGTH + 8;

    private final SimulatedNetwork network;
    private final Router router;
    private final List<InterfaceAddress> addresses;
    private final MacAddress mac;
    private final IpHost host;
    private final LoopTimer timer;
    private final Port port;

    RouterPort(SimulatedNetwork network, Router router, String name, List<InterfaceAddress> addresses) {
        this.network = network;
        this.router = router;
        this.addresses = addresses;
        mac = network.nextMac();
        port = new Port(name) {
            @Override
            void receive(Frame frame, SimulatedNic origin) {
                router.receive(RouterPort.this, frame, origin);
            }
        };
        LinkProperties link =
                new LinkProperties(Medium.ETHERNET, mac, LinkConfig.MAX_MTU, true, LinkConfig.MAX_MTU);
        host = new IpHost(IpConfig.defaults().withAddresses(addresses), link, new Sink(), new Counters(),
                network.time().random("router " + name));
        timer = network.time().timer(() -> {
            host.handleTimeout(now());
            settle();
        });
    }

    @Override
    public String name() {
        return port.name();
    }

    /** Its addresses. */
    public List<InterfaceAddress> addresses() {
        return addresses;
    }

    /** Its hardware address. */
    public MacAddress mac() {
        return mac;
    }

    boolean has(IpAddress address) {
        for (InterfaceAddress ours : addresses) {
            if (ours.address().equals(address)) {
                return true;
            }
        }
        return false;
    }

    /** The first address of a family, or null. */
    IpAddress address(boolean v4) {
        for (InterfaceAddress ours : addresses) {
            if (ours.address().isV4() == v4) {
                return ours.address();
            }
        }
        return null;
    }

    /** The largest packet that its link carries away. */
    int mtu() {
        return port.out() == null ? LinkConfig.MAX_MTU : port.out().config().mtu();
    }

    /** A frame for this port alone, such as ARP. */
    void handle(Frame frame) {
        host.receive(frame, now());
        settle();
    }

    /** Sends on what came in {@code frame}, which says what was left to the NIC. */
    void forward(byte[] packet, Frame frame, IpAddress nextHop) {
        TransmitOffload offload = new TransmitOffload();
        offload.checksum = frame.checksumVerified();
        offload.segmentSize = frame.gsoSize();
        host.forward(new RelayedPacket(packet, offload), nextHop, now());
        settle();
    }

    /** Whose port it is. */
    Router router() {
        return router;
    }

    /** Sends a packet of the router's own. */
    void send(byte[] packet, IpAddress nextHop) {
        TransmitOffload offload = new TransmitOffload();
        offload.reason = SendReason.ICMP;
        host.forward(new RelayedPacket(packet, offload), nextHop, now());
        settle();
    }

    private void settle() {
        for (Ingress next = host.pollIngress(now()); next != null; next = host.pollIngress(now())) {
            if (next instanceof Ingress.Icmp failure) {
                router.neighborFailed(this, RouterPackets.segmentLike(failure.tuple(), failure.seq()));
            }
        }
        timer.arm(host.deadline());
    }

    private long now() {
        return network.time().nanoTime();
    }

    @Override
    Port nextPort() {
        if (port.out() != null) {
            throw new IllegalStateException(name() + " has a link already (" + port.out().link().name()
                    + "): make another port");
        }
        return port;
    }

    @Override
    public String toString() {
        return name();
    }

    /** The way out. */
    private final class Sink implements FrameSink {
        private ByteBuffer buffer;

        @Override
        public ByteBuffer frame() {
            if (buffer == null) {
                buffer = ByteBuffer.allocate(EthernetHeader.LENGTH + LinkConfig.MAX_MTU);
            }
            return buffer.clear();
        }

        @Override
        public boolean transmit(int length, TransmitOffload offload) {
            byte[] bytes = new byte[length];
            buffer.get(0, bytes);
            IpAddress source = source(bytes);
            boolean own = source == null || router.isOurs(source) || source.isLinkLocal();
            String why = network.isCaptured() ? offload.describeReason() : "";
            Frame frame = new Frame(bytes, offload.checksum, offload.segmentSize);
            return port.out() != null
                    && port.out().send(frame, own ? null : router.origin(source), own, why);
        }

        /** Null when it is no IP packet. */
        private static IpAddress source(byte[] bytes) {
            return switch (EthernetHeader.type(bytes)) {
                case EthernetHeader.TYPE_IPV4 -> IpAddress.ofV4(Bytes.int32(bytes, V4_SOURCE));
                case EthernetHeader.TYPE_IPV6 ->
                        IpAddress.of(Bytes.int64(bytes, V6_SOURCE), Bytes.int64(bytes, V6_SOURCE + 8));
                default -> null;
            };
        }
    }
}
