package io.gatehouse.run;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Arrays;
import java.util.List;

/** Texts that end a generated text as soon as it contains one of them. */
public record StopTexts(List<String> texts) {
    public static final StopTexts NONE = new StopTexts(List.of());

    public static final int MOST_TEXTS = 32;
    public static final int LONGEST_TEXT = 1_000;

    /** What a token at a border may change of the text before and after it. */
    private static final int BORDER = 8;

    public StopTexts {
        texts = List.copyOf(texts);
        if (texts.size() > MOST_TEXTS) {
            throw invalid("--stop can be given %d times, not %d".formatted(MOST_TEXTS, texts.size()));
        }
        for (String text : texts) {
            if (text.isEmpty() || text.length() > LONGEST_TEXT) {
                throw invalid("--stop takes a text of 1 to %,d characters, not of %,d"
                        .formatted(LONGEST_TEXT, text.length()));
            }
        }
    }

    /** Whether the tokens, of which all but the last one were asked about before, contain one of the texts. */
    public boolean isIn(int[] tokens, Tokenizer tokenizer) {
        if (texts.isEmpty() || tokens.length == 0) {
            return false;
        }
        return findIn(end(tokens, tokenizer)) >= 0 && findIn(tokenizer.decode(tokens)) >= 0;
    }

    /** The text up to the first of the texts in it. */
    public String before(String text) {
        int first = findIn(text);
        return first < 0 ? text : text.substring(0, first);
    }

    /** The text up to the first of the texts in it, or up to what may be the beginning of one. */
    public String settled(String text) {
        int first = findIn(text);
        if (first >= 0) {
            return text.substring(0, first);
        }
        int end = text.length();
        for (String stop : texts) {
            for (int begin = Math.max(0, text.length() - stop.length() + 1); begin < end; begin++) {
                if (text.regionMatches(begin, stop, 0, text.length() - begin)) {
                    end = begin;
                }
            }
        }
        return text.substring(0, end);
    }

    private int findIn(String text) {
        return texts.stream()
                .mapToInt(text::indexOf)
                .filter(place -> place >= 0)
                .min()
                .orElse(-1);
    }

    /** The end of the text, in which a stop text must be if the last token completes it. */
    private String end(int[] tokens, Tokenizer tokenizer) {
        int longest = texts.stream().mapToInt(String::length).max().orElse(0);
        int needed = longest + tokenizer.decode(tokens[tokens.length - 1]).length() + BORDER;
        int count = Math.min(tokens.length, needed);
        String end = tokenizer.decode(last(tokens, count));
        // There are tokens without a text.
        while (end.length() < needed && count < tokens.length) {
            count = Math.min(tokens.length, 2 * count);
            end = tokenizer.decode(last(tokens, count));
        }
        return end;
    }

    private static int[] last(int[] tokens, int count) {
        return Arrays.copyOfRange(tokens, tokens.length - count, tokens.length);
    }

    private static GatehouseException invalid(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
