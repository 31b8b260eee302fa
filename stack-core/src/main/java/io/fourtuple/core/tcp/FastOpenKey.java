package io.fourtuple.core.tcp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A secret of {@value #OCTETS} octets that cookies of Fast Open are made with (RFC 7413 §4.1.2). Immutable.
 *
 * @param first its first eight octets, little-endian
 * @param last its last eight octets, little-endian
 */
public record FastOpenKey(long first, long last) {
    /** Octets of a key. */
    public static final int OCTETS = 16;

    /**
     * One key or two.
     *
     * @throws IllegalArgumentException when there are neither 16 nor 32 octets
     */
    public static List<FastOpenKey> parse(byte[] octets) {
        if (octets.length != OCTETS && octets.length != 2 * OCTETS) {
            throw new IllegalArgumentException("keys are 16 or 32 octets, not " + octets.length);
        }
        ByteBuffer in = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
        List<FastOpenKey> keys = new ArrayList<>();
        while (in.hasRemaining()) {
            keys.add(new FastOpenKey(in.getLong(), in.getLong()));
        }
        return List.copyOf(keys);
    }

    /**
     * Keys as sysctl(8) of Linux writes them: four groups of eight hexadecimal digits with hyphens in between, and a
     * comma between two keys.
     *
     * @throws IllegalArgumentException when they are written otherwise
     */
    public static List<FastOpenKey> parse(String text) {
        List<FastOpenKey> keys = new ArrayList<>();
        for (String key : text.split(",", -1)) {
            if (!key.matches("([0-9a-fA-F]{8}-){3}[0-9a-fA-F]{8}")) {
                throw new IllegalArgumentException("a key is four groups of eight hexadecimal digits, not " + key);
            }
            ByteBuffer words = ByteBuffer.allocate(OCTETS).order(ByteOrder.LITTLE_ENDIAN);
            for (String word : key.split("-", -1)) { // a word is a number of the host there
                words.putInt(Integer.parseUnsignedInt(word, 16));
            }
            keys.addAll(parse(words.array()));
        }
        return List.copyOf(keys);
    }

    /** Its octets in hexadecimal. Whoever prints it tells the secret. */
    public String toHex() {
        return HexFormat.of().formatHex(octets());
    }

    /** Its octets. */
    public byte[] octets() {
        return ByteBuffer.allocate(OCTETS).order(ByteOrder.LITTLE_ENDIAN).putLong(first).putLong(last).array();
    }

    @Override
    public String toString() {
        return "secret";
    }
}
