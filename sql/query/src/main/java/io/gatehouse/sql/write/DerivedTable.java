package io.gatehouse.sql.write;

import java.util.List;
import org.apache.calcite.plan.RelTraitSet;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.SingleRel;
import org.apache.calcite.rel.core.TableScan;

/**
 * Marks its input to be written as a query of its own in FROM. It is placed below relations that a correlated sub-query
 * refers to, where the SQL writer would merge several relations into one SELECT and then refer to a table that is not
 * in it, and wherever else a query must not be merged into the one above.
 */
public final class DerivedTable extends SingleRel {
    public DerivedTable(RelNode input) {
        super(input.getCluster(), input.getTraitSet(), input);
    }

    /** Returns what has a SELECT of its own: the relation itself if it is a table. */
    public static RelNode of(RelNode node) {
        return node instanceof TableScan || node instanceof DerivedTable ? node : new DerivedTable(node);
    }

    @Override
    public RelNode copy(RelTraitSet traits, List<RelNode> inputs) {
        return new DerivedTable(inputs.get(0));
    }
}
