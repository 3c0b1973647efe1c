package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.function.Supplier;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.impl.AbstractTable;

/**
 * An analysis view as a Calcite table. Its query does not depend on the statement around it, so it is planned once;
 * DuckDB optimises it together with the rest.
 */
public final class ViewTable extends AbstractTable {
    private final Supplier<PlannedView> view;

    /** @param view written when it is first asked for, and once */
    ViewTable(Supplier<PlannedView> view) {
        this.view = view;
    }

    public PlannedView written() {
        return view.get();
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory types) {
        return written().rowType();
    }

    /**
     * A view as it is written in every statement that uses it.
     *
     * @param rowType its columns
     * @param sql the DuckDB query that gives its rows
     * @param rollups the rollups that the query reads
     * @param noRollup why it reads none, if it does not
     */
    public record PlannedView(RelDataType rowType, String sql, List<String> rollups, String noRollup) {
        public PlannedView {
            requireNonNull(rowType, "rowType is null");
            requireNonNull(sql, "sql is null");
            requireNonNull(noRollup, "noRollup is null");
            rollups = List.copyOf(rollups);
        }
    }
}
