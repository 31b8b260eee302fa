package io.fourtuple.core.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Integers in network byte order in a {@code byte[]}. Out of bounds throws {@link IndexOutOfBoundsException}. */
public final class Bytes {
    private static final VarHandle INT16 =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Bytes() {}

    /** The octet at {@code index}, 0–255. */
    public static int uint8(byte[] bytes, int index) {
        return bytes[index] & 0xff;
    }

    /** Two octets, 0–65535. */
    public static int uint16(byte[] bytes, int index) {
        return (short) INT16.get(bytes, index) & 0xffff;
    }

    /** Four octets. */
    public static int int32(byte[] bytes, int index) {
        return (int) INT32.get(bytes, index);
    }

    /** Eight octets. */
    public static long int64(byte[] bytes, int index) {
        return (long) INT64.get(bytes, index);
    }

    /** Writes one octet. */
    public static void putUint8(byte[] bytes, int index, int value) {
        bytes[index] = (byte) value;
    }

    /** Writes two octets. */
    public static void putUint16(byte[] bytes, int index, int value) {
        INT16.set(bytes, index, (short) value);
    }

    /** Writes four octets. */
    public static void putInt32(byte[] bytes, int index, int value) {
        INT32.set(bytes, index, value);
    }

    /** Writes eight octets. */
    public static void putInt64(byte[] bytes, int index, long value) {
        INT64.set(bytes, index, value);
    }
}
