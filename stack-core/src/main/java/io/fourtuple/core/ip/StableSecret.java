package io.fourtuple.core.ip;

import io.fourtuple.core.tcp.SipHash;
import io.fourtuple.core.wire.IpAddress;
import java.nio.ByteBuffer;

/**
 * What the interface ids of RFC 7217 are made from: 128 bits that nobody else knows.
 *
 * @param high the first 64 bits
 * @param low the last 64 bits
 */
public record StableSecret(long high, long low) {
    private static final int DIGITS = 32;
    private static final int RADIX = 16;
    private static final int MESSAGE = 8 + 4 + 4;
    /** RFC 5453: ids of anycast groups, fdff:ffff:ffff:ff80 and above. */
    private static final long FIRST_ANYCAST = 0xfdff_ffff_ffff_ff80L;
    private static final long LAST_ANYCAST = 0xfdff_ffff_ffff_ffffL;
    /** RFC 5453: ids made from the block of IANA. */
    private static final long IANA_BLOCK = 0x0200_5eff_fe00_0000L >>> 24;

    /**
     * Reads 32 hexadecimal digits.
     *
     * @throws IllegalArgumentException with one sentence, when the text is none
     */
    public static StableSecret parse(String text) {
        if (text.length() != DIGITS || !text.chars().allMatch(c -> Character.digit(c, RADIX) >= 0)) {
            throw new IllegalArgumentException("a secret has 32 hexadecimal digits");
        }
        return new StableSecret(
                Long.parseUnsignedLong(text, 0, DIGITS / 2, RADIX),
                Long.parseUnsignedLong(text, DIGITS / 2, DIGITS, RADIX));
    }

    /**
     * The id of an interface in a network (RFC 7217 §5).
     *
     * @param prefix the network's, 64 bits long
     * @param link number of the NIC: MAC addresses may be drawn anew each time
     * @param attempts how many ids of this network were found to be somebody else's
     */
    long interfaceId(IpAddress prefix, int link, int attempts) {
        SipHash function = SipHash.of24(high, low);
        ByteBuffer message = ByteBuffer.allocate(MESSAGE).putLong(prefix.high()).putInt(link).putInt(attempts);
        long id = function.hash(message.array());
        while (isReserved(id)) {
            id = function.hash(message.putLong(0, id).array());
        }
        return id;
    }

    private static boolean isReserved(long id) {
        return id == 0
                || id >>> 24 == IANA_BLOCK
                || (Long.compareUnsigned(id, FIRST_ANYCAST) >= 0 && Long.compareUnsigned(id, LAST_ANYCAST) <= 0);
    }

    /** Not the secret itself. */
    @Override
    public String toString() {
        return "StableSecret";
    }
}
