package io.gatehouse.sql.catalog;

import com.google.common.base.Suppliers;
import java.util.function.Supplier;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.TranslatableTable;
import org.apache.calcite.schema.impl.AbstractTable;

/**
 * An analysis view as Calcite sees it: a copy of its algebra takes its place in a statement. It is planned when the
 * first statement names it, and once.
 */
final class ViewTable extends AbstractTable implements TranslatableTable {
    private final Supplier<RelNode> algebra;

    ViewTable(Supplier<RelNode> planning) {
        this.algebra = Suppliers.memoize(planning::get);
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory types) {
        return types.copyType(algebra.get().getRowType());
    }

    @Override
    public RelNode toRel(RelOptTable.ToRelContext context, RelOptTable table) {
        return ClusterCopy.of(algebra.get(), context.getCluster());
    }
}
