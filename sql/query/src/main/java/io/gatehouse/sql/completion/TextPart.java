package io.gatehouse.sql.completion;

import java.util.List;
import java.util.Locale;

/** A piece of a text: a word, or what stands between two parentheses. */
sealed interface TextPart {
    int start();

    int end();

    /** Whether this is the given keyword or symbol. */
    default boolean is(String word) {
        return false;
    }

    /** Whether this is one of some keywords or symbols, given in capitals. */
    default boolean isOneOf(Iterable<String> words) {
        for (String word : words) {
            if (is(word)) {
                return true;
            }
        }
        return false;
    }

    /** A name, a number, a text or a symbol. */
    record Word(Kind kind, String text, int start, int end) implements TextPart {
        enum Kind {
            NAME,
            QUOTED,
            NUMBER,
            TEXT,
            SYMBOL
        }

        @Override
        public boolean is(String word) {
            return (kind == Kind.NAME || kind == Kind.SYMBOL) && text.equalsIgnoreCase(word);
        }

        boolean isClosedText() {
            return kind == Kind.TEXT && text.length() > 1 && text.endsWith("'");
        }

        boolean isName() {
            return kind == Kind.NAME || kind == Kind.QUOTED;
        }

        /** The name that is meant, without its quotes. */
        String name() {
            if (kind != Kind.QUOTED) {
                return text.toLowerCase(Locale.ROOT);
            }
            int last = text.length() > 1 && text.endsWith("\"") ? text.length() - 1 : text.length();
            return text.substring(1, last).replace("\"\"", "\"");
        }
    }

    /** Where the cursor is, in the place of the word that is being typed. */
    record Cursor(int start, int end) implements TextPart {}

    /** What stands between two parentheses, or from one to the end of the text. */
    record Group(List<TextPart> parts, int start, int end) implements TextPart {
        public Group {
            parts = List.copyOf(parts);
        }

        boolean holdsCursor() {
            return parts.stream()
                    .anyMatch(part -> part instanceof Cursor || (part instanceof Group group && group.holdsCursor()));
        }

        boolean begins(List<String> words) {
            return !parts.isEmpty() && parts.get(0).isOneOf(words);
        }
    }
}
