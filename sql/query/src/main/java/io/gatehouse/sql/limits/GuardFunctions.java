package io.gatehouse.sql.limits;

import io.gatehouse.sql.function.Cost;
import io.gatehouse.sql.function.StatementFunction;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** The functions that guards are written with. Users cannot call them. */
public final class GuardFunctions {
    /** {@code gatehouse_work(name, nanoseconds, limit)}: true, or an error if the rows of a vector exceed the limit. */
    public static final String WORK = "gatehouse_work";

    /** {@code gatehouse_pattern(pattern)}: nanoseconds per byte of matching a regular expression. */
    public static final String PATTERN = "gatehouse_pattern";

    /** {@code gatehouse_running(statement, condition)}: the condition, or an error if the statement must stop. */
    public static final String RUNNING = "gatehouse_running";

    static final SqlFunction CHECK = function(WORK, ReturnTypes.BOOLEAN_NOT_NULL);
    static final SqlFunction PATTERN_NANOS = function(PATTERN, ReturnTypes.DOUBLE);
    static final SqlFunction RANDOM = function("random", ReturnTypes.DOUBLE);
    static final SqlFunction TEXT_BYTES = function("strlen", ReturnTypes.BIGINT_NULLABLE);
    static final SqlFunction CHARACTERS = function("length", ReturnTypes.BIGINT_NULLABLE);
    static final SqlFunction LIST_LENGTH = function("len", ReturnTypes.BIGINT_NULLABLE);

    /** The bytes of the elements of a list: its texts or nested lists. */
    static final SqlFunction ELEMENT_BYTES =
            new SqlFunction(
                    "list_sum",
                    SqlKind.OTHER_FUNCTION,
                    ReturnTypes.DOUBLE,
                    null,
                    OperandTypes.VARIADIC,
                    SqlFunctionCategory.USER_DEFINED_FUNCTION) {
                @Override
                public void unparse(SqlWriter writer, SqlCall call, int left, int right) {
                    boolean lists = call.operandCount() > 1;
                    writer.print("list_sum(list_transform(");
                    call.operand(0).unparse(writer, 0, 0);
                    writer.print(
                            lists
                                    ? ", lambda element: len(element) * %s))".formatted(Cost.ELEMENT_BYTES)
                                    : ", lambda element: strlen(element)))");
                    writer.setNeedWhitespace(true);
                }
            };

    static final SqlFunction CONDITION =
            new SqlFunction(
                    RUNNING,
                    SqlKind.OTHER_FUNCTION,
                    ReturnTypes.BOOLEAN_NULLABLE,
                    null,
                    OperandTypes.VARIADIC,
                    SqlFunctionCategory.USER_DEFINED_FUNCTION) {
                @Override
                public void unparse(SqlWriter writer, SqlCall call, int left, int right) {
                    writer.print("%s(%s, ".formatted(RUNNING, StatementFunction.NAME_OF_STATEMENT));
                    call.operand(0).unparse(writer, 0, 0);
                    writer.print(")");
                    writer.setNeedWhitespace(true);
                }
            };

    private GuardFunctions() {}

    /** Whether a statement for DuckDB asks whether it is running. */
    public static boolean looksWhetherItRuns(String sql) {
        return sql.contains(RUNNING);
    }

    /** Whether values of a type can be long. */
    static boolean isLong(RelDataType type) {
        return SqlTypeUtil.inCharFamily(type) || type.getComponentType() != null;
    }

    private static SqlFunction function(String name, SqlReturnTypeInference returns) {
        return new SqlFunction(
                name,
                SqlKind.OTHER_FUNCTION,
                returns,
                null,
                OperandTypes.VARIADIC,
                SqlFunctionCategory.USER_DEFINED_FUNCTION);
    }
}
