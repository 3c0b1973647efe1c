package io.gatehouse.sql.function;

import static io.gatehouse.sql.function.Signatures.takes;

import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelVisitor;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * {@code random()}, which returns another number at each call. Planning repeats expressions, a WITH query at each of its
 * uses and the left side of IN in each comparison, and it merges equal ones. So each call of a text has a number of its
 * own: two calls are never equal, and a statement in which one number occurs twice is refused, because it would be several
 * numbers where the user wrote one.
 */
public final class RandomNumbers {
    static final SqlFunction RANDOM = new RandomFunction(0);

    private RandomNumbers() {}

    /** Not deterministic, so that no rule moves it. */
    private static final class RandomFunction extends SqlFunction {
        private final int number;

        RandomFunction(int number) {
            super(
                    "random",
                    SqlKind.OTHER_FUNCTION,
                    ReturnTypes.DOUBLE,
                    null,
                    takes(),
                    SqlFunctionCategory.USER_DEFINED_FUNCTION);
            this.number = number;
        }

        @Override
        public boolean isDeterministic() {
            return false;
        }

        /** Does not look the function up, which would replace it by the one without a number. */
        @Override
        public RelDataType deriveType(SqlValidator validator, SqlValidatorScope scope, SqlCall call) {
            return number == 0
                    ? super.deriveType(validator, scope, call)
                    : validator.getTypeFactory().createSqlType(SqlTypeName.DOUBLE);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof RandomFunction function && function.number == number;
        }

        @Override
        public int hashCode() {
            return number;
        }
    }

    /** Gives each call of a statement that was just parsed a number of its own. */
    public static void number(SqlNode parsed) {
        parsed.accept(new SqlBasicVisitor<@Nullable Void>() {
            private int last;

            @Override
            public @Nullable Void visit(SqlCall call) {
                if (call instanceof SqlBasicCall basic
                        && call.operandCount() == 0
                        && call.getOperator().getName().equalsIgnoreCase(RANDOM.getName())) {
                    basic.setOperator(new RandomFunction(++last));
                }
                return super.visit(call);
            }
        });
    }

    /** The function without the number of a call; others as they are. */
    static SqlOperator plain(SqlOperator operator) {
        return operator instanceof RandomFunction ? RANDOM : operator;
    }

    public static boolean isCall(RexNode expression) {
        return expression instanceof RexCall call && call.getOperator() instanceof RandomFunction;
    }

    public static boolean areIn(RexNode expression) {
        Calls calls = new Calls();
        expression.accept(calls);
        return !calls.numbers.isEmpty();
    }

    /** Whether expressions of a relation itself have calls, not those of what it reads. */
    public static boolean areIn(RelNode node) {
        Calls calls = new Calls();
        node.accept(calls);
        return !calls.numbers.isEmpty();
    }

    /** Refuses an expression with a call that would be written at several places. */
    public static void requireNone(RexNode repeated) {
        check(areIn(repeated));
    }

    /** Refuses algebra in which a call of the text is repeated. */
    public static void check(RelNode algebra) {
        Calls calls = new Calls();
        calls.visit(algebra);
        check(repeats(calls.numbers));
    }

    /** Refuses a written statement in which a call of the text is repeated. */
    public static void check(SqlNode written) {
        List<Integer> numbers = new ArrayList<>();
        written.accept(new SqlBasicVisitor<@Nullable Void>() {
            @Override
            public @Nullable Void visit(SqlCall call) {
                if (call.getOperator() instanceof RandomFunction function) {
                    numbers.add(function.number);
                }
                return super.visit(call);
            }
        });
        check(repeats(numbers));
    }

    private static boolean repeats(List<Integer> numbers) {
        return new HashSet<>(numbers).size() < numbers.size();
    }

    private static void check(boolean repeated) {
        if (repeated) {
            throw StatementErrors.notSupported(
                    "random() would be evaluated in several places here, with a different number in each; compute it as a column"
                            + " of a sub-query in FROM, or write hash(seed, key) / 18446744073709551616, a number from 0 to 1"
                            + " that is the same in each place.");
        }
    }

    /** Collects the numbers of calls, also of those in sub-queries. */
    private static final class Calls extends RexShuttle {
        private final List<Integer> numbers = new ArrayList<>();

        void visit(RelNode algebra) {
            new RelVisitor() {
                @Override
                public void visit(RelNode node, int ordinal, @Nullable RelNode parent) {
                    node.accept(Calls.this);
                    super.visit(node, ordinal, parent);
                }
            }.go(algebra);
        }

        @Override
        public RexNode visitCall(RexCall call) {
            if (call.getOperator() instanceof RandomFunction function) {
                numbers.add(function.number);
            }
            return super.visitCall(call);
        }

        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            visit(query.rel);
            return super.visitSubQuery(query);
        }
    }
}
