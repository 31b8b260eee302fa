package io.fourtuple.core.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * The Internet checksum (RFC 1071): the ones' complement of the ones' complement sum of 16-bit words in network order.
 *
 * <p>A <em>partial sum</em> is an {@code int} of 0–65535: the sum of a block that starts at an even place of what is
 * summed, an odd last octet padded with zero. Add partial sums with {@code +} (up to 32768 of them) and give the result
 * to {@link #finish} or {@link #verifies}.
 *
 * <pre>{@code
 * int sum = Checksum.pseudoHeader(source, destination, 6, length) + Checksum.sum(bytes, offset, length);
 * int field = Checksum.finish(sum);       // to write, the field itself being 0 in what was summed
 * boolean intact = Checksum.verifies(sum); // on receipt, the field included
 * }</pre>
 *
 * <p>Two properties of the sum make it fast. It does not depend on byte order but for a swap of the result (§2 B), so
 * words are read little-endian, as the machine has them. And words of any width may be added as long as no carry is
 * lost (§2 C): eight octets at a time go into {@code total}, which may overflow, while their upper halves go into
 * {@code upper}, which cannot; the sum of the lower halves is what is left of {@code total}.
 */
public final class Checksum {
    private static final VarHandle ARRAY64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ARRAY32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle ARRAY16 =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BUFFER64 =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BUFFER32 =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BUFFER16 =
            MethodHandles.byteBufferViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long LOWER_HALF = 0xffff_ffffL;
    /** Octets of one turn of the unrolled loop. */
    private static final int STRIDE = 32;

    private Checksum() {}

    /**
     * Partial sum of a part of an array.
     *
     * @throws IndexOutOfBoundsException when it is not inside the array
     */
    public static int sum(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int end = offset + length;
        int index = offset;
        long total = 0;
        long upper = 0;
        for (int last = end - STRIDE; index <= last; index += STRIDE) {
            long a = (long) ARRAY64.get(bytes, index);
            long b = (long) ARRAY64.get(bytes, index + 8);
            long c = (long) ARRAY64.get(bytes, index + 16);
            long d = (long) ARRAY64.get(bytes, index + 24);
            total += a + b + (c + d);
            upper += (a >>> 32) + (b >>> 32) + ((c >>> 32) + (d >>> 32));
        }
        for (int last = end - 8; index <= last; index += 8) {
            long a = (long) ARRAY64.get(bytes, index);
            total += a;
            upper += a >>> 32;
        }
        long rest = 0;
        if (index <= end - 4) {
            rest += (int) ARRAY32.get(bytes, index) & LOWER_HALF;
            index += 4;
        }
        if (index <= end - 2) {
            rest += (short) ARRAY16.get(bytes, index) & 0xffff;
            index += 2;
        }
        if (index < end) {
            rest += bytes[index] & 0xff;
        }
        return combine(total, upper, rest);
    }

    /**
     * Partial sum of a part of a buffer, heap or direct, whatever its byte order. Positions are absolute; the buffer's
     * own position and limit are neither used nor changed, except that the part must end at or before the limit.
     *
     * @throws IndexOutOfBoundsException when the part does not lie between 0 and the limit
     */
    public static int sum(ByteBuffer buffer, int index, int length) {
        Objects.checkFromIndexSize(index, length, buffer.limit());
        return buffer.hasArray()
                ? sum(buffer.array(), buffer.arrayOffset() + index, length)
                : sumInPlace(buffer, index, index + length);
    }

    private static int sumInPlace(ByteBuffer buffer, int start, int end) {
        int index = start;
        long total = 0;
        long upper = 0;
        for (int last = end - STRIDE; index <= last; index += STRIDE) {
            long a = (long) BUFFER64.get(buffer, index);
            long b = (long) BUFFER64.get(buffer, index + 8);
            long c = (long) BUFFER64.get(buffer, index + 16);
            long d = (long) BUFFER64.get(buffer, index + 24);
            total += a + b + (c + d);
            upper += (a >>> 32) + (b >>> 32) + ((c >>> 32) + (d >>> 32));
        }
        for (int last = end - 8; index <= last; index += 8) {
            long a = (long) BUFFER64.get(buffer, index);
            total += a;
            upper += a >>> 32;
        }
        long rest = 0;
        if (index <= end - 4) {
            rest += (int) BUFFER32.get(buffer, index) & LOWER_HALF;
            index += 4;
        }
        if (index <= end - 2) {
            rest += (short) BUFFER16.get(buffer, index) & 0xffff;
            index += 2;
        }
        if (index < end) {
            rest += buffer.get(index) & 0xff;
        }
        return combine(total, upper, rest);
    }

    /**
     * Partial sum of the pseudo-header that TCP and ICMPv6 checksums cover (RFC 9293 §3.1, RFC 8200 §8.1).
     *
     * <pre>
     *  IPv4  | source 4 | destination 4 | 0 | protocol 1 | length 2 |
     *  IPv6  | source 16 | destination 16 | length 4 | 0 0 0 | next header 1 |
     * </pre>
     *
     * <p>One computation serves both families: zero octets add nothing, and the {@code ffff} of the IPv4-mapped form is
     * zero in ones' complement.
     *
     * @param source an address of the same family as {@code destination}
     * @param destination the final destination
     * @param protocol IP protocol number, 0–255
     * @param length octets of the upper-layer header and its payload
     */
    public static int pseudoHeader(IpAddress source, IpAddress destination, int protocol, int length) {
        return fold(halves(source.high()) + halves(source.low()) + halves(destination.high())
                + halves(destination.low()) + protocol + length);
    }

    /** The value of the checksum field, 0–65535, for the sum of everything else. */
    public static int finish(int sum) {
        return ~fold(sum) & 0xffff;
    }

    /** True when a sum that includes a received checksum field says that nothing was altered. */
    public static boolean verifies(int sum) {
        return fold(sum) == 0xffff;
    }

    /** The sum in 16 bits: what a NIC that completes checksums expects in the field, for a pseudo-header. */
    public static int fold(int sum) {
        return fold(sum & LOWER_HALF);
    }

    private static int combine(long total, long upper, long rest) {
        long lower = total - (upper << 32);
        int sum = fold((lower & LOWER_HALF) + (lower >>> 32) + (upper & LOWER_HALF) + (upper >>> 32) + rest);
        return (sum & 0xff) << 8 | sum >>> 8;
    }

    private static long halves(long word) {
        return (word & LOWER_HALF) + (word >>> 32);
    }

    /** End-around carry, for sums below 2³⁵ or so: three turns are enough for any of fewer than 47 bits. */
    private static int fold(long sum) {
        long once = (sum & 0xffff) + (sum >>> 16);
        long twice = (once & 0xffff) + (once >>> 16);
        long thrice = (twice & 0xffff) + (twice >>> 16);
        return (int) ((thrice & 0xffff) + (thrice >>> 16));
    }
}
