package io.gatehouse.sql.limits;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.parse.Positions;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.util.SqlBasicVisitor;

/**
 * Limits the size of a parsed statement. Checked before validation, because some shapes would keep the validator and
 * the planner busy for minutes or overflow their stack.
 */
public final class TreeLimits extends SqlBasicVisitor<Void> {
    static final int MAX_NODES = 10_000;
    static final int MAX_DEPTH = 200;
    static final int MAX_QUERY_DEPTH = 24;
    static final int MAX_LIST = 1_000;
    static final int MAX_SET_OPERATIONS = 64;
    static final int MAX_GROUPING_SETS = 64;
    static final int MAX_JOINS = 16;

    private int nodes;
    private int depth;
    private int queryDepth;
    private int setOperations;
    private int joins;

    private TreeLimits() {}

    public static void check(SqlNode statement) {
        statement.accept(new TreeLimits());
    }

    @Override
    public Void visit(SqlLiteral literal) {
        count(literal);
        return super.visit(literal);
    }

    @Override
    public Void visit(SqlIdentifier identifier) {
        count(identifier);
        return super.visit(identifier);
    }

    @Override
    public Void visit(SqlNodeList list) {
        if (list.size() > MAX_LIST) {
            throw tooLarge(list, "A list has %,d items".formatted(list.size()), MAX_LIST);
        }
        return super.visit(list);
    }

    @Override
    public Void visit(SqlCall call) {
        count(call);
        boolean query = call.getKind() == SqlKind.SELECT;
        depth++;
        queryDepth += query ? 1 : 0;
        if (depth > MAX_DEPTH) {
            throw tooLarge(call, "Expressions are nested more than %d deep".formatted(MAX_DEPTH), MAX_DEPTH);
        }
        if (queryDepth > MAX_QUERY_DEPTH) {
            throw tooLarge(call, "Queries are nested more than %d deep".formatted(MAX_QUERY_DEPTH), MAX_QUERY_DEPTH);
        }
        checkCall(call);
        super.visit(call);
        depth--;
        queryDepth -= query ? 1 : 0;
        return null;
    }

    private void count(SqlNode node) {
        if (++nodes > MAX_NODES) {
            throw tooLarge(node, "The statement has more than %,d parts".formatted(MAX_NODES), MAX_NODES);
        }
    }

    private void checkCall(SqlCall call) {
        switch (call.getKind()) {
            case UNION, INTERSECT, EXCEPT -> {
                if (++setOperations > MAX_SET_OPERATIONS) {
                    throw tooLarge(call, "The statement has too many set operations", MAX_SET_OPERATIONS);
                }
            }
            case JOIN -> {
                if (++joins > MAX_JOINS) {
                    throw tooLarge(call, "The statement has too many joins", MAX_JOINS);
                }
            }
            case VALUES -> {
                if (call.operandCount() > MAX_LIST) {
                    throw tooLarge(call, "VALUES has %,d rows".formatted(call.operandCount()), MAX_LIST);
                }
            }
            case SELECT -> checkGrouping((SqlSelect) call);
            default -> {}
        }
    }

    private static void checkGrouping(SqlSelect select) {
        SqlNodeList group = select.getGroup();
        if (group == null) {
            return;
        }
        long sets = 1;
        for (SqlNode item : group) {
            sets *= groupingSets(item);
            if (sets > MAX_GROUPING_SETS) {
                throw tooLarge(group, "GROUP BY makes too many grouping sets", MAX_GROUPING_SETS);
            }
        }
    }

    private static long groupingSets(SqlNode item) {
        if (!(item instanceof SqlCall call)) {
            return 1;
        }
        return switch (call.getKind()) {
            case CUBE -> 1L << Math.min(call.operandCount(), 32);
            case ROLLUP -> call.operandCount() + 1L;
            case GROUPING_SETS ->
                call.getOperandList().stream()
                        .mapToLong(TreeLimits::groupingSets)
                        .sum();
            default -> 1;
        };
    }

    private static GatehouseException tooLarge(SqlNode node, String what, int limit) {
        return new GatehouseException(
                ErrorCode.SQL_TOO_LARGE, "%s; the limit is %,d.".formatted(what, limit), Positions.of(node));
    }
}
