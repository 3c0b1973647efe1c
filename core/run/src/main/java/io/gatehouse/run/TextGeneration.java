package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.engine.prefill.GenerationOptions;

/**
 * How a loaded model generates the texts of a run.
 *
 * @param plan what was asked for
 * @param options the same for the engine
 */
public record TextGeneration(GenerationPlan plan, GenerationOptions options) {
    public TextGeneration {
        requireNonNull(plan, "plan is null");
        requireNonNull(options, "options is null");
    }
}
