package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.apache.calcite.rel.type.RelDataType;

/**
 * A view as it stands in every statement that names it: planned and written once.
 *
 * @param rowType its columns
 * @param sql the DuckDB query that gives its rows
 * @param rollups the rollups that the query reads
 * @param noRollup why it reads none, if it does not
 */
public record WrittenView(RelDataType rowType, String sql, List<String> rollups, String noRollup) {
    public WrittenView {
        requireNonNull(rowType, "rowType is null");
        requireNonNull(sql, "sql is null");
        requireNonNull(noRollup, "noRollup is null");
        rollups = List.copyOf(rollups);
    }
}
