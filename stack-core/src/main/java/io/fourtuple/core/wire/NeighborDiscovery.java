package io.fourtuple.core.wire;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Neighbour solicitations and advertisements as octets (RFC 4861 §4.3, §4.4). {@link IcmpV6#parse} reads them.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |  135 or 136   |       0       |           checksum            |   0
 *  +-+-+-+---------+---------------+-------------------------------+
 *  |R|S|O|                    0 (R, S, O: only in 136)             |   4
 *  +-+-+-+---------------------------------------------------------+
 *  |                       target, 16 octets                       |   8
 *  +---------------+---------------+-------------------------------+
 *  |    1 or 2     |      1        |      link-layer address       |  24
 *  +---------------+---------------+                               |
 *  |                                                               |  28
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class NeighborDiscovery {
    /** These messages never come from beyond a router: this is their hop limit (§7.1). */
    public static final int HOP_LIMIT = 255;

    static final int ROUTER_SOLICITATION = 133;
    static final int ROUTER_ADVERTISEMENT = 134;
    static final int SOLICITATION = 135;
    static final int ADVERTISEMENT = 136;
    static final int REDIRECT = 137;

    static final int SOURCE_LINK_LAYER_ADDRESS = 1;

    private static final int LENGTH = 24;
    private static final int TARGET_LINK_LAYER_ADDRESS = 2;
    /** What tells our own solicitation from that of somebody else (RFC 7527 §4). */
    private static final int NONCE = 14;
    private static final int NONCE_BITS = 48;
    /** Option length of a MAC address, in units of eight octets (RFC 2464 §6). */
    private static final int MAC_OPTION_UNITS = 1;
    private static final int ROUTER = 1 << 31;
    private static final int SOLICITED = 1 << 30;
    private static final int OVERRIDE = 1 << 29;

    private NeighborDiscovery() {}

    /** Whether an ICMPv6 message of this type is one of neighbour discovery. */
    public static boolean isMessage(int type) {
        return type >= ROUTER_SOLICITATION && type <= REDIRECT;
    }

    /** Checks in the order of §7.1.1; the checksum has been verified. */
    static IcmpMessage parseSolicitation(byte[] frame, IpHeader ip) {
        int start = ip.payloadOffset();
        if (!isValid(frame, ip)) {
            return Malformed.ICMP;
        }
        MacAddress mac = findMac(frame, start + LENGTH, ip.end(), SOURCE_LINK_LAYER_ADDRESS);
        IpAddress target = Ipv6Header.address(frame, start + 8);
        if (ip.source().isUnspecified()
                && (!mac.equals(MacAddress.NONE) || !ip.destination().equals(target.solicitedNode()))) {
            return Malformed.ICMP;
        }
        return new IcmpMessage.NeighborSolicitation(target, present(mac), findNonce(frame, start + LENGTH, ip.end()));
    }

    /** Checks in the order of §7.1.2; the checksum has been verified. */
    static IcmpMessage parseAdvertisement(byte[] frame, IpHeader ip) {
        int start = ip.payloadOffset();
        if (!isValid(frame, ip)) {
            return Malformed.ICMP;
        }
        int flags = Bytes.int32(frame, start + 4);
        boolean solicited = (flags & SOLICITED) != 0;
        if (solicited && ip.destination().isMulticast()) {
            return Malformed.ICMP;
        }
        return new IcmpMessage.NeighborAdvertisement(
                Ipv6Header.address(frame, start + 8),
                (flags & ROUTER) != 0,
                solicited,
                (flags & OVERRIDE) != 0,
                present(findMac(frame, start + LENGTH, ip.end(), TARGET_LINK_LAYER_ADDRESS)));
    }

    private static boolean isValid(byte[] frame, IpHeader ip) {
        if (!isFromThisLink(frame, ip, LENGTH)) {
            return false;
        }
        int start = ip.payloadOffset();
        IpAddress target = Ipv6Header.address(frame, start + 8);
        return !target.isMulticast() && !target.isV4() && areOptionsValid(frame, start + LENGTH, ip.end());
    }

    /** What all messages have in common: hop limit, code, least length, and that they came whole (RFC 6980 §5). */
    static boolean isFromThisLink(byte[] frame, IpHeader ip, int leastLength) {
        return ip.hopLimit() == HOP_LIMIT
                && Bytes.uint8(frame, ip.payloadOffset() + 1) == 0
                && ip.payloadLength() >= leastLength
                && Ipv6Extensions.fragmentKindIndex(frame, ip) < 0;
    }

    /** §4.6: an option of length 0 makes the message invalid. So does one that goes beyond it. */
    static boolean areOptionsValid(byte[] frame, int start, int end) {
        int index = start;
        while (index < end) {
            int length = index + 1 < end ? 8 * Bytes.uint8(frame, index + 1) : 0;
            if (length == 0 || length > end - index) {
                return false;
            }
            index += length;
        }
        return true;
    }

    /** The MAC address in the first option of that type; {@link MacAddress#NONE} when there is none that can be one. */
    static MacAddress findMac(byte[] frame, int start, int end, int type) {
        for (int index = start; index < end; index += 8 * Bytes.uint8(frame, index + 1)) {
            if (Bytes.uint8(frame, index) == type && Bytes.uint8(frame, index + 1) == MAC_OPTION_UNITS) {
                MacAddress mac = MacAddress.read(frame, index + 2);
                return mac.isMulticast() ? MacAddress.NONE : mac;
            }
        }
        return MacAddress.NONE;
    }

    /** The first nonce of the usual length, as 48 bits; -1 without one. */
    private static long findNonce(byte[] frame, int start, int end) {
        for (int index = start; index < end; index += 8 * Bytes.uint8(frame, index + 1)) {
            if (Bytes.uint8(frame, index) == NONCE && Bytes.uint8(frame, index + 1) == 1) {
                return Bytes.int64(frame, index) & (1L << NONCE_BITS) - 1;
            }
        }
        return IcmpMessage.NeighborSolicitation.NO_NONCE;
    }

    static Optional<MacAddress> present(MacAddress mac) {
        return mac.equals(MacAddress.NONE) ? Optional.empty() : Optional.of(mac);
    }

    /**
     * Writes a solicitation at the position of {@code target}, a big-endian buffer, and advances it. Its packet has hop
     * limit {@link #HOP_LIMIT}.
     *
     * @param source address it is sent from; {@code ::} in duplicate address detection
     * @param destination the solicited-node address of {@code asked}, or {@code asked} itself to see if it is still
     *     there
     * @param asked whose link-layer address is wanted
     * @param mac ours; left out when it is {@link MacAddress#NONE} or {@code source} is {@code ::} (§4.3)
     * @return octets written
     */
    public static int writeSolicitation(
            ByteBuffer target, IpAddress source, IpAddress destination, IpAddress asked, MacAddress mac) {
        int start = target.position();
        writeHeader(target, SOLICITATION, 0, asked);
        if (!source.isUnspecified() && !mac.equals(MacAddress.NONE)) {
            writeMac(target, SOURCE_LINK_LAYER_ADDRESS, mac);
        }
        return IcmpV6.finish(target, start, source, destination);
    }

    /**
     * Writes a solicitation of duplicate address detection (RFC 4862 §5.4.2) like {@link #writeSolicitation}: from
     * {@code ::} to the solicited-node address of {@code wanted}.
     *
     * @param nonce 48 bits that nobody else draws (RFC 7527)
     * @return octets written
     */
    public static int writeProbe(ByteBuffer target, IpAddress wanted, long nonce) {
        int start = target.position();
        writeHeader(target, SOLICITATION, 0, wanted);
        target.putLong((long) NONCE << 56 | 1L << NONCE_BITS | nonce);
        return IcmpV6.finish(target, start, IpAddress.ANY_V6, wanted.solicitedNode());
    }

    /**
     * Writes an advertisement of a host at the position of {@code target}, a big-endian buffer, and advances it. Its
     * packet has hop limit {@link #HOP_LIMIT}.
     *
     * @param source address it is sent from
     * @param destination who asked, or all nodes ({@code ff02::1}) when nobody did or {@code ::} did
     * @param announced our address
     * @param solicited whether it answers a solicitation; then {@code destination} is no multicast address
     * @param override whether it replaces what the receiver knows
     * @param mac ours
     * @return octets written
     */
    public static int writeAdvertisement(
            ByteBuffer target,
            IpAddress source,
            IpAddress destination,
            IpAddress announced,
            boolean solicited,
            boolean override,
            MacAddress mac) {
        int start = target.position();
        writeHeader(target, ADVERTISEMENT, (solicited ? SOLICITED : 0) | (override ? OVERRIDE : 0), announced);
        writeMac(target, TARGET_LINK_LAYER_ADDRESS, mac);
        return IcmpV6.finish(target, start, source, destination);
    }

    private static void writeHeader(ByteBuffer target, int type, int flags, IpAddress address) {
        target.putInt(type << 24);
        target.putInt(flags);
        target.putLong(address.high());
        target.putLong(address.low());
    }

    static void writeMac(ByteBuffer target, int type, MacAddress mac) {
        target.put((byte) type);
        target.put((byte) MAC_OPTION_UNITS);
        mac.write(target);
    }
}
