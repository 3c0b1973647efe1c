package io.gatehouse.sql.dialect;

import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.grammar.DialectOperators;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/**
 * Relations in FROM that Calcite does not know: range and generate_series, VALUES whose columns have no names, and UNION
 * BY NAME.
 */
final class RelationForms {
    static final int MAX_ROWS = 1_000_000;

    private static final String INCLUSIVE = "generate_series";

    private static final String ALIAS = "valueslist";

    private RelationForms() {}

    static boolean isSeries(SqlNode node) {
        return node instanceof SqlCall call
                && call.getOperator() instanceof SqlUnresolvedFunction function
                && List.of("range", INCLUSIVE).contains(function.getName().toLowerCase(Locale.ROOT));
    }

    /**
     * SELECT * FROM UNNEST(range(first, end, step)) AS name(name): rows of integers. range excludes its end,
     * generate_series includes it. The arguments must be literals, so that the number of rows is known.
     */
    static SqlNode series(SqlCall call) {
        String name = call.getOperator().getName().toLowerCase(Locale.ROOT);
        List<BigDecimal> given = call.getOperandList().stream()
                .map(argument -> number(argument, name))
                .toList();
        if (given.isEmpty() || given.size() > 3) {
            throw StatementErrors.notSupported(call, "%s takes one to three whole numbers.".formatted(name));
        }
        BigDecimal first = given.size() == 1 ? BigDecimal.ZERO : given.get(0);
        BigDecimal last = given.size() == 1 ? given.get(0) : given.get(1);
        BigDecimal step = given.size() == 3 ? given.get(2) : BigDecimal.ONE;
        if (step.signum() == 0) {
            throw StatementErrors.notSupported(call, "The step of %s must not be 0.".formatted(name));
        }
        BigDecimal end = name.equals(INCLUSIVE) ? last.add(BigDecimal.valueOf(step.signum())) : last;
        if (end.subtract(first).divideToIntegralValue(step).compareTo(BigDecimal.valueOf(MAX_ROWS)) > 0) {
            throw StatementErrors.notSupported(call, "%s makes at most %,d rows here.".formatted(name, MAX_ROWS));
        }
        return seriesOf(name, List.of(first, end, step), call.getParserPosition());
    }

    private static SqlNode seriesOf(String name, List<BigDecimal> bounds, SqlParserPos position) {
        List<SqlNode> arguments = bounds.stream()
                .<SqlNode>map(bound -> SqlLiteral.createExactNumeric(bound.toPlainString(), position))
                .toList();
        SqlNode rows =
                SqlStdOperatorTable.UNNEST.createCall(position, ListFunctions.RANGE.createCall(position, arguments));
        SqlIdentifier named = new SqlIdentifier(name, position);
        SqlNode from = SqlStdOperatorTable.AS.createCall(position, rows, named, named);
        return SqlTrees.everythingFrom(from);
    }

    private static BigDecimal number(SqlNode argument, String name) {
        if (argument.getKind() == SqlKind.MINUS_PREFIX) {
            return number(((SqlCall) argument).operand(0), name).negate();
        }
        if (argument instanceof SqlNumericLiteral literal && literal.isInteger()) {
            return literal.bigDecimalValue();
        }
        throw StatementErrors.notSupported(argument, "%s takes whole numbers that are written out.".formatted(name));
    }

    /** Gives the columns of unnamed VALUES in FROM the names that DuckDB uses: col0, col1 and so on. */
    static SqlNode withColumnNames(SqlNode relation) {
        if (relation instanceof SqlJoin join) {
            join.setLeft(withColumnNames(join.getLeft()));
            join.setRight(withColumnNames(join.getRight()));
            return join;
        }
        if (relation.getKind() == SqlKind.VALUES) {
            return named((SqlCall) relation, new SqlIdentifier(ALIAS, relation.getParserPosition()));
        }
        return relation instanceof SqlCall as
                        && as.getKind() == SqlKind.AS
                        && as.operandCount() == 2
                        && as.operand(0).getKind() == SqlKind.VALUES
                ? named(as.operand(0), as.operand(1))
                : relation;
    }

    /** VALUES that is a query of its own, as a query of columns with these names; others as they are. */
    static SqlNode query(SqlNode query) {
        return query.getKind() == SqlKind.VALUES ? SqlTrees.everythingFrom(withColumnNames(query)) : query;
    }

    /** The names of the columns of a WITH query, if it has some. */
    static @Nullable SqlNodeList columnNames(SqlWithItem item) {
        return item.columnList == null && item.query.getKind() == SqlKind.VALUES
                ? new SqlNodeList(columns((SqlCall) item.query), item.getParserPosition())
                : item.columnList;
    }

    private static SqlNode named(SqlCall values, SqlNode alias) {
        SqlParserPos position = values.getParserPosition();
        List<SqlNode> operands = new ArrayList<>(List.of(values, alias));
        operands.addAll(columns(values));
        return SqlStdOperatorTable.AS.createCall(position, operands);
    }

    private static List<SqlNode> columns(SqlCall values) {
        int count = values.operand(0) instanceof SqlCall row && row.getKind() == SqlKind.ROW ? row.operandCount() : 1;
        return IntStream.range(0, count)
                .<SqlNode>mapToObj(column -> new SqlIdentifier("col" + column, values.getParserPosition()))
                .toList();
    }

    static boolean isUnionByName(SqlCall call) {
        return call.getOperator().equals(DialectOperators.UNION_BY_NAME)
                || call.getOperator().equals(DialectOperators.UNION_ALL_BY_NAME);
    }

    /**
     * UNION BY NAME as a UNION of all columns of both sides, in which NULL stands for those that a side does not have.
     *
     * @param union of queries in the standard's forms
     */
    static SqlNode unionByName(SqlCall union, OutputColumns names) {
        List<List<String>> sides = new ArrayList<>();
        List<String> all = new ArrayList<>();
        for (SqlNode side : union.getOperandList()) {
            List<String> columns = names.of(side);
            sides.add(columns.stream().map(SqlTrees::key).toList());
            columns.stream()
                    .filter(name ->
                            all.stream().noneMatch(known -> SqlTrees.key(known).equals(SqlTrees.key(name))))
                    .forEach(all::add);
            if (columns.stream().map(SqlTrees::key).distinct().count() < columns.size()) {
                throw StatementErrors.notSupported(
                        side, "UNION BY NAME does not support two columns of the same name.");
            }
        }
        SqlNode left = side(union.operand(0), sides.get(0), all);
        SqlNode right = side(union.operand(1), sides.get(1), all);
        return (union.getOperator().equals(DialectOperators.UNION_BY_NAME)
                        ? SqlStdOperatorTable.UNION
                        : SqlStdOperatorTable.UNION_ALL)
                .createCall(union.getParserPosition(), left, right);
    }

    private static SqlNode side(SqlNode query, List<String> own, List<String> all) {
        SqlParserPos position = query.getParserPosition();
        SqlNodeList items = new SqlNodeList(position);
        for (String name : all) {
            SqlIdentifier column = new SqlIdentifier(name, position);
            items.add(
                    own.contains(SqlTrees.key(name))
                            ? column
                            : SqlStdOperatorTable.AS.createCall(position, SqlLiteral.createNull(position), column));
        }
        SqlNode relation = SqlStdOperatorTable.AS.createCall(position, query, new SqlIdentifier("by_name", position));
        return OutputColumns.select(items, relation);
    }
}
