package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.tcp.IcmpError;
import io.fourtuple.core.wire.IcmpMessage;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.Ipv6Problem;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.Malformed;
import io.fourtuple.core.wire.RouterMessages;

/**
 * What happens to ICMP, ICMPv6 and neighbour discovery messages, and what we say in ICMP ourselves. Answers to
 * strangers are limited in rate, all kinds together; neighbour discovery is not: it never comes from beyond the link.
 */
final class IcmpInput {
    /** RFC 791: every link carries packets of this size. An ICMP error that asks for less is not believed. */
    private static final int LEAST_V4_MTU = 68;
    /** Where "next header" stands in an IPv6 header. */
    private static final int NEXT_HEADER_OFFSET = 6;

    /** Finds the way from an address of ours, or from {@code ::} for any, to another. */
    interface Ways {
        /** The way, or null. */
        Path find(IpAddress from, IpAddress to);
    }

    private final Addressing addressing;
    private final TokenBucket tokens;
    private final Counters counters;
    private final Ways ways;
    /** Null in the host of a further shard, which gets none of what is for it. */
    private final AddressConfiguration configuration;
    private final HostInterface[] interfaces;

    IcmpInput(
            Addressing addressing,
            HostInterface[] interfaces,
            TokenBucket tokens,
            Counters counters,
            Ways ways,
            AddressConfiguration configuration) {
        this.addressing = addressing;
        this.interfaces = interfaces;
        this.tokens = tokens;
        this.counters = counters;
        this.ways = ways;
        this.configuration = configuration;
    }

    private LocalAddresses local() {
        return addressing.view().local();
    }

    /** A message under {@code header}, which has been accepted. */
    Ingress receive(HostInterface on, byte[] bytes, IpHeader header, IcmpMessage message, long now) {
        counters.increment(Counter.ICMP_IN_MSGS);
        return switch (message) {
            case IcmpMessage.EchoRequest request -> {
                answer(bytes, header, request, now);
                yield drop(Counter.ICMP_IN_ECHOS);
            }
            case IcmpMessage.Failure failure -> receive(failure);
            case IcmpMessage.NeighborSolicitation solicitation -> {
                receive(on, header, solicitation, now);
                yield drop(Counter.ICMP_IN_NEIGHBOR_MESSAGES);
            }
            case IcmpMessage.NeighborAdvertisement advertisement -> {
                receive(on, advertisement, now);
                yield drop(Counter.ICMP_IN_NEIGHBOR_MESSAGES);
            }
            case IcmpMessage.RouterAdvertisement advertisement -> receive(on, header, advertisement, now);
            case IcmpMessage.EchoReply reply -> drop(Counter.ICMP_IN_IGNORED);
            case IcmpMessage.Ignored ignored -> drop(Counter.ICMP_IN_IGNORED);
            case Malformed malformed -> drop(malformed.counter());
        };
    }

    /** RFC 1122 §3.2.2.6, RFC 4443 §4.2: answered unless it was sent to a group, which would amplify. */
    private void answer(byte[] bytes, IpHeader header, IcmpMessage.EchoRequest request, long now) {
        if (local().contains(header.destination()) && mayAnswer(header.source(), now)) {
            counters.increment(Counter.ICMP_OUT_ECHO_REPS);
            send(header.destination(), header.source(), IcmpPackets.echoReply(bytes, header, request), now);
        }
    }

    /** RFC 8200 §4: the answer to an option or a header that we do not know. */
    void answer(HostInterface on, Ipv6Problem problem, byte[] bytes, long now) {
        IpAddress destination = problem.destination();
        IpAddress source = problem.source();
        LocalAddresses local = local();
        boolean toGroup = problem.evenIfMulticast() && local.isJoined(destination, on.number());
        boolean toUs = local.isOnLink(destination);
        Path path = local.isMartianSource(source) || !(toUs || toGroup)
                ? null
                : ways.find(toUs ? destination : IpAddress.ANY_V6, source);
        if (path != null && mayAnswer(source, now)) {
            IpAddress from = toUs ? destination : path.source();
            send(from, source, IcmpPackets.parameterProblem(from, bytes, problem), now);
        }
    }

