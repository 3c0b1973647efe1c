/** Groups of experts that are alike. */
@NullMarked
package io.gatehouse.sql.merging;

import org.jspecify.annotations.NullMarked;
