package io.gatehouse.sql.write;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * The names that relations cannot have in a statement in which a query looks back at the relations around it: those of
 * columns. In such a query DuckDB takes experts.scope for a part of a column experts before it looks for a relation
 * outside.
 */
final class ReservedAliases extends RelVisitor {
    private final Set<String> columns = new HashSet<>();
    private boolean looksBack;

    private ReservedAliases() {}

    static Set<String> in(RelNode root) {
        ReservedAliases aliases = new ReservedAliases();
        aliases.go(root);
        return aliases.looksBack ? aliases.columns : Set.of();
    }

    @Override
    public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
        looksBack |= node instanceof Correlate || !node.getVariablesSet().isEmpty();
        node.getRowType().getFieldNames().forEach(name -> columns.add(name.toLowerCase(Locale.ROOT)));
        node.accept(new RexShuttle() {
            @Override
            public RexNode visitSubQuery(RexSubQuery query) {
                go(query.rel);
                return super.visitSubQuery(query);
            }
        });
        super.visit(node, ordinal, parent);
    }
}
