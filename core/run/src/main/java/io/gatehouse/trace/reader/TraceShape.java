package io.gatehouse.trace.reader;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the user knows of the model and the files, for sources that do not say it.
 *
 * @param layers layers with experts
 * @param topK experts that each token is sent to
 * @param promptStart tokens at the beginning of each prompt that the source leaves out
 * @param promptTokens tokens of the prompt, those after which were generated
 * @param packedWeights whether the experts of a token are followed by the bits of their weights
 * @param metric the field of a sample that says whether an answer is correct, if the user names one
 * @param filter the filter whose answers are taken, if the user names one
 * @param columns names of columns in the files by what they mean
 * @param step step of the training that the routing is of
 * @param correctFrom the least reward of a correct answer, if the user names one
 */
public record TraceShape(
        OptionalInt layers,
        OptionalInt topK,
        int promptStart,
        OptionalInt promptTokens,
        boolean packedWeights,
        Optional<String> metric,
        Optional<String> filter,
        Map<String, String> columns,
        OptionalLong step,
        OptionalDouble correctFrom) {
    /** More tokens than any prompt has. */
    public static final int MOST_TOKENS = 1 << 28;

    public TraceShape {
        if (promptStart < 0 || promptStart > MOST_TOKENS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The number of tokens skipped at the start of prompts is %,d; it must be from 0 to %,d"
                            .formatted(promptStart, MOST_TOKENS));
        }
        if (promptTokens.isPresent() && (promptTokens.getAsInt() < 1 || promptTokens.getAsInt() > MOST_TOKENS)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The number of tokens of the prompt is %,d; it must be from 1 to %,d"
                            .formatted(promptTokens.getAsInt(), MOST_TOKENS));
        }
        requirePositive(layers, "layers");
        requirePositive(topK, "experts per token");
        if (step.isPresent() && step.getAsLong() < 0) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "The step is %d; it must be at least 0".formatted(step.getAsLong()));
        }
        if (correctFrom.isPresent() && !Double.isFinite(correctFrom.getAsDouble())) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The least reward of a correct answer is %s; it must be a finite number"
                            .formatted(correctFrom.getAsDouble()));
        }
        columns = Map.copyOf(columns);
    }

    /** Nothing else is known. */
    public TraceShape(OptionalInt layers, OptionalInt topK) {
        this(
                layers,
                topK,
                0,
                OptionalInt.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                OptionalLong.empty(),
                OptionalDouble.empty());
    }

    /** Returns the same with prompts that begin at a position. */
    public TraceShape withPromptStart(int start) {
        return new TraceShape(
                layers, topK, start, promptTokens, packedWeights, metric, filter, columns, step, correctFrom);
    }

    /** Returns the same with a number of tokens of the prompt. */
    public TraceShape withPromptTokens(OptionalInt tokens) {
        return new TraceShape(
                layers, topK, promptStart, tokens, packedWeights, metric, filter, columns, step, correctFrom);
    }

    /** Returns the same with weights that follow the experts, or not. */
    public TraceShape withPackedWeights(boolean packed) {
        return new TraceShape(
                layers, topK, promptStart, promptTokens, packed, metric, filter, columns, step, correctFrom);
    }

    /** Returns the same with a choice among the answers of a question. */
    public TraceShape withAnswers(Optional<String> theMetric, Optional<String> theFilter) {
        return new TraceShape(
                layers,
                topK,
                promptStart,
                promptTokens,
                packedWeights,
                theMetric,
                theFilter,
                columns,
                step,
                correctFrom);
    }

    /** Returns the same with names of columns. */
    public TraceShape withColumns(Map<String, String> names) {
        return new TraceShape(
                layers, topK, promptStart, promptTokens, packedWeights, metric, filter, names, step, correctFrom);
    }

    /** Returns the same of a step of training. */
    public TraceShape withStep(OptionalLong theStep) {
        return new TraceShape(
                layers, topK, promptStart, promptTokens, packedWeights, metric, filter, columns, theStep, correctFrom);
    }

    /** Returns the same with answers that are correct from a reward on. */
    public TraceShape withCorrectFrom(OptionalDouble reward) {
        return new TraceShape(
                layers, topK, promptStart, promptTokens, packedWeights, metric, filter, columns, step, reward);
    }

    private static void requirePositive(OptionalInt number, String what) {
        if (number.isPresent() && number.getAsInt() < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The number of %s is %d; it must be at least 1".formatted(what, number.getAsInt()));
        }
        if (number.isPresent() && number.getAsInt() > TraceBounds.MOST) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The number of %s is %,d; it must be at most %,d"
                            .formatted(what, number.getAsInt(), TraceBounds.MOST));
        }
    }

    /** Nothing is known beside what the source says. */
    public static TraceShape unknown() {
        return new TraceShape(OptionalInt.empty(), OptionalInt.empty());
    }

    public int requireLayers(Object source) {
        return layers.orElseThrow(() -> missing(source, "how many layers it has", "--layers"));
    }

    public int requireTopK(Object source) {
        return topK.orElseThrow(() -> missing(source, "how many experts a token is sent to", "--top-k"));
    }

    public long requireStep(Object source) {
        return step.orElseThrow(() -> missing(source, "which of its steps is imported", "--step"));
    }

    private static GatehouseException missing(Object source, String what, String option) {
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "%s does not say %s; give it with %s".formatted(source, what, option));
    }
}
