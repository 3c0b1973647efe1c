/**
 * Statements that Apache Spark runs over the directory of an export or of a cluster's runs, through a Spark Connect
 * client that the user's Spark brings. It says DuckDB's meaning in Spark's SQL and refuses, by name, what cannot be said.
 */
@NullMarked
package io.gatehouse.sql.spark;

import org.jspecify.annotations.NullMarked;
