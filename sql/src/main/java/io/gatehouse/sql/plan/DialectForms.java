package io.gatehouse.sql.plan;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.function.BitOperators;
import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.function.IntegerDivision;
import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.grammar.DialectOperators;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlStarExclude;
import org.apache.calcite.sql.SqlStarReplace;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;

/**
 * Writes DuckDB's forms as what they mean in the standard's: x::t as CAST, GROUP BY ALL and ORDER BY ALL as the numbers
 * of the items, DISTINCT ON as QUALIFY, count() as count(*). Calls of our own functions are written out.
 */
final class DialectForms extends SqlShuttle {
    private final DomainCalls functions;
    private final TableCalls tables;
    private final WrittenSize size = new WrittenSize();

    private DialectForms(DomainCalls functions, TableCalls tables) {
        this.functions = functions;
        this.tables = tables;
    }

    /**
     * The statement in the standard's forms. What is written once and meant twice stands in both places.
     *
     * @param tables gets the table functions that the statement calls
     */
    static SqlNode replace(SqlNode statement, DomainCalls functions, TableCalls tables) {
        DialectForms forms = new DialectForms(functions, tables);
        SqlNode replaced = visited(statement, forms);
        forms.size.check(replaced);
        return replaced;
    }

    @Override
    public SqlNode visit(SqlCall call) {
        if (call instanceof SqlOrderBy order) {
            return order(order);
        }
        if (call instanceof SqlSelect select) {
            return select(select, SqlNodeList.EMPTY);
        }
        if (isCountOfNothing(call)) {
            SqlParserPos position = call.getParserPosition();
            return call.getOperator().createCall(position, SqlIdentifier.star(position));
        }
        SqlOperator operator = call.getOperator();
        if (operator.equals(SqlStdOperatorTable.EXPLICIT_TABLE)) {
            return Descriptions.everythingOf(call.operand(0));
        }
        if (operator.equals(SqlStdOperatorTable.COLLECTION_TABLE)) {
            return table(call);
        }
        if (Series.isSeries(call) || tables.find(call).isPresent()) {
            throw refused(call, "%s can only stand in FROM.".formatted(operator.getName()));
        }
        if (operator.equals(SqlStdOperatorTable.EXISTS) && isInfixCast(call.operand(0))) {
            SqlCall cast = call.operand(0);
            SqlNode exists = operator.createCall(call.getParserPosition(), visited(cast.operand(0), this));
            return SqlStdOperatorTable.CAST.createCall(call.getParserPosition(), exists, cast.operand(1));
        }
        if (isInfixCast(call)) {
            return with(SqlStdOperatorTable.CAST, call);
        }
        if (operator.equals(DialectOperators.INTEGER_DIVIDE)) {
            return with(IntegerDivision.OPERATOR, call);
        }
        if (operator.equals(DialectOperators.POWER_OF)) {
            return with(FunctionTable.POWER, call);
        }
        if (DialectOperators.isOnBits(operator)) {
            return with(BitOperators.named(operator.getName()), call);
        }
        if (operator.equals(DialectOperators.UNNEST)) {
            return with(ListFunctions.UNNEST, call);
        }
        return operator instanceof SqlUnresolvedFunction ? function(call) : below(call);
    }

    /** TABLE(function), which FROM function is read as. */
    private SqlNode table(SqlCall collection) {
        if (!(collection.operand(0) instanceof SqlCall call)) {
            return below(collection);
        }
        return Series.isSeries(call)
                ? Series.relation(call)
                : tables.find(call)
                        .<SqlNode>map(function -> tables.relation(function, call, operands(call)))
                        .orElseGet(() -> below(collection));
    }

    /** Each argument is visited once: twice would double with each call inside another. */
    private SqlNode function(SqlCall call) {
        return functions
                .find(call)
                .map(function -> function.written(call, operands(call)))
                .orElseGet(() -> below(call));
    }

    private List<SqlNode> operands(SqlCall call) {
        return call.getOperandList().stream()
                .map(operand -> visited(operand, this))
                .toList();
    }

    /** Of EXISTS (...)::t the grammar makes EXISTS ((...)::t), as it does with the minus of -1::t. */
    private static boolean isInfixCast(SqlNode node) {
        return node instanceof SqlCall call && call.getOperator().equals(DialectOperators.INFIX_CAST);
    }

    private SqlNode with(SqlOperator operator, SqlCall call) {
        return operator.createCall(call.getParserPosition(), operands(call));
    }

    private static boolean isCountOfNothing(SqlCall call) {
        return call.getOperator() instanceof SqlUnresolvedFunction function
                && call.operandCount() == 0
                && call.getFunctionQuantifier() == null
                && function.getName().toLowerCase(Locale.ROOT).equals("count");
    }

    private SqlNode order(SqlOrderBy order) {
        SqlNodeList written = new SqlNodeList(order.orderList.getParserPosition());
        order.orderList.forEach(key -> written.add(visited(key, this)));
        SqlNode query = order.query instanceof SqlSelect select ? select(select, written) : visited(order.query, this);
        SqlNodeList keys = new SqlNodeList(order.orderList.getParserPosition());
        for (SqlNode key : written) {
            if (isAll(bare(key))) {
                allColumns(query, key).forEach(keys::add);
            } else {
                keys.add(key);
            }
        }
        return new SqlOrderBy(order.getParserPosition(), query, keys, order.offset, order.fetch);
    }

