package io.gatehouse.engine;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TFloating;

/**
 * The arithmetic of the large matrix products. The residual stream, norms, rotary embedding, router, softmax
 * and the sum over experts are in fp32 in every plan. A server names plans without loading TensorFlow, hence the flags.
 */
public enum Precision {
    /** All in fp32: a prompt gives the same bits whatever is computed beside it. */
    EXACT(false, false),
    /** Attention in fp32, experts in bf16: routing differs from {@code EXACT} only in near-ties. */
    BALANCED(false, true),
    /** All in bf16, as bf16 checkpoints are mostly run. */
    FAST(true, true);

    private final boolean halfAttention;
    private final boolean halfExperts;

    /**
     * A plan.
     *
     * @param halfAttention whether attention is in bf16
     * @param halfExperts whether experts are in bf16
     */
    Precision(boolean halfAttention, boolean halfExperts) {
        this.halfAttention = halfAttention;
        this.halfExperts = halfExperts;
    }

    /** The plan of that id; INVALID_ARGUMENT if there is none. */
    public static Precision of(String id) {
        return Arrays.stream(values())
                .filter(plan -> plan.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Unknown precision '%s'; choose one of %s"
                                .formatted(
                                        id,
                                        Arrays.stream(values())
                                                .map(Precision::id)
                                                .collect(Collectors.joining(", ")))));
    }

    /** As it is written on a command line and recorded with a run. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    Class<? extends TFloating> attention() {
        return type(halfAttention);
    }

    Class<? extends TFloating> experts() {
        return type(halfExperts);
    }

    private static Class<? extends TFloating> type(boolean half) {
        return half ? TBfloat16.class : TFloat32.class;
    }
}
