package io.fourtuple.core.wire;

import io.fourtuple.core.wire.IcmpMessage.PrefixInformation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Router solicitations and advertisements as octets (RFC 4861 §4.1, §4.2). {@link IcmpV6#parse} reads advertisements.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |      134      |       0       |           checksum            |   0
 *  +---------------+-+-+-+---+-----+-------------------------------+
 *  |   hop limit   |M|O| |Prf|     |       router lifetime, s      |   4
 *  +---------------+-+-+-+---+-----+-------------------------------+
 *  |                      reachable time, ms                       |   8
 *  +---------------------------------------------------------------+
 *  |                       retrans timer, ms                       |  12
 *  +---------------------------------------------------------------+
 *  |  options: source link-layer address 1, prefix 3, MTU 5        |  16
 * </pre>
 */
public final class RouterMessages {
    /** To all routers of the link. */
    public static final IpAddress ALL_ROUTERS = IpAddress.of(0xff02L << 48, 2);
    /** To all nodes of the link. */
    public static final IpAddress ALL_NODES = IpAddress.of(0xff02L << 48, 1);
    /** How many prefixes of one message are looked at. */
    public static final int MOST_PREFIXES = 64;

    private static final int LENGTH = 16;
    private static final int PREFIX_INFORMATION = 3;
    private static final int PREFIX_UNITS = 4;
    private static final int MTU = 5;
    private static final int MTU_UNITS = 1;
    private static final int ON_LINK = 0x80;
    private static final int AUTONOMOUS = 0x40;
    private static final int PREFERENCE_SHIFT = 3;
    private static final int BITS = 128;

    private RouterMessages() {}

    /** Checks in the order of §6.1.2; the checksum has been verified. */
    static IcmpMessage parseAdvertisement(byte[] frame, IpHeader ip) {
        int start = ip.payloadOffset();
        int options = start + LENGTH;
        if (ip.source().isV4()
                || !ip.source().isLinkLocal()
                || !NeighborDiscovery.isFromThisLink(frame, ip, LENGTH)
                || !NeighborDiscovery.areOptionsValid(frame, options, ip.end())) {
            return Malformed.ICMP;
        }
        int flags = Bytes.uint8(frame, start + 5);
        MacAddress mac =
                NeighborDiscovery.findMac(frame, options, ip.end(), NeighborDiscovery.SOURCE_LINK_LAYER_ADDRESS);
        return new IcmpMessage.RouterAdvertisement(
                Bytes.uint8(frame, start + 4),
                preference(flags >> PREFERENCE_SHIFT & 3),
                Bytes.uint16(frame, start + 6),
                Integer.toUnsignedLong(Bytes.int32(frame, start + 8)),
                Integer.toUnsignedLong(Bytes.int32(frame, start + 12)),
                NeighborDiscovery.present(mac),
                mtu(frame, options, ip.end()),
                prefixes(frame, options, ip.end()));
    }

    /** Two bits with a sign; what is reserved counts as medium (RFC 4191 §2.1). */
    private static int preference(int bits) {
        return switch (bits) {
            case 1 -> 1;
            case 3 -> -1;
            default -> 0;
        };
    }

    private static long mtu(byte[] frame, int start, int end) {
        for (int index = start; index < end; index += 8 * Bytes.uint8(frame, index + 1)) {
            if (Bytes.uint8(frame, index) == MTU && Bytes.uint8(frame, index + 1) == MTU_UNITS) {
                return Integer.toUnsignedLong(Bytes.int32(frame, index + 4));
            }
        }
        return 0;
    }

    private static List<PrefixInformation> prefixes(byte[] frame, int start, int end) {
        List<PrefixInformation> all = new ArrayList<>();
        for (int index = start; index < end && all.size() < MOST_PREFIXES;
                index += 8 * Bytes.uint8(frame, index + 1)) {
            if (Bytes.uint8(frame, index) == PREFIX_INFORMATION
                    && Bytes.uint8(frame, index + 1) == PREFIX_UNITS
                    && Bytes.uint8(frame, index + 2) <= BITS) {
                all.add(prefix(frame, index));
            }
        }
        return all;
    }

    private static PrefixInformation prefix(byte[] frame, int index) {
        int length = Bytes.uint8(frame, index + 2);
        int flags = Bytes.uint8(frame, index + 3);
        long high = Bytes.int64(frame, index + 16) & mask(length);
        long low = Bytes.int64(frame, index + 24) & mask(length - 64);
        return new PrefixInformation(
                IpAddress.of(high, low),
                length,
                (flags & ON_LINK) != 0,
                (flags & AUTONOMOUS) != 0,
                Integer.toUnsignedLong(Bytes.int32(frame, index + 4)),
                Integer.toUnsignedLong(Bytes.int32(frame, index + 8)));
    }

    /** The first {@code bits} of 64. */
    private static long mask(int bits) {
        return bits <= 0 ? 0 : bits >= 64 ? -1L : -1L << (64 - bits);
    }

    /**
     * Writes a solicitation at the position of {@code target}, a big-endian buffer, and advances it. Its packet goes to
     * {@link #ALL_ROUTERS} with hop limit {@link NeighborDiscovery#HOP_LIMIT}.
     *
     * @param source address it is sent from, or {@code ::}
     * @param mac ours; left out when it is {@link MacAddress#NONE} or {@code source} is {@code ::} (§4.1)
     * @return octets written
     */
    public static int writeSolicitation(ByteBuffer target, IpAddress source, MacAddress mac) {
        int start = target.position();
        target.putInt(NeighborDiscovery.ROUTER_SOLICITATION << 24);
        target.putInt(0);
        if (!source.isUnspecified() && !mac.equals(MacAddress.NONE)) {
            NeighborDiscovery.writeMac(target, NeighborDiscovery.SOURCE_LINK_LAYER_ADDRESS, mac);
        }
        return IcmpV6.finish(target, start, source, ALL_ROUTERS);
    }

    /**
     * Writes an advertisement, as a router does, like {@link #writeSolicitation}.
     *
     * @param source link-local address of the router
     * @param destination who asked, or {@link #ALL_NODES}
     * @return octets written
     */
    public static int writeAdvertisement(
            ByteBuffer target, IpAddress source, IpAddress destination, IcmpMessage.RouterAdvertisement message) {
        int start = target.position();
        target.putInt(NeighborDiscovery.ROUTER_ADVERTISEMENT << 24);
        int flags = (message.preference() & 3) << PREFERENCE_SHIFT;
        target.putInt(message.hopLimit() << 24 | flags << 16 | message.lifetime());
        target.putInt((int) message.reachableTime());
        target.putInt((int) message.retransTimer());
        message.sourceMac().ifPresent(
                mac -> NeighborDiscovery.writeMac(target, NeighborDiscovery.SOURCE_LINK_LAYER_ADDRESS, mac));
        if (message.mtu() != 0) {
            target.putInt(MTU << 24 | MTU_UNITS << 16);
            target.putInt((int) message.mtu());
        }
        for (PrefixInformation prefix : message.prefixes()) {
            int of = (prefix.onLink() ? ON_LINK : 0) | (prefix.autonomous() ? AUTONOMOUS : 0);
            target.putInt(PREFIX_INFORMATION << 24 | PREFIX_UNITS << 16 | prefix.length() << 8 | of);
            target.putInt((int) prefix.validLifetime());
            target.putInt((int) prefix.preferredLifetime());
            target.putInt(0);
            target.putLong(prefix.prefix().high());
            target.putLong(prefix.prefix().low());
        }
        return IcmpV6.finish(target, start, source, destination);
    }
}
