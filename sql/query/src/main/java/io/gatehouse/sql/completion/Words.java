package io.gatehouse.sql.completion;

import io.gatehouse.sql.completion.Part.Word;
import java.util.ArrayList;
import java.util.List;

/**
 * The words of a text, whatever it is: quotes and comments need not be closed. The parser's own lexer gives up where
 * this one goes on.
 */
final class Words {
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
