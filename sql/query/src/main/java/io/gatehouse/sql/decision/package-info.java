/**
 * Functions of SQL that are written in Java: those that read the decisions of a run one after another, for replays of caches
 * and predictions of experts, and groups of experts.
 * They read on connections of their own, which stop with the statement that calls them.
 */
@NullMarked
package io.gatehouse.sql.decision;

import org.jspecify.annotations.NullMarked;
