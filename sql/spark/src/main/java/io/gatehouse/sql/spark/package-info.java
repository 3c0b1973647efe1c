/**
 * Statements that Apache Spark runs over the directory of an export or of a cluster's runs, through a Spark Connect
 * client that the user's Spark brings. It writes what a statement means in DuckDB as Spark's SQL, and refuses, by name, what cannot be written.
 */
@NullMarked
package io.gatehouse.sql.spark;

import org.jspecify.annotations.NullMarked;
