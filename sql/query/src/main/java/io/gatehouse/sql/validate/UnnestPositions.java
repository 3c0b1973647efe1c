package io.gatehouse.sql.validate;

import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.parse.StatementErrors;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * Allows unnest as an expression only as an item of a SELECT list, alone or in a cast. It makes rows, and its meaning
 * inside other expressions, conditions or aggregates is not well defined.
 */
public final class UnnestPositions extends RelVisitor {
    private UnnestPositions() {}

    public static void check(RelNode root) {
        new UnnestPositions().go(root);
    }

    /** Whether an expression anywhere in a statement makes rows. */
    static boolean isIn(SqlNode statement) {
        try {
            statement.accept(new SqlBasicVisitor<Void>() {
                @Override
                public Void visit(SqlCall call) {
                    if (call.getOperator().equals(ListFunctions.UNNEST)) {
                        throw Util.FoundOne.NULL;
                    }
                    return super.visit(call);
                }
            });
            return false;
        } catch (Util.FoundOne found) {
            return true;
        }
    }

    /** Whether the items of a SELECT list make rows. */
    public static boolean unnests(RelNode node) {
        return node instanceof Project project
                && project.getProjects().stream().anyMatch(item -> isUnnest(withoutCast(item)));
    }

    @Override
    public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
        if (node instanceof Project project) {
            boolean rows = unnests(project);
            project.getProjects().forEach(item -> checkItem(item, rows));
        } else {
            node.accept(new Inside(false));
        }
        super.visit(node, ordinal, parent);
    }

    private void checkItem(RexNode item, boolean besideRows) {
        RexNode bare = withoutCast(item);
        RexNode checked = isUnnest(bare) ? ((RexCall) bare).getOperands().get(0) : bare;
        checked.accept(new Inside(besideRows));
    }

    private static boolean isUnnest(RexNode expression) {
        return expression instanceof RexCall call && call.getOperator().equals(ListFunctions.UNNEST);
    }

    private static RexNode withoutCast(RexNode expression) {
        return expression.getKind() == SqlKind.CAST
                ? withoutCast(((RexCall) expression).getOperands().get(0))
                : expression;
    }

    /** Finds unnest in an expression, and windows next to it, which would not see its rows. */
    private final class Inside extends RexShuttle {
        private final boolean besideRows;

        private Inside(boolean besideRows) {
            this.besideRows = besideRows;
        }

        @Override
        public RexNode visitCall(RexCall call) {
            if (isUnnest(call)) {
                throw StatementErrors.notSupported(
                        "unnest can only be an item of a SELECT list by itself; write UNNEST in FROM.");
            }
            return super.visitCall(call);
        }

        @Override
        public RexNode visitOver(RexOver over) {
            if (besideRows) {
                throw StatementErrors.notSupported(
                        "A window function cannot be combined with unnest; write UNNEST in FROM.");
            }
            return super.visitOver(over);
        }

        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            go(query.rel);
            return super.visitSubQuery(query);
        }
    }
}
