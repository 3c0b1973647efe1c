package io.gatehouse.base;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes a component of a record that is sent or read as JSON, for documents that describe an API. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface JsonField {
    /** What the field means; empty where its name says it. */
    String value() default "";

    /** The texts that it can have; empty for any. */
    String[] values() default {};

    /** The JSON types that it can have, where its class does not say so. */
    String[] types() default {};

    double minimum() default Double.NEGATIVE_INFINITY;

    double maximum() default Double.POSITIVE_INFINITY;

    /** Whether a request must have it. In responses, a field is required unless it is an Optional. */
    boolean required() default false;
}
