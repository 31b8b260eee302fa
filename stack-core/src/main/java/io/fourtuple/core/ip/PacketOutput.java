package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.Faults;
import io.fourtuple.core.tcp.IcmpError;
import io.fourtuple.core.wire.ArpPacket;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.Ecn;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpFragment;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.RouterMessages;
import io.fourtuple.core.wire.SendReason;
import io.fourtuple.core.wire.TcpCodec;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Writes packets into frames of the NIC, in one pass from the link-layer header to the last octet of payload, or keeps
 * them until the neighbour's address is known.
 *
 * <pre>
 *  | Ethernet 14 | IPv4 20 or IPv6 40 | TCP 20–60 | payload |
 *  0             start                tcpStart
 * </pre>
 */
final class PacketOutput implements SegmentOutput, NeighborCache.Link {
    /** RFC 1122 §3.2.1.7, RFC 8200: what IANA recommends and Linux uses. */
    static final int HOP_LIMIT = 64;

    private static final int V4_WITHOUT_OPTIONS = 0x45;
    private static final int V4_FRAGMENT = 6;
    private static final int V4_FRAGMENT_OFFSET = 0x1fff;
    private static final int V4_KIND = 9;
    private static final int V4_SOURCE = 12;
    private static final int V4_DESTINATION = 16;
    private static final int V6_KIND = 6;
    private static final int V6_SOURCE = 8;
    private static final int V6_DESTINATION = 24;
    private static final int NO_FLOW_LABEL = 0;

    private final int number;
    private final LinkProperties link;
    private final FrameSink sink;
    private final Counters counters;
    private final Addressing addressing;
    private final NeighborCache neighbors;
    private final RandomGenerator random;
    private final boolean ethernet;
    private final TransmitOffload offload = new TransmitOffload();
    private FaultPoints faults = FaultPoints.NEVER;
    private Consumer<IpAddress> unreachable = _ -> {};
    /** What became of packets that waited, for {@link IpHost#pollIngress}. Bounded by the packets that may wait. */
    private final Queue<Ingress> failures = new ArrayDeque<>();

    /**
     * The way to one link.
     *
     * @param number of the NIC
     * @param resolved gets the neighbours that were found, for other hosts; null when there are none
     */
    PacketOutput(
            int number,
            LinkProperties link,
            FrameSink sink,
            Counters counters,
            Addressing addressing,
            RandomGenerator random,
            ResolvedNeighbors resolved) {
        this.number = number;
        this.link = link;
        this.sink = sink;
        this.counters = counters;
        this.addressing = addressing;
        this.random = random;
        ethernet = link.medium() == LinkProperties.Medium.ETHERNET;
        neighbors = new NeighborCache(addressing.config().neighbors(), this, counters, random, resolved);
    }

    @Override
    public void setFaults(FaultPoints points) {
        faults = points;
    }

    private boolean fires(String point) {
        return faults != FaultPoints.NEVER && faults.fires(point);
    }

    NeighborCache neighbors() {
        return neighbors;
    }

    Queue<Ingress> failures() {
        return failures;
    }

    @Override
    public boolean transmit(Path path, FourTuple tuple, OutboundSegment segment, long now) {
        counters.increment(Counter.IP_OUT_REQUESTS);
        if (!ethernet) {
            ByteBuffer frame = sink.frame();
            writeSegment(frame, path, tuple, segment, link.checksumOffload(), offload.clear());
            return send(frame.position());
        }
        Neighbor neighbor = neighborOf(path, now);
        if (neighbor.state == Neighbor.State.INCOMPLETE) {
            return enqueue(neighbor, path, tuple, segment);
        }
        ByteBuffer frame = sink.frame();
        writeEthernetHeader(frame, neighbor.mac, tuple.local().isV4());
        writeSegment(frame, path, tuple, segment, link.checksumOffload(), offload.clear());
        boolean taken = send(frame.position());
        neighbors.noteUse(neighbor, now); // may ask it again, which needs the NIC's frame
        return taken;
    }

    @Override
    public void advise(Path path, long now) {
        Neighbor neighbor = path.neighbor();
        if (neighbor != null && !neighbor.isGone()) {
            neighbors.suspect(neighbor, now);
        }
    }

    /**
     * Sends a complete IP packet that is no TCP segment, in fragments when it is larger than the link carries; false
     * when some of it is lost, which has been counted.
     */
    boolean transmit(Path path, byte[] packet, long now) {
        counters.increment(Counter.IP_OUT_REQUESTS);
        Neighbor.Waiting waiting = new Neighbor.Waiting(packet, null, null, 0);
        if (!ethernet) {
            return send(null, waiting);
        }
        Neighbor neighbor = neighborOf(path, now);
        if (neighbor.state == Neighbor.State.INCOMPLETE) {
            neighbor.used = true;
            return neighbors.enqueue(neighbor, waiting);
        }
        boolean taken = send(neighbor, waiting);
        neighbors.noteUse(neighbor, now);
        return taken;
    }

