package io.fourtuple.nic.pcapng;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Reads the older format, draft-ietf-opsawg-pcap.
 *
 * <pre>
 *   0         4           8           16        20          24
 *   +---------+-----------+-----------+---------+-----------+
 *   |  magic  |  version  |  (unused) | snaplen | link type |     once, then for each packet
 *   +---------+-----------+-----------+---------+-----------+
 *   | seconds | fraction  | captured  | length  | octets …
 *   +---------+-----------+-----------+---------+
 * </pre>
 */
final class PcapReader extends CaptureReader {
    private static final int MICROSECONDS = 0xa1b2c3d4;
    private static final int NANOSECONDS = 0xa1b23c4d;
    private static final int FILE_HEADER = 24;
    private static final int PACKET_HEADER = 16;
    /** MAXIMUM_SNAPLEN of libpcap: no program writes longer packets, whatever the header says. */
    private static final int LONGEST = 262_144;
    private static final long SECOND = 1_000_000_000L;

    private final long fraction;
    private final LinkType linkType;

    PcapReader(CaptureInput in) throws IOException {
        super(in);
        boolean swapped = !isInNetworkOrder(in.peek());
        in.order(swapped ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        ByteBuffer header = in.take(FILE_HEADER);
        fraction = header.getInt() == MICROSECONDS ? 1000 : 1;
        // The upper bits may say how long a frame check sequence is, which is within what was captured.
        linkType = LinkType.of(header.getInt(FILE_HEADER - 4) & 0xffff);
    }

    /** Whether a file that begins with these four octets is of this format. */
    static boolean isMagic(int first) {
        return isInNetworkOrder(first) || isInNetworkOrder(Integer.reverseBytes(first));
    }

    private static boolean isInNetworkOrder(int first) {
        return first == MICROSECONDS || first == NANOSECONDS;
    }

    @Override
    public Optional<CapturedPacket> next() throws IOException {
        if (in.isAtEnd()) {
            return Optional.empty();
        }
        long start = in.position();
        ByteBuffer header = in.take(PACKET_HEADER);
        long time = (header.getInt() & 0xffff_ffffL) * SECOND + (header.getInt() & 0xffff_ffffL) * fraction;
        int captured = header.getInt();
        int length = header.getInt();
        if (captured < 0 || captured > LONGEST || length < 0) {
            throw CaptureInput.broken("the packet at octet " + start + " has a wrong length");
        }
        return Optional.of(new CapturedPacket(
                "", linkType, time, in.take(captured).array(), length, Direction.UNKNOWN, ""));
    }
}
