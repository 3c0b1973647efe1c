package io.gatehouse.sql.catalog;

import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.impl.AbstractTable;

/** A relation of the file as Calcite sees it. */
final class StoredTable extends AbstractTable {
    private final RelDataType rowType;

    StoredTable(Relation relation) {
        RelDataTypeFactory types = Catalog.types();
        RelDataTypeFactory.Builder row = types.builder();
        for (Column column : relation.columns()) {
            row.add(column.name(), CalciteTypes.of(column, types));
        }
        this.rowType = row.build();
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory types) {
        return rowType;
    }
}