    /** Where a packet wants to go. */
    static IpAddress destination(byte[] packet) {
        boolean v4 = IpHeader.version(packet, 0) == 4;
        return v4 ? IpAddress.ofV4(Bytes.int32(packet, V4_DESTINATION)) : v6Address(packet, V6_DESTINATION);
    }

    /** Where it says that it comes from. */
    static IpAddress source(byte[] packet) {
        boolean v4 = IpHeader.version(packet, 0) == 4;
        return v4 ? IpAddress.ofV4(Bytes.int32(packet, V4_SOURCE)) : v6Address(packet, V6_SOURCE);
    }

    /** Sends a packet that somebody else has written; false when it is lost, which has been counted. */
    boolean forward(RelayedPacket relayed, IpAddress nextHop, long now) {
        byte[] packet = relayed.packet();
        if (!ethernet) {
            return send(null, new Neighbor.Waiting(packet, relayed.offload(), null, 0));
        }
        Neighbor neighbor = neighbors.resolve(nextHop, now);
        if (neighbor.state != Neighbor.State.INCOMPLETE) {
            boolean taken = send(neighbor, new Neighbor.Waiting(packet, relayed.offload(), null, 0));
            neighbors.noteUse(neighbor, now);
            return taken;
        }
        neighbor.used = true;
        return neighbors.enqueue(neighbor, waiting(packet, relayed.offload()));
    }

    /** With the connection and the sequence number, where {@code packet} starts like a segment that has no options. */
    private static Neighbor.Waiting waiting(byte[] packet, TransmitOffload work) {
        boolean v4 = IpHeader.version(packet, 0) == 4;
        int tcp = v4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH;
        boolean isTcp = v4
                ? Bytes.uint8(packet, 0) == V4_WITHOUT_OPTIONS && Bytes.uint8(packet, V4_KIND) == TcpCodec.PROTOCOL
                        && (Bytes.uint16(packet, V4_FRAGMENT) & V4_FRAGMENT_OFFSET) == 0
                : Bytes.uint8(packet, V6_KIND) == TcpCodec.PROTOCOL;
        if (!isTcp || packet.length < tcp + TcpCodec.HEADER_LENGTH) {
            return new Neighbor.Waiting(packet, work, null, 0);
        }
        IpAddress source = source(packet);
        IpAddress destination = destination(packet);
        FourTuple tuple =
                new FourTuple(source, Bytes.uint16(packet, tcp), destination, Bytes.uint16(packet, tcp + 2));
        return new Neighbor.Waiting(packet, work, tuple, Bytes.int32(packet, tcp + 4));
    }

    private static IpAddress v6Address(byte[] packet, int at) {
        return IpAddress.of(Bytes.int64(packet, at), Bytes.int64(packet, at + 8));
    }

    /** Asks whether somebody has {@code address}, without saying that we want it (RFC 5227 §2.1.1, RFC 4862 §5.4.2). */
    void probe(IpAddress address, long nonce, int attempt) {
        if (address.isV4()) {
            ArpPacket probe =
                    new ArpPacket(ArpPacket.REQUEST, link.mac(), IpAddress.ANY_V4, MacAddress.NONE, address);
            transmit(probe, MacAddress.BROADCAST, attempt);
            return;
        }
        counters.increment(Counter.ARP_OUT_REQUESTS);
        counters.increment(Counter.ICMP_OUT_MSGS);
        transmit(IcmpPackets.probe(address, nonce), MacAddress.ofMulticast(address.solicitedNode()), attempt);
    }

    /** Tells everybody that {@code address}, of IPv4, is ours (RFC 5227 §2.3). */
    void announce(IpAddress address) {
        transmit(new ArpPacket(ArpPacket.REQUEST, link.mac(), address, MacAddress.NONE, address), MacAddress.BROADCAST);
    }

    /** Asks routers who they are (RFC 4861 §6.3.7), from {@code source} or, with {@code ::}, from nobody. */
    void solicitRouters(IpAddress source, boolean nameless, int attempt) {
        counters.increment(Counter.ICMP_OUT_MSGS);
        byte[] packet = IcmpPackets.routerSolicitation(source, nameless ? MacAddress.NONE : link.mac());
        transmit(packet, MacAddress.ofMulticast(RouterMessages.ALL_ROUTERS), attempt);
    }

    /** Has {@code listener} hear of neighbours that do not answer. */
    void setUnreachableListener(Consumer<IpAddress> listener) {
        unreachable = listener;
    }

    @Override
    public void unreachable(Neighbor neighbor) {
        unreachable.accept(neighbor.address);
    }

