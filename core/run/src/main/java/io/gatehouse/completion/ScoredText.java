package io.gatehouse.completion;

import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.completion.Completion.Candidate;
import io.gatehouse.completion.Completion.Scored;
import io.gatehouse.engine.prefill.LogSoftmax;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The scores of a prompt and the text after it, while they are computed. For one thread. */
final class ScoredText {
    private final int[] prompt;
    private final int top;
    private final Tokenizer tokenizer;
    /** Tokens of the prompt that are scored. */
    private int prompted;

    private List<Scored> scored = new ArrayList<>();

    /** @param top most probable tokens at each place */
    ScoredText(int[] prompt, int top, Tokenizer tokenizer) {
        this.prompt = prompt;
        this.top = top;
        this.tokenizer = tokenizer;
    }

    /** The logits that follow a token of the prompt, and then those that follow the next one. */
    void promptLogits(float[] logits) {
        if (prompted == 0) {
            scored.add(new Scored(tokenizer.token(prompt[0]), Optional.empty(), List.of()));
            prompted = 1;
        }
        // What follows the last token is not of the prompt.
        if (prompted < prompt.length) {
            add(prompt[prompted], logits);
            prompted++;
        }
    }

    /** A token was chosen by these logits. */
    void chosen(int token, float[] logits) {
        add(token, logits);
    }

    private void add(int token, float[] logits) {
        LogSoftmax scores = LogSoftmax.of(logits);
        List<Candidate> candidates = new ArrayList<>();
        boolean among = false;
        for (int candidate : scores.top(top)) {
            candidates.add(new Candidate(tokenizer.token(candidate), scores.of(candidate)));
            among |= candidate == token;
        }
        if (!among) {
            candidates.add(new Candidate(tokenizer.token(token), scores.of(token)));
        }
        scored.add(new Scored(tokenizer.token(token), Optional.of(scores.of(token)), candidates));
    }

    /** The scores since the last call. */
    List<Scored> take() {
        List<Scored> taken = scored;
        scored = new ArrayList<>();
        return taken;
    }
}
