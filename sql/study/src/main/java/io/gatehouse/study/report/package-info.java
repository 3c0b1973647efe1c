/**
 * The report of a study as a page or as Markdown: sentences, tables and pictures of what statements answered, each with
 * its statement. Knows nothing of how the answers come about, and asks nothing itself.
 */
@NullMarked
package io.gatehouse.study.report;

import org.jspecify.annotations.NullMarked;
