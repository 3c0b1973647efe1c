package io.gatehouse.sql.dialect;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.HashMap;
import java.util.Map;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.jspecify.annotations.Nullable;

/**
 * Limits the size of a statement after expansion. Calcite expands every use of a WITH query, of an alias in its own
 * SELECT list, of a star, of COLUMNS, and the left side of IN once for each item; DuckDB expands the left side of
 * BETWEEN. A page of SQL can expand to 2^30 expressions. The size is computed without expanding; it saturates at
 * {@link #ENOUGH}.
 */
public final class Expansion {
    static final int MAX_SIZE = 50_000;
    static final int MAX_COLUMNS = 2_000;

    static final long ENOUGH = 1L << 31;
    private static final int COLUMNS_OF_A_TABLE = 24;
    private static final int IN_LIST_WRITTEN_OUT = 20;

    /** The expanded size of a query, and its number of columns. */
    private record Weight(long size, long columns) {}

    private final Map<String, Weight> queries;
    private final Map<String, Long> aliases;

    private Expansion(Map<String, Weight> queries, Map<String, Long> aliases) {
        this.queries = queries;
        this.aliases = aliases;
    }

    public static void check(SqlNode statement) {
        Weight weight = new Expansion(Map.of(), Map.of()).query(statement);
        if (weight.size() > MAX_SIZE || weight.columns() > MAX_COLUMNS) {
            throw tooLarge();
        }
    }

    static GatehouseException tooLarge() {
        return StatementErrors.tooLarge(
                "The statement is too large once its WITH queries, aliases, functions and stars are written out; the"
                        + " limit is %,d parts and %,d columns.".formatted(MAX_SIZE, MAX_COLUMNS));
    }

    private Weight query(SqlNode node) {
        if (node instanceof SqlOrderBy order) {
            Weight inner = query(order.query);
            return new Weight(sum(inner.size(), expressions(order.orderList)), inner.columns());
        }
        if (node instanceof SqlWith with) {
            return with(with);
        }
        if (node instanceof SqlSelect select) {
            return select(select);
        }
        if (node instanceof SqlCall call && SqlKind.SET_QUERY.contains(call.getKind())) {
            Weight left = query(call.operand(0));
            return new Weight(sum(left.size(), query(call.operand(1)).size()), left.columns());
        }
        return new Weight(expression(node), COLUMNS_OF_A_TABLE);
    }

    private Weight with(SqlWith with) {
        Map<String, Weight> known = new HashMap<>(queries);
        for (SqlNode item : with.withList) {
            SqlWithItem named = (SqlWithItem) item;
            known.put(SqlTrees.simpleKey(named.name), new Expansion(known, aliases).query(named.query));
        }
        return new Expansion(known, aliases).query(with.body);
    }

    private Weight select(SqlSelect select) {
        Weight from = select.getFrom() == null ? new Weight(0, 0) : relation(select.getFrom());
        Map<String, Long> named = new HashMap<>(aliases);
        Expansion inside = new Expansion(queries, named);
        long size = from.size();
        long columns = 0;
        for (SqlNode item : select.getSelectList()) {
            boolean nested = item.getKind() == SqlKind.AS;
            long once = inside.expression(nested ? ((SqlCall) item).operand(0) : item);
            boolean repeated = StarForm.holdsColumns(item);
            boolean star = !repeated && DialectForms.isStar(item);
            long own = repeated ? Math.min(ENOUGH, once * from.columns()) : star ? sum(from.columns(), once) : once;
            if (nested && ((SqlCall) item).operand(1) instanceof SqlIdentifier alias) {
                named.merge(SqlTrees.simpleKey(alias), own, Math::max);
            }
            size = sum(size, own);
            columns = sum(columns, repeated || star ? from.columns() : item.getKind() == SqlKind.SELECT ? own : 1);
        }
        size = sum(size, inside.clauses(select));
        return new Weight(size, columns);
    }

    private long clauses(SqlSelect select) {
        long size = expressions(select.getGroup());
        size = sum(size, expression(select.getWhere()));
        size = sum(size, expression(select.getHaving()));
        size = sum(size, expression(select.getQualify()));
        size = sum(size, expressions(select.getWindowList()));
        return sum(size, expressions(select.getOrderList()));
    }

    private Weight relation(SqlNode node) {
        if (node instanceof SqlIdentifier identifier) {
            Weight known = identifier.isSimple() ? queries.get(SqlTrees.simpleKey(identifier)) : null;
            return known == null ? new Weight(1, COLUMNS_OF_A_TABLE) : known;
        }
        if (node instanceof SqlCall call) {
            return switch (call.getKind()) {
                case AS, LATERAL -> relation(call.operand(0));
                case JOIN -> {
                    Weight left = relation(call.operand(0));
                    Weight right = relation(call.operand(3));
                    long condition = call.operand(5) == null ? 0 : expression(call.operand(5));
                    yield new Weight(
                            sum(sum(left.size(), right.size()), condition), sum(left.columns(), right.columns()));
                }
                default -> query(node);
            };
        }
        return query(node);
    }

    private long expressions(@Nullable SqlNodeList nodes) {
        long size = 0;
        if (nodes != null) {
            for (SqlNode node : nodes) {
                size = sum(size, expression(node));
            }
        }
        return size;
    }

    private long expression(@Nullable SqlNode node) {
        if (node instanceof SqlIdentifier identifier) {
            return identifier.isSimple() ? aliases.getOrDefault(SqlTrees.simpleKey(identifier), 1L) : 1;
        }
        if (node instanceof SqlNodeList list) {
            return expressions(list);
        }
        if (!(node instanceof SqlCall call)) {
            return node == null ? 0 : 1;
        }
        if (call.getKind().belongsTo(SqlKind.QUERY) && call.getKind() != SqlKind.VALUES) {
            return query(call).size();
        }
        long first = call.operandCount() == 0 ? 0 : expression(call.operand(0));
        long size = sum(1, first);
        for (int i = 1; i < call.operandCount(); i++) {
            size = sum(size, expression(call.operand(i)));
        }
        return sum(size, Math.min(ENOUGH, first * timesComparedAgain(call)));
    }

    /** Returns how many more times the left side is expanded than it is written. */
    private static long timesComparedAgain(SqlCall call) {
        return switch (call.getKind()) {
            case BETWEEN -> 1;
            case IN, NOT_IN -> {
                boolean writtenOut = call.operand(1) instanceof SqlNodeList items && items.size() < IN_LIST_WRITTEN_OUT;
                yield writtenOut ? call.<SqlNodeList>operand(1).size() - 1L : 0;
            }
            default -> 0;
        };
    }

    private static long sum(long a, long b) {
        return Math.min(ENOUGH, a + b);
    }
}
