package io.gatehouse.sql.dialect;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.grammar.DialectOperators;
import io.gatehouse.sql.parse.Positions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlStarExclude;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.util.Util;

/**
 * {@code * EXCLUDE (a) REPLACE (x AS b)}: the columns without some, and others in the place of some of them. Calcite knows
 * one or the other.
 */
public final class StarForm {
    private StarForm() {}

    public static boolean isStar(SqlNode item) {
        return item instanceof SqlCall call && call.getOperator().equals(DialectOperators.STAR_EXCLUDE_REPLACE);
    }

    /** The star with EXCLUDE, without what REPLACE says. */
    public static SqlStarExclude star(SqlNode item) {
        return ((SqlCall) item).operand(0);
    }

    /** The columns of the star without those that EXCLUDE names. */
    public static SqlNodeList without(SqlStarExclude star, SqlNodeList columns) {
        Map<String, SqlNode> excluded = new LinkedHashMap<>();
        for (SqlNode name : star.getExcludeList()) {
            if (!((SqlIdentifier) name).isSimple()) {
                throw DialectForms.refused(name, "EXCLUDE names its columns without their relation here.");
            }
            excluded.put(name(name), name);
        }
        SqlNodeList left = new SqlNodeList(star.getParserPosition());
        List<String> met = new ArrayList<>();
        for (SqlNode column : columns) {
            met.add(name(column));
            if (!excluded.containsKey(name(column))) {
                left.add(column);
            }
        }
        if (left.isEmpty()) {
            throw new GatehouseException(ErrorCode.SQL_VALIDATION, "EXCLUDE leaves no column.", Positions.of(star));
        }
        excluded.keySet().removeAll(met);
        excluded.values().stream().findFirst().ifPresent(unknown -> {
            throw unknown("EXCLUDE", unknown, unknown);
        });
        return left;
    }

    /** The columns of the star with the replacements in their places. */
    public static List<SqlNode> replaced(SqlNode item, SqlNodeList columns) {
        Map<String, SqlCall> replacements = new LinkedHashMap<>();
        for (SqlNode replacement : ((SqlCall) item).<SqlNodeList>operand(1)) {
            SqlCall as = (SqlCall) replacement;
            replacements.put(name(as.operand(1)), as);
        }
        List<SqlNode> items = new ArrayList<>();
        List<String> met = new ArrayList<>();
        for (SqlNode column : columns) {
            SqlCall replacement = replacements.get(name(column));
            if (replacement != null && met.contains(name(column))) {
                // DuckDB leaves out the second of them where USING joins the relations, and replaces it elsewhere.
                throw DialectForms.refused(
                        replacement,
                        "REPLACE names a column that several relations have: %s; name the columns instead of the star."
                                .formatted(nameOf(column)));
            }
            met.add(name(column));
            items.add(
                    Optional.<SqlNode>ofNullable(replacements.get(name(column))).orElse(column));
        }
        replacements.keySet().removeAll(met);
        replacements.values().stream().findFirst().ifPresent(replacement -> {
            throw unknown("REPLACE", replacement, replacement.operand(1));
        });
        return items;
    }

    private static GatehouseException unknown(String word, SqlNode place, SqlNode column) {
        return new GatehouseException(
                ErrorCode.SQL_VALIDATION,
                "%s names a column that the star has not: %s.".formatted(word, column),
                Positions.of(place));
    }

    /** The name of a column that a star stands for. */
    static String nameOf(SqlNode column) {
        SqlNode name = column.getKind() == SqlKind.AS ? ((SqlCall) column).operand(1) : column;
        return Util.last(((SqlIdentifier) name).names);
    }

    private static String name(SqlNode column) {
        return nameOf(column).toLowerCase(Locale.ROOT);
    }

    /** SELECT * FROM name. */
    public static SqlSelect everythingOf(SqlIdentifier name) {
        SqlParserPos position = name.getParserPosition();
        SqlNodeList star = SqlNodeList.of(SqlIdentifier.star(position));
        return new SqlSelect(
                position, null, star, name, null, null, null, null, null, null, null, null, SqlNodeList.EMPTY);
    }
}
