package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.ip.InterfaceAddress;
import io.fourtuple.core.ip.Prefix;
import io.fourtuple.core.ip.Route;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.IcmpMessage;
import io.fourtuple.core.wire.IcmpV4;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.IpResult;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.Ipv6Problem;
import io.fourtuple.core.wire.Malformed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An IPv4 and IPv6 router (RFC 1812, RFC 8200). Each of its ports has addresses, and the networks of these addresses
 * can be reached through it; further ones by {@link #addRoute}. The longest prefix wins.
 *
 * <pre>{@code
 * Router router = network.addRouter("router");
 * network.connect(alice, router.addPort("10.0.1.1/24", "fd01::1/64"));
 * network.connect(router.addPort("10.0.2.1/24", "fd02::1/64"), bob);
 * }</pre>
 *
 * <p>It decrements the hop limit, asks for neighbours by ARP and NDP and answers them, answers pings, and tells senders
 * by ICMP when a hop limit is used up, there is no route, a neighbour does not answer, or a packet is larger than the
 * next link carries ({@link LinkConfig#mtu}). IPv4 packets that may be cut are. It needs no time and sends no
 * redirects.
 *
 * <p>Confined to the simulation's thread.
 */
public final class Router {
    /** How many senders it remembers, so that packets that waited for a neighbour are still known as theirs. */
    private static final int MAX_ORIGINS = 65_536;
    private static final int DONT_FRAGMENT = 0x4000;

    private final SimulatedNetwork network;
    private final String name;
    private final List<RouterPort> ports = new ArrayList<>();
    /** The longest prefix first; among equals the one that was there first. */
    private final List<Entry> routes = new ArrayList<>();
    private final Map<IpAddress, SimulatedNic> origins = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<IpAddress, SimulatedNic> eldest) {
            return size() > MAX_ORIGINS;
        }
    };
    private long forwarded;
    private long fragmented;
    private long hopLimitExceeded;
    private long tooBig;
    private long noRoute;
    private long unreachable;
    private long refused;

    /** One line of the table; {@code gateway} is null when the destination is on the link. */
    private record Entry(Prefix prefix, RouterPort port, IpAddress gateway) {
        IpAddress nextHop(IpAddress destination) {
            return gateway == null ? destination : gateway;
        }
    }

    Router(SimulatedNetwork network, String name) {
        this.network = network;
        this.name = name;
    }

    /** What it is known by. */
    public String name() {
        return name;
    }

    /**
     * Makes a port to connect a link to; the first one is called {@code name:0}.
     *
     * @param addresses such as {@code 10.0.1.1/24} and {@code fd01::1/64}
     * @throws IllegalArgumentException with one sentence, when one is none
     */
    public RouterPort addPort(String... addresses) {
        List<InterfaceAddress> parsed = Arrays.stream(addresses).map(InterfaceAddress::parse).toList();
        RouterPort port = new RouterPort(network, this, name + ":" + ports.size(), parsed);
        ports.add(port);
        parsed.forEach(address -> add(new Entry(address.onLink(), port, null)));
        return port;
    }

    /** Its ports, in the order in which they were made. */
    public List<RouterPort> ports() {
        return List.copyOf(ports);
    }

    /**
     * Adds a way to a network behind another router.
     *
     * @param destination such as {@code 10.0.3.0/24}; {@code 0.0.0.0/0} or {@code ::/0} for a default route
     * @param gateway an address in the network of one of the ports
     * @return this
     * @throws IllegalArgumentException with one sentence, when it is not
     */
    public Router addRoute(String destination, String gateway) {
        Route route = new Route(Prefix.parse(destination), IpAddress.parse(gateway));
        RouterPort port = ports.stream()
                .filter(candidate -> candidate.addresses().stream()
                        .anyMatch(address -> address.onLink().contains(route.gateway())))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the gateway " + gateway + " of " + destination
                        + " is in the network of no port of router " + name));
        add(new Entry(route.destination(), port, route.gateway()));
        return this;
    }

    /** Takes away what {@link #addRoute} has added for this network. No error when there is nothing. */
    public void removeRoute(String destination) {
        Prefix prefix = Prefix.parse(destination);
        routes.removeIf(entry -> entry.gateway != null && entry.prefix.equals(prefix));
    }

    private void add(Entry entry) {
        routes.add(entry);
        routes.sort(Comparator.comparingInt((Entry each) -> each.prefix.length()).reversed());
    }

    /** What has become of packets so far. */
    public RouterStatistics statistics() {
        return new RouterStatistics(
                forwarded, fragmented, hopLimitExceeded, tooBig, noRoute, unreachable, refused);
    }

    private Entry find(IpAddress destination) {
        for (Entry entry : routes) {
            if (entry.prefix.contains(destination)) {
                return entry;
            }
        }
        return null;
    }

    // ---- what arrives ----

    void receive(RouterPort port, Frame frame, SimulatedNic origin) {
        byte[] bytes = frame.bytes();
        if (!EthernetHeader.isComplete(bytes) || !isForUs(port, bytes)) {
            return;
        }
        IpResult result = switch (EthernetHeader.type(bytes)) {
            case EthernetHeader.TYPE_IPV4 -> Ipv4Header.parse(bytes, EthernetHeader.LENGTH);
            case EthernetHeader.TYPE_IPV6 -> Ipv6Header.parse(bytes, EthernetHeader.LENGTH);
            default -> null;
        };
        switch (result) {
            case null -> port.handle(frame);
            case IpHeader ip -> receive(port, frame, ip, origin);
            case Ipv6Problem _, Malformed _ -> refused++;
        }
    }

    private static boolean isForUs(RouterPort port, byte[] bytes) {
        return (bytes[0] & 1) != 0 || EthernetHeader.destination(bytes).equals(port.mac());
    }

    private void receive(RouterPort port, Frame frame, IpHeader ip, SimulatedNic origin) {
        IpAddress destination = ip.destination();
        if (destination.isMulticast() || (destination.isLinkLocal() && !destination.isV4())) {
            port.handle(frame);
        } else if (isOurs(destination)) {
            receiveOwn(port, frame, ip);
        } else if (isForwardable(ip)) {
            if (origin != null && origins.get(ip.source()) != origin) {
                origins.put(ip.source(), origin);
            }
            forward(port, frame, ip);
        } else {
            refused++;
        }
    }

    /** RFC 1812 §5.3.7, RFC 4291 §2.5.2, §2.5.3 and §2.5.6. */
    private static boolean isForwardable(IpHeader ip) {
        IpAddress source = ip.source();
        IpAddress destination = ip.destination();
        return !source.isUnspecified() && !source.isMulticast() && !source.isLoopback() && !source.isLinkLocal()
                && !destination.isUnspecified() && !destination.isLoopback() && !destination.isLinkLocal()
                && !destination.equals(IpAddress.BROADCAST);
    }

    boolean isOurs(IpAddress address) {
        for (RouterPort port : ports) {
            if (port.has(address)) {
                return true;
            }
        }
        return false;
    }

    /** The NIC that packets from this address come from; null when a router of the network sends them. */
    SimulatedNic origin(IpAddress source) {
        return origins.get(source);
    }

    private void receiveOwn(RouterPort port, Frame frame, IpHeader ip) {
        if (ip.fragment() || ip.protocol() != (ip.isV4() ? IcmpV4.PROTOCOL : IcmpV6.PROTOCOL)) {
            refused++;
            return;
        }
        IcmpMessage message = ip.isV4() ? IcmpV4.parse(frame.bytes(), ip) : IcmpV6.parse(frame.bytes(), ip);
        if (message instanceof IcmpMessage.EchoRequest request) {
            originate(RouterPackets.echoReply(frame.bytes(), ip, request), ip.source());
        } else {
            port.handle(frame); // neighbour discovery
        }
    }

    // ---- what goes on ----

    private void forward(RouterPort from, Frame frame, IpHeader ip) {
        if (ip.hopLimit() <= 1) {
            hopLimitExceeded++;
            complain(from, frame.bytes(), ip, us -> RouterPackets.timeExceeded(us, frame.bytes(), ip));
            return;
        }
        Entry route = find(ip.destination());
        if (route == null) {
            noRoute++;
            complain(from, frame.bytes(), ip, us -> RouterPackets.unreachable(us, true, frame.bytes(), ip));
            return;
        }
        IpAddress nextHop = route.nextHop(ip.destination());
        int mtu = route.port.mtu();
        byte[] packet = RouterPackets.decremented(frame.bytes(), ip);
        if (FrameOctets.packetLength(frame) <= mtu) {
            forwarded++;
            route.port.forward(packet, frame, nextHop);
        } else if (ip.isV4() && frame.gsoSize() == 0 && (Bytes.uint16(packet, 6) & DONT_FRAGMENT) == 0) {
            forwarded++;
            fragmented++;
            RouterPackets.fragment(packet, mtu, part -> route.port.forward(part, frame, nextHop));
        } else {
            tooBig++;
            complain(from, frame.bytes(), ip, us -> RouterPackets.tooBig(us, mtu, frame.bytes(), ip));
        }
    }

    /** A neighbour did not answer to whom a segment had to go, which is known by the start of a packet like it. */
    void neighborFailed(RouterPort port, byte[] packet) {
        unreachable++;
        IpResult result =
                IpHeader.version(packet, 0) == 4 ? Ipv4Header.parse(packet, 0) : Ipv6Header.parse(packet, 0);
        if (result instanceof IpHeader ip) {
            complain(port, packet, ip, us -> RouterPackets.unreachable(us, false, packet, ip));
        }
    }

    /** Writes a message to the sender of a packet, from the address that it is given. */
    private interface Complaint {
        byte[] from(IpAddress us);
    }

    private void complain(RouterPort port, byte[] frame, IpHeader about, Complaint complaint) {
        IpAddress us = port.address(about.isV4());
        if (us != null && RouterPackets.mayComplain(frame, about)) {
            originate(complaint.from(us), about.source());
        }
    }

    private void originate(byte[] packet, IpAddress destination) {
        Entry route = find(destination);
        if (route != null) {
            route.port.send(packet, route.nextHop(destination));
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
