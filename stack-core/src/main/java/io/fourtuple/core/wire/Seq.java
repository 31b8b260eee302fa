package io.fourtuple.core.wire;

/**
 * Arithmetic on TCP sequence numbers, which are 32 bits wide and wrap (RFC 9293 §3.4).
 *
 * <p>A sequence number is an {@code int} whose bits are the number on the wire; its sign means nothing. Only this class
 * compares them: everywhere else {@code <} between two sequence numbers is a mistake. Two numbers can be compared when
 * they are less than 2³¹ apart, which window scaling limited to 14 guarantees (RFC 7323 §2.3).
 */
public final class Seq {
    private Seq() {}

    /** True when {@code a} comes before {@code b}. */
    public static boolean lt(int a, int b) {
        return a - b < 0;
    }

    /** True when {@code a} comes before {@code b} or is equal to it. */
    public static boolean le(int a, int b) {
        return a - b <= 0;
    }

    /** True when {@code a} comes after {@code b}. */
    public static boolean gt(int a, int b) {
        return a - b > 0;
    }

    /** True when {@code a} comes after {@code b} or is equal to it. */
    public static boolean ge(int a, int b) {
        return a - b >= 0;
    }

    /** The sequence number {@code octets} after {@code seq}; a negative count goes back. */
    public static int add(int seq, int octets) {
        return seq + octets;
    }

    /** Octets from {@code from} to {@code to}: positive when {@code to} comes after {@code from}. */
    public static int distance(int from, int to) {
        return to - from;
    }

    /** The later of two. */
    public static int max(int a, int b) {
        return ge(a, b) ? a : b;
    }

    /** The earlier of two. */
    public static int min(int a, int b) {
        return le(a, b) ? a : b;
    }

    /** True when {@code left <= x < right}. */
    public static boolean within(int x, int left, int right) {
        return ge(x, left) && lt(x, right);
    }

    /** As an unsigned decimal number, the way captures show it. */
    public static String toString(int seq) {
        return Integer.toUnsignedString(seq);
    }
}
