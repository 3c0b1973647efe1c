package io.gatehouse.sql.catalog;

import java.util.List;
import java.util.function.Supplier;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.schema.TranslatableTable;
import org.apache.calcite.schema.impl.AbstractTable;

/**
 * A call of a table function as Calcite sees it: a copy of the function's algebra takes its place in a statement, with
 * the arguments in the place of the parameters.
 */
final class CallTable extends AbstractTable implements TranslatableTable {
    private final Supplier<RelNode> algebra;
    private final List<RexNode> arguments;

    /** @param algebra planned when it is first asked for, and once */
    CallTable(Supplier<RelNode> algebra, List<RexNode> arguments) {
        this.algebra = algebra;
        this.arguments = List.copyOf(arguments);
    }

    @Override
    public RelDataType getRowType(RelDataTypeFactory types) {
        return algebra.get().getRowType();
    }

    @Override
    public RelNode toRel(RelOptTable.ToRelContext context, RelOptTable table) {
        return ClusterCopy.of(algebra.get(), context.getCluster(), arguments);
    }
}
