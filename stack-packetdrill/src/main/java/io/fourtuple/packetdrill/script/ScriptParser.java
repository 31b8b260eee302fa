package io.fourtuple.packetdrill.script;

import io.fourtuple.packetdrill.script.Event.Action;
import io.fourtuple.packetdrill.script.Event.CallAction;
import io.fourtuple.packetdrill.script.Event.CodeAction;
import io.fourtuple.packetdrill.script.Event.CommandAction;
import io.fourtuple.packetdrill.script.Event.Direction;
import io.fourtuple.packetdrill.script.Event.PacketAction;
import io.fourtuple.packetdrill.script.Script.ScriptOption;
import io.fourtuple.packetdrill.script.Token.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads a script. One method per rule of the grammar:
 *
 * <pre>
 *   script  = { option } [ command ] { event } [ command ]
 *   event   = time action
 *   time    = seconds | "+" seconds | seconds "~" seconds | "+" seconds "~" "+" seconds | "*"
 *   action  = ( "&lt;" | "&gt;" ) packet | [ "..." seconds ] call | command | code
 *   call    = name "(" [ expression { "," expression } ] ")" "=" expression [ ERRNO ] [ note ]
 *   note    = "(" { word } ")"
 * </pre>
 *
 * <p>A packet is {@link PacketParser}'s, an expression is {@link ExpressionParser}'s.
 */
public final class ScriptParser {
    private final TokenReader in;
    private final String name;
    private final PacketParser packets;
    private final ExpressionParser expressions;

    private ScriptParser(String name, TokenReader in) {
        this.name = name;
        this.in = in;
        packets = new PacketParser(in);
        expressions = new ExpressionParser(in);
    }

    /**
     * Reads a file.
     *
     * @param definitions {@code NAME} or {@code NAME=VALUE}: what {@code #ifdef} finds defined and names stand for
     * @throws ScriptException when it is no script
     * @throws UnsupportedFeatureException when it is about something that is not there
     */
    public static Script parse(Path file, Set<String> definitions) throws IOException {
        return parse(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1), definitions);
    }

    /** The same for a text. */
    public static Script parse(String name, String text, Set<String> definitions) {
        List<Token> tokens = new Lexer(name, text, definitions).tokens();
        return new ScriptParser(name, new TokenReader(name, tokens)).script();
    }

    private Script script() {
        List<ScriptOption> options = new ArrayList<>();
        while (in.is(Kind.OPTION)) {
            options.add(option());
        }
        Optional<String> init = command();
        List<Event> events = new ArrayList<>();
        while (!in.is(Kind.END) && !in.is(Kind.BACK_QUOTED)) {
            events.add(event());
        }
        Optional<String> cleanup = command();
        if (!in.is(Kind.END)) {
            throw in.unexpected("the end of the script");
        }
        if (events.isEmpty()) {
            throw in.unexpected("an event");
        }
        return new Script(name, options, init, events, cleanup);
    }

    private ScriptOption option() {
        Token token = in.next();
        String text = token.text().substring(2);
        int equals = text.indexOf('=');
        return equals < 0
                ? new ScriptOption(token.line(), text, "")
                : new ScriptOption(token.line(), text.substring(0, equals), text.substring(equals + 1));
    }

    private Optional<String> command() {
        return in.is(Kind.BACK_QUOTED) ? Optional.of(in.next().text()) : Optional.empty();
    }

    private Event event() {
        int line = in.peek().line();
        EventTime when = time();
        Token first = in.peek();
        Action action = action();
        boolean outbound = action instanceof PacketAction(Direction direction, _) && direction == Direction.OUTBOUND;
        boolean vague = switch (when) {
            case EventTime.Any _, EventTime.AbsoluteRange _, EventTime.RelativeRange _ -> true;
            case EventTime.Absolute _, EventTime.Relative _ -> false;
        };
        if (vague && !outbound) {
            throw in.error(first, "only a packet that is expected can have a range of times or any time");
        }
        return new Event(line, when, action);
    }

    private EventTime time() {
        if (in.accept('*')) {
            return new EventTime.Any();
        }
        boolean relative = in.accept('+');
        long from = in.time();
        if (!in.accept('~')) {
            return relative ? new EventTime.Relative(from) : new EventTime.Absolute(from);
        }
        Token second = in.peek();
        if (relative) {
            in.expect('+');
        }
        long to = in.time();
        if (to < from) {
            throw in.error(second, "the range of times ends before it begins");
        }
        return relative ? new EventTime.RelativeRange(from, to) : new EventTime.AbsoluteRange(from, to);
    }

    private Action action() {
        if (in.is(Kind.BACK_QUOTED)) {
            return new CommandAction(in.next().text());
        }
        if (in.is(Kind.CODE)) {
            return new CodeAction(in.next().text());
        }
        if (in.accept('<')) {
            return new PacketAction(Direction.INBOUND, packets.packet(Direction.INBOUND));
        }
        if (in.accept('>')) {
            return new PacketAction(Direction.OUTBOUND, packets.packet(Direction.OUTBOUND));
        }
        return new CallAction(call());
    }

    private SystemCall call() {
        OptionalLong end = OptionalLong.empty();
        if (in.is(Kind.ELLIPSIS)) {
            in.next();
            end = OptionalLong.of(in.time());
        }
        String function = in.expect(Kind.WORD).text();
        in.expect('(');
        List<Expression> arguments = expressions.list(')');
        in.expect('=');
        Expression result = expressions.expression();
        Optional<String> error = in.is(Kind.WORD) ? Optional.of(in.next().text()) : Optional.empty();
        if (in.accept('(')) {
            while (!in.accept(')')) {
                if (in.is(Kind.END)) {
                    throw in.unexpected("')'");
                }
                in.next();
            }
        }
        in.accept(';');
        return new SystemCall(end, function, arguments, result, error);
    }
}
