/**
 * The findings of a study of one run, each a statement in a {@code .sql} file that goes through the one door like any
 * other. Must not know how they are shown.
 */
@NullMarked
package io.gatehouse.study;

import org.jspecify.annotations.NullMarked;
