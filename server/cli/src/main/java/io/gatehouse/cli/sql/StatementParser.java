package io.gatehouse.cli.sql;

import java.util.List;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

/** Reads on until a statement is ended by a semicolon; the word at the cursor is a name and nothing around it. */
final class StatementParser implements Parser {
    private record Line(String line, int cursor, String word, int wordCursor) implements CompletingParsedLine {
        @Override
        public int wordIndex() {
            return 0;
        }

        @Override
        public List<String> words() {
            return List.of(word);
        }

        /** A suggestion has its quotes already, where it needs some. */
        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            return candidate;
        }

        @Override
        public int rawWordCursor() {
            return wordCursor;
        }

        @Override
        public int rawWordLength() {
            return word.length();
        }
    }

    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
        boolean ended = line.isBlank() || ShellCommand.is(line) || StatementSplitter.isComplete(line);
        if (context == ParseContext.ACCEPT_LINE && !ended) {
            throw new EOFError(-1, -1, "The statement goes on");
        }
        int start = cursor;
        while (start > 0 && isNamePart(line.charAt(start - 1))) {
            start--;
        }
        int end = cursor;
        while (end < line.length() && isNamePart(line.charAt(end))) {
            end++;
        }
        return new Line(line, cursor, line.substring(start, end), cursor - start);
    }

    @Override
    public boolean isEscapeChar(char character) {
        return false;
    }

    private static boolean isNamePart(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }
}
