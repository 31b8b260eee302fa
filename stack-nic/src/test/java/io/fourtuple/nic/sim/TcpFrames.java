package io.fourtuple.nic.sim;

import io.fourtuple.core.ip.LinkProperties.Medium;
import io.fourtuple.core.ip.TransmitOffload;
import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.EthernetHeader;
import io.fourtuple.core.wire.IpAddress;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.IpResult;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.MacAddress;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpFlags;
import io.fourtuple.nic.pcapng.CaptureChecksum;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Frames with TCP segments, as a builder: what is not said has a default. */
final class TcpFrames {
    private IpAddress source = IpAddress.parse("10.77.0.1");
    private IpAddress destination = IpAddress.parse("10.77.0.2");
    private MacAddress from = MacAddress.parse("02:00:00:00:00:01");
    private MacAddress to = MacAddress.parse("02:00:00:00:00:02");
    private int sourcePort = 40_000;
    private int flags = TcpFlags.ACK;
    private int seq = 1;
    private int ack = 1;
    private byte[] payload = {};
    private int trafficClass;
    private int hopLimit = 64;

    static TcpFrames segment() {
        return new TcpFrames();
    }

    TcpFrames flags(int value) {
        flags = value;
        return this;
    }

    TcpFrames seq(int value) {
        seq = value;
        return this;
    }

    TcpFrames ack(int value) {
        ack = value;
        return this;
    }

    TcpFrames sourcePort(int value) {
        sourcePort = value;
        return this;
    }

    TcpFrames payload(int length) {
        payload = new byte[length];
        Arrays.fill(payload, (byte) 'x');
        return this;
    }

    TcpFrames trafficClass(int value) {
        trafficClass = value;
        return this;
    }

    TcpFrames hopLimit(int value) {
        hopLimit = value;
        return this;
    }

    TcpFrames ip(String sourceAddress, String destinationAddress) {
        source = IpAddress.parse(sourceAddress);
        destination = IpAddress.parse(destinationAddress);
        return this;
    }

    TcpFrames macs(MacAddress fromMac, MacAddress toMac) {
        from = fromMac;
        to = toMac;
        return this;
    }

    /** With all checksums. */
    byte[] build() {
        byte[] frame = withoutChecksum();
        CaptureChecksum.recompute(frame, Medium.ETHERNET);
        return frame;
    }

    /** With a checksum that is left to the NIC, which {@code offload} says. */
    byte[] unfinished(int segmentSize, TransmitOffload offload) {
        byte[] frame = withoutChecksum();
        int start = EthernetHeader.LENGTH + (source.isV4() ? Ipv4Header.LENGTH : Ipv6Header.LENGTH);
        int length = frame.length - start;
        Bytes.putUint16(frame, start + TcpCodec.CHECKSUM_OFFSET,
                Checksum.fold(Checksum.pseudoHeader(source, destination, TcpCodec.PROTOCOL, length)));
        offload.checksum = true;
        offload.checksumStart = start;
        offload.checksumOffset = TcpCodec.CHECKSUM_OFFSET;
        offload.segmentSize = segmentSize;
        offload.headerLength = frame.length - payload.length;
        offload.ipv6 = !source.isV4();
        return frame;
    }

    private byte[] withoutChecksum() {
        OutboundSegment segment = new OutboundSegment().clear();
        segment.flags = flags;
        segment.seq = seq;
        segment.ack = ack;
        segment.window = 1000;
        segment.payload = (from, length, target) -> target.put(payload, 0, length);
        segment.payloadLength = payload.length;
        ByteBuffer frame = ByteBuffer.allocate(70_000);
        int tcp = TcpCodec.HEADER_LENGTH + payload.length;
        EthernetHeader.write(frame, to, from, source.isV4() ? EthernetHeader.TYPE_IPV4 : EthernetHeader.TYPE_IPV6);
        if (source.isV4()) {
            Ipv4Header.write(frame, source, destination, tcp, TcpCodec.PROTOCOL, hopLimit, trafficClass);
        } else {
            Ipv6Header.write(frame, source, destination, tcp, TcpCodec.PROTOCOL, hopLimit, trafficClass, 0);
        }
        TcpCodec.write(segment, sourcePort, 7, frame);
        return Arrays.copyOf(frame.array(), frame.position());
    }

    /** The IP header, which has to be well-formed. */
    static IpHeader ip(byte[] frame) {
        IpResult result = EthernetHeader.type(frame) == EthernetHeader.TYPE_IPV4
                ? Ipv4Header.parse(frame, EthernetHeader.LENGTH)
                : Ipv6Header.parse(frame, EthernetHeader.LENGTH);
        return (IpHeader) result;
    }

    /** Whether IP header and TCP checksum are right. */
    static boolean isIntact(byte[] frame) {
        IpResult result = EthernetHeader.type(frame) == EthernetHeader.TYPE_IPV4
                ? Ipv4Header.parse(frame, EthernetHeader.LENGTH)
                : Ipv6Header.parse(frame, EthernetHeader.LENGTH);
        return result instanceof IpHeader header && header.isTcpChecksumValid(frame);
    }
}
