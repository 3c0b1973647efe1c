package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

/**
 * A feed-forward network beside the experts that every token passes.
 *
 * @param gated whether its output is multiplied by a sigmoid gate of its own
 * @param factor what the sum of experts and shared expert is multiplied by: 1, or 1/2 for their average
 */
public record SharedExpert(Mlp mlp, boolean gated, float factor) {
    public SharedExpert {
        requireNonNull(mlp, "mlp is null");
    }

    /** One whose output is added as it is. */
    public static SharedExpert added(Mlp mlp) {
        return new SharedExpert(mlp, false, 1);
    }

    /** One whose output is multiplied by sigmoid(w x) and added (Qwen1.5-MoE). */
    public static SharedExpert gated(Mlp mlp) {
        return new SharedExpert(mlp, true, 1);
    }
}
