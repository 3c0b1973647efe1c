package io.gatehouse.run;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.EndTokens;
import io.gatehouse.engine.prefill.GenerationOptions;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.store.run.Generation;
import java.util.Optional;

/**
 * How a run generates text after its prompts: greedily, up to an end token of the model.
 *
 * @param maxNewTokens most tokens after each prompt
 */
public record GenerationPlan(int maxNewTokens) {
    /** The tokens of a text are numbered from the beginning of its prompt in an int. */
    private static final int MOST_TOKENS = 1 << 24;

    public GenerationPlan {
        if (maxNewTokens < 1 || maxNewTokens > MOST_TOKENS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--max-new-tokens takes a number from 1 to %,d, not %d".formatted(MOST_TOKENS, maxNewTokens));
        }
    }

    /** The plan that a file describes, if text is generated. */
    static Optional<GenerationPlan> of(Generation description) {
        return description.generates() ? Optional.of(new GenerationPlan(description.maxNewTokens())) : Optional.empty();
    }

    /** What the file says of it. */
    Generation description() {
        return new Generation(maxNewTokens, Generation.GREEDY);
    }

    /** What the engine is told. */
    GenerationOptions options(Checkpoint checkpoint) {
        return GenerationOptions.upTo(maxNewTokens, EndTokens.of(checkpoint.directory()));
    }
}
