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
 * and the sum over experts are in fp32 in every plan.
 */
public enum Precision {
    /** All in fp32: a prompt gives the same bits whatever is computed beside it. */
    EXACT(TFloat32.class, TFloat32.class),
    /** Attention in fp32, experts in bf16: routing differs from {@code EXACT} only in near-ties. */
    BALANCED(TFloat32.class, TBfloat16.class),
    /** All in bf16, as bf16 checkpoints are mostly run. */
    FAST(TBfloat16.class, TBfloat16.class);

    private final Class<? extends TFloating> attention;
    private final Class<? extends TFloating> experts;

    Precision(Class<? extends TFloating> attention, Class<? extends TFloating> experts) {
        this.attention = attention;
        this.experts = experts;
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
        return attention;
    }

    Class<? extends TFloating> experts() {
        return experts;
    }
}
