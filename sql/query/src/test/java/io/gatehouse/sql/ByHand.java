package io.gatehouse.sql;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The test works out by hand what the views answer. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface ByHand {
    /** Names of the views. */
    String[] value();
}
