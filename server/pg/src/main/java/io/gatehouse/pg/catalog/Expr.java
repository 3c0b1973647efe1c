package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.WireType;
import org.jspecify.annotations.Nullable;

/**
 * An expression bound to the columns that it names.
 *
 * @param untyped whether it is a text, NULL or a parameter that takes the type of what it is compared with
 * @param parameter the index of the parameter that it is, or -1
 */
record Expr(WireType type, boolean untyped, int parameter, Evaluation evaluation) {
    /** Values are Long, Double, BigDecimal, Boolean, String, List, Composite, or what PostgreSQL's types of time have. */
    @FunctionalInterface
    interface Evaluation {
        @Nullable
        Object evaluate(Frame frame);
    }

    Expr {
        requireNonNull(type, "type is null");
        requireNonNull(evaluation, "evaluation is null");
    }

    static Expr of(PgType type, Evaluation evaluation) {
        return new Expr(WireType.of(type), false, -1, evaluation);
    }

    static Expr of(WireType type, Evaluation evaluation) {
        return new Expr(type, false, -1, evaluation);
    }

    static Expr constant(PgType type, @Nullable Object value) {
        return of(type, frame -> value);
    }

    /** A text in quotes, or NULL. */
    static Expr literal(@Nullable Object value) {
        return new Expr(WireType.of(PgType.TEXT), true, -1, frame -> value);
    }

    @Nullable
    Object evaluate(Frame frame) {
        return evaluation.evaluate(frame);
    }

    boolean isTrue(Frame frame) {
        return Boolean.TRUE.equals(evaluate(frame));
    }

    Expr withType(WireType other) {
        return new Expr(other, untyped, parameter, evaluation);
    }
}
