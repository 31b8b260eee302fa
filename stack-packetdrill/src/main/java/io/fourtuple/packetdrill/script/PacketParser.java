package io.fourtuple.packetdrill.script;

import io.fourtuple.packetdrill.script.Event.Direction;
import io.fourtuple.packetdrill.script.PacketSpec.Icmp;
import io.fourtuple.packetdrill.script.PacketSpec.IpSpec;
import io.fourtuple.packetdrill.script.PacketSpec.Ports;
import io.fourtuple.packetdrill.script.PacketSpec.SequenceSpec;
import io.fourtuple.packetdrill.script.PacketSpec.Tcp;
import io.fourtuple.packetdrill.script.Token.Kind;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads packets:
 *
 * <pre>
 *   packet   = [ ip ] ( tcp | icmp )
 *   tcp      = [ port "&gt;" port ] flags sequence [ "ack" n ] [ "win" n ] [ "urg" n ] [ "&lt;" options "&gt;" ]
 *   flags    = "-" | letters [ "." ] [ letters ] | [ letters ] "." digit
 *   sequence = start ":" end "(" length ")" [ "!" ] | "..." "(" length ")"
 *   icmp     = "icmp" type [ code ] [ "mtu" n ] [ "[" sequence "]" ]
 *   ip       = ( "(" | "[" ) mark { "," mark } ( ")" | "]" )
 *   mark     = "tos" x | "class" x | "ttl" n | "hlim" n | "flowlabel" x | [ "ecn" ] codepoint | "dscp" name
 * </pre>
 */
final class PacketParser {
    static final long MAX_32 = 0xffff_ffffL;
    private static final int MAX_16 = 0xffff;
    private static final int ACK = 0x10;
    private static final int ACE_SHIFT = 6;
    private static final Set<String> ELSEWHERE =
            Set.of("udp", "udplite", "sctp", "gre", "mpls", "ipv4", "ipv6", "encap", "psp");
    private static final List<String> CODE_POINTS = List.of("noecn", "ect1", "ect0", "ce", "ect01");
    private static final List<String> CLASSES = List.of("cs0", "cs1", "cs2", "cs3", "cs4", "cs5", "cs6", "cs7");

    private final TokenReader in;

    PacketParser(TokenReader in) {
        this.in = in;
    }

    PacketSpec packet(Direction direction) {
        IpSpec ip = in.peek().isSymbol('(') || in.peek().isSymbol('[') ? ip() : IpSpec.ANY;
        if (in.is(Kind.WORD) && ELSEWHERE.contains(in.peek().text())) {
            throw new UnsupportedFeatureException("packets of " + in.peek().text());
        }
        return in.accept("icmp") ? icmp(ip) : tcp(ip, direction);
    }

    private Tcp tcp(IpSpec ip, Direction direction) {
        Optional<Ports> ports = Optional.empty();
        if (in.is(Kind.INTEGER) && in.peek(1).isSymbol('>')) {
            int source = (int) in.integer("port", MAX_16);
            in.expect('>');
            ports = Optional.of(new Ports(source, (int) in.integer("port", MAX_16)));
        }
        Token first = in.peek();
        boolean[] ace = new boolean[1];
        int flags = flags(ace);
        SequenceSpec sequence = sequence();
        long acknowledgment = in.accept("ack") ? in.integer("acknowledgment number", MAX_32) : 0;
        OptionalInt window =
                in.accept("win") ? OptionalInt.of((int) in.integer("window", MAX_16)) : OptionalInt.empty();
        int urgent = in.accept("urg") ? (int) in.integer("urgent pointer", MAX_16) : 0;
        Optional<List<TcpOptionSpec>> options = Optional.of(List.of());
        if (in.accept('<')) {
            options = new TcpOptionParser(in).options();
        }
        if (in.peek().isSymbol('/')) {
            throw new UnsupportedFeatureException("TCP in UDP");
        }
        if (direction == Direction.INBOUND && options.isEmpty()) {
            throw in.error(first, "only a packet that is expected can have any options");
        }
        return new Tcp(ip, ports, flags, ace[0], sequence, acknowledgment, window, urgent, options);
    }

    private int flags(boolean[] aceGiven) {
        if (in.accept('-')) {
            return 0;
        }
        int flags = 0;
        boolean any = false;
        if (in.is(Kind.WORD)) {
            flags |= letters(in.next());
            any = true;
        }
        if (in.is(Kind.DECIMAL)) { // an ACK whose ECN bits are a number
            Token token = in.next();
            if (!token.text().matches("\\.[0-7]")) {
                throw in.error(token, "flags were expected, not " + token.describe());
            }
            aceGiven[0] = true;
            return flags | ACK | (token.text().charAt(1) - '0') << ACE_SHIFT;
        }
        if (in.accept('.')) {
            flags |= ACK;
            any = true;
        }
        if (!any) {
            throw in.unexpected("flags");
        }
        if (in.is(Kind.WORD)) {
            flags |= letters(in.next());
        }
        return flags;
    }

