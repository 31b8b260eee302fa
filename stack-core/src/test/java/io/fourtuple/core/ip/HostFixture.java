package io.fourtuple.core.ip;

import static org.assertj.core.api.Assertions.assertThat;

import io.fourtuple.core.Counter;
import io.fourtuple.core.Counters;
import io.fourtuple.core.wire.ArpPacket;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.NeighborDiscovery;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpFlags;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** A host at the end of a {@link FakeLink}, in virtual time, and the frames that its neighbour sends. */
class HostFixture {
    static final long SECOND = 1_000_000_000L;
    static final MacAddress OUR_MAC = MacAddress.parse("02:00:00:00:00:02");
    static final MacAddress PEER_MAC = MacAddress.parse("02:00:00:00:00:01");
    static final IpAddress US = IpAddress.parse("10.77.0.2");
    static final IpAddress PEER = IpAddress.parse("10.77.0.1");
    static final IpAddress FAR = IpAddress.parse("192.0.2.1");
    static final IpAddress US_V6 = IpAddress.parse("fd77::2");
    static final IpAddress PEER_V6 = IpAddress.parse("fd77::1");
    static final FourTuple TUPLE = new FourTuple(US, 7, PEER, 40_000);
    static final FourTuple TUPLE_V6 = new FourTuple(US_V6, 7, PEER_V6, 40_000);
    static final IpConfig CONFIG = IpConfig.defaults()
            .withAddresses(List.of(InterfaceAddress.parse("10.77.0.2/24"), InterfaceAddress.parse("fd77::2/64")))
            .withRoutes(List.of(new Route(Prefix.parse("0.0.0.0/0"), IpAddress.parse("10.77.0.254"))));
    static final LinkProperties ETHERNET =
            new LinkProperties(LinkProperties.Medium.ETHERNET, OUR_MAC, 1500, false, 0);

    final FakeLink link = new FakeLink();
    final Counters counters = new Counters();
    final IpHost host;
    /** Starts just below the wrap of the clock. */
    long now = Long.MAX_VALUE - 10 * SECOND;

    HostFixture() {
        this(CONFIG, ETHERNET);
    }

    HostFixture(IpConfig config, LinkProperties properties) {
        host = new IpHost(config, properties, link, counters, new Random(1));
    }

    // ---- what the neighbour sends ----

    Ingress receive(byte[] frame) {
        return host.receive(new Frame(frame), now);
    }

    static byte[] bytes(Consumer<ByteBuffer> content) {
        byte[] array = new byte[70_000];
        ByteBuffer buffer = ByteBuffer.wrap(array);
        content.accept(buffer);
        return Arrays.copyOf(array, buffer.position());
    }

    static byte[] ethernet(MacAddress destination, int type, byte[] payload) {
        return bytes(frame -> {
            EthernetHeader.write(frame, destination, PEER_MAC, type);
            frame.put(payload);
        });
    }

    static byte[] v4(IpAddress source, IpAddress destination, int protocol, byte[] payload) {
        return ethernet(OUR_MAC, EthernetHeader.TYPE_IPV4, bytes(packet -> {
            Ipv4Header.write(packet, source, destination, payload.length, protocol, 64, 0);
            packet.put(payload);
        }));
    }

    static byte[] v6(IpAddress source, IpAddress destination, int protocol, int hopLimit, byte[] payload) {
        MacAddress mac = destination.isMulticast() ? MacAddress.ofMulticast(destination) : OUR_MAC;
        return ethernet(mac, EthernetHeader.TYPE_IPV6, bytes(packet -> {
            Ipv6Header.write(packet, source, destination, payload.length, protocol, hopLimit, 0, 0);
            packet.put(payload);
        }));
    }

    /** A segment from the peer of {@code ours}, checksum and all. */
    static byte[] tcp(FourTuple ours, OutboundSegment segment) {
        byte[] payload = tcpPayload(ours.reversed(), segment);
        return ours.local().isV4()
                ? v4(ours.remote(), ours.local(), TcpCodec.PROTOCOL, payload)
                : v6(ours.remote(), ours.local(), TcpCodec.PROTOCOL, 64, payload);
    }

