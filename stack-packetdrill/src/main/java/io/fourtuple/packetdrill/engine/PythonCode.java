package io.fourtuple.packetdrill.engine;

import io.fourtuple.packetdrill.script.UnsupportedFeatureException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The Python in a script, between percent signs with braces. Its variables live as long as the script.
 *
 * <pre>
 *   code       = { statement ( ";" | end of line ) }
 *   statement  = "assert" expression [ "," expression ] | "print" expression | name ( "=" | "+=" | "-=" ) expression
 *   expression = conjunction { "or" conjunction }
 *   conjunction = negation { "and" negation }
 *   negation   = "not" negation | comparison
 *   comparison = bits { ( "==" | "!=" | "&lt;" | "&lt;=" | "&gt;" | "&gt;=" ) bits }
 *   bits       = shift { ( "|" | "^" | "&amp;" ) shift }
 *   shift      = sum { ( "&lt;&lt;" | "&gt;&gt;" ) sum }
 *   sum        = product { ( "+" | "-" ) product }
 *   product    = unary { ( "*" | "//" | "/" | "%" ) unary }
 *   unary      = ( "-" | "~" | "+" ) unary | number | text | name | "(" expression { "," expression } ")"
 * </pre>
 */
final class PythonCode {
    private static final List<String> SYMBOLS = List.of(
            "==", "!=", "<=", ">=", "<<", ">>", "//", "+=", "-=", "<", ">", "=", "|", "^", "&", "+", "-", "*", "/", "%",
            "~", "(", ")", ",", ";");
    private static final List<String> COMPARISONS = List.of("==", "!=", "<", "<=", ">", ">=");
    private static final String END = "\n";

    private final Map<String, Long> variables = new LinkedHashMap<>();
    private Function<String, Optional<Long>> names = _ -> Optional.empty();
    private List<String> tokens = List.of();
    private int at;

    /**
     * Runs code.
     *
     * @param fields what the names stand for that no code has given a value
     * @throws ScriptFailure when an assertion does not hold, and for what is no such code
     */
    void run(String code, Function<String, Optional<Long>> fields) {
        names = fields;
        tokens = tokens(code.replace("\\\n", " "));
        at = 0;
        while (at < tokens.size()) {
            if (!accept(END) && !accept(";")) {
                statement();
            }
        }
    }

    private void statement() {
        int from = at;
        if (accept("assert")) {
            long value = expression();
            int to = at;
            if (accept(",")) {
                expression(); // what Python would say; says nothing about the test
            }
            if (value == 0) {
                throw new ScriptFailure("assert " + String.join(" ", tokens.subList(from + 1, to)) + " does not hold"
                        + values(tokens.subList(from + 1, to)));
            }
        } else if (accept("print")) {
            if (!peek().equals(END) && !peek().equals(";")) {
                expression();
            }
        } else if (isName(peek())) {
            assignment();
        } else {
            throw new ScriptFailure("no Python that is understood: " + peek());
        }
        if (at < tokens.size() && !peek().equals(END) && !peek().equals(";")) {
            throw new ScriptFailure("no Python that is understood: " + peek());
        }
    }

    private String values(List<String> expression) {
        StringBuilder text = new StringBuilder();
        for (String token : expression) {
            if (isName(token) && names.apply(token).isPresent()) {
                text.append(text.isEmpty() ? ": " : ", ").append(token).append(" is ").append(value(token));
            }
        }
        return text.toString();
    }

    private void assignment() {
        String name = next();
        String operator = next();
        long value = expression();
        switch (operator) {
            case "=" -> variables.put(name, value);
            case "+=" -> variables.put(name, value(name) + value);
            case "-=" -> variables.put(name, value(name) - value);
            default -> throw new ScriptFailure("no Python that is understood: " + name + " " + operator);
        }
    }

    private long expression() {
        long value = conjunction();
        while (accept("or")) {
            long other = conjunction();
            value = value != 0 ? value : other;
        }
        return value;
    }

    private long conjunction() {
        long value = negation();
        while (accept("and")) {
            long other = negation();
            value = value == 0 ? value : other;
        }
        return value;
    }

    private long negation() {
        return accept("not") ? truth(negation() == 0) : comparison();
    }

    private long comparison() {
        long left = bits();
        if (!COMPARISONS.contains(peek())) {
            return left;
        }
        boolean holds = true;
        while (COMPARISONS.contains(peek())) { // a < b < c is a < b and b < c
            String operator = next();
            long right = bits();
            holds &= switch (operator) {
                case "==" -> left == right;
                case "!=" -> left != right;
                case "<" -> left < right;
                case "<=" -> left <= right;
                case ">" -> left > right;
                default -> left >= right;
            };
            left = right;
        }
        return truth(holds);
    }

