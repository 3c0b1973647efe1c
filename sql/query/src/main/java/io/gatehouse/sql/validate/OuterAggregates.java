package io.gatehouse.sql.validate;

import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlKind;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Refuses aggregates of outer columns only. In DuckDB and in the standard, {@code (SELECT max(a.x) FROM b)} in a query
 * of a is an aggregate of the outer query; Calcite makes it one of the sub-query.
 */
final class OuterAggregates extends RelVisitor {
    private OuterAggregates() {}

    static void check(RelNode root) {
        new OuterAggregates().go(root);
    }

    static String sentence(String aggregate) {
        return "%s in a sub-query has columns of an outer query only, and so is an aggregate of that query; write it there."
                .formatted(aggregate.toLowerCase(Locale.ROOT));
    }

    @Override
    public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
        if (node instanceof Aggregate aggregate && aggregate.getInput() instanceof Project project) {
            for (AggregateCall call : aggregate.getAggCallList()) {
                Columns columns = new Columns();
                arguments(call)
                        .forEach(argument -> project.getProjects().get(argument).accept(columns));
                if (call.hasFilter() && !columns.own && !columns.outer) {
                    // Of count(*), of a count of what is never NULL, and of a constant.
                    project.getProjects().get(call.filterArg).accept(columns);
                }
                if (columns.outer && !columns.own) {
                    throw StatementErrors.notSupported(
                            sentence(call.getAggregation().getName()));
                }
            }
        }
        node.accept(new RexShuttle() {
            @Override
            public RexNode visitSubQuery(RexSubQuery query) {
                go(query.rel);
                return super.visitSubQuery(query);
            }
        });
        super.visit(node, ordinal, parent);
    }

    private static List<Integer> arguments(AggregateCall call) {
        List<Integer> arguments = new ArrayList<>(call.getArgList());
        SqlKind kind = call.getAggregation().getKind();
        if (kind == SqlKind.PERCENTILE_CONT || kind == SqlKind.PERCENTILE_DISC) {
            call.getCollation().getFieldCollations().stream()
                    .map(RelFieldCollation::getFieldIndex)
                    .forEach(arguments::add);
        }
        return arguments;
    }

    /** Finds the columns that expressions use. */
    private static final class Columns extends RexShuttle {
        private boolean own;
        private boolean outer;

        @Override
        public RexNode visitInputRef(RexInputRef column) {
            own = true;
            return column;
        }

        @Override
        public RexNode visitCorrelVariable(RexCorrelVariable variable) {
            outer = true;
            return variable;
        }
    }
}
