package io.fourtuple.nic.replay;

import io.fourtuple.core.wire.Checksum;
import io.fourtuple.core.wire.FourTuple;
import io.fourtuple.core.wire.Ipv4Header;
import io.fourtuple.core.wire.OutboundSegment;
import io.fourtuple.core.wire.TcpCodec;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** IPv4 packets with TCP segments, as tests want them. */
final class Packets {
    private Packets() {}

    /** A packet of the local end of {@code tuple}; {@code fill} says what is in the segment. */
    static byte[] packet(FourTuple tuple, byte[] payload, Consumer<OutboundSegment> fill) {
        OutboundSegment segment = new OutboundSegment().clear();
        segment.window = 0xffff;
        fill.accept(segment);
        segment.payloadLength = payload.length;
        segment.payload = (seq, length, target) -> target.put(payload, 0, length);
        int length = TcpCodec.HEADER_LENGTH + segment.optionsLength() + payload.length;
        ByteBuffer out = ByteBuffer.allocate(Ipv4Header.LENGTH + length);
        Ipv4Header.write(out, tuple.local(), tuple.remote(), length, TcpCodec.PROTOCOL, 64, 0);
        TcpCodec.write(segment, tuple.localPort(), tuple.remotePort(), out);
        int sum = Checksum.pseudoHeader(tuple.local(), tuple.remote(), TcpCodec.PROTOCOL, length)
                + Checksum.sum(out.array(), Ipv4Header.LENGTH, length);
        out.putShort(Ipv4Header.LENGTH + TcpCodec.CHECKSUM_OFFSET, (short) Checksum.finish(sum));
        return out.array();
    }

    /** Octets of a stream, drawn from their position: no two pieces are alike. */
    static byte[] octets(int from, int length) {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            int position = from + i;
            octets[i] = (byte) (position * 31 + (position >> 8));
        }
        return octets;
    }
}