    /** Answers an ARP request or solicits by one: {@code destination} is the Ethernet one. */
    void transmit(ArpPacket packet, MacAddress destination) {
        transmit(packet, destination, 0);
    }

    private void transmit(ArpPacket packet, MacAddress destination, int attempt) {
        boolean request = packet.operation() == ArpPacket.REQUEST;
        counters.increment(request ? Counter.ARP_OUT_REQUESTS : Counter.ARP_OUT_REPLIES);
        ByteBuffer frame = sink.frame();
        EthernetHeader.write(frame, destination, link.mac(), EthernetHeader.TYPE_ARP);
        packet.write(frame);
        offload.clear().explain(SendReason.NEIGHBOR, attempt);
        send(frame.position());
    }

    /** Sends a message of neighbour discovery to a station, whatever the neighbour cache says. */
    void transmit(byte[] packet, MacAddress destination) {
        transmit(packet, destination, 0);
    }

    private void transmit(byte[] packet, MacAddress destination, int attempt) {
        counters.increment(Counter.IP_OUT_REQUESTS);
        ByteBuffer frame = sink.frame();
        writeEthernetHeader(frame, destination, IpHeader.version(packet, 0) == 4);
        frame.put(packet);
        offload.clear().explain(SendReason.NEIGHBOR, attempt);
        send(frame.position());
    }

    /**
     * Writes IP header, TCP header and payload at the position of {@code target}.
     *
     * @param path whose source route it goes by; the pseudo-header has the destination at its end (RFC 9293 §3.1)
     * @param partial whether somebody else completes the checksum, or nobody looks at it
     * @param work receives what the NIC has still to do, with positions of {@code target}
     */
    static void writeSegment(
            ByteBuffer target,
            Path path,
            FourTuple tuple,
            OutboundSegment segment,
            boolean partial,
            TransmitOffload work) {
        int length = TcpCodec.HEADER_LENGTH + segment.optionsLength() + segment.payloadLength;
        IpAddress source = tuple.local();
        IpAddress destination = tuple.remote();
        int trafficClass = segment.trafficClass | (segment.ecnCapable ? Ecn.ECT_0 : Ecn.NOT_ECT);
        int hopLimit = segment.hopLimit == 0 ? path.hopLimit() : segment.hopLimit;
        boolean v4 = source.isV4();
        if (v4) {
            Ipv4Header.write(target, source, destination, path.route(), length, TcpCodec.PROTOCOL, hopLimit,
                    trafficClass, segment.identification);
        } else {
            Ipv6Header.write(target, source, destination, length, TcpCodec.PROTOCOL, hopLimit, trafficClass,
                    NO_FLOW_LABEL);
        }
        int tcpStart = target.position();
        TcpCodec.write(segment, tuple.localPort(), tuple.remotePort(), target);
        int sum = Checksum.pseudoHeader(source, destination, TcpCodec.PROTOCOL, length);
        if (partial) {
            target.putShort(tcpStart + TcpCodec.CHECKSUM_OFFSET, (short) Checksum.fold(sum));
            work.checksum = true;
            work.checksumStart = tcpStart;
            work.checksumOffset = TcpCodec.CHECKSUM_OFFSET;
        } else {
            int checksum = Checksum.finish(sum + Checksum.sum(target, tcpStart, length));
            target.putShort(tcpStart + TcpCodec.CHECKSUM_OFFSET, (short) checksum);
        }
        if (segment.segmentSize > 0 && segment.payloadLength > segment.segmentSize) {
            work.segmentSize = segment.segmentSize;
            work.headerLength = target.position() - segment.payloadLength;
            work.ipv6 = !v4;
        }
        work.explain(segment);
    }

    @Override
    public void solicit(Neighbor neighbor, boolean unicast) {
        IpAddress asked = neighbor.address;
        Addressing.View view = addressing.view();
        IpAddress source = addressing.sourceFor(view, asked, asked, number);
        if (source == null) {
            return; // it was given up since; the neighbour does not answer what is not asked
        }
        if (asked.isV4()) {
            ArpPacket request = new ArpPacket(ArpPacket.REQUEST, link.mac(), source, MacAddress.NONE, asked);
            transmit(request, unicast ? neighbor.mac : MacAddress.BROADCAST, neighbor.attempts);
            return;
        }
        IpAddress destination = unicast ? asked : asked.solicitedNode();
        counters.increment(Counter.ARP_OUT_REQUESTS);
        counters.increment(Counter.ICMP_OUT_MSGS);
        // RFC 4429 §3.3: nobody is to learn of an address that may be somebody else's.
        boolean nameless = view.local().isOptimistic(source);
        byte[] packet = IcmpPackets.solicitation(source, destination, asked, nameless ? MacAddress.NONE : link.mac());
        transmit(packet, unicast ? neighbor.mac : MacAddress.ofMulticast(destination), neighbor.attempts);
    }

