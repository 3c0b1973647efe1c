package io.gatehouse.sql.plan;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.grammar.DialectOperators;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.jspecify.annotations.Nullable;

/** {@code * EXCLUDE (a) REPLACE (x AS b)}: the columns without some, and others in the place of some of them. */
final class StarForm {
    private StarForm() {}

    static boolean isStar(SqlNode item) {
        return item instanceof SqlCall call && call.getOperator().equals(DialectOperators.STAR_EXCLUDE_REPLACE);
    }

    /** The star with EXCLUDE, without what REPLACE says, over relations none of whose columns are one. */
    static SqlNode columns(SqlNode item, @Nullable SqlNode from) {
        if (mergesColumns(from)) {
            throw DialectForms.refused(
                    item, "EXCLUDE and REPLACE together cannot stand with USING or NATURAL; write ON.");
        }
        return ((SqlCall) item).operand(0);
    }

    private static boolean mergesColumns(@Nullable SqlNode from) {
        return from instanceof SqlJoin join
                && (join.isNatural()
                        || join.getConditionType() == JoinConditionType.USING
                        || mergesColumns(join.getLeft())
                        || mergesColumns(join.getRight()));
    }

    /** The columns of the star with the replacements in their places. */
    static List<SqlNode> replaced(SqlNode item, SqlNodeList columns) {
        Map<String, SqlCall> replacements = new LinkedHashMap<>();
        for (SqlNode replacement : ((SqlCall) item).<SqlNodeList>operand(1)) {
            SqlCall as = (SqlCall) replacement;
            replacements.put(key(as.operand(1)), as);
        }
        List<SqlNode> items = new ArrayList<>();
        List<String> met = new ArrayList<>();
        for (SqlNode column : columns) {
            String name = key(column.getKind() == SqlKind.AS ? ((SqlCall) column).operand(1) : column);
            met.add(name);
            items.add(Optional.<SqlNode>ofNullable(replacements.get(name)).orElse(column));
        }
        replacements.keySet().removeAll(met);
        replacements.values().stream().findFirst().ifPresent(replacement -> {
            throw unknown(replacement);
        });
        return items;
    }

    private static GatehouseException unknown(SqlCall replacement) {
        return new GatehouseException(
                ErrorCode.SQL_VALIDATION,
                "REPLACE names a column that the star has not: %s.".formatted(replacement.<SqlNode>operand(1)),
                Positions.of(replacement));
    }

    private static String key(SqlNode name) {
        SqlIdentifier identifier = (SqlIdentifier) name;
        return identifier.names.get(identifier.names.size() - 1).toLowerCase(Locale.ROOT);
    }
}
