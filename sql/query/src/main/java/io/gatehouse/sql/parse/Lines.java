package io.gatehouse.sql.parse;

import io.gatehouse.error.TextRange;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The line starts of a text. As in the lexer, lines end with LF, CR or CR LF. */
public final class Lines {
    private final List<Integer> starts = new ArrayList<>();

    public Lines(String text) {
        starts.add(0);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean firstOfPair = c == '\r' && text.startsWith("\n", i + 1);
            if ((c == '\n' || c == '\r') && !firstOfPair) {
                starts.add(i + 1);
            }
        }
    }

    /** Whether there is such a line; they count from 1. */
    public boolean has(int line) {
        return line <= starts.size();
    }

    /** The index of the character at a line and column, which count from 1. */
    public int offset(int line, int column) {
        return starts.get(line - 1) + column - 1;
    }

    /** The range between two indexes, the last one included. */
    public TextRange range(int first, int last) {
        int line = lineOf(first);
        int endLine = lineOf(last);
        return new TextRange(line, first - starts.get(line - 1) + 1, endLine, last - starts.get(endLine - 1) + 1);
    }

    private int lineOf(int offset) {
        int found = Collections.binarySearch(starts, offset);
        return found >= 0 ? found + 1 : -found - 1;
    }
}
