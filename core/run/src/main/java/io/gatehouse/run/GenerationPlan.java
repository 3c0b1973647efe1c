package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.EndTokens;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.engine.prefill.GenerationOptions;
import io.gatehouse.engine.prefill.Sampling;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.AnswerMatch;
import io.gatehouse.quiz.AnswerRule;
import io.gatehouse.store.run.Generation;
import java.util.List;
import java.util.Optional;

/**
 * How a run generates text after its prompts, up to an end token of the model.
 *
 * @param maxNewTokens most tokens after each prompt
 * @param answer how the answer is found in a text; empty if it is read from the logits after the prompt
 * @param stop ends a text, too
 * @param sampling how each token is chosen
 */
public record GenerationPlan(int maxNewTokens, Optional<AnswerRule> answer, StopTexts stop, Sampling sampling) {
    /** The tokens of a text are numbered from the beginning of its prompt in an int. */
    private static final int MOST_TOKENS = 1 << 24;

    public GenerationPlan {
        requireNonNull(answer, "answer is null");
        requireNonNull(stop, "stop is null");
        requireNonNull(sampling, "sampling is null");
        if (maxNewTokens < 1 || maxNewTokens > MOST_TOKENS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--max-new-tokens takes a number from 1 to %,d, not %d".formatted(MOST_TOKENS, maxNewTokens));
        }
    }

    /** Text beside the answer, which is read from the logits after the prompt. */
    public GenerationPlan(int maxNewTokens) {
        this(maxNewTokens, Optional.empty(), StopTexts.NONE, Sampling.GREEDY);
    }

    /** The same with the answer in the text. */
    public GenerationPlan answeredBy(AnswerRule rule) {
        return new GenerationPlan(maxNewTokens, Optional.of(rule), stop, sampling);
    }

    /** The same with texts that end a text. */
    public GenerationPlan stoppedBy(StopTexts texts) {
        return new GenerationPlan(maxNewTokens, answer, texts, sampling);
    }

    /** The same with another choice of tokens. */
    public GenerationPlan sampled(Sampling other) {
        return new GenerationPlan(maxNewTokens, answer, stop, other);
    }

    /** The plan that a file describes, if text is generated. */
    static Optional<GenerationPlan> of(Generation description) {
        if (!description.generates()) {
            return Optional.empty();
        }
        Optional<AnswerRule> answer = description.answers()
                ? Optional.of(AnswerRule.of(description.answerRule(), AnswerMatch.of(description.answerMatch())))
                : Optional.empty();
        return Optional.of(new GenerationPlan(
                description.maxNewTokens(),
                answer,
                new StopTexts(description.stop()),
                Sampling.of(description.sampling())));
    }

    /** What the file says of it. */
    Generation description() {
        return new Generation(
                maxNewTokens,
                sampling.id(),
                answer.map(AnswerRule::id).orElse(""),
                answer.map(rule -> rule.match().id()).orElse(""),
                stop.texts());
    }

    /** The same for a model. */
    TextGeneration with(Checkpoint checkpoint, Tokenizer tokenizer) {
        GenerationOptions options = new GenerationOptions(
                maxNewTokens,
                0,
                EndTokens.of(checkpoint.directory()),
                List.of(),
                tokens -> stop.isIn(tokens, tokenizer));
        return new TextGeneration(this, options);
    }
}
