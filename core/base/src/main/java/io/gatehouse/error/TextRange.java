package io.gatehouse.error;

/**
 * A range of characters in a text the user wrote. Lines and columns count from 1 and both ends are inclusive, as
 * Calcite counts them.
 */
public record TextRange(int line, int column, int endLine, int endColumn) {
    public TextRange {
        if (line < 1 || column < 1 || endLine < line || (endLine == line && endColumn < column)) {
            throw new IllegalArgumentException(
                    "Not a text range: %d:%d to %d:%d".formatted(line, column, endLine, endColumn));
        }
    }
}
