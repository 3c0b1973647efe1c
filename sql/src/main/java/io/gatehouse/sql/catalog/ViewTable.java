package io.gatehouse.sql.catalog;

import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.TranslatableTable;
import org.apache.calcite.schema.impl.AbstractTable;

/** An analysis view as Calcite sees it: a copy of its algebra, planned once, takes its place in a statement. */
final class ViewTable extends AbstractTable implements TranslatableTable {
    private final RelNode algebra;

    ViewTable(RelNode algebra) {
        this.algebra = algebra;
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory types) {
        return types.copyType(algebra.getRowType());
    }

    @Override
    public RelNode toRel(RelOptTable.ToRelContext context, RelOptTable table) {
        return ClusterCopy.of(algebra, context.getCluster());
    }
}
