package io.gatehouse.sql.write;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
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
    private final List<RelNode> nodes = new ArrayList<>();
    private boolean looksBack;

    private ReservedAliases() {}

    static Set<String> in(RelNode root) {
        ReservedAliases aliases = new ReservedAliases();
        aliases.go(root);
        return aliases.looksBack ? aliases.columns() : Set.of();
    }

    private Set<String> columns() {
        return nodes.stream()
                .flatMap(node -> node.getRowType().getFieldNames().stream())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    @Override
    public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
        looksBack |= node instanceof Correlate || !node.getVariablesSet().isEmpty();
        nodes.add(node);
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
