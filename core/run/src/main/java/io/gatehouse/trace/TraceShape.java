package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.OptionalInt;

/**
 * What the user knows of the model, for sources that do not say it.
 *
 * @param layers layers with experts
 * @param topK experts that each token is sent to
 * @param promptStart tokens at the beginning of each prompt that the source leaves out
 */
public record TraceShape(OptionalInt layers, OptionalInt topK, int promptStart) {
    /** More tokens than any prompt has. */
    static final int MOST_TOKENS = 1 << 28;

    public TraceShape {
        if (promptStart < 0 || promptStart > MOST_TOKENS) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The number of tokens left out at the start of prompts is %,d; it is from 0 to %,d"
                            .formatted(promptStart, MOST_TOKENS));
        }
        requirePositive(layers, "layers with experts");
        requirePositive(topK, "experts that a token is sent to");
    }

    /** The routing of each prompt begins with its first token. */
    public TraceShape(OptionalInt layers, OptionalInt topK) {
        this(layers, topK, 0);
    }

    private static void requirePositive(OptionalInt number, String what) {
        if (number.isPresent() && number.getAsInt() < 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The number of %s is %d; it is at least 1".formatted(what, number.getAsInt()));
        }
        if (number.isPresent() && number.getAsInt() > TraceBounds.MOST) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The number of %s is %,d; it is at most %,d".formatted(what, number.getAsInt(), TraceBounds.MOST));
        }
    }

    /** Nothing is known beside what the source says. */
    public static TraceShape unknown() {
        return new TraceShape(OptionalInt.empty(), OptionalInt.empty());
    }

    int requireLayers(Object source) {
        return layers.orElseThrow(() -> missing(source, "how many layers it has", "--layers"));
    }

    int requireTopK(Object source) {
        return topK.orElseThrow(() -> missing(source, "how many experts a token is sent to", "--top-k"));
    }

    private static GatehouseException missing(Object source, String what, String option) {
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT, "%s does not say %s; give it with %s".formatted(source, what, option));
    }
}
