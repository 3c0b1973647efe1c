package io.gatehouse.sql.dialect;

import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.function.GroupsFrame;
import io.gatehouse.sql.grammar.DialectOperators;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/**
 * What Calcite does not know of windows. FILTER becomes CASE inside the aggregate, which leaves out NULLs. GROUPS goes
 * with the function, as ROWS does with the frame.
 */
final class WindowForms {
    private static final int ROWS = 4;
    private static final int LOWER = 5;
    private static final int UPPER = 6;

    /** Aggregates for which a NULL is a value like another. */
    private static final Set<String> KEEPING_NULLS =
            Set.of("array_agg", "list", "first", "last", "arbitrary", "first_value", "last_value", "nth_value");

    /** Functions that look at all rows, whatever the frame. */
    private static final Set<String> WITHOUT_FRAME = Set.of("lag", "lead", "ntile");

    /** What can stand around a function before OVER. */
    private static final Set<SqlKind> AROUND = Set.of(SqlKind.FILTER, SqlKind.IGNORE_NULLS, SqlKind.RESPECT_NULLS);

    private WindowForms() {}

    /** A function OVER a window, its parts in the standard's forms. */
    static SqlNode written(SqlCall over) {
        SqlNode function = over.operand(0);
        SqlNode window = over.operand(1);
        if (function.getKind() == SqlKind.FILTER) {
            function = filtered((SqlCall) function);
        }
        if (window instanceof SqlWindow frame && (counts(frame, LOWER) || counts(frame, UPPER))) {
            function = GroupsForm.of((SqlCall) function);
            window = rows(frame);
        }
        return over.getOperator().createCall(over.getParserPosition(), function, window);
    }

    /** Calcite's windows know no order of the arguments; it may be left out where it changes nothing. */
    static void checkArguments(SqlCall over) {
        SqlNode function = over.operand(0);
        while (function instanceof SqlCall call && AROUND.contains(call.getKind())) {
            function = call.operand(0);
        }
        if (function instanceof SqlCall call && OperatorForms.hangsOnOrder(call)) {
            String name = OperatorForms.functionOf(call);
            throw DialectForms.refused(
                    call,
                    "ORDER BY in the arguments of the window function %s is not supported; write the order into OVER%s."
                            .formatted(
                                    name,
                                    WITHOUT_FRAME.contains(name)
                                            ? ""
                                            : " (ORDER BY … ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"));
        }
    }

    /** f(CASE WHEN condition THEN x END) for f(x) FILTER (WHERE condition). */
    private static SqlCall filtered(SqlCall filter) {
        SqlCall call = filter.operand(0);
        SqlNode condition = filter.operand(1);
        String name = call.getOperator().getName().toLowerCase(Locale.ROOT);
        if (!FunctionTable.INSTANCE.isAggregate(name) || KEEPING_NULLS.contains(name)) {
            throw DialectForms.refused(
                    filter,
                    "FILTER on the window function %s is not supported; write it over a sub-query that has the WHERE."
                            .formatted(name));
        }
        List<SqlNode> operands = new ArrayList<>(call.getOperandList());
        SqlParserPos position = filter.getParserPosition();
        boolean all = operands.isEmpty() || (operands.get(0) instanceof SqlIdentifier star && star.isStar());
        SqlNode value = all ? DialectForms.number(1, position) : operands.get(0);
        SqlNode kept = new SqlCase(
                position, null, SqlNodeList.of(condition), SqlNodeList.of(value), SqlLiteral.createNull(position));
        if (operands.isEmpty()) {
            operands.add(kept);
        } else {
            operands.set(0, kept);
        }
        return call.getOperator().createCall(call.getFunctionQuantifier(), call.getParserPosition(), operands);
    }

    private static boolean counts(SqlWindow window, int bound) {
        return number(window.getOperandList().get(bound)) instanceof SqlCall call
                && call.getOperator().equals(DialectOperators.GROUPS);
    }

    private static @Nullable SqlNode number(@Nullable SqlNode bound) {
        return bound instanceof SqlCall call && call.operandCount() == 1 ? call.operand(0) : null;
    }

    /** The same frame with rows in the place of groups. */
    private static SqlWindow rows(SqlWindow window) {
        List<@Nullable SqlNode> operands = new ArrayList<>(window.getOperandList());
        operands.set(ROWS, SqlLiteral.createBoolean(true, window.getParserPosition()));
        for (int bound : List.of(LOWER, UPPER)) {
            if (counts(window, bound)) {
                SqlCall call = (SqlCall) window.getOperandList().get(bound);
                SqlCall groups = call.operand(0);
                operands.set(
                        bound, call.getOperator().createCall(call.getParserPosition(), groups.<SqlNode>operand(0)));
            }
        }
        return (SqlWindow)
                window.getOperator().createCall(null, window.getParserPosition(), operands.toArray(new SqlNode[0]));
    }

    /** The function whose frame counts groups. */
    private static final class GroupsForm {
        private GroupsForm() {}

        static SqlCall of(SqlCall call) {
            if (call.getKind() == SqlKind.IGNORE_NULLS || call.getKind() == SqlKind.RESPECT_NULLS) {
                return call.getOperator().createCall(call.getParserPosition(), of(call.operand(0)));
            }
            SqlParserPos position = call.getParserPosition();
            SqlIdentifier name =
                    new SqlIdentifier(GroupsFrame.nameOf(call.getOperator().getName()), position);
            boolean all = call.operandCount() == 1 && call.operand(0) instanceof SqlIdentifier star && star.isStar();
            List<SqlNode> operands = all ? List.of(DialectForms.number(1, position)) : call.getOperandList();
            return new SqlUnresolvedFunction(name, null, null, null, null, SqlFunctionCategory.USER_DEFINED_FUNCTION)
                    .createCall(call.getFunctionQuantifier(), position, operands);
        }
    }
}
