package io.gatehouse.sql.completion;

import static java.util.Objects.requireNonNull;

/**
 * A completion at the cursor.
 *
 * @param text what is to be written, in quotes if it needs them
 * @param detail the type of a column, or what a relation or a function is, in one line; may be empty
 * @param start index of the first character that it takes the place of
 * @param end index behind the last one; equal to start where it is inserted
 */
public record Suggestion(Kind kind, String text, String detail, int start, int end) {
    /** The kind of a suggestion. */
    public enum Kind {
        COLUMN,
        ALIAS,
        CTE,
        TABLE,
        FUNCTION,
        MEASURE,
        KEYWORD
    }

    public Suggestion {
        requireNonNull(kind, "kind is null");
        requireNonNull(text, "text is null");
        requireNonNull(detail, "detail is null");
    }
}
