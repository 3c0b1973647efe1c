package io.gatehouse.sql.dialect;

import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.grammar.DialectOperators;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.util.Util;

/** DuckDB's operators that are another form of a function, and aggregates that say in which order they take their rows. */
final class OperatorForms {
    /** Aggregates whose result hangs on the order of their rows. */
    private static final Set<String> ORDERED = Set.of(
            "any_value",
            "arbitrary",
            "arg_max",
            "arg_min",
            "argmax",
            "argmin",
            "array_agg",
            "first",
            "group_concat",
            "last",
            "list",
            "listagg",
            "max_by",
            "min_by",
            "mode",
            "string_agg");

    private OperatorForms() {}

    /** The same in another form; empty if it has none. */
    static Optional<SqlNode> written(SqlCall call) {
        SqlOperator operator = call.getOperator();
        if (operator.equals(DialectOperators.IN_LIST)) {
            return Optional.of(function("contains", call, call.operand(1), call.operand(0)));
        }
        if (operator.equals(DialectOperators.NOT_IN_LIST)) {
            return Optional.of(not(call, function("contains", call, call.operand(1), call.operand(0))));
        }
        if (operator.equals(DialectOperators.GLOB)) {
            return Optional.of(glob(call));
        }
        if (operator.equals(DialectOperators.NOT_GLOB)) {
            return Optional.of(not(call, glob(call)));
        }
        if (operator.equals(DialectOperators.STARTS_WITH)) {
            return Optional.of(function("starts_with", call, call.operand(0), call.operand(1)));
        }
        if (operator.equals(DialectOperators.OVERLAP)) {
            return Optional.of(function("list_has_any", call, call.operand(0), call.operand(1)));
        }
        if (operator.equals(SqlStdOperatorTable.NEGATED_POSIX_REGEX_CASE_SENSITIVE)) {
            return Optional.of(not(call, with(SqlStdOperatorTable.POSIX_REGEX_CASE_SENSITIVE, call)));
        }
        if (operator.equals(SqlStdOperatorTable.POSIX_REGEX_CASE_INSENSITIVE)) {
            return Optional.of(insensitive(call));
        }
        if (operator.equals(SqlStdOperatorTable.NEGATED_POSIX_REGEX_CASE_INSENSITIVE)) {
            return Optional.of(not(call, insensitive(call)));
        }
        return operator.equals(DialectOperators.ORDERED) ? Optional.of(ordered(call)) : Optional.empty();
    }

    private static SqlNode glob(SqlCall call) {
        return function("regexp_full_match", call, call.operand(0), Glob.pattern(call));
    }

    private static SqlNode insensitive(SqlCall call) {
        SqlNode option = SqlLiteral.createCharString("i", call.getParserPosition());
        return function("regexp_matches", call, call.operand(0), call.operand(1), option);
    }

    private static SqlNode with(SqlOperator operator, SqlCall call) {
        return operator.createCall(call.getParserPosition(), call.getOperandList());
    }

    private static SqlNode not(SqlCall call, SqlNode condition) {
        return SqlStdOperatorTable.NOT.createCall(call.getParserPosition(), condition);
    }

    private static SqlNode function(String name, SqlCall call, SqlNode... operands) {
        SqlParserPos position = call.getParserPosition();
        return new SqlUnresolvedFunction(
                        new SqlIdentifier(name, position),
                        null,
                        null,
                        null,
                        null,
                        SqlFunctionCategory.USER_DEFINED_FUNCTION)
                .createCall(position, Arrays.asList(operands));
    }

    /** Whether a call is function(x ORDER BY y), the result of which may hang on the order. */
    static boolean hangsOnOrder(SqlCall call) {
        boolean standard = !call.getOperandList().isEmpty() && Util.last(call.getOperandList()) instanceof SqlNodeList;
        if (!call.getOperator().equals(DialectOperators.ORDERED)) {
            return standard && call.getOperator().isAggregator();
        }
        String name = functionOf(call);
        return !FunctionTable.INSTANCE.isAggregate(name)
                || FunctionTable.INSTANCE.needsWindow(name)
                || ORDERED.contains(name);
    }

    /** The name of the function in function(x ORDER BY y). */
    static String functionOf(SqlCall call) {
        boolean ordered = call.getOperator().equals(DialectOperators.ORDERED);
        SqlCall function = ordered ? call.operand(0) : call;
        return function.getOperator().getName().toLowerCase(Locale.ROOT);
    }

    /** aggregate(x ORDER BY y): without the order where it changes nothing. */
    private static SqlNode ordered(SqlCall ordered) {
        SqlCall call = ordered.operand(0);
        SqlNodeList keys = ordered.operand(1);
        if (functionOf(ordered).equals("list")) {
            List<SqlNode> operands = new java.util.ArrayList<>(call.getOperandList());
            operands.add(keys);
            return SqlLibraryOperators.ARRAY_AGG.createCall(
                    call.getFunctionQuantifier(), call.getParserPosition(), operands);
        }
        return !hangsOnOrder(ordered)
                ? call
                : SqlStdOperatorTable.WITHIN_GROUP.createCall(ordered.getParserPosition(), call, keys);
    }
}
