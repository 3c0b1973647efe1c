package io.gatehouse.completion;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.run.StopTexts;
import java.util.Arrays;

/**
 * A text that is sent in parts while tokens are added to it. The parts together are the text as it is sent in one piece:
 * what a later token may still change is held back. For one thread.
 */
final class GrowingText {
    /** Stands for bytes that are not a whole character, which the next token may complete. */
    private static final char INCOMPLETE = '\uFFFD';

    private final Tokenizer tokenizer;
    private final StopTexts stop;
    private int[] tokens = new int[16];
    private int count;
    private int sentTokens;
    private String sent = "";

    GrowingText(Tokenizer tokenizer, StopTexts stop) {
        this.tokenizer = tokenizer;
        this.stop = stop;
    }

    void add(int token) {
        if (count == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * count);
        }
        tokens[count++] = token;
    }

    /** The next part, or nothing if what is new may still change. */
    String next() {
        // The whole text, because a tokenizer may join tokens in its own way. This takes time in proportion to the
        // text, as
        // attention does, and far less.
        String text = tokenizer.decode(Arrays.copyOf(tokens, count));
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == INCOMPLETE) {
            end--;
        }
        String settled = stop.settled(text.substring(0, end));
        return settled.startsWith(sent) ? send(settled) : "";
    }

    /**
     * The last part.
     *
     * @param whole the text as it is sent in one piece
     */
    String rest(String whole) {
        return send(whole);
    }

    private String send(String text) {
        String part = text.substring(Math.min(sent.length(), text.length()));
        sent = text;
        return part;
    }

    /** Number of tokens since the last call. */
    int takeTokens(int all) {
        int taken = all - sentTokens;
        sentTokens = all;
        return taken;
    }

    int count() {
        return count;
    }
}
