package io.gatehouse.checkpoint.config;

import static java.util.Objects.requireNonNull;

/**
 * The norm of queries and keys.
 *
 * @param span what it runs over
 * @param norm kind and epsilon
 * @param afterRotation whether it follows the rotary embedding instead of preceding it
 */
public record QkNorm(Span span, Norm norm, boolean afterRotation) {
    /** What a norm of queries or keys runs over. */
    public enum Span {
        /** The whole projection: heads × head size entries for queries, key-value heads × head size for keys. */
        PROJECTION,
        /** Each head separately. */
        HEAD
    }

    public QkNorm {
        requireNonNull(span, "span is null");
        requireNonNull(norm, "norm is null");
        if (afterRotation && span != Span.HEAD) {
            throw new IllegalArgumentException("A norm after the rotation is of single heads");
        }
    }

    /** An RMS norm of the whole projections, before the rotation. */
    public static QkNorm ofProjection(float epsilon) {
        return new QkNorm(Span.PROJECTION, Norm.rms(epsilon), false);
    }

    /** An RMS norm of each head, before the rotation. */
    public static QkNorm ofHead(float epsilon) {
        return new QkNorm(Span.HEAD, Norm.rms(epsilon), false);
    }
}
