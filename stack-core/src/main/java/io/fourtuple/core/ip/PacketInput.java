package io.fourtuple.core.ip;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.wire.FourTuple;
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
import io.fourtuple.core.wire.SourceRoute;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpSegment;

/**
 * What happens to a received IP packet: checked in the order of RFC 1122 §3.2.1 and RFC 8200, then given to TCP or
 * ICMP. Each way out of here raises one terminal counter.
 */
final class PacketInput {
    /** At the place of its {@link io.fourtuple.core.wire.Ecn}. */
    private static final Counter[] BY_ECN = {
        Counter.IP_EXT_IN_NO_ECT_PKTS,
        Counter.IP_EXT_IN_ECT_1_PKTS,
        Counter.IP_EXT_IN_ECT_0_PKTS,
        Counter.IP_EXT_IN_CE_PKTS
    };

    private final Addressing addressing;
    private final boolean weak;
    private final IcmpInput icmp;
    private final Reassembly reassembly;
    private final Counters counters;
    private final boolean acceptSourceRoutes;

    PacketInput(
            Addressing addressing,
            IcmpInput icmp,
            Reassembly reassembly,
            Counters counters) {
        this.addressing = addressing;
        weak = addressing.config().hostModel() == IpConfig.HostModel.WEAK;
        this.icmp = icmp;
        this.reassembly = reassembly;
        this.counters = counters;
        acceptSourceRoutes = addressing.config().acceptSourceRoutes();
    }

    /** The frame ends here. */
    Ingress drop(Counter counter) {
        counters.increment(counter);
        return null;
    }

    /** @param group whether the frame was sent to more than one station */
    Ingress receiveV4(HostInterface on, Frame frame, int offset, boolean group, long now) {
        counters.increment(Counter.IP_IN_RECEIVES);
        return receive(on, frame, noteEcn(Ipv4Header.parse(frame.bytes(), offset)), group, now);
    }

    /** @param group whether the frame was sent to more than one station */
    Ingress receiveV6(HostInterface on, Frame frame, int offset, boolean group, long now) {
        counters.increment(Counter.IP_IN_RECEIVES);
        return receive(on, frame, noteEcn(Ipv6Header.parse(frame.bytes(), offset)), group, now);
    }

    /** A packet of our own to ourselves: whatever its addresses are, we wrote them. */
    Ingress receiveLoopback(HostInterface first, Frame frame, long now) {
        counters.increment(Counter.IP_IN_RECEIVES);
        byte[] bytes = frame.bytes();
        IpResult result = IpHeader.version(bytes, 0) == 4 ? Ipv4Header.parse(bytes, 0) : Ipv6Header.parse(bytes, 0);
        return switch (noteEcn(result)) {
            case IpHeader header -> deliver(first, frame, header, now);
            case Malformed malformed -> drop(malformed.counter());
            case Ipv6Problem problem -> drop(Counter.IP_IN_HDR_ERRORS);
        };
    }

    private IpResult noteEcn(IpResult result) {
        if (result instanceof IpHeader header) {
            counters.increment(BY_ECN[header.ecn()]);
        }
        return result;
    }

    private Ingress receive(HostInterface on, Frame frame, IpResult result, boolean group, long now) {
        return switch (result) {
            case IpHeader header -> receive(on, frame, header, group, now);
            case Malformed malformed -> drop(malformed.counter());
            case Ipv6Problem problem -> {
                if (!group || problem.evenIfMulticast()) { // RFC 4443 §2.4 e
                    icmp.answer(on, problem, frame.bytes(), now);
                }
                yield drop(Counter.IP_IN_HDR_ERRORS);
            }
        };
    }

    private Ingress receive(HostInterface on, Frame frame, IpHeader header, boolean group, long now) {
        if (!isAcceptable(on, header, group)) {
            return drop(Counter.IP_IN_ADDR_ERRORS);
        }
        return header.fragment() ? reassemble(on, frame, header, group, now) : deliver(on, frame, header, now);
    }