    private static List<SqlNode> allColumns(SqlNode query, SqlNode key) {
        SqlSelect first = firstSelect(query, key);
        List<SqlNode> keys = new ArrayList<>();
        for (int item = 1; item <= first.getSelectList().size(); item++) {
            if (isStar(first.getSelectList().get(item - 1))) {
                throw refused(key, "ORDER BY ALL cannot stand with a star; name the columns.");
            }
            keys.add(ordered(key, number(item, key.getParserPosition())));
        }
        return keys;
    }

    /** The SELECT whose items are the columns of a query. */
    private static SqlSelect firstSelect(SqlNode query, SqlNode key) {
        if (query instanceof SqlSelect select) {
            return select;
        }
        if (query instanceof SqlWith with) {
            return firstSelect(with.body, key);
        }
        if (query instanceof SqlCall call && SqlKind.SET_QUERY.contains(call.getKind())) {
            return firstSelect(call.operand(0), key);
        }
        throw refused(key, "ORDER BY ALL can only stand behind a SELECT; name the columns.");
    }

    /** A number in the place of ALL, with the same direction. */
    private static SqlNode ordered(SqlNode key, SqlNode number) {
        return isAll(key)
                ? number
                : ((SqlCall) key)
                        .getOperator()
                        .createCall(key.getParserPosition(), ordered(((SqlCall) key).operand(0), number));
    }

    private static SqlNode bare(SqlNode key) {
        return switch (key.getKind()) {
            case DESCENDING, NULLS_FIRST, NULLS_LAST -> bare(((SqlCall) key).operand(0));
            default -> key;
        };
    }

    /** @param order the keys by which its rows are sorted, in the standard's forms */
    private SqlNode select(SqlSelect select, SqlNodeList order) {
        SqlSelect copy = (SqlSelect) below(select).clone(select.getParserPosition());
        size.check(copy);
        if (copy.getGroup() != null
                && copy.getGroup().size() == 1
                && isAll(copy.getGroup().get(0))) {
            copy.setGroupBy(GroupByAll.keys(copy));
        }
        SqlNode qualify = copy.getQualify();
        if (qualify instanceof SqlCall call && call.getOperator().equals(DialectOperators.DISTINCT_ON)) {
            copy.setQualify(firstOfEach(copy, call, order));
        }
        return copy;
    }

    /** row_number() OVER (PARTITION BY keys ORDER BY order) = 1 */
    private SqlNode firstOfEach(SqlSelect select, SqlCall distinctOn, SqlNodeList order) {
        SqlParserPos position = distinctOn.getParserPosition();
        SqlNodeList keys = new SqlNodeList(position);
        distinctOn.getOperandList().forEach(key -> keys.add(meant(select, key)));
        SqlNodeList sorted = new SqlNodeList(position);
        for (SqlNode key : order) {
            if (isAll(bare(key))) {
                throw refused(key, "ORDER BY ALL cannot stand with DISTINCT ON; name the columns.");
            }
            sorted.add(meant(select, key));
        }
        SqlWindow window = SqlWindow.create(
                null, null, keys, sorted, SqlLiteral.createBoolean(false, position), null, null, null, position);
        SqlNode number = SqlStdOperatorTable.OVER.createCall(
                position, SqlStdOperatorTable.ROW_NUMBER.createCall(position), window);
        return SqlStdOperatorTable.EQUALS.createCall(position, number, number(1, position));
    }

    /** The item that a number or an alias stands for; a window knows neither. */
    private static SqlNode meant(SqlSelect select, SqlNode key) {
        if (key.getKind() == SqlKind.DESCENDING
                || key.getKind() == SqlKind.NULLS_FIRST
                || key.getKind() == SqlKind.NULLS_LAST) {
            SqlCall call = (SqlCall) key;
            return call.getOperator().createCall(key.getParserPosition(), meant(select, call.operand(0)));
        }
        if (key instanceof SqlNumericLiteral literal && literal.isInteger()) {
            int item = literal.intValue(true);
            if (item >= 1 && item <= select.getSelectList().size()) {
                return withoutAlias(select.getSelectList().get(item - 1));
            }
        }
        for (SqlNode item : select.getSelectList()) {
            boolean named = key instanceof SqlIdentifier name
                    && name.isSimple()
                    && item.getKind() == SqlKind.AS
                    && name.getSimple()
                            .equalsIgnoreCase(((SqlCall) item).operand(1).toString());
            if (named) {
                return withoutAlias(item);
            }
        }
        return key;
    }

    private static SqlNode withoutAlias(SqlNode item) {
        return item.getKind() == SqlKind.AS ? ((SqlCall) item).operand(0) : item;
    }

    static boolean isStar(SqlNode item) {
        return item instanceof SqlStarExclude
                || item instanceof SqlStarReplace
                || (item instanceof SqlIdentifier name && name.isStar())
                || ColumnsForm.isIn(item);
    }

    static SqlNode number(int number, SqlParserPos position) {
        return SqlLiteral.createExactNumeric(Integer.toString(number), position);
    }

    static GatehouseException refused(SqlNode node, String message) {
        return new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, message, Positions.of(node));
    }

    private static boolean isAll(SqlNode node) {
        return node instanceof SqlCall call && call.getOperator().equals(DialectOperators.ALL_COLUMNS);
    }

    private SqlNode below(SqlCall call) {
        SqlNode visited = super.visit(call);
        return visited == null ? call : visited;
    }

    private static SqlNode visited(SqlNode node, DialectForms forms) {
        SqlNode visited = node.accept(forms);
        return visited == null ? node : visited;
    }
}
