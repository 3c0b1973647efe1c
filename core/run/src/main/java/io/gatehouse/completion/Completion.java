package io.gatehouse.completion;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A text after a prompt; or, where texts are sent while they are generated, the next part of one.
 *
 * @param prompt number of the prompt in the request
 * @param sample number of the text among those after the prompt
 * @param prompted text of the prompt, if it was to be sent back; with the first part only
 * @param promptTokens number of tokens of the prompt
 * @param tokens number of tokens of the text or part, with the one that ended it
 * @param scored where scores were asked for: the tokens of the prompt, if it is sent back, and those of the text or part
 */
public record Completion(
        int prompt,
        int sample,
        String text,
        End end,
        Optional<String> prompted,
        int promptTokens,
        int tokens,
        List<Scored> scored) {
    public Completion {
        requireNonNull(text, "text is null");
        requireNonNull(end, "end is null");
        requireNonNull(prompted, "prompted is null");
        scored = List.copyOf(scored);
    }

    /** Where the text ends. */
    public enum End {
        /** Not yet: more parts follow. */
        OPEN,
        /** By itself, or with a text that was to end it. */
        STOP,
        /** At the most tokens. */
        LENGTH
    }

    /**
     * A token with its log-probability, and the most probable tokens at its place. A token has the same number in both.
     *
     * @param token its text
     * @param logProbability empty for the first token of a prompt, which follows nothing
     * @param top the most probable one first
     */
    public record Scored(String token, Optional<Double> logProbability, List<Candidate> top) {
        public Scored {
            requireNonNull(token, "token is null");
            requireNonNull(logProbability, "logProbability is null");
            top = List.copyOf(top);
        }
    }

    /** A token that may stand at a place. */
    public record Candidate(String token, double logProbability) {
        public Candidate {
            requireNonNull(token, "token is null");
        }
    }
}