    static byte[] tcpPayload(FourTuple tuple, OutboundSegment segment) {
        byte[] payload = bytes(target -> TcpCodec.write(segment, tuple.localPort(), tuple.remotePort(), target));
        int sum = Checksum.pseudoHeader(tuple.local(), tuple.remote(), TcpCodec.PROTOCOL, payload.length)
                + Checksum.sum(payload, 0, payload.length);
        Bytes.putUint16(payload, TcpCodec.CHECKSUM_OFFSET, Checksum.finish(sum));
        return payload;
    }

    static byte[] arp(int operation, MacAddress senderMac, IpAddress sender, MacAddress to, IpAddress target) {
        return ethernet(to, EthernetHeader.TYPE_ARP,
                bytes(new ArpPacket(operation, senderMac, sender, OUR_MAC, target)::write));
    }

    static byte[] arpReply() {
        return arp(ArpPacket.REPLY, PEER_MAC, PEER, OUR_MAC, US);
    }

    static byte[] neighborAdvertisement(MacAddress mac, boolean solicited, boolean override) {
        return v6(PEER_V6, US_V6, 58, NeighborDiscovery.HOP_LIMIT, bytes(target ->
                NeighborDiscovery.writeAdvertisement(target, PEER_V6, US_V6, PEER_V6, solicited, override, mac)));
    }

    // ---- what we send ----

    static OutboundSegment segment(int payloadLength) {
        OutboundSegment segment = new OutboundSegment().clear();
        segment.seq = 1000;
        segment.ack = 500;
        segment.flags = TcpFlags.ACK | TcpFlags.PSH;
        segment.window = 4096;
        segment.payloadLength = payloadLength;
        segment.payload = (seq, length, target) -> {
            for (int i = 0; i < length; i++) {
                target.put((byte) (seq + i));
            }
        };
        return segment;
    }

    static OutboundSegment syn() {
        OutboundSegment segment = new OutboundSegment().clear();
        segment.seq = 1000;
        segment.flags = TcpFlags.SYN;
        segment.mss = 1460;
        segment.windowScale = 7;
        segment.sackPermitted = true;
        segment.timestamps = true;
        segment.tsVal = 1;
        return segment;
    }

    boolean transmit(FourTuple tuple, OutboundSegment segment) {
        return host.transmit(host.pathTo(tuple.remote()), tuple, segment, now);
    }

    FakeLink.Sent takeSent() {
        assertThat(link.sent).isNotEmpty();
        return link.sent.remove();
    }

    void assertNothingSent() {
        assertThat(link.sent).isEmpty();
    }

    ArpPacket takeArp() {
        byte[] frame = takeSent().bytes();
        assertThat(EthernetHeader.type(frame)).isEqualTo(EthernetHeader.TYPE_ARP);
        return (ArpPacket) ArpPacket.parse(frame, EthernetHeader.LENGTH);
    }

    static IpHeader ip(byte[] frame) {
        return EthernetHeader.type(frame) == EthernetHeader.TYPE_IPV4
                ? (IpHeader) Ipv4Header.parse(frame, EthernetHeader.LENGTH)
                : (IpHeader) Ipv6Header.parse(frame, EthernetHeader.LENGTH);
    }

    /** Makes the peer known for both families, and forgets what was sent for that. */
    HostFixture withKnownPeer() {
        receive(arp(ArpPacket.REQUEST, PEER_MAC, PEER, MacAddress.BROADCAST, US));
        transmit(TUPLE, segment(0));
        receive(arpReply());
        transmit(TUPLE_V6, segment(0));
        receive(neighborAdvertisement(PEER_MAC, true, true));
        link.sent.clear();
        return this;
    }

    void stepToDeadline() {
        now = host.deadline();
        host.handleTimeout(now);
    }

    long terminalSum() {
        return Arrays.stream(Counter.values())
                .filter(Counter::isTerminal)
                .mapToLong(counters::get)
                .sum();
    }

    void assertCount(Counter counter, long expected) {
        assertThat(counters.get(counter)).as(counter.name()).isEqualTo(expected);
        assertThat(terminalSum()).as("terminal counters").isEqualTo(counters.get(Counter.LINK_IN_FRAMES));
    }
}
