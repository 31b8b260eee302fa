package io.fourtuple.core.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Hosts that IPv4 packets are to pass on their way, as their sender says (RFC 791 §3.1). Routers have refused such
 * packets for decades (RFC 7126 §4.3); RFC 9293 §3.9.2.1 asks for them all the same.
 *
 * <pre>
 *  | NOP | kind | length | pointer | address | … | destination |   the first hop is where the packet is sent to
 *    1     131    3 + 4n     4
 * </pre>
 *
 * @param strict whether there may be no others between them
 * @param hops in the order they are passed; at most {@link #MAX_HOPS}
 */
public record SourceRoute(boolean strict, List<IpAddress> hops) {
    /** What 40 octets of options hold. */
    public static final int MAX_HOPS = 9;
    /** None: the routing tables say. */
    public static final SourceRoute NONE = new SourceRoute(false, List.of());

    private static final int LOOSE_KIND = 131;
    private static final int STRICT_KIND = 137;
    private static final int NO_OPERATION = 1;
    private static final int END_OF_LIST = 0;
    private static final int BEFORE_ADDRESSES = 3;
    private static final int FIRST_POINTER = 4;
    private static final int ADDRESS = 4;

    public SourceRoute {
        hops = List.copyOf(hops);
        if (hops.size() > MAX_HOPS) {
            throw new IllegalArgumentException("a source route has at most " + MAX_HOPS + " hops, not " + hops.size());
        }
        for (IpAddress hop : hops) {
            if (!isHost(hop)) {
                throw new IllegalArgumentException("a source route cannot pass " + hop);
            }
        }
    }

    private static boolean isHost(IpAddress hop) {
        return hop.isV4() && !hop.isMulticast() && !hop.isUnspecified() && !hop.isLoopback()
                && !hop.equals(IpAddress.BROADCAST);
    }

    /** Whether there is no route. */
    public boolean isNone() {
        return hops.isEmpty();
    }

    /** Octets of the options, a multiple of four. */
    public int length() {
        return isNone() ? 0 : 1 + BEFORE_ADDRESSES + ADDRESS * hops.size();
    }

    /** Where a packet to {@code destination} is sent to. */
    public IpAddress first(IpAddress destination) {
        return isNone() ? destination : hops.getFirst();
    }

    /** Writes {@link #length} octets at the position of {@code target}, and advances it. */
    void write(ByteBuffer target, IpAddress destination) {
        if (isNone()) {
            return;
        }
        target.put((byte) NO_OPERATION).put((byte) (strict ? STRICT_KIND : LOOSE_KIND)).put((byte) (length() - 1));
        target.put((byte) FIRST_POINTER);
        hops.subList(1, hops.size()).forEach(hop -> target.putInt(hop.v4Bits()));
        target.putInt(destination.v4Bits());
    }

    /**
     * The way back of a packet that has come by a source route: what its hops have noted, last one first (RFC 1122
     * §3.2.1.8); {@link #NONE} when it has none, or one that makes no sense or has not been gone to its end.
     *
     * @param frame the frame {@code header} was read from
     */
    public static SourceRoute back(byte[] frame, IpHeader header) {
        int end = header.payloadOffset();
        int at = header.offset() + Ipv4Header.LENGTH;
        while (header.isV4() && at < end && frame[at] != END_OF_LIST) {
            int kind = Bytes.uint8(frame, at);
            if (kind == NO_OPERATION) {
                at++;
                continue;
            }
            int length = at + 1 < end ? Bytes.uint8(frame, at + 1) : 0;
            if (length < 2 || at + length > end) {
                return NONE;
            }
            if (kind == LOOSE_KIND || kind == STRICT_KIND) {
                return read(frame, at, length);
            }
            at += length;
        }
        return NONE;
    }

    private static SourceRoute read(byte[] frame, int at, int length) {
        boolean whole = length > BEFORE_ADDRESSES && (length - BEFORE_ADDRESSES) % ADDRESS == 0;
        if (!whole || Bytes.uint8(frame, at + 2) <= length) {
            return NONE;
        }
        List<IpAddress> noted = new ArrayList<>();
        for (int i = at + BEFORE_ADDRESSES; i < at + length; i += ADDRESS) {
            IpAddress hop = IpAddress.ofV4(Bytes.int32(frame, i));
            if (!isHost(hop)) {
                return NONE;
            }
            noted.add(hop);
        }
        Collections.reverse(noted);
        return new SourceRoute(Bytes.uint8(frame, at) == STRICT_KIND, noted);
    }
}
