package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Which results leave the engine, besides the logits of each prompt's last token.
 *
 * @param tokens whose routing decisions
 * @param probabilities of those tokens, whose gate's probability of every expert
 * @param expertNorms of those tokens, whose L2 norm of each chosen expert's output
 * @param lookahead how many layers with experts before: what those tokens' routers would choose if they saw what such an
 *     earlier block read; 0 is what the block itself reads
 * @param logits whether the logits that follow every token of a prompt
 * @param trace whether also every router logit and hidden state: for comparing engines on few short prompts
 */
public record Capture(
        Tokens tokens,
        Tokens probabilities,
        Tokens expertNorms,
        List<Integer> lookahead,
        boolean logits,
        boolean trace) {
    /** Some tokens of each prompt, the fewest first. */
    public enum Tokens {
        NONE,
        /** The last token of each prompt, where the answer is read off. */
        LAST,
        ALL;

        Tokens atMostLast() {
            return isMoreThan(LAST) ? LAST : this;
        }

        boolean isMoreThan(Tokens other) {
            return compareTo(other) > 0;
        }
    }

    /** Nothing but the logits of the last tokens. */
    public static final Capture NOTHING = new Capture(Tokens.NONE, Tokens.NONE, Tokens.NONE);

    /** The logits of all tokens. */
    public static final Capture LOGITS = new Capture(Tokens.NONE, Tokens.NONE, Tokens.NONE, List.of(), true, false);

    /** The routing decisions of every token. */
    public static final Capture ROUTING = new Capture(Tokens.ALL, Tokens.NONE, Tokens.NONE);

    /** The routing decisions of every token, with all probabilities and norms. */
    public static final Capture EVERYTHING = new Capture(Tokens.ALL, Tokens.ALL, Tokens.ALL);

    /** All there is. */
    public static final Capture TRACE = new Capture(Tokens.ALL, Tokens.ALL, Tokens.ALL, List.of(), true, true);

    public Capture {
        requireNonNull(tokens, "tokens is null");
        requireNonNull(probabilities, "probabilities is null");
        requireNonNull(expertNorms, "expertNorms is null");
        lookahead = List.copyOf(lookahead);
        if (probabilities.isMoreThan(tokens) || expertNorms.isMoreThan(tokens)) {
            throw new IllegalArgumentException("Probabilities of %s and norms of %s tokens, but decisions of %s"
                    .formatted(probabilities, expertNorms, tokens));
        }
        if (trace && (tokens != Tokens.ALL || !logits)) {
            throw new IllegalArgumentException("A trace needs the logits of all tokens");
        }
    }

    /** Of logits, those of each prompt's last token. */
    public Capture(Tokens tokens, Tokens probabilities, Tokens expertNorms) {
        this(tokens, probabilities, expertNorms, List.of(), false, false);
    }

    /** The same of the last token of each prompt at most. */
    Capture ofLast() {
        return new Capture(
                tokens.atMostLast(), probabilities.atMostLast(), expertNorms.atMostLast(), lookahead, false, false);
    }

    /** The same with what earlier layers would have chosen. */
    public Capture lookingAhead(List<Integer> distances) {
        return new Capture(tokens, probabilities, expertNorms, distances, logits, trace);
    }

    /** How many layers with experts back it looks. */
    int farthestLookahead() {
        return lookahead.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** How many hidden states of a token are in memory between two layers, its own and those that routers still read. */
    public int statesPerToken() {
        return lookahead.isEmpty() ? 1 : 2 + farthestLookahead();
    }

    /** Otherwise the last layer's experts run for the last token of each prompt only. */
    public boolean everyOutput() {
        return logits || expertNorms == Tokens.ALL;
    }
}
