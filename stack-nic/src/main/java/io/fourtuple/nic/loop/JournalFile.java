package io.fourtuple.nic.loop;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * How notes are laid out in a file. Numbers of variable length have seven bits an octet, the lowest first, and the
 * highest bit of an octet says that there is another one.
 *
 * <pre>
 *   file   magic (8 octets) │ note │ note │ … │ end
 *   note   source: variable, 1 for the first one that appears; one that is new is followed by its name (UTF)
 *          time since the note before, in nanoseconds: variable
 *          value: 8 octets
 *   end    0 in place of a source
 * </pre>
 */
final class JournalFile {
    static final long MAGIC = 0x34_54_4a_4e_4c_2e_30_31L; // "4TJNL.01"
    static final int END = 0;
    static final int BUFFER = 1 << 16;
    /** A table in memory has an entry for each source; so many of them are no names any more. */
    static final int MAX_SOURCES = 1_000_000;

    private static final int MORE = 0x80;
    private static final int LOW = 0x7f;
    private static final int BITS = 7;

    private JournalFile() {}

    static void writeVariable(DataOutputStream out, long value) throws IOException {
        long rest = value;
        while ((rest & ~LOW) != 0) {
            out.writeByte((int) (rest & LOW) | MORE);
            rest >>>= BITS;
        }
        out.writeByte((int) rest);
    }

    static long readVariable(DataInputStream in) throws IOException {
        long value = 0;
        for (int shift = 0; ; shift += BITS) {
            int octet = in.readUnsignedByte();
            value |= (long) (octet & LOW) << shift;
            if (octet < MORE) {
                return value;
            }
        }
    }

    static void checkSources(int sources) {
        if (sources > MAX_SOURCES) {
            throw new IllegalStateException("more than " + MAX_SOURCES + " sources have noted something in this"
                    + " simulation: give the same name to those of the same kind");
        }
    }
}
