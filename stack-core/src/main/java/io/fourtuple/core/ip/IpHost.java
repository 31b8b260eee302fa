package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.FaultPoints;
import io.fourtuple.core.tcp.PathProperties;
import io.fourtuple.core.time.Deadline;
import io.fourtuple.core.wire.ArpPacket;
import io.fourtuple.core.wire.ArpResult;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.Malformed;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.SourceRoute;
import io.fourtuple.core.wire.TcpCodec;
import java.util.random.RandomGenerator;

/**
 * IP on one link and to ourselves: the façade of this package, and the host of RFC 1122 and RFC 8504.
 *
 * <ul>
 *   <li>In: {@link #receive} takes a frame, answers what is not TCP's business (ARP, neighbour discovery, ping) through
 *       the sink, and returns what is. {@link #pollIngress} has what came without a frame.
 *   <li>Out: {@link #pathTo} finds the way to an address, {@link #transmit} sends a segment on it.
 *   <li>Time: {@link #deadline}, {@link #handleTimeout}.
 * </ul>
 *
 * <p>Not there yet: duplicate address detection, router discovery.
 *
 * <p>Confined to its shard's thread. Times are nanoseconds of the driver's clock.
 */
public final class IpHost {
    private static final int LARGEST_PACKET = 65_535;
    private static final int LARGEST_TCP_HEADER = TcpCodec.HEADER_LENGTH + TcpCodec.MAX_OPTIONS_LENGTH;

    private final LinkProperties link;
    private final Counters counters;
    private final LocalAddresses local;
    private final RoutingTable routes;
    private final PacketOutput output;
    /** The way out for TCP. */
    private final SegmentOutput segments;
    private final Reassembly reassembly;
    private final PacketInput input;
    private final Loopback loopback;
    private final PathProperties v4;
    private final PathProperties v6;
    private final PathProperties loopbackV4;
    private final PathProperties loopbackV6;

    /**
     * A host that nobody knows of yet.
     *
     * @param sink takes the frames
     * @param counters of the shard
     * @param random seeded by the caller; spreads requests to neighbours in time
     * @throws IllegalArgumentException with one sentence, when a route's gateway is not on the link
     */
    public IpHost(
            IpConfig config, LinkProperties link, FrameSink sink, Counters counters, RandomGenerator random) {
        this(config, link, sink, counters, random, null, null);
    }

    /**
     * The host of the first of several shards that have a queue of the NIC each. It alone answers what is not TCP's
     * business and finds out who is on the link.
     *
     * @param resolved where the hosts of the others look for what it has found
     * @throws IllegalArgumentException with one sentence, when a route's gateway is not on the link
     */
    public static IpHost first(
            IpConfig config,
            LinkProperties link,
            FrameSink sink,
            ResolvedNeighbors resolved,
            Counters counters,
            RandomGenerator random) {
        return new IpHost(config, link, sink, counters, random, resolved, null);
    }

    /**
     * A host with the same addresses and routes as another, for a further shard of its stack. It has no NIC: what it
     * sends are IP packets, without a link-layer header, for {@link #relay} of the other.
     *
     * @param link of the other
     * @param relay takes the packets, with positions in the offload that count from the IP header
     */
    public static IpHost behind(
            IpConfig config, LinkProperties link, FrameSink relay, Counters counters, RandomGenerator random) {
        return new IpHost(
                config, link, relay, counters, random, null, new RelayOutput(link, relay, counters));
    }

    /**
     * A host with the same addresses and routes as the {@linkplain #first first} one, for a further shard that has a
     * queue of the NIC. It receives nothing but {@linkplain #isSegment segments}. To a neighbour that the first host
     * has not found yet it sends as one {@linkplain #behind behind} it does.
     *
     * @param queue takes frames
     * @param relay takes IP packets for the other
     * @param resolved where the first one says what it has found
     */
    public static IpHost beside(
            IpConfig config,
            LinkProperties link,
            FrameSink queue,
            FrameSink relay,
            ResolvedNeighbors resolved,
            Counters counters,
            RandomGenerator random) {
        QueueOutput output = new QueueOutput(
                link, queue, resolved, new RelayOutput(link, relay, counters), counters);
        return new IpHost(config, link, queue, counters, random, null, output);
    }

    /** {@code further} is the way out of a further shard, and null on the first; {@code resolved} the reverse. */
    private IpHost(
            IpConfig config,
            LinkProperties link,
            FrameSink sink,
            Counters counters,
            RandomGenerator random,
            ResolvedNeighbors resolved,
            SegmentOutput further) {
        this.link = link;
        this.counters = counters;
        local = new LocalAddresses(config.addresses(), link);
        routes = new RoutingTable(local, config.routes(), link.medium());
        output = new PacketOutput(config.neighbors(), link, sink, counters, routes, random, resolved);
        segments = further == null ? output : further;
        loopback = new Loopback(config.loopbackQueue(), counters);
        TokenBucket tokens = new TokenBucket(config.icmpRate());
        IcmpInput icmp = new IcmpInput(link, local, routes, output, tokens, counters, this::pathTo);
        reassembly = new Reassembly(config.reassembly(), icmp, counters);
        input = new PacketInput(local, icmp, reassembly, counters, config.acceptSourceRoutes());
        v4 = properties(Ipv4Header.LENGTH, link.maxSegmentedBytes());
        v6 = properties(Ipv6Header.LENGTH, link.maxSegmentedBytes());
        loopbackV4 = properties(Ipv4Header.LENGTH, LARGEST_PACKET);
        loopbackV6 = properties(Ipv6Header.LENGTH, LARGEST_PACKET);
    }

