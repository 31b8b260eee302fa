package io.fourtuple.packetdrill.wire;

import io.fourtuple.packetdrill.script.TcpOptionSpec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.StringJoiner;

/** TCP options of a script, as octets; and octets, as a script would write them. */
public final class OptionCodec {
    private static final int FAST_OPEN = 34;
    private static final int EXPERIMENT = 254;
    private static final int ACCURATE_ECN_0 = 172;
    private static final int ACCURATE_ECN_1 = 174;
    private static final byte[] FAST_OPEN_MAGIC = {(byte) 0xf9, (byte) 0x89}; // RFC 7413, before it had a number

    private OptionCodec() {}

    /**
     * The octets of these options, with the numbers as they are; filled up with zeroes to a multiple of four.
     *
     * @throws IllegalArgumentException when they are more than 40
     */
    public static byte[] encode(List<TcpOptionSpec> options) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        options.forEach(option -> out.writeBytes(encode(option)));
        while (out.size() % 4 != 0) {
            out.write(0);
        }
        if (out.size() > 40) {
            throw new IllegalArgumentException("TCP options take 40 octets at most, not " + out.size());
        }
        return out.toByteArray();
    }

    private static byte[] encode(TcpOptionSpec option) {
        return switch (option) {
            case TcpOptionSpec.Nop _ -> new byte[] {1};
            case TcpOptionSpec.Eol _ -> new byte[] {0};
            case TcpOptionSpec.Mss(int octets) -> new byte[] {2, 4, (byte) (octets >> 8), (byte) octets};
            case TcpOptionSpec.WindowScale(int shift) -> new byte[] {3, 3, (byte) shift};
            case TcpOptionSpec.SackPermitted _ -> new byte[] {4, 2};
            case TcpOptionSpec.Timestamps stamps -> ByteBuffer.allocate(10).put((byte) 8).put((byte) 10)
                    .putInt((int) stamps.value()).putInt((int) stamps.echo()).array();
            case TcpOptionSpec.Sack(var blocks) -> {
                ByteBuffer sack = ByteBuffer.allocate(2 + 8 * blocks.size());
                sack.put((byte) 5).put((byte) sack.capacity());
                blocks.forEach(block -> sack.putInt((int) block.left()).putInt((int) block.right()));
                yield sack.array();
            }
            case TcpOptionSpec.FastOpen(String cookie, boolean experimental) ->
                    experimental ? option(EXPERIMENT, FAST_OPEN_MAGIC, TcpOptionSpec.octets(cookie))
                            : option(FAST_OPEN, new byte[0], TcpOptionSpec.octets(cookie));
            case TcpOptionSpec.AccurateEcn(boolean order1, var counters) -> {
                ByteBuffer content = ByteBuffer.allocate(3 * counters.size());
                counters.forEach(counter -> content.put((byte) (counter >> 16)).putShort(counter.shortValue()));
                yield option(order1 ? ACCURATE_ECN_1 : ACCURATE_ECN_0, new byte[0], content.array());
            }
            case TcpOptionSpec.Generic(int kind, String content) ->
                    option(kind, new byte[0], TcpOptionSpec.octets(content));
            case TcpOptionSpec.Raw(String content) -> TcpOptionSpec.octets(content);
        };
    }

    private static byte[] option(int kind, byte[] magic, byte[] content) {
        ByteBuffer option = ByteBuffer.allocate(2 + magic.length + content.length);
        return option.put((byte) kind).put((byte) option.capacity()).put(magic).put(content).array();
    }

    /** Where an option of this kind begins, -1 when there is none. */
    public static int find(byte[] options, int kind) {
        for (int at = 0; at < options.length; at += length(options, at)) {
            if (options[at] == kind) {
                return at;
            }
        }
        return -1;
    }

    /** What the option at {@code at} takes up; what is left, when its own length makes no sense. */
    public static int length(byte[] options, int at) {
        if (options[at] == 0 || options[at] == 1) {
            return 1;
        }
        int length = at + 1 < options.length ? options[at + 1] & 0xff : 0;
        return length < 2 || at + length > options.length ? options.length - at : length;
    }

    /** As a script writes them. */
    public static String describe(byte[] options) {
        StringJoiner text = new StringJoiner(",", "<", ">");
        for (int at = 0; at < options.length; at += length(options, at)) {
            text.add(describe(options, at, length(options, at)));
        }
        return text.toString();
    }

    private static String describe(byte[] options, int at, int length) {
        ByteBuffer in = ByteBuffer.wrap(options);
        int kind = options[at] & 0xff;
        if (kind == 0 || kind == 1) {
            return kind == 0 ? "eol" : "nop";
        }
        if (kind == 2 && length == 4) {
            return "mss " + (in.getShort(at + 2) & 0xffff);
        }
        if (kind == 3 && length == 3) {
            return "wscale " + (options[at + 2] & 0xff);
        }
        if (kind == 4 && length == 2) {
            return "sackOK";
        }
        if (kind == 5 && length % 8 == 2) {
            StringJoiner blocks = new StringJoiner(" ", "sack ", "");
            for (int block = at + 2; block < at + length; block += 8) {
                blocks.add(Integer.toUnsignedString(in.getInt(block)) + ":"
                        + Integer.toUnsignedString(in.getInt(block + 4)));
            }
            return blocks.toString();
        }
        if (kind == 8 && length == 10) {
            return "TS val " + Integer.toUnsignedString(in.getInt(at + 2)) + " ecr "
                    + Integer.toUnsignedString(in.getInt(at + 6));
        }
        if ((kind == ACCURATE_ECN_0 || kind == ACCURATE_ECN_1) && length <= 11 && length % 3 == 2) {
            List<String> names =
                    kind == ACCURATE_ECN_0 ? List.of("e0b", "ceb", "e1b") : List.of("e1b", "ceb", "e0b");
            StringJoiner counters = new StringJoiner(" ", "ECN", "").setEmptyValue("ECN");
            for (int i = 0; i < length / 3; i++) {
                counters.add((i == 0 ? " " : "") + names.get(i) + " " + (in.getInt(at + 1 + 3 * i) & 0xff_ffff));
            }
            return counters.toString();
        }
        String content = HexFormat.of().formatHex(options, Math.min(at + 2, options.length), at + length);
        return (kind == FAST_OPEN ? "FO " : "gen-" + kind + " ") + content;
    }
}
