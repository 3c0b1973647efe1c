package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.OptionalInt;

/**
 * What the user knows of the model, for sources that do not say it.
 *
 * @param layers layers with experts
 * @param topK experts that each token is sent to
 */
public record TraceShape(OptionalInt layers, OptionalInt topK) {
    public TraceShape {
        requirePositive(layers, "layers with experts");
        requirePositive(topK, "experts that a token is sent to");
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
