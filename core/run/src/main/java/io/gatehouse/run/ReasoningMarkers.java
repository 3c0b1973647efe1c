package io.gatehouse.run;

import io.gatehouse.store.run.TokenSegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where the reasoning in a generated text ends and the answer begins, by what reasoning models write around it. Without
 * such markers, all of a text is the answer. A marker belongs to the reasoning.
 */
final class ReasoningMarkers {
    /** The last tokens of a prompt that may begin the reasoning: chat templates do so in their last line. */
    static final int PROMPT_END = 8;

    /** Of gpt-oss: its messages are of channels, and that of the last one is for the user. */
    private static final String CHANNEL = "<|channel|>";

    private static final String LAST_CHANNEL = CHANNEL + "final";

    /** What opens and closes the reasoning. */
    private record Pair(String open, String close) {}

    private static final List<Pair> PAIRS = List.of(
            new Pair("<think>", "</think>"),
            new Pair("[THINK]", "[/THINK]"),
            new Pair("<seed:think>", "</seed:think>"),
            new Pair("◁think▷", "◁/think▷"),
            new Pair("<|START_THINKING|>", "<|END_THINKING|>"),
            new Pair("<thinking>", "</thinking>"));

    private ReasoningMarkers() {}

    /**
     * The segment of each token of a text.
     *
     * @param promptEnd text of the last tokens of the prompt
     * @param tokens text of each generated token
     */
    static TokenSegment[] segments(String promptEnd, String[] tokens) {
        int answer = answerStart(promptEnd, String.join("", tokens));
        TokenSegment[] segments = new TokenSegment[tokens.length];
        Arrays.fill(segments, TokenSegment.ANSWER);
        int from = 0;
        for (int i = 0; i < tokens.length && from < answer; i++) {
            segments[i] = TokenSegment.REASONING;
            from += tokens[i].length();
        }
        return segments;
    }

    /** Number of letters before the answer: all of them if the reasoning does not end. */
    private static int answerStart(String promptEnd, String text) {
        if (text.contains(CHANNEL)) {
            int last = text.lastIndexOf(LAST_CHANNEL);
            return last < 0 ? text.length() : last;
        }
        Optional<Pair> closed =
                PAIRS.stream().filter(pair -> text.contains(pair.close)).findFirst();
        if (closed.isPresent()) {
            String close = closed.get().close;
            return text.indexOf(close) + close.length();
        }
        boolean open = PAIRS.stream().anyMatch(pair -> text.contains(pair.open) || isOpen(promptEnd, pair));
        return open ? text.length() : 0;
    }

    private static boolean isOpen(String promptEnd, Pair pair) {
        return promptEnd.lastIndexOf(pair.open) > promptEnd.lastIndexOf(pair.close);
    }
}