    /** Lets rare things happen; to be called before anything else, if at all. */
    public void setFaults(FaultPoints faults) {
        output.setFaults(faults);
        segments.setFaults(faults);
        loopback.setFaults(faults);
    }

    private PathProperties properties(int ipHeader, int maxSegmentedBytes) {
        int mss = link.mtu() - ipHeader - TcpCodec.HEADER_LENGTH;
        int segmented = Math.min(maxSegmentedBytes, LARGEST_PACKET) - ipHeader - LARGEST_TCP_HEADER;
        return new PathProperties(mss, Math.max(mss, segmented));
    }

    /**
     * Takes one frame in. What is not for TCP is answered or dropped here. Raises exactly one
     * {@linkplain Counter#isTerminal() terminal} counter.
     *
     * @return what the frame carried for TCP, or null
     */
    public Ingress receive(Frame frame, long now) {
        counters.increment(Counter.LINK_IN_FRAMES);
        byte[] bytes = frame.bytes();
        return link.medium() == LinkProperties.Medium.ETHERNET
                ? receiveEthernet(frame, bytes, now)
                : receiveLayer3(frame, bytes, now);
    }

    /**
     * Whether a frame says that it carries a TCP segment, and no fragment of one: what the host of any shard may
     * receive. Everything else is for the first one, because it changes what only that one knows, needs its answer, or
     * has to meet its other parts there: ARP, ICMP, fragments, packets with IPv6 extension headers, what is broken.
     */
    public boolean isSegment(Frame frame) {
        byte[] bytes = frame.bytes();
        if (link.medium() == LinkProperties.Medium.IP) {
            return Ipv4Header.isWhole(bytes, 0, TcpCodec.PROTOCOL) || Ipv6Header.isWhole(bytes, 0, TcpCodec.PROTOCOL);
        }
        return EthernetHeader.isComplete(bytes) && switch (EthernetHeader.type(bytes)) {
            case EthernetHeader.TYPE_IPV4 -> Ipv4Header.isWhole(bytes, EthernetHeader.LENGTH, TcpCodec.PROTOCOL);
            case EthernetHeader.TYPE_IPV6 -> Ipv6Header.isWhole(bytes, EthernetHeader.LENGTH, TcpCodec.PROTOCOL);
            default -> false;
        };
    }

    private Ingress receiveEthernet(Frame frame, byte[] bytes, long now) {
        if (!EthernetHeader.isComplete(bytes)) {
            return input.drop(Counter.LINK_IN_ERRORS);
        }
        long destination = (long) Bytes.uint16(bytes, 0) << 32 | (Bytes.int32(bytes, 2) & 0xffff_ffffL);
        boolean group = (bytes[0] & 1) != 0;
        if (!group && destination != link.mac().bits()) {
            return input.drop(Counter.LINK_IN_OTHER_HOST);
        }
        if ((bytes[6] & 1) != 0) {
            return input.drop(Counter.LINK_IN_ERRORS); // no station has a group address
        }
        return switch (EthernetHeader.type(bytes)) {
            case EthernetHeader.TYPE_IPV4 -> input.receiveV4(frame, EthernetHeader.LENGTH, group, now);
            case EthernetHeader.TYPE_IPV6 -> input.receiveV6(frame, EthernetHeader.LENGTH, group, now);
            case EthernetHeader.TYPE_ARP -> receiveArp(bytes, now);
            default -> input.drop(Counter.LINK_IN_UNKNOWN_PROTOS);
        };
    }

    private Ingress receiveLayer3(Frame frame, byte[] bytes, long now) {
        return switch (IpHeader.version(bytes, 0)) {
            case 4 -> input.receiveV4(frame, 0, false, now);
            case 6 -> input.receiveV6(frame, 0, false, now);
            default -> input.drop(bytes.length == 0 ? Counter.LINK_IN_ERRORS : Counter.LINK_IN_UNKNOWN_PROTOS);
        };
    }

    private Ingress receiveArp(byte[] bytes, long now) {
        ArpResult result = ArpPacket.parse(bytes, EthernetHeader.LENGTH);
        return switch (result) {
            case ArpPacket packet -> receiveArp(packet, now);
            case Malformed malformed -> input.drop(malformed.counter());
        };
    }

