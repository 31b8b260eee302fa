package io.fourtuple.core.wire;

/**
 * A received option of Accurate ECN (RFC 9768 §3.2.3): how many octets of payload have arrived under each mark, each
 * modulo 2²⁴. Immutable.
 *
 * @param fields how many of the three counters are there, 0–3; -1 when there is no such option
 * @param order1 whether they stand as those of ECT(1), CE, ECT(0); else, the other way round
 * @param first the first counter, 0 when absent
 * @param second the second one: that of CE
 * @param third the last one
 */
public record AccEcnOption(int fields, boolean order1, int first, int second, int third) {
    /** No such option. */
    public static final AccEcnOption ABSENT = new AccEcnOption(-1, false, 0, 0, 0);
    /** Octets of a counter. */
    static final int FIELD_LENGTH = 3;
    /** Octets without counters. */
    static final int EMPTY_LENGTH = 2;

    /** Whether the segment has the option, be it empty. */
    public boolean present() {
        return fields >= 0;
    }

    /** Whether the octets under CE are told. */
    public boolean hasCe() {
        return fields >= 2;
    }

    /** Octets under CE; 0 unless {@link #hasCe}. */
    public int ce() {
        return second;
    }

    /** Whether the octets under ECT(1) are told. */
    public boolean hasEct1() {
        return fields >= (order1 ? 1 : 3);
    }

    /** Octets under ECT(1); 0 unless {@link #hasEct1}. */
    public int ect1() {
        return order1 ? first : third;
    }

    /** Whether the octets under ECT(0) are told. */
    public boolean hasEct0() {
        return fields >= (order1 ? 3 : 1);
    }

    /** Octets under ECT(0); 0 unless {@link #hasEct0}. */
    public int ect0() {
        return order1 ? third : first;
    }

    /** What follows kind and length; whole counters count, and the rest is padding (§3.2.3). */
    static AccEcnOption parse(byte[] bytes, int start, int end, boolean order1) {
        int fields = Math.min(3, (end - start) / FIELD_LENGTH);
        return new AccEcnOption(
                fields, order1, field(bytes, start, fields > 0), field(bytes, start + FIELD_LENGTH, fields > 1),
                field(bytes, start + 2 * FIELD_LENGTH, fields > 2));
    }

    private static int field(byte[] bytes, int at, boolean there) {
        return there ? Bytes.uint8(bytes, at) << 16 | Bytes.uint16(bytes, at + 1) : 0;
    }

    @Override
    public String toString() {
        String[] names = order1 ? new String[] {"e1b", "ceb", "e0b"} : new String[] {"e0b", "ceb", "e1b"};
        int[] values = {first, second, third};
        StringBuilder text = new StringBuilder("ECN");
        for (int i = 0; i < fields; i++) {
            text.append(' ').append(names[i]).append(' ').append(values[i]);
        }
        return text.toString();
    }
}