    private int letters(Token word) {
        int flags = 0;
        for (char letter : word.text().toCharArray()) {
            int index = "FSRP?UEWA".indexOf(letter);
            if (index < 0 || letter == '?') {
                throw in.error(word, "flags were expected, not " + word.describe());
            }
            flags |= 1 << index;
        }
        return flags;
    }

    private SequenceSpec sequence() {
        if (in.is(Kind.ELLIPSIS)) {
            in.next();
            return new SequenceSpec(0, payloadLength(), false, true);
        }
        Token first = in.peek();
        long start = in.integer("sequence number", MAX_32);
        in.expect(':');
        long end = in.integer("sequence number", MAX_32);
        int length = payloadLength();
        if ((start + length & MAX_32) != end) {
            throw in.error(first, "from " + start + " to " + end + " are not " + length + " octets");
        }
        return new SequenceSpec(start, length, in.accept('!'), false);
    }

    private int payloadLength() {
        in.expect('(');
        int length = (int) in.integer("length", MAX_16);
        in.expect(')');
        return length;
    }

    private Icmp icmp(IpSpec ip) {
        String type = in.expect(Kind.WORD).text();
        Optional<String> code = Optional.empty();
        if (in.is(Kind.WORD) && !in.peek().isWord("mtu") && !in.peek().isWord("id")) {
            code = Optional.of(in.next().text());
        }
        OptionalInt mtu = in.accept("mtu") ? OptionalInt.of((int) in.integer("MTU", MAX_16)) : OptionalInt.empty();
        if (in.accept("id")) {
            throw new UnsupportedFeatureException("ICMP echo");
        }
        Optional<SequenceSpec> quoted = Optional.empty();
        if (in.accept('[')) {
            if (in.is(Kind.WORD)) {
                throw new UnsupportedFeatureException("ICMP about " + in.peek().text());
            }
            quoted = Optional.of(sequence());
            in.expect(']');
        }
        return new Icmp(ip, type, code, mtu, quoted);
    }

    private IpSpec ip() {
        char end = in.next().isSymbol('(') ? ')' : ']';
        IpSpec ip = IpSpec.ANY;
        do {
            ip = mark(ip);
        } while (in.accept(','));
        in.expect(end);
        return ip;
    }

    private IpSpec mark(IpSpec ip) {
        Token token = in.expect(Kind.WORD);
        return switch (token.text()) {
            case "tos", "class" -> new IpSpec(
                    OptionalInt.of((int) in.hexadecimal(token.text(), 0xff)), ip.dscp(), ip.ecn(), ip.ttl());
            case "ttl", "hlim" -> new IpSpec(
                    ip.trafficClass(), ip.dscp(), ip.ecn(), OptionalInt.of((int) in.integer(token.text(), 0xff)));
            case "dscp" -> new IpSpec(ip.trafficClass(), OptionalInt.of(dscp()), ip.ecn(), ip.ttl());
            case "ecn" -> new IpSpec(
                    ip.trafficClass(), ip.dscp(), OptionalInt.of(codePoint(in.expect(Kind.WORD))), ip.ttl());
            case "flowlabel" -> throw new UnsupportedFeatureException("flow labels");
            default -> new IpSpec(ip.trafficClass(), ip.dscp(), OptionalInt.of(codePoint(token)), ip.ttl());
        };
    }

    private int codePoint(Token token) {
        int index = CODE_POINTS.indexOf(token.text());
        if (index < 0) {
            throw in.error(token, "nothing of an IP header: " + token.describe());
        }
        return index;
    }

    private int dscp() {
        if (in.is(Kind.HEX)) {
            return (int) in.hexadecimal("dscp", 0x3f);
        }
        Token token = in.expect(Kind.WORD);
        int selector = CLASSES.indexOf(token.text());
        if (selector >= 0) {
            return selector << 3;
        }
        if (token.text().matches("af[1-4][1-3]")) { // RFC 2597
            return (token.text().charAt(2) - '0') << 3 | (token.text().charAt(3) - '0') << 1;
        }
        return switch (token.text()) {
            case "ef" -> 46; // RFC 3246
            case "le" -> 1; // RFC 8622
            default -> throw in.error(token, "no DSCP: " + token.describe());
        };
    }
}
