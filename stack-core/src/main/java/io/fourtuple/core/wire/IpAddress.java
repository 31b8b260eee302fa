package io.fourtuple.core.wire;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An IPv4 or IPv6 address in two longs, so that it can be compared and hashed without touching an array.
 *
 * <p>An IPv4 address is kept in the IPv4-mapped form {@code ::ffff:a.b.c.d} (RFC 4291 §2.5.5.2); such an address is
 * always IPv4 here. Immutable.
 */
public final class IpAddress implements Comparable<IpAddress> {
    /** {@code 0.0.0.0}. */
    public static final IpAddress ANY_V4 = ofV4(0);
    /** {@code ::}. */
    public static final IpAddress ANY_V6 = of(0, 0);
    /** {@code 255.255.255.255}. */
    public static final IpAddress BROADCAST = ofV4(0xffffffff);

    private static final long V4_PREFIX = 0x0000_ffff_0000_0000L;

    private final long high;
    private final long low;

    private IpAddress(long high, long low) {
        this.high = high;
        this.low = low;
    }

    /** The address with these 128 bits, most significant first. */
    public static IpAddress of(long high, long low) {
        return new IpAddress(high, low);
    }

    /** The IPv4 address with these 32 bits. */
    public static IpAddress ofV4(int bits) {
        return new IpAddress(0, V4_PREFIX | (bits & 0xffff_ffffL));
    }

    /** The same address as the JDK's; a scope id is not kept. */
    public static IpAddress of(InetAddress address) {
        return ofBytes(address.getAddress());
    }

    /**
     * An address of 4 or 16 octets in network order.
     *
     * @throws IllegalArgumentException when there are neither 4 nor 16
     */
    public static IpAddress ofBytes(byte[] octets) {
        if (octets.length == 4) {
            return ofV4(Bytes.int32(octets, 0));
        }
        if (octets.length == 16) {
            return of(Bytes.int64(octets, 0), Bytes.int64(octets, 8));
        }
        throw new IllegalArgumentException("an IP address has 4 or 16 octets, not " + octets.length);
    }

    /**
     * Reads an address literal, such as {@code 10.77.0.2} or {@code fd77::2}. Names are never resolved, and the short
     * forms of IPv4 that some systems know ({@code 10.2} for {@code 10.0.0.2}) are refused: they are mostly slips.
     *
     * @throws IllegalArgumentException when the text is no literal
     */
    public static IpAddress parse(String literal) {
        if (literal.indexOf(':') < 0 && literal.chars().filter(c -> c == '.').count() != 3) {
            throw new IllegalArgumentException("not an IP address: " + literal);
        }
        return of(InetAddress.ofLiteral(literal));
    }

    /** True for an IPv4 address. */
    public boolean isV4() {
        return high == 0 && low >>> 32 == 0xffff;
    }

    /** The 32 bits of an IPv4 address; meaningless for IPv6. */
    public int v4Bits() {
        return (int) low;
    }

    /** The first 64 bits. */
    public long high() {
        return high;
    }

    /** The last 64 bits. */
    public long low() {
        return low;
    }

    /** True for {@code 0.0.0.0} and {@code ::}. */
    public boolean isUnspecified() {
        return isV4() ? v4Bits() == 0 : (high | low) == 0;
    }

    /** True for 224.0.0.0/4 and ff00::/8. */
    public boolean isMulticast() {
        return isV4() ? v4Bits() >>> 28 == 0xe : high >>> 56 == 0xff;
    }

    /** True for 127.0.0.0/8 and {@code ::1}. */
    public boolean isLoopback() {
        return isV4() ? v4Bits() >>> 24 == 127 : high == 0 && low == 1;
    }

    /** True for 169.254.0.0/16 and fe80::/10. */
    public boolean isLinkLocal() {
        return isV4() ? v4Bits() >>> 16 == 0xa9fe : high >>> 54 == 0xfe80 >>> 6;
    }

    /**
     * The multicast address that the owner of this IPv6 address listens on for neighbour solicitations:
     * {@code ff02::1:ff} and its last 24 bits (RFC 4291 §2.7.1).
     */
    public IpAddress solicitedNode() {
        return of(0xff02L << 48, 1L << 32 | 0xff00_0000L | (low & 0xff_ffffL));
    }

    /** The octets in network order: 4 or 16. */
    public byte[] toBytes() {
        byte[] octets = new byte[isV4() ? 4 : 16];
        if (isV4()) {
            Bytes.putInt32(octets, 0, v4Bits());
        } else {
            Bytes.putInt64(octets, 0, high);
            Bytes.putInt64(octets, 8, low);
        }
        return octets;
    }

    /** The same address for the JDK. */
    public InetAddress toInetAddress() {
        try {
            return InetAddress.getByAddress(toBytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 octets are always an address", e);
        }
    }

    /** The address and a port, the way {@code ss} prints them: {@code 10.77.0.2:7} or {@code [fd77::2]:7}. */
    public String toString(int port) {
        return isV4() ? this + ":" + port : "[" + this + "]:" + port;
    }

    @Override
    public int compareTo(IpAddress other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IpAddress that && high == that.high && low == that.low;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(high * 31 + low);
    }

    /** The literal; IPv6 in the compressed form of RFC 5952. */
    @Override
    public String toString() {
        return isV4() ? toInetAddress().getHostAddress() : Ipv6Text.format(high, low);
    }
}
