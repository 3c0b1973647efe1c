@NullMarked
package io.gatehouse.sql.cache;

import org.jspecify.annotations.NullMarked;
