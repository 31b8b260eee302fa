package io.fourtuple.nic.replay;

import io.fourtuple.core.wire.Bytes;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.IpHeader;
import io.fourtuple.core.wire.IpResult;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.Ipv6Header;
import io.fourtuple.core.wire.TcpCodec;
import io.fourtuple.core.wire.TcpSegment;
import io.fourtuple.nic.LocalFrame;
import io.fourtuple.nic.pcapng.CapturedPacket;
import java.util.Arrays;

/** What a captured packet is to a replay. */
sealed interface RecordedSegment {
    /** No TCP, or a fragment. */
    record Other() implements RecordedSegment {}

    /** A wrong checksum. */
    record Damaged() implements RecordedSegment {}

    /**
     * A segment.
     *
     * @param tuple as its sender sees it
     * @param tcp what it says
     * @param header where its header starts in the array of {@code tcp}
     * @param cut whether payload is missing, as the capture has only the beginnings of packets
     */
    record Segment(FourTuple tuple, TcpSegment tcp, int header, boolean cut) implements RecordedSegment {
        boolean has(int flags) {
            return tcp.has(flags);
        }

        /** Octets of the header, options included. */
        int headerLength() {
            return tcp.payloadOffset() - header;
        }
    }

    /** No frame is longer, so that a number in a file makes us allocate no more. */
    int LONGEST = 262_144;

    /**
     * Looks into a packet.
     *
     * @param checked whether a wrong checksum matters
     */
    static RecordedSegment of(CapturedPacket packet, boolean checked) {
        byte[] captured = packet.bytes();
        int ip = packet.linkType().ipOffset(captured);
        if (ip < 0) {
            return new Other();
        }
        int length = Math.clamp(packet.originalLength(), captured.length, LONGEST);
        byte[] bytes = length > captured.length ? Arrays.copyOf(captured, length) : captured;
        IpResult parsed = switch (IpHeader.version(bytes, ip)) {
            case 4 -> Ipv4Header.parse(bytes, ip);
            case 6 -> Ipv6Header.parse(bytes, ip);
            default -> null;
        };
        if (!(parsed instanceof IpHeader header)
                || header.protocol() != TcpCodec.PROTOCOL
                || header.fragment()
                || header.payloadLength() < TcpCodec.HEADER_LENGTH
                || header.payloadOffset() + TcpCodec.HEADER_LENGTH > captured.length) {
            return new Other();
        }
        TcpSegment tcp = TcpCodec.parse(bytes, header.payloadOffset(), header.payloadLength(), 0, 0);
        if (tcp == null || tcp.payloadOffset() > captured.length) {
            return new Other();
        }
        boolean cut = tcp.payloadOffset() + tcp.payloadLength() > captured.length;
        if (checked && !cut && !header.isTcpChecksumValid(bytes) && !LocalFrame.isChecksumLeftOut(bytes, header)) {
            return new Damaged();
        }
        return new Segment(
                new FourTuple(header.source(), Bytes.uint16(bytes, header.payloadOffset()),
                        header.destination(), Bytes.uint16(bytes, header.payloadOffset() + 2)),
                tcp, header.payloadOffset(), cut);
    }
}
