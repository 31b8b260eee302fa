package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.Frame;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.IcmpV4;
import io.fourtuple.core.wire.IcmpV6;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.IpResult;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.Ipv6Problem;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.Malformed;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.core.wire.TcpSegment;
import java.nio.ByteBuffer;

/**
 * A packet as a {@link Rule} sees it. Headers are read when they are asked for. What a packet does not have is 0: the
 * ports of an ARP request, the sequence number of a ping; an address that it does not have is {@code ::}.
 *
 * <p>To be used while the rule looks at it. Confined to the simulation's thread.
 */
public final class PacketView {
    private static final int UDP = 17;

    private final Frame frame;
    private final LinkDirection direction;
    private final SimulatedNic origin;
    private Rule rule;
    private Rule answeredFor;
    private boolean first;
    /** Null until it was read; {@link Malformed} when there is none. */
    private IpResult ip;
    private boolean tcpRead;
    private TcpSegment tcp;

    PacketView(Frame frame, LinkDirection direction, SimulatedNic origin) {
        this.frame = frame;
        this.direction = direction;
        this.origin = origin;
    }

    PacketView seenBy(Rule value) {
        rule = value;
        return this;
    }

    // ---- the link ----

    /** Where it is. */
    public LinkDirection direction() {
        return direction;
    }

    /** The name of the NIC that sent it first; empty when a router did. */
    public String sender() {
        return origin == null ? "" : origin.name();
    }

    /** Its length in octets, link-layer header included. */
    public int length() {
        return frame.bytes().length;
    }

    /** What is behind the Ethernet header, see {@link EthernetHeader}. */
    public int etherType() {
        return EthernetHeader.isComplete(frame.bytes()) ? EthernetHeader.type(frame.bytes()) : 0;
    }

    /** Whom the frame is for. */
    public MacAddress destinationMac() {
        return EthernetHeader.isComplete(frame.bytes()) ? EthernetHeader.destination(frame.bytes()) : MacAddress.NONE;
    }

    /** Who sent the frame. */
    public MacAddress sourceMac() {
        return EthernetHeader.isComplete(frame.bytes()) ? EthernetHeader.source(frame.bytes()) : MacAddress.NONE;
    }

    /** Whether it is ARP. */
    public boolean isArp() {
        return etherType() == EthernetHeader.TYPE_ARP;
    }

    /** A copy of all of it, link-layer header included. */
    public byte[] toBytes() {
        return frame.bytes().clone();
    }

    // ---- IP ----

    private IpHeader ip() {
        if (ip == null) {
            ip = switch (etherType()) {
                case EthernetHeader.TYPE_IPV4 -> Ipv4Header.parse(frame.bytes(), EthernetHeader.LENGTH);
                case EthernetHeader.TYPE_IPV6 -> Ipv6Header.parse(frame.bytes(), EthernetHeader.LENGTH);
                default -> Malformed.IP_HEADER;
            };
        }
        return switch (ip) {
            case IpHeader header -> header;
            case Ipv6Problem _, Malformed _ -> null;
        };
    }

    private boolean isProtocol(int protocol) {
        return ip() != null && ip().protocol() == protocol;
    }

    /** Whether it is a well-formed IPv4 packet. */
    public boolean isIpv4() {
        return ip() != null && ip().isV4();
    }

    /** Whether it is a well-formed IPv6 packet. */
    public boolean isIpv6() {
        return ip() != null && !ip().isV4();
    }

    /** Whether it is ICMP or ICMPv6, neighbour discovery included. */
    public boolean isIcmp() {
        return isProtocol(isIpv4() ? IcmpV4.PROTOCOL : IcmpV6.PROTOCOL);
    }

    /** Whether it is UDP. */
    public boolean isUdp() {
        return isProtocol(UDP);
    }

    /** Whether it is a fragment of a larger packet. */
    public boolean isFragment() {
        return ip() != null && ip().fragment();
    }

    /** Who sent the packet. */
    public IpAddress source() {
        return ip() == null ? IpAddress.ANY_V6 : ip().source();
    }

    /** Whom the packet is for. */
    public IpAddress destination() {
        return ip() == null ? IpAddress.ANY_V6 : ip().destination();
    }

    /** Whether the packet comes from this address. */
    public boolean isFrom(String address) {
        return source().equals(IpAddress.parse(address));
    }

    /** Whether the packet is for this address. */
    public boolean isTo(String address) {
        return destination().equals(IpAddress.parse(address));
    }

    /** TTL or hop limit. */
    public int hopLimit() {
        return ip() == null ? 0 : ip().hopLimit();
    }

    /** DSCP and ECN. */
    public int trafficClass() {
        return ip() == null ? 0 : ip().trafficClass();
    }

    // ---- TCP ----

