package io.fourtuple.packetdrill.script;

import java.util.Locale;

/**
 * A word of a script.
 *
 * @param text as it is written, without quotes
 * @param line where it stands, from 1
 */
record Token(Kind kind, String text, int line) {
    /** What a word can be. */
    enum Kind {
        OPTION,
        INTEGER,
        HEX,
        DECIMAL,
        WORD,
        ADDRESS,
        STRING,
        BACK_QUOTED,
        CODE,
        ELLIPSIS,
        SYMBOL,
        END
    }

    boolean isSymbol(char symbol) {
        return kind == Kind.SYMBOL && text.charAt(0) == symbol;
    }

    boolean isWord(String word) {
        return kind == Kind.WORD && text.equals(word);
    }

    String describe() {
        return switch (kind) {
            case END -> "the end of the script";
            case STRING -> "\"" + text + "\"";
            case BACK_QUOTED -> "`" + text + "`";
            case OPTION, INTEGER, HEX, DECIMAL, WORD, ADDRESS, CODE, ELLIPSIS, SYMBOL -> "'" + text + "'";
        };
    }

    static String name(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
