package io.gatehouse.sql.dialect;

import io.gatehouse.sql.function.ListFunctions;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * range and generate_series in FROM: rows of whole numbers, which range ends before its last argument and
 * generate_series with it. Their arguments must be written out, so that it is known how many rows they make.
 */
final class Series {
    static final int MAX_ROWS = 1_000_000;

    private static final String INCLUSIVE = "generate_series";

    private Series() {}

    static boolean isSeries(SqlNode node) {
        return node instanceof SqlCall call
                && call.getOperator() instanceof SqlUnresolvedFunction function
                && List.of("range", INCLUSIVE).contains(function.getName().toLowerCase(Locale.ROOT));
    }

    /** SELECT * FROM UNNEST(range(first, end, step)) AS name(name). */
    static SqlNode relation(SqlCall call) {
        String name = call.getOperator().getName().toLowerCase(Locale.ROOT);
        List<BigDecimal> given = call.getOperandList().stream()
                .map(argument -> number(argument, name))
                .toList();
        if (given.isEmpty() || given.size() > 3) {
            throw DialectForms.refused(call, "%s takes one to three whole numbers.".formatted(name));
        }
        BigDecimal first = given.size() == 1 ? BigDecimal.ZERO : given.get(0);
        BigDecimal last = given.size() == 1 ? given.get(0) : given.get(1);
        BigDecimal step = given.size() == 3 ? given.get(2) : BigDecimal.ONE;
        if (step.signum() == 0) {
            throw DialectForms.refused(call, "The step of %s must not be 0.".formatted(name));
        }
        BigDecimal end = name.equals(INCLUSIVE) ? last.add(BigDecimal.valueOf(step.signum())) : last;
        if (end.subtract(first).divideToIntegralValue(step).compareTo(BigDecimal.valueOf(MAX_ROWS)) > 0) {
            throw DialectForms.refused(call, "%s makes at most %,d rows here.".formatted(name, MAX_ROWS));
        }
        return select(name, List.of(first, end, step), call.getParserPosition());
    }

    private static SqlNode select(String name, List<BigDecimal> bounds, SqlParserPos position) {
        List<SqlNode> arguments = bounds.stream()
                .<SqlNode>map(bound -> SqlLiteral.createExactNumeric(bound.toPlainString(), position))
                .toList();
        SqlNode rows =
                SqlStdOperatorTable.UNNEST.createCall(position, ListFunctions.RANGE.createCall(position, arguments));
        SqlIdentifier named = new SqlIdentifier(name, position);
        SqlNode from = SqlStdOperatorTable.AS.createCall(position, rows, named, named);
        SqlNodeList star = SqlNodeList.of(SqlIdentifier.star(position));
        return new SqlSelect(
                position, null, star, from, null, null, null, null, null, null, null, null, SqlNodeList.EMPTY);
    }

    private static BigDecimal number(SqlNode argument, String name) {
        if (argument.getKind() == SqlKind.MINUS_PREFIX) {
            return number(((SqlCall) argument).operand(0), name).negate();
        }
        if (argument instanceof SqlNumericLiteral literal && literal.isInteger()) {
            return literal.bigDecimalValue();
        }
        throw DialectForms.refused(argument, "%s takes whole numbers that are written out.".formatted(name));
    }
}
