package io.gatehouse.sql.function;

import static io.gatehouse.sql.function.Signatures.takes;

import io.gatehouse.sql.parse.StatementErrors;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * {@code random()}, which returns another number at each call. Planning repeats expressions: a WITH query at each of its
 * uses, the left side of IN in each comparison. A repeated {@code random()} would be several numbers where the user
 * wrote one, so a statement that needs that is refused.
 */
public final class RandomNumbers {
    static final SqlFunction RANDOM = new RandomFunction();

    private RandomNumbers() {}

    /** Not deterministic, so that no rule moves or repeats it. */
    private static final class RandomFunction extends SqlFunction {
        RandomFunction() {
            super(
                    "random",
                    SqlKind.OTHER_FUNCTION,
                    ReturnTypes.DOUBLE,
                    null,
                    takes(),
                    SqlFunctionCategory.USER_DEFINED_FUNCTION);
        }

        @Override
        public boolean isDeterministic() {
            return false;
        }
    }

    /** The number of calls in a statement that was parsed and not yet validated. */
    public static int countParsed(SqlNode statement) {
        return count(statement, false);
    }

    private static int count(SqlNode statement, boolean resolved) {
        int[] calls = new int[1];
        statement.accept(new SqlBasicVisitor<@Nullable Void>() {
            @Override
            public @Nullable Void visit(SqlCall call) {
                boolean counts = resolved
                        ? call.getOperator() instanceof RandomFunction
                        : call.getOperator().getName().equalsIgnoreCase(RANDOM.getName()) && call.operandCount() == 0;
                calls[0] += counts ? 1 : 0;
                return super.visit(call);
            }
        });
        return calls[0];
    }

    public static boolean isCall(RexNode expression) {
        return expression instanceof RexCall call && call.getOperator() instanceof RandomFunction;
    }

    public static boolean areIn(RexNode expression) {
        Calls calls = new Calls();
        expression.accept(calls);
        return calls.count > 0;
    }

    /** Whether expressions of a relation itself have calls, not those of what it reads. */
    public static boolean areIn(RelNode node) {
        Calls calls = new Calls();
        node.accept(calls);
        return calls.count > 0;
    }

    /** Counts calls, also those in sub-queries. */
    private static final class Calls extends RexShuttle {
        private int count;

        @Override
        public RexNode visitCall(RexCall call) {
            count += isCall(call) ? 1 : 0;
            return super.visitCall(call);
        }

        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            count += RandomNumbers.count(query.rel);
            return super.visitSubQuery(query);
        }
    }

    private static int count(RelNode algebra) {
        Calls calls = new Calls();
        new RelVisitor() {
            @Override
            public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
                node.accept(calls);
                super.visit(node, ordinal, parent);
            }
        }.go(algebra);
        return calls.count;
    }

    /**
     * Refuses a statement whose meaning has more calls than its text.
     *
     * @param parsed the number of calls in the text
     */
    public static void check(int parsed, RelNode algebra) {
        check(parsed < count(algebra));
    }

    /** Refuses a statement that is written with more calls than its meaning has. */
    public static void check(RelNode algebra, SqlNode written) {
        int calls = count(written, true);
        check(calls > 0 && calls > count(algebra));
    }

    private static void check(boolean repeated) {
        if (repeated) {
            throw StatementErrors.notSupported(
                    "A random() is used at several places here and would be another number at each; compute it as a column of a"
                            + " sub-query in FROM, or write hash(seed, key) / 18446744073709551616, a number from 0 to 1 that"
                            + " is the same at each place.");
        }
    }
}