    /** The same about a packet to one host, which is answered whatever link it has come by. */
    void answer(Ipv6Problem problem, byte[] bytes, long now) {
        answer(interfaces[0], problem, bytes, now);
    }

    /** RFC 1122 §3.3.2, RFC 4443 §3.3: whoever sent a first fragment hears that others did not come. */
    void answerReassemblyTimeout(byte[] bytes, IpHeader first, long now) {
        if (local().isOnLink(first.destination()) && mayAnswer(first.source(), now)) {
            send(first.destination(), first.source(), IcmpPackets.reassemblyTimeExceeded(bytes, first), now);
        }
    }

    /** RFC 1122 §3.2.2.1, RFC 4443 §3.4: whoever speaks a protocol that we do not have is told so. */
    void answerUnknownProtocol(byte[] bytes, IpHeader header, long now) {
        IpAddress us = header.destination();
        boolean answerable = local().isOnLink(us) && header.protocol() != Ipv6Header.NO_NEXT_HEADER;
        if (answerable && header.isV4() && mayAnswer(header.source(), now)) {
            send(us, header.source(), IcmpPackets.protocolUnreachable(bytes, header), now);
        } else if (answerable && hasNoExtensions(header) && mayAnswer(header.source(), now)) {
            Ipv6Problem problem = new Ipv6Problem(header.source(), us, header.offset(), header.end(),
                    Ipv6Problem.UNKNOWN_NEXT_HEADER, NEXT_HEADER_OFFSET, false);
            send(us, header.source(), IcmpPackets.parameterProblem(us, bytes, problem), now);
        }
    }

    private static boolean hasNoExtensions(IpHeader header) {
        return !header.isV4() && header.payloadOffset() - header.offset() == Ipv6Header.LENGTH;
    }

    private boolean mayAnswer(IpAddress source, long now) {
        if (local().isNoHost(source)) {
            return false;
        }
        if (!tokens.tryTake(now)) {
            counters.increment(Counter.ICMP_OUT_RATE_LIMITED);
            return false;
        }
        return true;
    }

    private void send(IpAddress ours, IpAddress theirs, byte[] packet, long now) {
        Path path = ways.find(ours, theirs);
        if (path == null || path.isLoopback()) {
            counters.increment(Counter.IP_OUT_NO_ROUTES);
            return;
        }
        counters.increment(Counter.ICMP_OUT_MSGS);
        interfaces[path.link()].output().transmit(path, packet, now);
    }

    /** RFC 5927: what is quoted has to be ours. Whether it is in flight, TCP knows. */
    private Ingress receive(IcmpMessage.Failure failure) {
        counters.increment(counterOf(failure.cause()));
        IcmpMessage.Quote quote = failure.quote().orElse(null);
        if (quote == null || !local().isOnLink(quote.tuple().local())) {
            return null;
        }
        boolean tooBig = failure.cause() == IcmpMessage.Cause.TOO_BIG;
        if (tooBig && !isBelievable(failure.mtu(), quote.tuple().local().isV4())) {
            return null;
        }
        return new Ingress.Icmp(quote.tuple(), quote.seq(), new IcmpError(kindOf(failure.cause()), failure.mtu()));
    }

    /** RFC 8201 §4: below the least MTU of IPv6 it is nonsense; RFC 1191 §4: 0 is how old routers do not say. */
    private static boolean isBelievable(int mtu, boolean v4) {
        return v4 ? mtu == 0 || mtu >= LEAST_V4_MTU : mtu >= Ipv6Header.MINIMUM_MTU;
    }

    private static Counter counterOf(IcmpMessage.Cause cause) {
        return switch (cause) {
            case UNREACHABLE, PROTOCOL_UNREACHABLE, PORT_UNREACHABLE -> Counter.ICMP_IN_DEST_UNREACHS;
            case PROHIBITED, TOO_BIG -> Counter.ICMP_IN_DEST_UNREACHS;
            case TIME_EXCEEDED, REASSEMBLY -> Counter.ICMP_IN_TIME_EXCDS;
            case PARAMETER_PROBLEM -> Counter.ICMP_IN_PARM_PROBS;
        };
    }

