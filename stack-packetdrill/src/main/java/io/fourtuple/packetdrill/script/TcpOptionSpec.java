package io.fourtuple.packetdrill.script;

import java.util.HexFormat;
import java.util.List;

/** An option of a TCP header as a script writes it. */
public sealed interface TcpOptionSpec {
    /** Padding between options. */
    record Nop() implements TcpOptionSpec {}

    /** End of the list; each one is an octet. */
    record Eol() implements TcpOptionSpec {}

    /** Maximum segment size. */
    record Mss(int octets) implements TcpOptionSpec {}

    /** Window scale. */
    record WindowScale(int shift) implements TcpOptionSpec {}

    /** SACK permitted. */
    record SackPermitted() implements TcpOptionSpec {}

    /**
     * Timestamps, both in the script's numbers.
     *
     * @param anyValue whether the value does not matter
     * @param absoluteEcho whether the echo is the number on the wire
     */
    record Timestamps(long value, boolean anyValue, long echo, boolean absoluteEcho) implements TcpOptionSpec {}

    /** Blocks of data that are there. */
    record Sack(List<Block> blocks) implements TcpOptionSpec {
        public Sack {
            blocks = List.copyOf(blocks);
        }
    }

    /** From the first octet to the one after the last. */
    record Block(long left, long right) {}

    /**
     * A cookie of TCP Fast Open.
     *
     * @param cookie in hexadecimal; empty for a request
     * @param experimental whether it is the experimental option 254 rather than 34
     */
    record FastOpen(String cookie, boolean experimental) implements TcpOptionSpec {}

    /**
     * Counters of Accurate ECN (RFC 9768 §3.2.3).
     *
     * @param order1 whether they are those of ECT(1), CE and ECT(0); else, the other way round
     * @param counters none to three, each of 24 bits
     */
    record AccurateEcn(boolean order1, List<Long> counters) implements TcpOptionSpec {
        public AccurateEcn {
            counters = List.copyOf(counters);
        }
    }

    /**
     * Any option, by its number.
     *
     * @param content what follows kind and length, in hexadecimal
     */
    record Generic(int kind, String content) implements TcpOptionSpec {}

    /**
     * All options of the header as octets.
     *
     * @param content in hexadecimal
     */
    record Raw(String content) implements TcpOptionSpec {}

    /** Octets that are written as hexadecimal digits. */
    static byte[] octets(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
