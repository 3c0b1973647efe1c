package io.gatehouse.sql.completion;

import io.gatehouse.sql.completion.TextPart.Cursor;
import io.gatehouse.sql.completion.TextPart.Group;
import io.gatehouse.sql.completion.TextPart.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A statement with a cursor in it, split at its parentheses, which may be unbalanced.
 *
 * @param whole its parts, among them the cursor in the place of the word that is being typed
 * @param typed what of that word stands before the cursor
 */
record PartialText(Group whole, String typed) {
    private static final List<String> OPENING = List.of("(", "[", "{");
    private static final List<String> CLOSING = List.of(")", "]", "}");
    private static final int MAX_DEPTH = 200;

    /** The statement that the cursor is in; empty where it is inside a text, a number or a comment. */
    static Optional<PartialText> read(String text, int offset) {
        Words words = Words.of(text);
        if (words.inComment(offset)) {
            return Optional.empty();
        }
        List<TextPart> parts = new ArrayList<>(words.list());
        Optional<Word> touched = words.list().stream()
                .filter(word -> word.start() < offset && offset <= word.end() && word.kind() != Word.Kind.SYMBOL)
                .findFirst();
        if (touched.isPresent() && !touched.get().isName()) {
            boolean behindText =
                    touched.get().isClosedText() && offset == touched.get().end();
            if (!behindText) {
                return Optional.empty();
            }
        }
        String typed = "";
        if (touched.isPresent() && touched.get().isName()) {
            Word word = touched.get();
            typed = text.substring(word.start(), offset);
            parts.set(parts.indexOf(word), new Cursor(word.start(), word.end()));
        } else {
            int before =
                    (int) parts.stream().filter(part -> part.start() < offset).count();
            parts.add(before, new Cursor(offset, offset));
        }
        Group all = new Group(new Reader(parts).group(0), 0, text.length());
        return Optional.of(new PartialText(statement(all), typed));
    }

    Cursor cursor() {
        return find(whole).orElseThrow();
    }

    private static Optional<Cursor> find(Group group) {
        for (TextPart part : group.parts()) {
            Optional<Cursor> found = part instanceof Cursor cursor
                    ? Optional.of(cursor)
                    : part instanceof Group inner ? find(inner) : Optional.empty();
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Returns the statement that contains the cursor. */
    private static Group statement(Group all) {
        List<TextPart> parts = new ArrayList<>();
        int start = 0;
        for (TextPart part : all.parts()) {
            if (!part.is(";")) {
                parts.add(part);
                continue;
            }
            Group statement = new Group(parts, start, part.start());
            if (statement.holdsCursor()) {
                return statement;
            }
            parts.clear();
            start = part.end();
        }
        return new Group(parts, start, all.end());
    }

    /** Reads nested groups. */
    private static final class Reader {
        private final List<TextPart> parts;
        private int at;

        private Reader(List<TextPart> parts) {
            this.parts = parts;
        }

        /** Reads the parts up to the closing parenthesis; very deep nesting is read flat. */
        private List<TextPart> group(int depth) {
            List<TextPart> group = new ArrayList<>();
            while (at < parts.size()) {
                TextPart part = parts.get(at++);
                if (part.isOneOf(CLOSING) && depth > 0) {
                    at--;
                    return group;
                }
                if (part.isOneOf(OPENING) && depth < MAX_DEPTH) {
                    List<TextPart> inside = group(depth + 1);
                    boolean closed = at < parts.size();
                    int end = closed
                            ? parts.get(at).end()
                            : parts.get(parts.size() - 1).end();
                    at += closed ? 1 : 0;
                    group.add(new Group(inside, part.start(), end));
                } else {
                    group.add(part);
                }
            }
            return group;
        }
    }

    /**
     * A lenient lexer: quotes and comments need not be closed. The parser's own lexer gives up where this one
     * continues.
     */
    static final class Words {
        private final String text;
        private final List<Word> words = new ArrayList<>();
        private final List<int[]> comments = new ArrayList<>();
        private int at;

        private Words(String text) {
            this.text = text;
        }

        static Words of(String text) {
            Words words = new Words(text);
            words.read();
            return words;
        }

        List<Word> list() {
            return List.copyOf(words);
        }

        /** Whether what is typed at an index belongs to a comment. */
        boolean inComment(int index) {
            return comments.stream().anyMatch(comment -> index > comment[0] && index < comment[1]);
        }

        private void read() {
            while (at < text.length()) {
                if (text.startsWith("--", at)) {
                    int end = text.indexOf('\n', at);
                    skipComment(end < 0 ? text.length() : end, 1);
                } else if (text.startsWith("/*", at)) {
                    int end = text.indexOf("*/", at + 2);
                    skipComment(end < 0 ? text.length() : end + 2, end < 0 ? 1 : 0);
                } else if (Character.isWhitespace(text.charAt(at))) {
                    at++;
                } else {
                    words.add(word());
                }
            }
        }

        /** @param behind how far behind its end a comment still goes on */
        private void skipComment(int end, int behind) {
            comments.add(new int[] {at, end + behind});
            at = end;
        }

        private Word word() {
            int start = at;
            char c = text.charAt(at);
            if (c == '\'' || c == '"') {
                skipQuoted(c);
                return word(c == '"' ? Word.Kind.QUOTED : Word.Kind.TEXT, start);
            }
            if (Character.isDigit(c)) {
                while (at < text.length() && (isNamePart(text.charAt(at)) || text.charAt(at) == '.')) {
                    at++;
                }
                return word(Word.Kind.NUMBER, start);
            }
            if (isNamePart(c)) {
                while (at < text.length() && isNamePart(text.charAt(at))) {
                    at++;
                }
                return word(Word.Kind.NAME, start);
            }
            at += text.startsWith("::", at) ? 2 : 1;
            return word(Word.Kind.SYMBOL, start);
        }

        private Word word(Word.Kind kind, int start) {
            return new Word(kind, text.substring(start, at), start, at);
        }

        /** To behind the closing quote; two quotes in a row are one of the text. */
        private void skipQuoted(char quote) {
            at++;
            while (at < text.length()) {
                if (text.charAt(at++) != quote) {
                    continue;
                }
                if (at >= text.length() || text.charAt(at) != quote) {
                    return;
                }
                at++;
            }
        }

        private static boolean isNamePart(char c) {
            return Character.isLetterOrDigit(c) || c == '_' || c == '$';
        }
    }
}
