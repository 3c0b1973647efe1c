package io.gatehouse.pg.catalog;

import io.gatehouse.pg.wire.Field;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bound query. */
interface QueryPlan {
    List<Field> fields();

    /** All rows, for the current row of the level around it. */
    List<@Nullable Object[]> rows(Run run, @Nullable Frame outer);
}
