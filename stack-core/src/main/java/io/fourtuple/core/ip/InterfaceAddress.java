package io.fourtuple.core.ip;

import io.fourtuple.core.wire.IpAddress;
import java.util.Objects;

/**
 * An address of ours and how many of its bits the whole link shares.
 *
 * @param address unicast, not loop-back
 * @param prefixLength 0–32 for IPv4, 0–128 for IPv6
 */
public record InterfaceAddress(IpAddress address, int prefixLength) {
    public InterfaceAddress {
        Objects.requireNonNull(address, "address");
        Prefix.checkLength(address, prefixLength);
        boolean unusable = address.isUnspecified() || address.isMulticast() || address.isLoopback()
                || address.equals(IpAddress.BROADCAST);
        if (unusable || address.equals(Prefix.of(address, prefixLength).broadcast())) {
            throw new IllegalArgumentException("a host cannot have the address " + address + "/" + prefixLength);
        }
    }

    /**
     * Reads {@code 10.77.0.2/24} or {@code fd77::2/64}; without a length the address stands alone on its link.
     *
     * @throws IllegalArgumentException with one sentence, when the text is none
     */
    public static InterfaceAddress parse(String text) {
        int slash = text.indexOf('/');
        IpAddress address = Prefix.parseAddress(slash < 0 ? text : text.substring(0, slash), text);
        return new InterfaceAddress(address, slash < 0 ? Prefix.bits(address) : Prefix.parseLength(text, slash));
    }

    /** The addresses that can be reached without a gateway. */
    public Prefix onLink() {
        return Prefix.of(address, prefixLength);
    }

    @Override
    public String toString() {
        return address + "/" + prefixLength;
    }
}
