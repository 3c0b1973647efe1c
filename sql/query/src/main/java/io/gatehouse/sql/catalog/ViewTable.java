package io.gatehouse.sql.catalog;

import java.util.function.Supplier;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.impl.AbstractTable;

/**
 * An analysis view as Calcite sees it: a table. Nothing above it can change what its query means, so that the query is
 * not planned anew for each statement; DuckDB optimises it together with the rest.
 */
public final class ViewTable extends AbstractTable {
    private final Supplier<WrittenView> view;

    /** @param view written when it is first asked for, and once */
    ViewTable(Supplier<WrittenView> view) {
        this.view = view;
    }

    public WrittenView written() {
        return view.get();
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory types) {
        return written().rowType();
    }
}