    @Override
    public void transmit(Neighbor neighbor, Neighbor.Waiting waiting) {
        send(neighbor, waiting);
    }

    @Override
    public void discard(Neighbor.Waiting waiting, boolean failed) {
        counters.increment(Counter.IP_OUT_DISCARDS);
        if (failed && waiting.tuple() != null) {
            failures.add(new Ingress.Icmp(
                    waiting.tuple(), waiting.seq(), new IcmpError(IcmpError.Kind.NEIGHBOR_FAILED, 0)));
        }
    }

    private Neighbor neighborOf(Path path, long now) {
        Neighbor neighbor = path.neighbor();
        if (neighbor != null && fires(Faults.FORGET_NEIGHBOR)) {
            neighbors.forget(neighbor);
        }
        if (neighbor == null || neighbor.isGone()) {
            neighbor = neighbors.resolve(path.nextHop(), now);
            path.remember(neighbor);
        }
        return neighbor;
    }

    private boolean enqueue(Neighbor neighbor, Path path, FourTuple tuple, OutboundSegment segment) {
        neighbor.used = true;
        int headers = ipHeaderLength(tuple.local()) + path.route().length() + TcpCodec.HEADER_LENGTH
                + segment.optionsLength();
        ByteBuffer packet = ByteBuffer.allocate(headers + segment.payloadLength);
        TransmitOffload work = new TransmitOffload();
        writeSegment(packet, path, tuple, segment, link.checksumOffload(), work);
        return neighbors.enqueue(neighbor, new Neighbor.Waiting(packet.array(), work, tuple, segment.seq));
    }

    private boolean send(Neighbor neighbor, Neighbor.Waiting waiting) {
        byte[] packet = waiting.packet();
        TransmitOffload work = waiting.offload();
        if (work == null && packet.length > link.mtu()) {
            return sendFragments(neighbor, packet);
        }
        ByteBuffer frame = sink.frame();
        int start = startFrame(frame, neighbor);
        frame.put(packet);
        offload.clear().explain(SendReason.ICMP, 0);
        if (work != null) {
            offload.checksum = work.checksum;
            offload.checksumStart = work.checksum ? start + work.checksumStart : 0;
            offload.checksumOffset = work.checksumOffset;
            offload.segmentSize = work.segmentSize;
            offload.headerLength = work.segmentSize > 0 ? start + work.headerLength : 0;
            offload.ipv6 = work.ipv6;
            offload.reason = work.reason;
            offload.attempt = work.attempt;
            offload.flags = work.flags;
        }
        return send(frame.position());
    }

    /** RFC 791 §3.2, RFC 8200 §4.5. */
    private boolean sendFragments(Neighbor neighbor, byte[] packet) {
        boolean v4 = IpHeader.version(packet, 0) == 4;
        int payload = packet.length - (v4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH);
        int room = v4
                ? link.mtu() - Ipv4Header.LENGTH
                : Ipv6Header.MINIMUM_MTU - Ipv6Header.LENGTH - IpFragment.V6_HEADER_LENGTH;
        int step = room & ~7;
        int identification = random.nextInt();
        counters.increment(Counter.IP_FRAG_OKS);
        boolean taken = true;
        for (int start = 0; start < payload; start += step) {
            int end = Math.min(start + step, payload);
            ByteBuffer frame = sink.frame();
            startFrame(frame, neighbor);
            new IpFragment(identification, start, end, end < payload).write(frame, packet);
            counters.increment(Counter.IP_FRAG_CREATES);
            offload.clear().explain(SendReason.ICMP, 0);
            taken &= send(frame.position());
        }
        return taken;
    }

    /** Writes what is in front of a packet; returns where that starts. */
    private int startFrame(ByteBuffer frame, Neighbor neighbor) {
        if (neighbor != null) {
            writeEthernetHeader(frame, neighbor.mac, neighbor.address.isV4());
        }
        return frame.position();
    }

    private boolean send(int length) {
        boolean taken = !fires(Faults.DROP_OUTGOING_FRAME) && sink.transmit(length, offload);
        counters.increment(taken ? Counter.LINK_OUT_FRAMES : Counter.LINK_OUT_DROPS);
        return taken;
    }

    private void writeEthernetHeader(ByteBuffer frame, MacAddress destination, boolean v4) {
        int type = v4 ? EthernetHeader.TYPE_IPV4 : EthernetHeader.TYPE_IPV6;
        EthernetHeader.write(frame, destination, link.mac(), type);
    }

    static int ipHeaderLength(IpAddress address) {
        return address.isV4() ? Ipv4Header.LENGTH : Ipv6Header.LENGTH;
    }
}