    private TcpSegment tcp() {
        if (!tcpRead) {
            tcpRead = true;
            if (isProtocol(TcpCodec.PROTOCOL) && !ip().fragment()) {
                tcp = TcpCodec.parse(frame.bytes(), ip().payloadOffset(), ip().payloadLength(), frame.gsoSize(),
                        ip().ecn());
            }
        }
        return tcp;
    }

    /** Whether it is a TCP segment that can be read. */
    public boolean isTcp() {
        return tcp() != null;
    }

    /** Port it is sent from, of TCP or UDP. */
    public int sourcePort() {
        return port(0);
    }

    /** Port it is sent to, of TCP or UDP. */
    public int destinationPort() {
        return port(2);
    }

    private int port(int offset) {
        boolean hasPorts = (isProtocol(TcpCodec.PROTOCOL) || isUdp()) && !ip().fragment() && ip().payloadLength() >= 4;
        return hasPorts ? Bytes.uint16(frame.bytes(), ip().payloadOffset() + offset) : 0;
    }

    /** Whether it comes from or goes to this port. */
    public boolean hasPort(int port) {
        return sourcePort() == port || destinationPort() == port;
    }

    /** The control bits, see {@link TcpFlags}. */
    public int flags() {
        return isTcp() ? tcp().flags() : 0;
    }

    /** Whether all these control bits are set, see {@link TcpFlags}. */
    public boolean hasFlags(int bits) {
        return isTcp() && (flags() & bits) == bits;
    }

    /** Whether it asks for a connection: SYN without ACK. */
    public boolean isSyn() {
        return (flags() & (TcpFlags.SYN | TcpFlags.ACK)) == TcpFlags.SYN;
    }

    /** Whether it answers that: SYN and ACK. */
    public boolean isSynAck() {
        return hasFlags(TcpFlags.SYN | TcpFlags.ACK);
    }

    /** Whether it has FIN. */
    public boolean isFin() {
        return hasFlags(TcpFlags.FIN);
    }

    /** Whether it has RST. */
    public boolean isRst() {
        return hasFlags(TcpFlags.RST);
    }

    /** Whether it has payload. */
    public boolean isData() {
        return payloadLength() > 0;
    }

    /** Whether it acknowledges and does nothing else. */
    public boolean isPureAck() {
        return hasFlags(TcpFlags.ACK) && !occupiesSequenceSpace() && !isRst();
    }

    private boolean occupiesSequenceSpace() {
        return isData() || (flags() & (TcpFlags.SYN | TcpFlags.FIN)) != 0;
    }

    /** Sequence number. */
    public int seq() {
        return isTcp() ? tcp().seq() : 0;
    }

    /** Acknowledgment number. */
    public int ack() {
        return isTcp() ? tcp().ack() : 0;
    }

    /** The window field, not scaled. */
    public int window() {
        return isTcp() ? tcp().window() : 0;
    }

    /** Octets of payload of a TCP segment. */
    public int payloadLength() {
        return isTcp() ? tcp().payloadLength() : 0;
    }

    /**
     * Whether the rule that looks at it asks this for the first time about such a packet: a TCP segment of the same
     * connection with the same control bits, sequence number and length has not been there before, or any other packet
     * with the same octets. So it is no retransmission, unless the earlier one was cut differently. A rule remembers
     * the last 65,536 packets.
     */
    public boolean isFirst() {
        if (answeredFor != rule) {
            answeredFor = rule;
            first = rule.seesFirst(identity());
        }
        return first;
    }

    /** Whether it is a TCP segment with data, SYN or FIN, and not the {@linkplain #isFirst first} one of its kind. */
    public boolean isRetransmission() {
        return occupiesSequenceSpace() && !isFirst();
    }

    private record Segment(IpAddress source, int sourcePort, IpAddress destination, int destinationPort, int flags,
            int seq, int ack, int length) {}

    private Object identity() {
        return isTcp()
                ? new Segment(source(), sourcePort(), destination(), destinationPort(),
                        flags() & (TcpFlags.SYN | TcpFlags.FIN | TcpFlags.RST), seq(),
                        occupiesSequenceSpace() ? 0 : ack(), payloadLength())
                : ByteBuffer.wrap(frame.bytes());
    }

    /** In the manner of tcpdump: {@code 10.0.0.1:40000 > 10.0.0.2:7 S. seq 1 ack 2 length 0}. */
    @Override
    public String toString() {
        if (isTcp()) {
            return source().toString(sourcePort()) + " > " + destination().toString(destinationPort()) + " "
                    + TcpFlags.toString(flags()) + " seq " + Integer.toUnsignedString(seq()) + " ack "
                    + Integer.toUnsignedString(ack()) + " length " + payloadLength();
        }
        return ip() == null
                ? sourceMac() + " > " + destinationMac() + " type " + Integer.toHexString(etherType())
                : source() + " > " + destination() + " protocol " + ip().protocol();
    }
}
