package io.gatehouse.trace.reader;

import io.gatehouse.json.JsonValue;
import java.util.OptionalInt;

/**
 * The numbers of tokens of a response of a serving engine. The engine routes every token of the prompt and all but the last
 * of those that it generated: that one is never an input.
 *
 * @param prompt tokens of the prompt, if known
 * @param generated tokens that were generated, if known
 */
public record ResponseLength(OptionalInt prompt, OptionalInt generated) {
    private static final String PREFIX =
            "If tokens at the start of the prompt were left out, give their number with --prompt-start";

    /** Reads {@code prompt_tokens} and {@code completion_tokens}; nothing is known if the holder does not have them. */
    public static ResponseLength of(JsonValue holder) {
        return new ResponseLength(number(holder, "prompt_tokens"), number(holder, "completion_tokens"));
    }

    private static OptionalInt number(JsonValue holder, String field) {
        return holder.find(field).map(value -> OptionalInt.of(value.index())).orElse(OptionalInt.empty());
    }

    /**
     * Returns the number of tokens of the prompt of routing that has rows for all tokens of a response but the last.
     *
     * @param routed the rows, for errors
     * @param first position of the first row
     */
    public int promptOf(JsonValue routed, int first, int rows) {
        long end = (long) first + rows;
        if (prompt.isPresent()) {
            if (generated.isPresent()) {
                long tokens = (long) prompt.getAsInt() + generated.getAsInt();
                if (end != Math.max(0, tokens - 1)) {
                    throw routed.corrupt(
                            "has %d tokens from position %d on, but prompt and answer have %d, of which all but the last one are routed. %s"
                                    .formatted(rows, first, tokens, PREFIX));
                }
            } else if (end < prompt.getAsInt() - 1) {
                throw routed.corrupt("has %d tokens from position %d on, but the prompt has %d. %s"
                        .formatted(rows, first, prompt.getAsInt(), PREFIX));
            }
            return prompt.getAsInt();
        }
        if (generated.isPresent()) {
            long tokens = end - Math.max(0, generated.getAsInt() - 1);
            if (tokens < 1) {
                throw routed.corrupt("has %d tokens, but %d were generated".formatted(rows, generated.getAsInt()));
            }
            return (int) tokens;
        }
        throw routed.corrupt("does not say how many of its tokens are the prompt: there is no prompt_tokens");
    }

    /** Refuses more rows of generated tokens than such tokens. */
    public void requireGenerated(JsonValue routed, int rows) {
        if (generated.isPresent() && rows > generated.getAsInt()) {
            throw routed.corrupt("has %d tokens, but %d were generated".formatted(rows, generated.getAsInt()));
        }
    }
}
