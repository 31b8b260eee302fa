package io.fourtuple.packetdrill.script;

import io.fourtuple.packetdrill.script.Expression.Field;
import io.fourtuple.packetdrill.script.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads arguments of system calls:
 *
 * <pre>
 *   expression = term { "|" term }
 *   term       = "..." | number | name [ "(" list ")" ] | string { string } [ "..." ] | "[" list "]"
 *              | "{" fields "}"
 *   fields     = field { "," field }
 *   field      = name [ "(" list ")" ] "=" expression | expression
 * </pre>
 */
final class ExpressionParser {
    private final TokenReader in;

    ExpressionParser(TokenReader in) {
        this.in = in;
    }

    Expression expression() {
        Expression first = term();
        if (!in.peek().isSymbol('|')) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (in.accept('|')) {
            parts.add(term());
        }
        return new Expression.Or(parts);
    }

    /** Expressions between commas, up to {@code end}, which is taken. */
    List<Expression> list(char end) {
        List<Expression> items = new ArrayList<>();
        if (in.accept(end)) {
            return items;
        }
        do {
            items.add(expression());
        } while (in.accept(','));
        in.expect(end);
        return items;
    }

    private Expression term() {
        if (in.accept('[')) {
            return new Expression.Array(list(']'));
        }
        if (in.accept('{')) {
            return struct();
        }
        return switch (in.peek().kind()) {
            case ELLIPSIS -> {
                in.next();
                yield new Expression.Ellipsis();
            }
            case INTEGER, HEX -> new Expression.Int(in.number());
            case STRING -> text();
            case WORD -> {
                String name = in.next().text();
                yield in.accept('(') ? new Expression.Call(name, list(')')) : new Expression.Word(name);
            }
            case OPTION, DECIMAL, ADDRESS, BACK_QUOTED, CODE, SYMBOL, END -> throw in.unexpected("an expression");
        };
    }

    private Expression text() {
        StringBuilder octets = new StringBuilder();
        while (in.is(Kind.STRING)) {
            octets.append(in.next().text());
        }
        boolean more = in.is(Kind.ELLIPSIS);
        if (more) {
            in.next();
        }
        return new Expression.Text(octets.toString(), more);
    }

    private Expression struct() {
        List<Field> fields = new ArrayList<>();
        if (in.accept('}')) {
            return new Expression.Struct(fields);
        }
        do {
            fields.add(field());
        } while (in.accept(','));
        in.expect('}');
        return new Expression.Struct(fields);
    }

    private Field field() {
        boolean named = in.is(Kind.WORD) && (in.peek(1).isSymbol('=') || isSized());
        if (!named) {
            return new Field("", expression());
        }
        String name = in.next().text();
        if (in.accept('(')) {
            list(')'); // a length that the value has, too
        }
        in.expect('=');
        return new Field(name, expression());
    }

    /** {@code msg_iov(1)=}. */
    private boolean isSized() {
        return in.peek(1).isSymbol('(') && in.peek(3).isSymbol(')') && in.peek(4).isSymbol('=');
    }
}
