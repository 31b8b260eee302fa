package io.fourtuple.core.wire;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * A 48-bit Ethernet address.
 *
 * @param bits the address in the low 48 bits, first octet on the wire most significant
 */
public record MacAddress(long bits) {
    /** All ones: every station. */
    public static final MacAddress BROADCAST = new MacAddress(0xffff_ffff_ffffL);
    /** All zeros: no address. */
    public static final MacAddress NONE = new MacAddress(0);

    private static final HexFormat TEXT = HexFormat.ofDelimiter(":");
    private static final int OCTETS = 6;

    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("a MAC address has 48 bits");
        }
    }

    /**
     * Reads {@code 02:00:00:00:00:01}; a leading zero of an octet may be left out.
     *
     * @throws IllegalArgumentException when the text is not six octets in hexadecimal, separated by colons
     */
    public static MacAddress parse(String text) {
        String[] octets = text.split(":", -1);
        if (octets.length != OCTETS) {
            throw new IllegalArgumentException("not a MAC address: " + text);
        }
        long bits = 0;
        for (String octet : octets) {
            if (octet.isEmpty() || octet.length() > 2 || !octet.chars().allMatch(HexFormat::isHexDigit)) {
                throw new IllegalArgumentException("not a MAC address: " + text);
            }
            bits = bits << 8 | HexFormat.fromHexDigits(octet);
        }
        return new MacAddress(bits);
    }

    /**
     * The address whose six octets start at {@code index}.
     *
     * @throws IndexOutOfBoundsException when there are fewer
     */
    public static MacAddress read(byte[] bytes, int index) {
        return new MacAddress((long) Bytes.uint16(bytes, index) << 32 | (Bytes.int32(bytes, index + 2) & 0xffff_ffffL));
    }

    /** The group address of an IPv6 multicast address: 33:33 and its last four octets (RFC 2464 §7). */
    public static MacAddress ofMulticast(IpAddress v6) {
        return new MacAddress(0x3333L << 32 | (v6.low() & 0xffff_ffffL));
    }

    /** Writes the six octets at the position of {@code target}, a big-endian buffer, and advances it. */
    public void write(ByteBuffer target) {
        target.putShort((short) (bits >>> 32));
        target.putInt((int) bits);
    }

    /** True for a group address, broadcast included. */
    public boolean isMulticast() {
        return (bits >>> 40 & 1) != 0;
    }

    @Override
    public String toString() {
        byte[] octets = new byte[8];
        Bytes.putInt64(octets, 0, bits);
        return TEXT.formatHex(octets, octets.length - OCTETS, octets.length);
    }
}