    /** The packet that is whole now is judged as if it had come so: only now its headers can all be read. */
    private Ingress reassemble(HostInterface on, Frame frame, IpHeader fragment, boolean group, long now) {
        byte[] packet = reassembly.receive(frame.bytes(), fragment, now).orElse(null);
        if (packet == null) {
            return null;
        }
        IpResult result = fragment.isV4() ? Ipv4Header.parse(packet, 0) : Ipv6Header.parse(packet, 0);
        if (result instanceof IpHeader header && header.fragment()) {
            return drop(Counter.IP_IN_HDR_ERRORS); // cut twice, which no sender does
        }
        return receive(on, new Frame(packet), result, group, now);
    }

    /**
     * RFC 1122 §3.2.1.3: for us, and from somebody who can be answered. TCP has no use for groups (RFC 9293
     * §3.9.2.3), so that only ICMPv6 gets through to one, and only to one that we belong to.
     */
    private boolean isAcceptable(HostInterface on, IpHeader header, boolean group) {
        LocalAddresses local = addressing.view().local();
        IpAddress destination = header.destination();
        // RFC 1122 §3.3.4.2 A: in the strong model, an address of another NIC is somebody else's.
        if (weak ? local.isOnLink(destination) : local.isOnLink(destination, on.number())) {
            // RFC 1122 §3.3.6: a frame to everybody must not carry a packet to one host.
            return !group && !local.isMartianSource(header.source());
        }
        boolean icmpToGroup = header.protocol() == IcmpV6.PROTOCOL && local.isJoined(destination, on.number());
        // RFC 4861 §4.3: a host that has no address yet asks with the unspecified one. RFC 4862 §5.4.4: who says that
        // it has an address of ours says so from that address.
        return icmpToGroup && (header.source().isUnspecified() || !local.isNobodysSource(header.source()));
    }

    private Ingress deliver(HostInterface on, Frame frame, IpHeader header, long now) {
        return switch (header.protocol()) {
            case TcpCodec.PROTOCOL -> deliverTcp(frame, header);
            case IcmpV4.PROTOCOL -> header.isV4()
                    ? deliverIcmp(on, frame.bytes(), header, IcmpV4.parse(frame.bytes(), header), now)
                    : dropUnknownProtocol(frame.bytes(), header, now);
            case IcmpV6.PROTOCOL -> header.isV4()
                    ? dropUnknownProtocol(frame.bytes(), header, now)
                    : deliverIcmp(on, frame.bytes(), header, IcmpV6.parse(frame.bytes(), header), now);
            default -> dropUnknownProtocol(frame.bytes(), header, now);
        };
    }

    private Ingress deliverTcp(Frame frame, IpHeader header) {
        counters.increment(Counter.IP_IN_DELIVERS);
        counters.increment(Counter.TCP_IN_SEGS);
        byte[] bytes = frame.bytes();
        if (!frame.checksumVerified() && !header.isTcpChecksumValid(bytes)) {
            return drop(header.payloadLength() < TcpCodec.HEADER_LENGTH
                    ? Counter.TCP_IN_ERRS
                    : Counter.TCP_IN_CSUM_ERRORS);
        }
        TcpSegment segment = TcpCodec.parse(bytes, header.payloadOffset(), header.payloadLength(), frame.gsoSize(),
                header.ecn());
        if (segment == null) {
            return drop(Counter.TCP_IN_ERRS);
        }
        counters.increment(Counter.TCP_IN_DELIVERS);
        int offset = header.payloadOffset();
        FourTuple tuple = new FourTuple(header.destination(), TcpCodec.destinationPort(bytes, offset), header.source(),
                TcpCodec.sourcePort(bytes, offset));
        boolean routed = acceptSourceRoutes && header.isV4() && offset - header.offset() > Ipv4Header.LENGTH;
        return new Ingress.Tcp(tuple, segment, routed ? SourceRoute.back(bytes, header) : SourceRoute.NONE);
    }

    private Ingress deliverIcmp(
            HostInterface on, byte[] bytes, IpHeader header, IcmpMessage message, long now) {
        counters.increment(Counter.IP_IN_DELIVERS);
        return icmp.receive(on, bytes, header, message, now);
    }

    private Ingress dropUnknownProtocol(byte[] bytes, IpHeader header, long now) {
        icmp.answerUnknownProtocol(bytes, header, now);
        return drop(Counter.IP_IN_UNKNOWN_PROTOS);
    }
}
