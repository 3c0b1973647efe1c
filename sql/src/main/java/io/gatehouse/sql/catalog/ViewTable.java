package io.gatehouse.sql.catalog;

import java.util.List;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.TranslatableTable;
import org.apache.calcite.schema.impl.AbstractTable;

/** An analysis view as Calcite sees it: its query takes its place in the algebra. */
final class ViewTable extends AbstractTable implements TranslatableTable {
    private final AnalysisView view;
    private final RelDataType rowType;

    ViewTable(AnalysisView view, RelDataType rowType) {
        this.view = view;
        this.rowType = rowType;
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory types) {
        return types.copyType(rowType);
    }

    @Override
    public RelNode toRel(RelOptTable.ToRelContext context, RelOptTable table) {
        RelNode query = context.expandView(table.getRowType(), view.sql(), List.of(), List.of(view.name()))
                .project();
        return RelOptUtil.createCastRel(query, table.getRowType(), true);
    }
}
