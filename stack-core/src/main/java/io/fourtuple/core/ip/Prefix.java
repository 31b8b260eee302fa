package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IpAddress;
import java.util.Objects;

/**
 * A block of addresses (RFC 4632, RFC 4291 §2.3), such as {@code 10.77.0.0/16}.
 *
 * @param network the first address: all bits behind the prefix are 0
 * @param length bits of the prefix, 0–32 for IPv4 and 0–128 for IPv6
 */
public record Prefix(IpAddress network, int length) {
    private static final int V4_BITS = 32;
    private static final int V6_BITS = 128;

    public Prefix {
        Objects.requireNonNull(network, "network");
        checkLength(network, length);
        IpAddress first = mask(network, length);
        if (!network.equals(first)) {
            throw new IllegalArgumentException(
                    network + "/" + length + " has bits behind the prefix: write " + first + "/" + length);
        }
    }

    /** The block of this length that {@code address} lies in. */
    public static Prefix of(IpAddress address, int length) {
        checkLength(address, length);
        return new Prefix(mask(address, length), length);
    }

    /**
     * Reads {@code 10.77.0.0/16}, {@code fd77::/64}, or a single address without a length.
     *
     * @throws IllegalArgumentException with one sentence, when the text is none
     */
    public static Prefix parse(String text) {
        int slash = text.indexOf('/');
        IpAddress network = parseAddress(slash < 0 ? text : text.substring(0, slash), text);
        return new Prefix(network, slash < 0 ? bits(network) : parseLength(text, slash));
    }

    /** True when {@code address} is of this family and lies in the block. */
    public boolean contains(IpAddress address) {
        return address.isV4() == network.isV4() && mask(address, length).equals(network);
    }

    /**
     * The address that reaches every host of an IPv4 block (RFC 919), or null when there is none: IPv6, and blocks of
     * one or two addresses (RFC 3021).
     */
    public IpAddress broadcast() {
        if (!network.isV4() || length > V4_BITS - 2) {
            return null;
        }
        return IpAddress.ofV4(network.v4Bits() | (int) (0xffff_ffffL >>> length));
    }

    @Override
    public String toString() {
        return network + "/" + length;
    }

    static IpAddress parseAddress(String literal, String whole) {
        try {
            return IpAddress.parse(literal);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("not an IP address: \"" + whole + "\"", e);
        }
    }

    static int parseLength(String text, int slash) {
        try {
            return Integer.parseInt(text.substring(slash + 1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("the prefix length of \"" + text + "\" is not a number", e);
        }
    }

    static int bits(IpAddress address) {
        return address.isV4() ? V4_BITS : V6_BITS;
    }

    static void checkLength(IpAddress address, int length) {
        if (length < 0 || length > bits(address)) {
            throw new IllegalArgumentException(
                    "the prefix length of " + address + " is 0-" + bits(address) + ", not " + length);
        }
    }

    private static IpAddress mask(IpAddress address, int length) {
        if (address.isV4()) {
            return IpAddress.ofV4(length == 0 ? 0 : address.v4Bits() & (-1 << (V4_BITS - length)));
        }
        long high = length == 0 ? 0 : length >= 64 ? -1L : -1L << (64 - length);
        long low = length <= 64 ? 0 : -1L << (V6_BITS - length);
        return IpAddress.of(address.high() & high, address.low() & low);
    }
}
