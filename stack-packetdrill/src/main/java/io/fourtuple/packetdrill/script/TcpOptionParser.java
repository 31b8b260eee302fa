package io.fourtuple.packetdrill.script;

import io.fourtuple.packetdrill.script.TcpOptionSpec.Block;
import io.fourtuple.packetdrill.script.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what stands between the angle brackets of a TCP packet:
 *
 * <pre>
 *   options = "..." | hex | option { "," option }
 *   option  = "nop" | "eol" | "mss" n | "wscale" n | "sackOK" | "sack" block { block } | "FO" [ hex ] | "FOEXP" [ hex ]
 *           | "TS" "val" ( n | "..." ) "ecr" n [ "!" ] | "ECN" { counter n } | "gen-" kind [ hex ]
 *   counter = "e0b" | "ceb" | "e1b", in this order or from the last to the first
 *   block   = left ":" right
 * </pre>
 */
final class TcpOptionParser {
    private static final int MAX_OCTETS = 40;
    private static final long MAX_24 = 0xff_ffff;

    private final TokenReader in;

    TcpOptionParser(TokenReader in) {
        this.in = in;
    }

    /** Up to the closing bracket, which is taken; empty for any options. */
    Optional<List<TcpOptionSpec>> options() {
        if (in.is(Kind.ELLIPSIS)) {
            in.next();
            in.expect('>');
            return Optional.empty();
        }
        List<TcpOptionSpec> options = new ArrayList<>();
        if (isHex(in.peek()) && in.peek(1).isSymbol('>')) {
            options.add(new TcpOptionSpec.Raw(hex()));
        } else {
            do {
                options.add(option());
            } while (in.accept(','));
        }
        in.expect('>');
        return Optional.of(options);
    }

    private TcpOptionSpec option() {
        Token name = in.expect(Kind.WORD);
        return switch (name.text()) {
            case "nop", "NOP" -> new TcpOptionSpec.Nop();
            case "eol", "EOL" -> new TcpOptionSpec.Eol();
            case "mss" -> new TcpOptionSpec.Mss((int) in.integer("mss", 0xffff));
            case "wscale" -> new TcpOptionSpec.WindowScale((int) in.integer("wscale", 0xff));
            case "sackOK" -> new TcpOptionSpec.SackPermitted();
            case "sack" -> new TcpOptionSpec.Sack(blocks());
            case "TS" -> timestamps();
            case "FO" -> new TcpOptionSpec.FastOpen(optionalHex(), false);
            case "FOEXP", "exp-FO", "EXP-FO" -> new TcpOptionSpec.FastOpen(optionalHex(), true);
            case "ECN" -> accurateEcn(name);
            case "md5" -> throw new UnsupportedFeatureException("TCP MD5 signatures");
            default -> other(name);
        };
    }

    private TcpOptionSpec other(Token name) {
        if (name.text().startsWith("gen-")) {
            try {
                return new TcpOptionSpec.Generic(Integer.parseInt(name.text().substring(4)), optionalHex());
            } catch (NumberFormatException e) {
                throw in.error(name, "no number of an option: " + name.text());
            }
        }
        if (name.text().startsWith("exp-")) {
            throw new UnsupportedFeatureException("the TCP option " + name.text());
        }
        throw in.error(name, "no TCP option: " + name.describe());
    }

    private TcpOptionSpec timestamps() {
        in.expect("val");
        boolean any = in.is(Kind.ELLIPSIS);
        long value = 0;
        if (any) {
            in.next();
        } else {
            value = in.integer("timestamp", PacketParser.MAX_32);
        }
        in.expect("ecr");
        long echo = in.integer("timestamp", PacketParser.MAX_32);
        return new TcpOptionSpec.Timestamps(value, any, echo, in.accept('!'));
    }

    /** The counter that comes first says which order it is. */
    private TcpOptionSpec accurateEcn(Token name) {
        boolean ascending = in.peek().isWord("e0b");
        List<String> order = ascending ? List.of("e0b", "ceb", "e1b") : List.of("e1b", "ceb", "e0b");
        List<Long> counters = new ArrayList<>();
        while (in.is(Kind.WORD)) {
            if (counters.size() == order.size() || !in.accept(order.get(counters.size()))) {
                throw in.error(name, "the counters of an ECN option are e0b, ceb, e1b or e1b, ceb, e0b");
            }
            counters.add(in.integer("counter", MAX_24));
        }
        return new TcpOptionSpec.AccurateEcn(!ascending, counters);
    }

    private List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        while (in.is(Kind.INTEGER)) {
            long left = in.integer("sequence number", PacketParser.MAX_32);
            in.expect(':');
            blocks.add(new Block(left, in.integer("sequence number", PacketParser.MAX_32)));
        }
        if (blocks.isEmpty()) {
            throw in.unexpected("a SACK block");
        }
        return blocks;
    }

    private String optionalHex() {
        if (in.is(Kind.WORD) && in.peek().text().matches("[A-Z][A-Z0-9_]*") && !isHex(in.peek())) {
            throw new UnsupportedFeatureException("a value for " + in.peek().text() + " (--define)");
        }
        return isHex(in.peek()) ? hex() : "";
    }

    private boolean isHex(Token token) {
        boolean word = token.kind() == Kind.INTEGER || token.kind() == Kind.WORD;
        return word && token.text().matches("[0-9a-fA-F]+");
    }

    private String hex() {
        Token token = in.next();
        if (token.text().length() % 2 != 0 || token.text().length() > 2 * MAX_OCTETS) {
            throw in.error(token, "1 to " + MAX_OCTETS + " octets in hexadecimal were expected, not " + token.text());
        }
        return token.text();
    }
}
