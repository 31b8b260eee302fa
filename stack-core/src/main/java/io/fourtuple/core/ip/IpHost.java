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
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * IP on our links and to ourselves: the façade of this package, and the host of RFC 1122 and RFC 8504.
 *
 * <ul>
 *   <li>In: {@link #receive} takes a frame, answers what is not TCP's business (ARP, neighbour discovery, ping) through
 *       the sink, and returns what is. {@link #pollIngress} has what came without a frame.
 *   <li>Out: {@link #pathTo} finds the way to an address, {@link #transmit} sends a segment on it.
 *   <li>Time: {@link #start}, {@link #deadline}, {@link #handleTimeout}.
 *   <li>Addresses: {@link #pollNotice} has what whoever runs the host should know.
 * </ul>
 *
 * <p>Confined to its shard's thread. Times are nanoseconds of the driver's clock.
 */
public final class IpHost {
    private static final int LARGEST_PACKET = 65_535;
    private static final int LARGEST_TCP_HEADER = TcpCodec.HEADER_LENGTH + TcpCodec.MAX_OPTIONS_LENGTH;

    private final Counters counters;
    private final Addressing addressing;
    private final boolean strong;
    private final HostInterface[] interfaces;
    /** Null in the host of a further shard. */
    private final AddressConfiguration configuration;
    private final Reassembly reassembly;
    private final PacketInput input;
    private final Loopback loopback;
    private final PathProperties loopbackV4;
    private final PathProperties loopbackV6;

    /**
     * A host on one link that nobody knows of yet.
     *
     * @param sink takes the frames
     * @param counters of the shard
     * @param random seeded by the caller; spreads requests to neighbours in time
     * @throws IllegalArgumentException with one sentence, when a route's gateway is not on the link
     */
    public IpHost(
            IpConfig config, LinkProperties link, FrameSink sink, Counters counters, RandomGenerator random) {
        this(new Addressing(config, List.of(link)), List.of(Attachment.of(link, sink)), null, counters, random);
    }

    /**
     * The host of the first shard of a stack. It alone answers what is not TCP's business and finds out who is on the
     * links, and which addresses it may use.
     *
     * @param addressing which it shares with the hosts of further shards
     * @param attachments one for each link, in the order of those of {@code addressing}, with a queue each
     */
    public static IpHost first(
            Addressing addressing, List<Attachment> attachments, Counters counters, RandomGenerator random) {
        return new IpHost(addressing, attachments, null, counters, random);
    }

    /**
     * The host of a further shard: with the same addresses and routes as the {@linkplain #first first} one. By a queue
     * of its own it receives nothing but {@linkplain #isSegment segments}, and sends to neighbours that the first one
     * has found. What it sends otherwise are IP packets, without a link-layer header, for {@link #relay} of the other.
     *
     * @param addressing of the first one
     * @param attachments one for each link
     * @param relay takes the packets, with positions in the offload that count from the IP header
     */
    public static IpHost further(
            Addressing addressing,
            List<Attachment> attachments,
            FrameSink relay,
            Counters counters,
            RandomGenerator random) {
        return new IpHost(addressing, attachments, relay, counters, random);
    }

    /** {@code relay} is the way out of a further shard, and null on the first. */
    private IpHost(
            Addressing addressing,
            List<Attachment> attachments,
            FrameSink relay,
            Counters counters,
            RandomGenerator random) {
        IpConfig config = addressing.config();
        this.counters = counters;
        this.addressing = addressing;
        strong = config.hostModel() == IpConfig.HostModel.STRONG;
        interfaces = new HostInterface[attachments.size()];
        for (int i = 0; i < interfaces.length; i++) {
            interfaces[i] = attach(i, attachments.get(i), relay, random);
        }
        boolean first = relay == null;
        configuration = first ? new AddressConfiguration(addressing, interfaces, counters, random) : null;
        for (HostInterface on : interfaces) {
            if (first) {
                on.output().setUnreachableListener(
                        neighbor -> configuration.onUnreachable(on.number(), neighbor));
            }
        }
        loopback = new Loopback(config.loopbackQueue(), counters);
        TokenBucket tokens = new TokenBucket(config.icmpRate());
        IcmpInput icmp = new IcmpInput(addressing, interfaces, tokens, counters, this::pathFrom, configuration);
        reassembly = new Reassembly(config.reassembly(), icmp, counters);
        input = new PacketInput(addressing, icmp, reassembly, counters);
        int mtu = attachments.getFirst().link().mtu();
        loopbackV4 = loopbackProperties(mtu, Ipv4Header.LENGTH);
        loopbackV6 = loopbackProperties(mtu, Ipv6Header.LENGTH);
    }

    private HostInterface attach(int number, Attachment attachment, FrameSink relay, RandomGenerator random) {
        LinkProperties link = attachment.link();
        FrameSink queue = attachment.queue().orElse(relay);
        ResolvedNeighbors resolved = attachment.resolved().orElse(null);
        if (relay == null) {
            PacketOutput output =
                    new PacketOutput(number, link, queue, counters, addressing, random, resolved);
            return new HostInterface(number, link, output, output);
        }
        PacketOutput output = new PacketOutput(number, link, queue, counters, addressing, random, null);
        RelayOutput relaying = new RelayOutput(link, relay, counters);
        SegmentOutput segments = resolved == null || attachment.queue().isEmpty()
                ? relaying
                : new QueueOutput(link, queue, resolved, relaying, counters);
        return new HostInterface(number, link, segments, output);
    }

    private static PathProperties loopbackProperties(int mtu, int ipHeader) {
        int mss = mtu - ipHeader - TcpCodec.HEADER_LENGTH;
        return new PathProperties(mss, Math.max(mss, LARGEST_PACKET - ipHeader - LARGEST_TCP_HEADER));
    }

    /** Lets rare things happen; to be called before anything else, if at all. */
    public void setFaults(FaultPoints faults) {
        for (HostInterface on : interfaces) {
            on.output().setFaults(faults);
            on.segments().setFaults(faults);
        }
        loopback.setFaults(faults);
    }

    /**
     * Begins to check the addresses and to look for routers, as it is configured. The first host of a stack only, and
     * once; a host that is not started has the addresses that are configured.
     */
    public void start(long now) {
        configuration.start(now);
    }

    /** Something to know of an address of the host, or null. To be called after anything else. */
    public AddressNotice pollNotice() {
        return configuration == null ? null : configuration.pollNotice();
    }

    /**
     * Takes one frame in. What is not for TCP is answered or dropped here. Raises exactly one
     * {@linkplain Counter#isTerminal() terminal} counter.
     *
     * @return what the frame carried for TCP, or null
     */
    public Ingress receive(Frame frame, long now) {
        return receive(0, frame, now);
    }

    /** The same by another NIC than the first one, whose number is 0. */
    public Ingress receive(int link, Frame frame, long now) {
        counters.increment(Counter.LINK_IN_FRAMES);
        byte[] bytes = frame.bytes();
        HostInterface on = interfaces[link];
        return on.isEthernet() ? receiveEthernet(on, frame, bytes, now) : receiveLayer3(on, frame, bytes, now);
    }

    /**
     * Whether a frame says that it carries a TCP segment, and no fragment of one: what the host of any shard may
     * receive. Everything else is for the first one, because it changes what only that one knows, needs its answer, or
     * has to meet its other parts there: ARP, ICMP, fragments, packets with IPv6 extension headers, what is broken.
     */
    public boolean isSegment(int link, Frame frame) {
        byte[] bytes = frame.bytes();
        if (!interfaces[link].isEthernet()) {
            return Ipv4Header.isWhole(bytes, 0, TcpCodec.PROTOCOL) || Ipv6Header.isWhole(bytes, 0, TcpCodec.PROTOCOL);
        }
        return EthernetHeader.isComplete(bytes) && switch (EthernetHeader.type(bytes)) {
            case EthernetHeader.TYPE_IPV4 -> Ipv4Header.isWhole(bytes, EthernetHeader.LENGTH, TcpCodec.PROTOCOL);
            case EthernetHeader.TYPE_IPV6 -> Ipv6Header.isWhole(bytes, EthernetHeader.LENGTH, TcpCodec.PROTOCOL);
            default -> false;
        };
    }

    private Ingress receiveEthernet(HostInterface on, Frame frame, byte[] bytes, long now) {
        if (!EthernetHeader.isComplete(bytes)) {
            return input.drop(Counter.LINK_IN_ERRORS);
        }
        long destination = (long) Bytes.uint16(bytes, 0) << 32 | (Bytes.int32(bytes, 2) & 0xffff_ffffL);
        boolean group = (bytes[0] & 1) != 0;
        if (!group && destination != on.link().mac().bits()) {
            return input.drop(Counter.LINK_IN_OTHER_HOST);
        }
        if ((bytes[6] & 1) != 0) {
            return input.drop(Counter.LINK_IN_ERRORS); // no station has a group address
        }
        return switch (EthernetHeader.type(bytes)) {
            case EthernetHeader.TYPE_IPV4 -> input.receiveV4(on, frame, EthernetHeader.LENGTH, group, now);
            case EthernetHeader.TYPE_IPV6 -> input.receiveV6(on, frame, EthernetHeader.LENGTH, group, now);
            case EthernetHeader.TYPE_ARP -> receiveArp(on, bytes, now);
            default -> input.drop(Counter.LINK_IN_UNKNOWN_PROTOS);
        };
    }

    private Ingress receiveLayer3(HostInterface on, Frame frame, byte[] bytes, long now) {
        return switch (IpHeader.version(bytes, 0)) {
            case 4 -> input.receiveV4(on, frame, 0, false, now);
            case 6 -> input.receiveV6(on, frame, 0, false, now);
            default -> input.drop(bytes.length == 0 ? Counter.LINK_IN_ERRORS : Counter.LINK_IN_UNKNOWN_PROTOS);
        };
    }

    private Ingress receiveArp(HostInterface on, byte[] bytes, long now) {
        ArpResult result = ArpPacket.parse(bytes, EthernetHeader.LENGTH);
        return switch (result) {
            case ArpPacket packet -> receiveArp(on, packet, now);
            case Malformed malformed -> input.drop(malformed.counter());
        };
    }

    /** RFC 826, "Packet Reception": the sender is noted if it is known, or if it asks for us; then it is answered. */
    private Ingress receiveArp(HostInterface on, ArpPacket packet, long now) {
        if (configuration != null) {
            configuration.onArp(on.number(), packet, now);
        }
        Addressing.View view = addressing.view();
        boolean request = packet.operation() == ArpPacket.REQUEST;
        boolean toUs = view.local().isOnLink(packet.targetIp(), on.number());
        IpAddress sender = packet.senderIp();
        // RFC 5227 §2.1.1: a probe comes from 0.0.0.0 and says nothing of its sender. Our own address is not to be
        // learnt from a stranger.
        if (!view.local().isMartianSource(sender) && view.routes().isOnLink(sender, on.number())) {
            on.output().neighbors()
                    .heard(sender, packet.senderMac(), !request && toUs, true, request && toUs, now);
        }
        if (request && toUs) {
            MacAddress asker = packet.senderMac();
            IpAddress us = packet.targetIp();
            on.output().transmit(new ArpPacket(ArpPacket.REPLY, on.link().mac(), us, asker, sender), asker);
        }
        return input.drop(request ? Counter.ARP_IN_REQUESTS : Counter.ARP_IN_REPLIES);
    }

    /**
     * What came without a frame: packets to ourselves, and failures of neighbours for each segment that waited for one.
     * Call it after {@link #receive}, {@link #transmit} and {@link #handleTimeout} until it returns null; answers to
     * packets to ourselves go round again, so a loop needs a budget.
     */
    public Ingress pollIngress(long now) {
        for (HostInterface on : interfaces) {
            Ingress failure = on.output().failures().poll();
            if (failure != null) {
                return failure;
            }
        }
        for (Frame frame = loopback.poll(); frame != null; frame = loopback.poll()) {
            counters.increment(Counter.LINK_IN_FRAMES);
            Ingress ingress = input.receiveLoopback(interfaces[0], frame, now);
            if (ingress != null) {
                return ingress;
            }
        }
        return null;
    }

    /** Whether {@link #pollIngress} may have something. */
    public boolean hasIngress() {
        for (HostInterface on : interfaces) {
            if (!on.output().failures().isEmpty()) {
                return true;
            }
        }
        return !loopback.isEmpty();
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
        return path(remote.isV4() ? IpAddress.ANY_V4 : IpAddress.ANY_V6, remote, way);
    }

    /**
     * The way of a connection: by the NIC that has its local address, in the strong model of a host, and where the
     * remote one has a meaning on one link only.
     */
    public Path pathOf(FourTuple tuple, SourceRoute way) {
        return path(tuple.local(), tuple.remote(), way);
    }

    private Path pathFrom(IpAddress local, IpAddress remote) {
        return path(local, remote, SourceRoute.NONE);
    }

    private Path path(IpAddress local, IpAddress remote, SourceRoute way) {
        Addressing.View view = addressing.view();
        if (view.local().isNoHost(remote)) {
            return null;
        }
        boolean isV4 = remote.isV4();
        if (view.local().contains(remote)) {
            return Path.loopback(remote, isV4 ? loopbackV4 : loopbackV6);
        }
        IpAddress first = isV4 ? way.first(remote) : remote;
        RoutingTable.Entry route = view.routes().find(first, linkFor(view, local, first));
        if (route == null) {
            return null;
        }
        IpAddress source = addressing.sourceFor(view, remote, route.nextHop(first), route.link());
        if (source == null) {
            return null;
        }
        boolean plain = !isV4 || way.isNone();
        Addressing.LinkView link = view.link(route.link());
        PathProperties properties = isV4 ? link.v4() : link.v6();
        if (!plain) { // and no NIC cuts segments of it
            int mss = Math.max(1, link.v4().mss() - way.length());
            properties = new PathProperties(mss, mss);
        }
        Path path = Path.of(source, first, properties, plain ? SourceRoute.NONE : way);
        path.follow(view, route);
        return path;
    }

    /** Which NIC a packet has to leave by because of its source (RFC 1122 §3.3.4.2 B); mostly any. */
    private int linkFor(Addressing.View view, IpAddress local, IpAddress first) {
        return interfaces.length > 1 && (strong || first.isLinkLocal())
                ? view.local().linkOf(local)
                : LocalAddresses.ANY_LINK;
    }

    /** The path of a connection from {@code local} was looked up before something changed: true if it still leads. */
    private boolean reroute(Path path, IpAddress local, Addressing.View view) {
        IpAddress first = path.destination();
        RoutingTable.Entry route = view.local().isOnLink(local)
                ? view.routes().find(first, linkFor(view, local, first))
                : null;
        if (route == null) {
            return false;
        }
        path.follow(view, route);
        return true;
    }

    /** True for an address of ours, loop-back included. */
    public boolean isLocal(IpAddress address) {
        return addressing.view().local().contains(address);
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
        if (path.isLoopback()) {
            return loopback.transmit(path, tuple, segment);
        }
        Addressing.View view = addressing.view();
        if (!path.isOf(view) && !reroute(path, tuple.local(), view)) {
            counters.increment(Counter.IP_OUT_NO_ROUTES);
            return false;
        }
        return interfaces[path.link()].segments().transmit(path, tuple, segment, now);
    }

    /**
     * Segments on this path are sent again and again in vain (RFC 9293 §3.8.3): asks for the neighbour's address
     * again. No effect in the host of a further shard: the first one asks each neighbour in use within 45 s anyway.
     */
    public void advise(Path path, long now) {
        if (!path.isLoopback()) {
            interfaces[path.link()].segments().advise(path, now);
        }
    }

    /**
     * Sends a segment that the host of a further shard has written.
     *
     * @return false when it is lost, which has been counted
     */
    public boolean relay(RelayedPacket packet, long now) {
        Addressing.View view = addressing.view();
        IpAddress destination = PacketOutput.destination(packet.packet());
        int link = linkFor(view, PacketOutput.source(packet.packet()), destination);
        RoutingTable.Entry route = view.routes().find(destination, link);
        if (route == null) {
            counters.increment(Counter.IP_OUT_NO_ROUTES);
            return false;
        }
        return interfaces[route.link()].output().forward(packet, route.nextHop(destination), now);
    }

    /**
     * Sends a packet of somebody else to a neighbour, as a router does: whoever calls has found the way, decremented
     * the hop limit and seen to it that the packet is not larger than the link carries.
     *
     * @param nextHop on our first link
     * @return false when it is lost, which has been counted. When the neighbour does not answer, {@link #pollIngress}
     *     has a failure for a TCP segment, with the tuple as its sender sees it
     */
    public boolean forward(RelayedPacket packet, IpAddress nextHop, long now) {
        return interfaces[0].output().forward(packet, nextHop, now);
    }

    /** For tests: what is not whole yet. */
    Reassembly reassembly() {
        return reassembly;
    }

    /** When {@link #handleTimeout} is due, or {@link Deadline#NONE}. */
    public long deadline() {
        long next = reassembly.deadline();
        if (configuration != null) {
            next = Deadline.earlier(next, configuration.deadline());
        }
        for (HostInterface on : interfaces) {
            next = Deadline.earlier(next, on.output().neighbors().deadline());
        }
        return next;
    }

    /**
     * Asks neighbours again that have not answered, and gives up who never did: then poll {@link #pollIngress}. Gives
     * up datagrams whose fragments have not all come. Checks addresses and asks for routers.
     */
    public void handleTimeout(long now) {
        reassembly.handleTimeout(now);
        for (HostInterface on : interfaces) {
            on.output().neighbors().handleTimeout(now);
        }
        if (configuration != null) {
            configuration.handleTimeout(now);
        }
    }
}
