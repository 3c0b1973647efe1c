package io.gatehouse.sql.limits;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.parse.Positions;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlRowTypeNameSpec;
import org.apache.calcite.sql.SqlSampleSpec;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.fun.SqlBetweenOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/**
 * Accepts queries only, without the forms that Calcite's grammar parses and DuckDB does not have. The catalog and the
 * function table decide which relations and functions they may use.
 */
public final class StatementPolicy {
    private static final int PARTIAL = 7;

    /** Operators of refused forms, each with its message. */
    private static final Map<SqlOperator, String> REFUSED = Map.ofEntries(
            Map.entry(SqlStdOperatorTable.IS_A_SET, "IS A SET is not supported."),
            Map.entry(SqlStdOperatorTable.IS_NOT_A_SET, "IS A SET is not supported."),
            Map.entry(SqlStdOperatorTable.IS_EMPTY, "IS EMPTY is not supported; write len(list) = 0."),
            Map.entry(SqlStdOperatorTable.IS_NOT_EMPTY, "IS NOT EMPTY is not supported; write len(list) > 0."),
            Map.entry(SqlStdOperatorTable.IS_JSON_VALUE, "IS JSON is not supported."),
            Map.entry(SqlStdOperatorTable.IS_NOT_JSON_VALUE, "IS JSON is not supported."),
            Map.entry(SqlStdOperatorTable.IS_JSON_OBJECT, "IS JSON is not supported."),
            Map.entry(SqlStdOperatorTable.IS_NOT_JSON_OBJECT, "IS JSON is not supported."),
            Map.entry(SqlStdOperatorTable.IS_JSON_ARRAY, "IS JSON is not supported."),
            Map.entry(SqlStdOperatorTable.IS_NOT_JSON_ARRAY, "IS JSON is not supported."),
            Map.entry(SqlStdOperatorTable.IS_JSON_SCALAR, "IS JSON is not supported."),
            Map.entry(SqlStdOperatorTable.IS_NOT_JSON_SCALAR, "IS JSON is not supported."),
            Map.entry(
                    SqlStdOperatorTable.OVERLAPS,
                    "OVERLAPS is not supported; write a.first < b.last AND b.first < a.last."),
            Map.entry(
                    SqlStdOperatorTable.UNIQUE,
                    "UNIQUE is not supported; write NOT EXISTS over a query with GROUP BY and HAVING count(*) > 1."),
            Map.entry(
                    SqlStdOperatorTable.MINUS_DATE,
                    "A difference with a unit is not supported; write date_diff('day', first, last)."),
            Map.entry(SqlLibraryOperators.RLIKE, "RLIKE is not supported; write regexp_matches(text, pattern)."),
            Map.entry(SqlLibraryOperators.NOT_RLIKE, "RLIKE is not supported; write regexp_matches(text, pattern)."),
            Map.entry(SqlLibraryOperators.OFFSET, "OFFSET in brackets is not supported; write list[n], from 1."),
            Map.entry(SqlLibraryOperators.SAFE_OFFSET, "OFFSET in brackets is not supported; write list[n], from 1."),
            Map.entry(SqlStdOperatorTable.ARGUMENT_ASSIGNMENT, "Arguments are given by their places, without names."),
            Map.entry(SqlStdOperatorTable.DEFAULT, "DEFAULT is not supported; leave the argument out."),
            Map.entry(SqlStdOperatorTable.ARRAY_QUERY, "ARRAY of a query is not supported; write (SELECT list(x) …)."),
            Map.entry(SqlStdOperatorTable.WITHIN_DISTINCT, "WITHIN DISTINCT is not supported; write sum(DISTINCT x)."));

    private StatementPolicy() {}

    public static void check(SqlNode statement) {
        SqlKind kind = statement.getKind();
        if (!kind.belongsTo(SqlKind.QUERY)) {
            throw refusal(statement, kind);
        }
        statement.accept(new SqlBasicVisitor<@Nullable Void>() {
            @Override
            public @Nullable Void visit(SqlCall call) {
                checkCall(call);
                return super.visit(call);
            }

            @Override
            public @Nullable Void visit(SqlDataTypeSpec type) {
                if (type.getTypeNameSpec() instanceof SqlRowTypeNameSpec) {
                    throw StatementErrors.notSupported(
                            type, "Structs are not supported; select the values as columns.");
                }
                return super.visit(type);
            }
        });
    }