    private long bits() {
        long value = shift();
        while (true) {
            if (accept("|")) {
                value |= shift();
            } else if (accept("^")) {
                value ^= shift();
            } else if (accept("&")) {
                value &= shift();
            } else {
                return value;
            }
        }
    }

    private long shift() {
        long value = sum();
        while (true) {
            if (accept("<<")) {
                value <<= sum();
            } else if (accept(">>")) {
                value >>= sum();
            } else {
                return value;
            }
        }
    }

    private long sum() {
        long value = product();
        while (true) {
            if (accept("+")) {
                value += product();
            } else if (accept("-")) {
                value -= product();
            } else {
                return value;
            }
        }
    }

    private long product() {
        long value = unary();
        while (true) {
            if (accept("*")) {
                value *= unary();
            } else if (accept("//") || accept("/")) {
                long divisor = unary();
                if (divisor == 0) {
                    throw new ScriptFailure("division by zero");
                }
                value = Math.floorDiv(value, divisor);
            } else if (accept("%")) {
                long divisor = unary();
                value = divisor == 0 ? 0 : Math.floorMod(value, divisor); // also formats text, which nobody reads
            } else {
                return value;
            }
        }
    }

    private long unary() {
        if (accept("-")) {
            return -unary();
        }
        if (accept("+")) {
            return unary();
        }
        if (accept("~")) {
            return ~unary();
        }
        if (accept("(")) {
            long value = expression();
            while (accept(",")) {
                value = expression();
            }
            if (!accept(")")) {
                throw new ScriptFailure("')' was expected, not " + peek());
            }
            return value;
        }
        String token = next();
        if (token.startsWith("'")) {
            return 1;
        }
        if (isName(token)) {
            return value(token);
        }
        try {
            return token.contains(".") ? (long) Double.parseDouble(token) : Long.decode(token);
        } catch (NumberFormatException e) {
            throw new ScriptFailure("no Python that is understood: " + token);
        }
    }

    private long value(String name) {
        if (variables.containsKey(name)) {
            return variables.get(name);
        }
        return switch (name) {
            case "True" -> 1;
            case "False", "None" -> 0;
            default -> names.apply(name).orElseThrow(
                    () -> new UnsupportedFeatureException("the value of " + name));
        };
    }

    private static long truth(boolean value) {
        return value ? 1 : 0;
    }

    // ---- tokens ----

    private String peek() {
        return at < tokens.size() ? tokens.get(at) : END;
    }

    private String next() {
        String token = peek();
        at++;
        return token;
    }

    private boolean accept(String token) {
        boolean found = at < tokens.size() && tokens.get(at).equals(token);
        if (found) {
            at++;
        }
        return found;
    }

    private static boolean isName(String token) {
        return Character.isJavaIdentifierStart(token.charAt(0));
    }

    private static List<String> tokens(String code) {
        List<String> tokens = new ArrayList<>();
        int at = 0;
        while (at < code.length()) {
            char c = code.charAt(at);
            if (c == '\n') {
                tokens.add(END);
                at++;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else if (c == '#') {
                int end = code.indexOf('\n', at);
                at = end < 0 ? code.length() : end;
            } else if (c == '\'' || c == '"') {
                int end = code.indexOf(c, at + 1);
                if (end < 0) {
                    throw new ScriptFailure("text without an end: " + code.substring(at));
                }
                tokens.add("'" + code.substring(at + 1, end));
                at = end + 1;
            } else if (Character.isJavaIdentifierStart(c)) {
                int from = at;
                while (at < code.length() && Character.isJavaIdentifierPart(code.charAt(at))) {
                    at++;
                }
                tokens.add(code.substring(from, at));
            } else if (Character.isDigit(c)) {
                int from = at;
                while (at < code.length() && (Character.isLetterOrDigit(code.charAt(at)) || code.charAt(at) == '.')) {
                    at++;
                }
                tokens.add(code.substring(from, at));
            } else {
                String rest = code.substring(at);
                String symbol = SYMBOLS.stream().filter(rest::startsWith).findFirst()
                        .orElseThrow(() -> new ScriptFailure("no Python that is understood: " + rest));
                tokens.add(symbol);
                at += symbol.length();
            }
        }
        return tokens;
    }
}