    /** RFC 826, "Packet Reception": the sender is noted if it is known, or if it asks for us; then it is answered. */
    private Ingress receiveArp(ArpPacket packet, long now) {
        boolean request = packet.operation() == ArpPacket.REQUEST;
        boolean toUs = local.isOnLink(packet.targetIp());
        IpAddress sender = packet.senderIp();
        // RFC 5227 §2.1.1: a probe comes from 0.0.0.0 and says nothing of its sender. Our own address is not to be
        // learnt from a stranger.
        if (!local.isMartianSource(sender) && routes.isOnLink(sender)) {
            output.neighbors().heard(sender, packet.senderMac(), !request && toUs, true, request && toUs, now);
        }
        if (request && toUs) {
            MacAddress asker = packet.senderMac();
            IpAddress us = packet.targetIp();
            output.transmit(new ArpPacket(ArpPacket.REPLY, link.mac(), us, asker, sender), asker);
        }
        return input.drop(request ? Counter.ARP_IN_REQUESTS : Counter.ARP_IN_REPLIES);
    }

    /**
     * What came without a frame: packets to ourselves, and failures of neighbours for each segment that waited for one.
     * Call it after {@link #receive}, {@link #transmit} and {@link #handleTimeout} until it returns null; answers to
     * packets to ourselves go round again, so a loop needs a budget.
     */
    public Ingress pollIngress(long now) {
        Ingress failure = output.failures().poll();
        if (failure != null) {
            return failure;
        }
        for (Frame frame = loopback.poll(); frame != null; frame = loopback.poll()) {
            counters.increment(Counter.LINK_IN_FRAMES);
            Ingress ingress = input.receiveLoopback(frame, now);
            if (ingress != null) {
                return ingress;
            }
        }
        return null;
    }

    /** Whether {@link #pollIngress} may have something. */
    public boolean hasIngress() {
        return !output.failures().isEmpty() || !loopback.isEmpty();
    }

    /**
     * The way to a remote address, or null when there is none: no route, or not the address of one host.
     *
     * @param remote may be ours
     */
    public Path pathTo(IpAddress remote) {
        return pathTo(remote, SourceRoute.NONE);
    }

    /**
     * The way to a remote address by a source route, which takes its place in each packet; it is for IPv4 alone, and
     * has no meaning for an address of ours.
     */
    public Path pathTo(IpAddress remote, SourceRoute way) {
        if (local.isNoHost(remote)) {
            return null;
        }
        boolean isV4 = remote.isV4();
        if (local.contains(remote)) {
            return new Path(remote, remote, isV4 ? loopbackV4 : loopbackV6, true, SourceRoute.NONE);
        }
        IpAddress first = isV4 ? way.first(remote) : remote;
        RoutingTable.Entry route = routes.find(first);
        if (route == null) {
            return null;
        }
        boolean plain = !isV4 || way.isNone();
        PathProperties properties = isV4 ? v4 : v6;
        if (!plain) { // and no NIC cuts segments of it
            int mss = Math.max(1, v4.mss() - way.length());
            properties = new PathProperties(mss, mss);
        }
        return new Path(route.source(), route.nextHop(first), properties, false, plain ? SourceRoute.NONE : way);
    }

    /** True for an address of ours, loop-back included. */
    public boolean isLocal(IpAddress address) {
        return local.contains(address);
    }

    /**
     * Sends a segment. A bounded number of packets waits while a neighbour's address is being found out.
     *
     * @param path to {@code tuple.remote()}
     * @param tuple whose local address becomes the source
     * @param segment read before this returns
     * @return false when the segment is lost, which has been counted
     */
    public boolean transmit(Path path, FourTuple tuple, OutboundSegment segment, long now) {
        return path.isLoopback() ? loopback.transmit(tuple, segment) : segments.transmit(path, tuple, segment, now);
    }

    /**
     * Segments on this path are sent again and again in vain (RFC 9293 §3.8.3): asks for the neighbour's address
     * again. No effect in the host of a further shard: the first one asks each neighbour in use within 45 s anyway.
     */
    public void advise(Path path, long now) {
        if (!path.isLoopback()) {
            segments.advise(path, now);
        }
    }

    /**
     * Sends a segment that the host of a further shard has written.
     *
     * @return false when it is lost, which has been counted
     */
    public boolean relay(RelayedPacket packet, long now) {
        return output.relay(packet, now);
    }

    /**
     * Sends a packet of somebody else to a neighbour, as a router does: whoever calls has found the way, decremented
     * the hop limit and seen to it that the packet is not larger than the link carries.
     *
     * @param nextHop on our link
     * @return false when it is lost, which has been counted. When the neighbour does not answer, {@link #pollIngress}
     *     has a failure for a TCP segment, with the tuple as its sender sees it
     */
    public boolean forward(RelayedPacket packet, IpAddress nextHop, long now) {
        return output.forward(packet, nextHop, now);
    }

    /** For tests: what is not whole yet. */
    Reassembly reassembly() {
        return reassembly;
    }

    /** When {@link #handleTimeout} is due, or {@link Deadline#NONE}. */
    public long deadline() {
        return Deadline.earlier(output.neighbors().deadline(), reassembly.deadline());
    }

    /**
     * Asks neighbours again that have not answered, and gives up who never did: then poll {@link #pollIngress}. Gives
     * up datagrams whose fragments have not all come.
     */
    public void handleTimeout(long now) {
        reassembly.handleTimeout(now);
        output.neighbors().handleTimeout(now);
    }
}
