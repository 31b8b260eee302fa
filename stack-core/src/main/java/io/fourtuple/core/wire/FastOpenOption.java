package io.fourtuple.core.wire;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The Fast Open option of a SYN or SYN-ACK (RFC 7413 §4.1.1): a cookie, or the request for one. Immutable; whoever
 * makes one or asks it for its cookie does not change the array.
 *
 * @param present whether the option is there
 * @param cookie {@value #MIN_COOKIE} to {@value #MAX_COOKIE} octets, an even number; none in a request
 * @param experimental whether it comes as an experiment (kind 254, RFC 6994), as it did before it had a number
 */
public record FastOpenOption(boolean present, byte[] cookie, boolean experimental) {
    /** Octets of the shortest cookie. */
    public static final int MIN_COOKIE = 4;
    /** Octets of the longest cookie. */
    public static final int MAX_COOKIE = 16;

    private static final byte[] NO_COOKIE = {};

    /** The option is not there. */
    public static final FastOpenOption ABSENT = new FastOpenOption(false, NO_COOKIE, false);
    /** Asks for a cookie. */
    public static final FastOpenOption REQUEST = new FastOpenOption(true, NO_COOKIE, false);
    /** Asks for a cookie, as an experiment. */
    public static final FastOpenOption EXPERIMENTAL_REQUEST = new FastOpenOption(true, NO_COOKIE, true);

    /** One with this cookie. */
    public static FastOpenOption of(byte[] cookie, boolean experimental) {
        if (!isValid(cookie.length)) {
            throw new IllegalArgumentException("a cookie has " + MIN_COOKIE + " to " + MAX_COOKIE
                    + " octets, an even number, not " + cookie.length);
        }
        return new FastOpenOption(true, cookie, experimental);
    }

    /** Whether a cookie may have so many octets. */
    public static boolean isValid(int octets) {
        return octets >= MIN_COOKIE && octets <= MAX_COOKIE && octets % 2 == 0;
    }

    /** Whether a cookie is there. */
    public boolean hasCookie() {
        return cookie.length > 0;
    }

    /** Whether a cookie is asked for. */
    public boolean isRequest() {
        return present && cookie.length == 0;
    }

    /** Octets on the wire, without what fills them up; 0 when the option is not there. */
    int length() {
        return !present ? 0 : (experimental ? 4 : 2) + cookie.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FastOpenOption that
                && present == that.present
                && experimental == that.experimental
                && Arrays.equals(cookie, that.cookie);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(cookie);
    }

    @Override
    public String toString() {
        return present ? (experimental ? "FOEXP" : "FO") + (hasCookie() ? " " + HexFormat.of().formatHex(cookie) : "")
                : "";
    }
}
