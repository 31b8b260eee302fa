package io.fourtuple.packetdrill.script;

import io.fourtuple.packetdrill.script.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Cuts the text of a script into tokens; leaves out comments and what stands between unmet conditions. */
final class Lexer {
    private static final String DEFINE = "--define=";

    private final String file;
    private final String text;
    private final Map<String, Token> defined = new HashMap<>();
    private final List<Token> tokens = new ArrayList<>();
    /** Of each {@code #ifdef} that is open, whether it is met. */
    private final Deque<Boolean> open = new ArrayDeque<>();
    private int at;
    private int line = 1;

    /**
     * @param definitions {@code NAME} or {@code NAME=VALUE}: what {@code #ifdef} finds defined and names stand
     *     for, beside what the script defines
     */
    Lexer(String file, String text, Set<String> definitions) {
        this.file = file;
        this.text = text;
        definitions.forEach(this::define);
    }

    List<Token> tokens() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (Character.isWhitespace(c)) {
                advance();
            } else if (c == '#') {
                directive();
            } else if (open.contains(false)) {
                advance();
            } else if (text.startsWith("//", at)) {
                skipLine();
            } else if (text.startsWith("/*", at)) {
                skipThrough("*/", "comment");
            } else {
                token(c);
            }
        }
        if (!open.isEmpty()) {
            throw error("#ifdef without #endif");
        }
        tokens.add(new Token(Kind.END, "", line));
        return tokens;
    }

    /** {@code #ifdef NAME}, {@code #else}, {@code #endif}; any other # begins a comment. */
    private void directive() {
        String rest = text.substring(at, endOfLine());
        String[] words = rest.trim().split("\\s+", 3);
        switch (words[0]) {
            case "#ifdef", "#ifndef" -> {
                if (words.length < 2) {
                    throw error(words[0] + " without a name");
                }
                boolean known = defined.containsKey(words[1]);
                open.push(known == words[0].equals("#ifdef"));
            }
            case "#else" -> open.push(!popOpen("#else"));
            case "#endif" -> popOpen("#endif");
            default -> { }
        }
        skipLine();
    }

    private boolean popOpen(String directive) {
        if (open.isEmpty()) {
            throw error(directive + " without #ifdef");
        }
        return open.pop();
    }

    private void token(char c) {
        if (c == '"') {
            string();
        } else if (c == '`') {
            int from = at + 1;
            int start = line;
            advance();
            while (at < text.length() && text.charAt(at) != '`') {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    advance();
                }
                advance();
            }
            String command = text.substring(from, Math.min(at, text.length()));
            expectMore("command in back quotes");
            advance();
            tokens.add(new Token(Kind.BACK_QUOTED, command, start));
        } else if (text.startsWith("%{", at)) {
            int start = line;
            int from = at + 2;
            int to = skipThrough("}%", "code");
            tokens.add(new Token(Kind.CODE, text.substring(from, to), start));
        } else if (text.startsWith("...", at)) {
            take(3, Kind.ELLIPSIS);
        } else if (text.startsWith("--", at) && isWordPart(at + 2)) {
            option();
        } else if (addressEnd() > at) {
            take(addressEnd() - at, Kind.ADDRESS);
        } else if (numberEnd() > at) {
            number();
        } else if (isWordPart(at)) {
            word();
        } else {
            take(1, Kind.SYMBOL);
        }
    }

    private void option() {
        int end = at;
        char quote = 0;
        while (end < text.length() && (quote != 0 || !Character.isWhitespace(text.charAt(end)))) {
            char c = text.charAt(end);
            if (quote == 0 && (c == '"' || c == '`')) {
                quote = c;
            } else if (quote == c) {
                quote = 0;
            }
            end++;
        }
        String option = text.substring(at, end);
        if (option.startsWith(DEFINE)) {
            define(option.substring(DEFINE.length()));
            at = end;
        } else {
            take(end - at, Kind.OPTION);
        }
    }

    private void define(String definition) {
        int equals = definition.indexOf('=');
        String name = equals < 0 ? definition : definition.substring(0, equals);
        String replacement = equals < 0 ? "1" : definition.substring(equals + 1);
        List<Token> value = new Lexer(file, replacement, Set.of()).tokens();
        if (value.size() != 2) {
            throw error("a definition needs one word as its value, not " + replacement);
        }
        defined.put(name, value.getFirst());
    }

    private void string() {
        int start = line;
        StringBuilder octets = new StringBuilder();
        advance();
        while (at < text.length() && text.charAt(at) != '"') {
            char c = text.charAt(at);
            if (c != '\\') {
                octets.append(c);
                advance();
                continue;
            }
            advance();
            expectMore("string");
            char escaped = text.charAt(at);
            advance();
            if (escaped == 'x') {
                int from = at;
                while (at < text.length() && at < from + 2 && Character.digit(text.charAt(at), 16) >= 0) {
                    at++;
                }
                if (at == from) {
                    throw error("\\x without a hexadecimal digit");
                }
                octets.append((char) Integer.parseInt(text.substring(from, at), 16));
            } else {
                octets.append(switch (escaped) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    case '0' -> '\0';
                    default -> escaped;
                });
            }
        }
        expectMore("string");
        advance();
        tokens.add(new Token(Kind.STRING, octets.toString(), start));
    }

    private void number() {
        int end = numberEnd();
        String number = text.substring(at, end);
        Kind kind = number.startsWith("0x") ? Kind.HEX : number.indexOf('.') >= 0 ? Kind.DECIMAL : Kind.INTEGER;
        take(end - at, kind);
    }

    /** Where a number ends that begins here; {@link #at} when none does. */
    private int numberEnd() {
        int end = at;
        if (end < text.length() && text.charAt(end) == '-') {
            end++;
        }
        int digits = end;
        while (end < text.length() && isDigit(end)) {
            end++;
        }
        boolean whole = end > digits;
        if (whole && text.startsWith("0x", digits)) {
            end = digits + 2;
            while (end < text.length() && Character.digit(text.charAt(end), 16) >= 0) {
                end++;
            }
            return end;
        }
        if (end + 1 < text.length() && text.charAt(end) == '.' && isDigit(end + 1)) {
            end++;
            while (end < text.length() && isDigit(end)) {
                end++;
            }
            return end;
        }
        return whole && !isWordPart(end) ? end : at;
    }

    /** Where an IP address ends that begins here; {@link #at} when none does. */
    private int addressEnd() {
        int end = at;
        int colons = 0;
        int dots = 0;
        while (end < text.length() && (text.charAt(end) == ':' || text.charAt(end) == '.'
                || Character.digit(text.charAt(end), 16) >= 0)) {
            colons += text.charAt(end) == ':' ? 1 : 0;
            dots += text.charAt(end) == '.' ? 1 : 0;
            end++;
        }
        String candidate = text.substring(at, end);
        boolean version4 = dots == 3 && colons == 0 && !candidate.contains("..") && !candidate.startsWith(".");
        boolean version6 = candidate.contains("::") || colons >= 7;
        return version4 || version6 ? end : at;
    }

    private void word() {
        int end = at;
        while (isWordPart(end)) {
            end++;
        }
        String word = text.substring(at, end);
        boolean numbered = word.equals("exp") || word.equals("gen"); // exp-FO, gen-12
        if (numbered && end < text.length() && text.charAt(end) == '-') {
            end++;
            while (isWordPart(end)) {
                end++;
            }
            word = text.substring(at, end);
        }
        Token replaced = defined.get(word);
        if (replaced != null) {
            tokens.add(new Token(replaced.kind(), replaced.text(), line));
            at = end;
        } else {
            take(end - at, Kind.WORD);
        }
    }

    private void take(int length, Kind kind) {
        tokens.add(new Token(kind, text.substring(at, at + length), line));
        at += length;
    }

    private boolean isWordPart(int index) {
        return index < text.length() && (Character.isLetterOrDigit(text.charAt(index)) || text.charAt(index) == '_');
    }

    private boolean isDigit(int index) {
        return text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private void advance() {
        if (text.charAt(at) == '\n') {
            line++;
        }
        at++;
    }

    private int endOfLine() {
        int end = text.indexOf('\n', at);
        return end < 0 ? text.length() : end;
    }

    private void skipLine() {
        at = endOfLine();
    }

    /** Goes behind {@code end}, and says where that begins. */
    private int skipThrough(String end, String what) {
        int to = text.indexOf(end, at);
        if (to < 0) {
            throw error(what + " without " + end);
        }
        while (at < to + end.length()) {
            advance();
        }
        return to;
    }

    private void expectMore(String what) {
        if (at >= text.length()) {
            throw error(what + " without an end");
        }
    }

    private ScriptException error(String message) {
        return new ScriptException(file + ":" + line + ": " + message);
    }
}
