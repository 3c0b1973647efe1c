package io.gatehouse.sql.dialect;

import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.grammar.DialectOperators;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.util.Util;

/**
 * Replaces DuckDB's operators and functions that are another form of something else: {@code x GLOB p} by a function,
 * {@code if(c, x, y)} by CASE, {@code list[2:3]} by list_slice; and aggregates with ORDER BY, and percentiles with FILTER.
 */
final class OperatorForms {
    /** Aggregates whose result depends on the order of their rows. */
    private static final Set<String> ORDERED = Set.of(
            "any_value",
            "arbitrary",
            "arg_max",
            "arg_max_null",
            "arg_max_nulls_last",
            "arg_min",
            "arg_min_null",
            "arg_min_nulls_last",
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
            "quantile",
            "quantile_cont",
            "quantile_disc",
            "string_agg");

    /** Aggregates of the n largest or smallest, whose n is that of the first row. */
    private static final Set<String> OF_SEVERAL = Set.of("max", "min");

    private static final Set<SqlKind> PERCENTILES = Set.of(SqlKind.PERCENTILE_CONT, SqlKind.PERCENTILE_DISC);

    /** Functions that make a list of their arguments. */
    private static final Set<String> LISTS = Set.of("list_value", "list_pack");

    private OperatorForms() {}

    /** Returns the replacement of a call; empty if it stays as it is. */
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
        if (operator.equals(DialectOperators.HAS_ALL)) {
            return Optional.of(function("list_has_all", call, call.operand(0), call.operand(1)));
        }
        if (operator.equals(DialectOperators.IS_WITHIN)) {
            return Optional.of(function("list_has_all", call, call.operand(1), call.operand(0)));
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
        // Its type is that of both arguments.
        if (operator instanceof SqlUnresolvedFunction
                && operator.getName().equalsIgnoreCase("ifnull")
                && call.operandCount() == 2) {
            return Optional.of(function("coalesce", call, call.operand(0), call.operand(1)));
        }
        if (operator.equals(DialectOperators.ORDERED)) {
            return Optional.of(ordered(call));
        }
        if (call.getKind() == SqlKind.FILTER
                && call.operand(0) instanceof SqlCall percentile
                && percentile.getKind() == SqlKind.WITHIN_GROUP
                && PERCENTILES.contains(percentile.operand(0).getKind())) {
            return Optional.of(filtered(percentile, call.operand(1)));
        }
        if (call.getKind() == SqlKind.ITEM
                && call.operand(1) instanceof SqlCall bounds
                && bounds.getOperator().equals(DialectOperators.SLICE)) {
            return Optional.of(slice(call, bounds));
        }
        if (!(operator instanceof SqlUnresolvedFunction)) {
            return Optional.empty();
        }
        String name = SqlTrees.functionName(call);
        return name.equals("if")
                ? Optional.of(choice(call))
                : LISTS.contains(name)
                        ? Optional.of(with(SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR, call))
                        : Optional.empty();
    }

    /** if(condition, then, otherwise) as CASE. */
    private static SqlNode choice(SqlCall call) {
        if (call.operandCount() != 3) {
            throw StatementErrors.invalid(call, "if takes a condition, what holds then, and what else.");
        }
        return new SqlCase(
                call.getParserPosition(), null, list(call.operand(0)), list(call.operand(1)), call.operand(2));
    }

    private static SqlNodeList list(SqlNode node) {
        return new SqlNodeList(List.of(node), node.getParserPosition());
    }

    /**
     * Replaces list[first:last] by list_slice(list, first, last), with a step if there is one; a bound that is left out
     * becomes the smallest or largest index.
     */
    private static SqlNode slice(SqlCall item, SqlCall bounds) {
        List<SqlNode> operands = new ArrayList<>();
        operands.add(item.operand(0));
        operands.add(bound(bounds, 0, 1));
        operands.add(bound(bounds, 1, Long.MAX_VALUE));
        if (!(bounds.operand(2) instanceof SqlNodeList)) {
            operands.add(bounds.operand(2));
        }
        return ListFunctions.SLICE.createCall(item.getParserPosition(), operands);
    }

    private static SqlNode bound(SqlCall bounds, int index, long otherwise) {
        return bounds.operand(index) instanceof SqlNodeList
                ? SqlTrees.number(otherwise, bounds.getParserPosition())
                : bounds.operand(index);
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
        return SqlTrees.function(name, position).createCall(position, Arrays.asList(operands));
    }

    /**
     * percentile WITHIN GROUP (ORDER BY CASE WHEN condition THEN x END), because Calcite finds no type for a percentile with
     * FILTER. A percentile ignores NULLs.
     */
    private static SqlNode filtered(SqlCall percentile, SqlNode condition) {
        SqlNodeList keys = percentile.operand(1);
        SqlNodeList kept = new SqlNodeList(keys.getParserPosition());
        for (SqlNode key : keys) {
            kept.add(SqlTrees.withBare(key, bare -> SqlTrees.when(condition, bare, condition.getParserPosition())));
        }
        return percentile
                .getOperator()
                .createCall(percentile.getParserPosition(), percentile.<SqlNode>operand(0), kept);
    }

    /** Whether a call is function(x ORDER BY y), and its result may depend on the order. */
    static boolean dependsOnOrder(SqlCall call) {
        boolean standard = !call.getOperandList().isEmpty() && Util.last(call.getOperandList()) instanceof SqlNodeList;
        if (!call.getOperator().equals(DialectOperators.ORDERED)) {
            return standard && call.getOperator().isAggregator();
        }
        String name = functionOf(call);
        return !FunctionTable.INSTANCE.isAggregate(name)
                || FunctionTable.INSTANCE.needsWindow(name)
                || ORDERED.contains(name)
                || (OF_SEVERAL.contains(name) && call.<SqlCall>operand(0).operandCount() > 1);
    }

    /** The name of the function in function(x ORDER BY y). */
    static String functionOf(SqlCall call) {
        boolean ordered = call.getOperator().equals(DialectOperators.ORDERED);
        return SqlTrees.functionName(ordered ? call.operand(0) : call);
    }

    /** Replaces aggregate(x ORDER BY y), without the order where it has no effect. */
    private static SqlNode ordered(SqlCall ordered) {
        SqlCall call = ordered.operand(0);
        SqlNodeList keys = ordered.operand(1);
        if (functionOf(ordered).equals("list")) {
            List<SqlNode> operands = new ArrayList<>(call.getOperandList());
            operands.add(keys);
            return SqlLibraryOperators.ARRAY_AGG.createCall(
                    call.getFunctionQuantifier(), call.getParserPosition(), operands);
        }
        return !dependsOnOrder(ordered)
                ? call
                : SqlStdOperatorTable.WITHIN_GROUP.createCall(ordered.getParserPosition(), call, keys);
    }
}
