package io.gatehouse.sql.completion;

import io.gatehouse.sql.completion.Part.Cursor;
import io.gatehouse.sql.completion.Part.Group;
import io.gatehouse.sql.completion.Part.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A statement with a cursor in it, taken apart at its parentheses, of which some may be missing.
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
        List<Part> parts = new ArrayList<>(words.list());
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
        for (Part part : group.parts()) {
            Optional<Cursor> found = part instanceof Cursor cursor
                    ? Optional.of(cursor)
                    : part instanceof Group inner ? find(inner) : Optional.empty();
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** Of several statements the one with the cursor. */
    private static Group statement(Group all) {
        List<Part> parts = new ArrayList<>();
        int start = 0;
        for (Part part : all.parts()) {
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

    /** Reads groups of groups. */
    private static final class Reader {
        private final List<Part> parts;
        private int at;

        private Reader(List<Part> parts) {
            this.parts = parts;
        }

        /** The parts up to the parenthesis that closes them; too deep a nesting is read flat. */
        private List<Part> group(int depth) {
            List<Part> group = new ArrayList<>();
            while (at < parts.size()) {
                Part part = parts.get(at++);
                if (part.isOneOf(CLOSING) && depth > 0) {
                    at--;
                    return group;
                }
                if (part.isOneOf(OPENING) && depth < MAX_DEPTH) {
                    List<Part> inside = group(depth + 1);
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
}
