package io.fourtuple.packetdrill.script;

import io.fourtuple.packetdrill.script.Token.Kind;
import java.math.BigDecimal;
import java.util.List;

/** Goes through the tokens of a script, one after the other. */
final class TokenReader {
    private final String file;
    private final List<Token> tokens;
    private int at;

    TokenReader(String file, List<Token> tokens) {
        this.file = file;
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    /** The token that many places behind the next one; the last one at the end. */
    Token peek(int ahead) {
        return tokens.get(Math.min(at + ahead, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    boolean is(Kind kind) {
        return peek().kind() == kind;
    }

    /** Takes the symbol if it is next. */
    boolean accept(char symbol) {
        boolean found = peek().isSymbol(symbol);
        if (found) {
            next();
        }
        return found;
    }

    /** Takes the word if it is next. */
    boolean accept(String word) {
        boolean found = peek().isWord(word);
        if (found) {
            next();
        }
        return found;
    }

    void expect(char symbol) {
        if (!accept(symbol)) {
            throw unexpected("'" + symbol + "'");
        }
    }

    void expect(String word) {
        if (!accept(word)) {
            throw unexpected("'" + word + "'");
        }
    }

    Token expect(Kind kind) {
        if (!is(kind)) {
            throw unexpected(Token.name(kind));
        }
        return next();
    }

    /** A number that is not negative, {@code max} at most. */
    long integer(String what, long max) {
        Token token = expect(Kind.INTEGER);
        long value = parse(token, 10, 0);
        if (value < 0 || value > max) {
            throw error(token, what + " must be 0 to " + max + ", is " + token.text());
        }
        return value;
    }

    /** A hexadecimal number, {@code max} at most. */
    long hexadecimal(String what, long max) {
        Token token = expect(Kind.HEX);
        long value = parse(token, 16, 2);
        if (value < 0 || value > max) {
            throw error(token, what + " must be 0 to 0x" + Long.toHexString(max) + ", is " + token.text());
        }
        return value;
    }

    /** Any number. */
    long number() {
        Token token = next();
        return switch (token.kind()) {
            case INTEGER -> parse(token, 10, 0);
            case HEX -> token.text().startsWith("-")
                    ? -parse(new Token(token.kind(), token.text().substring(1), token.line()), 16, 2)
                    : parse(token, 16, 2);
            case OPTION, DECIMAL, WORD, ADDRESS, STRING, BACK_QUOTED, CODE, ELLIPSIS, SYMBOL, END ->
                throw error(token, "a number was expected, not " + token.describe());
        };
    }

    private long parse(Token token, int radix, int skip) {
        try {
            return Long.parseUnsignedLong(token.text().substring(skip), radix);
        } catch (NumberFormatException _) {
            try {
                return Long.parseLong(token.text().substring(skip), radix);
            } catch (NumberFormatException e) {
                throw error(token, "not a number of 64 bits: " + token.text());
            }
        }
    }

    /** Seconds, as nanoseconds. */
    long time() {
        Token token = next();
        if (token.kind() != Kind.INTEGER && token.kind() != Kind.DECIMAL) {
            throw error(token, "a time in seconds was expected, not " + token.describe());
        }
        BigDecimal nanos = new BigDecimal(token.text()).movePointRight(9);
        if (nanos.signum() < 0 || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE / 4)) > 0) {
            throw error(token, "no time of a script: " + token.text());
        }
        return nanos.longValue();
    }

    ScriptException unexpected(String wanted) {
        return error(peek(), wanted + " was expected, not " + peek().describe());
    }

    ScriptException error(Token where, String message) {
        return new ScriptException(file + ":" + where.line() + ": " + message);
    }
}
