/**
 * Functions of SQL that read the decisions of a run one after another: replays of caches and predictions of experts.
 * They read on connections of their own, which stop with the statement that calls them.
 */
@NullMarked
package io.gatehouse.sql.decision;

import org.jspecify.annotations.NullMarked;
