package io.gatehouse.sql.validate;

import io.gatehouse.sql.parse.StatementErrors;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * Joins on the right side of another join. Calcite counts the columns that LATERAL and UNNEST can see from the first
 * relation of FROM, also within parentheses, where it then finds another column or none.
 */
final class NestedJoins {
    private NestedJoins() {}

    /**
     * Writes {@code a CROSS JOIN (b JOIN LATERAL c)} as {@code (a CROSS JOIN b) JOIN LATERAL c}, which has the same rows.
     * A comma stays one, so that joins that follow are still those of b. Throws for other joins of such a right side, where this would not be the same.
     */
    static SqlJoin leftDeep(SqlJoin join) {
        if (!(join.getRight() instanceof SqlJoin right) || !looksLeft(right)) {
            return join;
        }
        boolean crossed = join.getConditionType() == JoinConditionType.NONE
                && (join.getJoinType() == JoinType.CROSS || join.getJoinType() == JoinType.COMMA);
        SqlJoin first = right;
        boolean keepsLeft = keepsLeft(first);
        while (first.getLeft() instanceof SqlJoin left) {
            first = left;
            keepsLeft &= keepsLeft(first);
        }
        if (!crossed || !keepsLeft || join.isNatural()) {
            throw StatementErrors.notSupported(
                    right,
                    "A join on the right side of another join cannot have LATERAL or UNNEST that refers to its left side;"
                            + " write it as a sub-query: (SELECT … FROM …) AS q.");
        }
        SqlParserPos position = join.getParserPosition();
        first.setLeft(new SqlJoin(
                position,
                join.getLeft(),
                join.isNaturalNode(),
                join.getJoinType().symbol(position),
                first.getLeft(),
                JoinConditionType.NONE.symbol(position),
                null));
        return right;
    }

    /** Whether a join gives the same if its left side is first joined with each row of another relation. */
    private static boolean keepsLeft(SqlJoin join) {
        return join.getJoinType() != JoinType.RIGHT
                && join.getJoinType() != JoinType.FULL
                && join.getConditionType() != JoinConditionType.USING
                && !join.isNatural();
    }

    private static boolean looksLeft(SqlNode relation) {
        if (relation instanceof SqlJoin join) {
            return looksLeft(join.getLeft()) || looksLeft(join.getRight());
        }
        return switch (relation.getKind()) {
            case AS -> looksLeft(((SqlCall) relation).operand(0));
            case LATERAL -> true;
            case UNNEST -> holdsNames(relation);
            default -> false;
        };
    }

    private static boolean holdsNames(SqlNode tree) {
        try {
            tree.accept(new SqlBasicVisitor<@Nullable Void>() {
                @Override
                public @Nullable Void visit(SqlIdentifier name) {
                    throw Util.FoundOne.NULL;
                }
            });
            return false;
        } catch (Util.FoundOne found) {
            return true;
        }
    }
}