    /** The classes of RFC 9293 §3.9.2.2. */
    private static IcmpError.Kind kindOf(IcmpMessage.Cause cause) {
        return switch (cause) {
            case UNREACHABLE, REASSEMBLY, PARAMETER_PROBLEM -> IcmpError.Kind.UNREACHABLE;
            case TIME_EXCEEDED -> IcmpError.Kind.EXPIRED;
            case PROTOCOL_UNREACHABLE, PORT_UNREACHABLE, PROHIBITED -> IcmpError.Kind.REFUSED;
            case TOO_BIG -> IcmpError.Kind.PACKET_TOO_BIG;
        };
    }

    /** RFC 4861 §7.2.3 and §7.2.4. */
    private void receive(
            HostInterface on, IpHeader header, IcmpMessage.NeighborSolicitation solicitation, long now) {
        IpAddress target = solicitation.target();
        IpAddress source = header.source();
        boolean nameless = source.isUnspecified();
        if (!on.isEthernet()) {
            return;
        }
        if (nameless && configuration != null) {
            configuration.onProbed(on.number(), solicitation, now);
        }
        Addressing.View view = addressing.view();
        if (!view.local().isOnLink(target, on.number()) || view.local().isOnLink(source)) {
            return;
        }
        MacAddress mac = solicitation.sourceMac().orElse(null);
        if (!nameless && mac != null && view.routes().isOnLink(source, on.number())) {
            on.output().neighbors().heard(source, mac, false, true, true, now);
        }
        boolean override = !view.local().isOptimistic(target); // RFC 4429 §3.3
        // Two who both check their addresses ask without saying where they are, and could not answer each other.
        boolean toAll = nameless || (mac == null && !override);
        IpAddress destination = toAll ? RouterMessages.ALL_NODES : source;
        byte[] answer = IcmpPackets.advertisement(target, destination, !toAll, override, on.link().mac());
        counters.increment(Counter.ARP_OUT_REPLIES);
        counters.increment(Counter.ICMP_OUT_MSGS);
        if (toAll) {
            on.output().transmit(answer, MacAddress.ofMulticast(destination));
        } else if (mac != null) {
            on.output().transmit(answer, mac);
        } else {
            Path path = ways.find(target, source);
            if (path != null && path.link() == on.number()) {
                on.output().transmit(path, answer, now);
            }
        }
    }

    /** RFC 4861 §7.2.5; one that nobody waits for makes no entry. */
    private void receive(
            HostInterface on, IcmpMessage.NeighborAdvertisement advertisement, long now) {
        if (!on.isEthernet()) {
            return;
        }
        if (configuration != null) {
            configuration.onAdvertised(on.number(), advertisement, now);
            if (!advertisement.router()) {
                configuration.onNoRouter(on.number(), advertisement.target());
            }
        }
        MacAddress mac = advertisement.targetMac().orElse(null);
        if (mac != null && !local().isOnLink(advertisement.target())) {
            on.output().neighbors().heard(
                    advertisement.target(), mac, advertisement.solicited(), advertisement.override(), false, now);
        }
    }

    /** RFC 4861 §6.3.4. */
    private Ingress receive(
            HostInterface on, IpHeader header, IcmpMessage.RouterAdvertisement advertisement, long now) {
        if (configuration == null || !configuration.heedsRouters(on.number()) || local().isOnLink(header.source())) {
            return drop(Counter.ICMP_IN_IGNORED);
        }
        configuration.onRouterAdvertisement(on.number(), header.source(), advertisement, now);
        return drop(Counter.ICMP_IN_ROUTER_ADVERTISEMENTS);
    }

    private Ingress drop(Counter counter) {
        counters.increment(counter);
        return null;
    }
}