    private static void checkCall(SqlCall call) {
        refused(call).ifPresent(message -> {
            throw StatementErrors.notSupported(call, message);
        });
        if (call.getKind().belongsTo(SqlKind.DML)) {
            throw refusal(call, call.getKind());
        }
    }

    private static Optional<String> refused(SqlCall call) {
        boolean secondIsUnit = call.operandCount() == 2 && call.operand(1) instanceof SqlIntervalQualifier;
        return switch (call.getKind()) {
            case HINT -> Optional.of("Hints (/*+ */) are not supported.");
            case MATCH_RECOGNIZE -> Optional.of("MATCH_RECOGNIZE is not supported.");
            case SNAPSHOT -> Optional.of("FOR SYSTEM_TIME is not supported.");
            case NEXT_VALUE, CURRENT_VALUE -> Optional.of("Sequences are not supported.");
            case EXTEND -> Optional.of("Declaring columns after a relation is not supported; add them in a sub-query.");
            case LAMBDA ->
                Optional.of("Lambdas are not supported; write UNNEST in FROM, and what is to be done with each element"
                        + " in SELECT or WHERE.");
            case BETWEEN ->
                call.getOperandList().stream().anyMatch(side -> side.getKind() == SqlKind.ROW)
                        ? Optional.of(
                                "BETWEEN does not support rows; write x BETWEEN 1 AND 2 AND (x > 1 OR y >= 1) AND (x < 2 OR y <= 2).")
                        : between(call);
            case SOME, ALL ->
                call.operandCount() == 2
                                && call.operand(1).getKind() == SqlKind.CAST
                                && ((SqlCall) call.operand(1)).operand(0).isA(SqlKind.QUERY)
                        ? Optional.of(
                                "ANY and ALL cannot be followed by a cast of a query; cast the column inside the query.")
                        : Optional.ofNullable(REFUSED.get(call.getOperator()));
            case CEIL ->
                secondIsUnit
                        ? Optional.of("CEIL of a time is not supported; write date_trunc('day', x) + INTERVAL 1 DAY.")
                        : Optional.empty();
            case TABLESAMPLE ->
                call.operand(1) instanceof SqlLiteral literal
                                && literal.getValue() instanceof SqlSampleSpec.SqlSubstitutionSampleSpec
                        ? Optional.of("SUBSTITUTE is not supported; write TABLESAMPLE BERNOULLI(10).")
                        : Optional.empty();
            case SIMILAR ->
                call.operandCount() > 2
                        ? Optional.of("SIMILAR TO does not support ESCAPE; write a backslash in the pattern.")
                        : Optional.empty();
            case WINDOW ->
                call instanceof SqlWindow && call.getOperandList().get(PARTIAL) != null
                        ? Optional.of("ALLOW PARTIAL and DISALLOW PARTIAL are not supported.")
                        : Optional.empty();
            default -> Optional.ofNullable(REFUSED.get(call.getOperator()));
        };
    }

    private static Optional<String> between(SqlCall call) {
        boolean symmetric = call.getOperator() instanceof SqlBetweenOperator between
                && between.flag == SqlBetweenOperator.Flag.SYMMETRIC;
        return symmetric
                ? Optional.of("SYMMETRIC is not supported; write least(a, b) and greatest(a, b).")
                : Optional.empty();
    }

    private static GatehouseException refusal(SqlNode statement, SqlKind kind) {
        if (kind.belongsTo(SqlKind.DML) || kind.belongsTo(SqlKind.DDL) || kind == SqlKind.SET_OPTION) {
            return new GatehouseException(
                    ErrorCode.SQL_READ_ONLY,
                    "%s is refused: SQL can only read."
                            .formatted(kind.name().replace('_', ' ').toUpperCase(Locale.ROOT)),
                    Positions.of(statement));
        }
        return StatementErrors.notSupported(
                statement, "Only queries (SELECT, VALUES, WITH) are supported, not %s.".formatted(kind.name()));
    }
}
