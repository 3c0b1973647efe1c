package io.gatehouse.sql.dialect;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.function.PatternSize;
import io.gatehouse.sql.grammar.DialectOperators;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlStarExclude;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.util.Util;

/**
 * Items of a SELECT list that expand to several columns. {@code * EXCLUDE (a) REPLACE (x AS b)} leaves out some columns
 * and replaces others; Calcite supports only one of both at a time. An item with {@code COLUMNS('pattern')} is repeated
 * for each column whose name the regular expression matches somewhere, with {@code COLUMNS(*)} for all columns.
 */
public final class StarForm {
    private static final int MAX_PATTERN_LENGTH = 200;
    private static final double MAX_PATTERN_PARTS = 10_000;

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
                throw StatementErrors.notSupported(name, "EXCLUDE names its columns without their relation here.");
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
            throw StatementErrors.invalid(star, "EXCLUDE leaves no column.");
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
                // DuckDB leaves out all but the first of them.
                throw StatementErrors.notSupported(
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
        return StatementErrors.invalid(
                place, "%s names a column that the star does not have: %s.".formatted(word, column));
    }

    /** The name of a column that a star stands for. Of two columns of one name, Calcite gives the second an alias. */
    static String nameOf(SqlNode column) {
        SqlNode name = SqlUtil.stripAs(column) instanceof SqlIdentifier own ? own : ((SqlCall) column).operand(1);
        return Util.last(((SqlIdentifier) name).names);
    }

    private static String name(SqlNode column) {
        return nameOf(column).toLowerCase(Locale.ROOT);
    }

    /** Whether COLUMNS stands in an item. */
    public static boolean holdsColumns(SqlNode item) {
        return SqlTrees.holds(item, StarForm::isColumns);
    }

    /** The items that an item stands for. */
    public static List<SqlNode> expanded(SqlNode item, List<SqlNode> columns) {
        if (!holdsColumns(item)) {
            return List.of(item);
        }
        List<SqlNode> items = new ArrayList<>();
        for (SqlNode column : columns) {
            Replacement replacement = new Replacement(column);
            SqlNode replaced = item.accept(replacement);
            if (replaced != null && !replacement.missed) {
                items.add(isColumns(item) ? column : replaced);
            }
        }
        if (items.isEmpty()) {
            throw StatementErrors.notSupported(item, "No column has a name that COLUMNS matches.");
        }
        return items;
    }

    /** Whether an item is COLUMNS and nothing else. */
    static boolean isColumns(SqlNode node) {
        return node instanceof SqlCall call
                && call.getOperator() instanceof SqlUnresolvedFunction function
                && function.getName().toLowerCase(Locale.ROOT).equals("columns")
                && call.operandCount() == 1;
    }

    private static boolean matches(SqlCall call, SqlNode column) {
        SqlNode argument = call.operand(0);
        if (argument instanceof SqlIdentifier star && star.isStar()) {
            return true;
        }
        boolean text = argument instanceof SqlLiteral literal && literal.getTypeName() == SqlTypeName.CHAR;
        String pattern = text ? ((SqlLiteral) argument).toValue() : null;
        if (pattern == null) {
            throw StatementErrors.notSupported(argument, "COLUMNS takes a regular expression as a text, or a star.");
        }
        return compiled(pattern)
                .orElseThrow(() -> StatementErrors.notSupported(
                        argument, "'%s' is not a regular expression of RE2, or too large a one.".formatted(pattern)))
                .matcher(nameOf(column))
                .find();
    }

    /**
     * Compiles the pattern with RE2, as DuckDB does, which matches in linear time. Its size is checked before it is
     * compiled, because {n} makes n copies of what precedes it. Empty if it is invalid or too large.
     */
    private static Optional<Pattern> compiled(String pattern) {
        if (pattern.length() > MAX_PATTERN_LENGTH || PatternSize.parts(pattern) > MAX_PATTERN_PARTS) {
            return Optional.empty();
        }
        try {
            return Optional.of(Pattern.compile(pattern));
        } catch (PatternSyntaxException e) {
            return Optional.empty();
        }
    }

    private static final class Replacement extends SqlShuttle {
        private final SqlNode column;
        private boolean missed;

        private Replacement(SqlNode column) {
            this.column = column;
        }

        @Override
        public SqlNode visit(SqlCall call) {
            if (!isColumns(call)) {
                SqlNode visited = super.visit(call);
                return visited == null ? call : visited;
            }
            missed = missed || !matches(call, column);
            return SqlUtil.stripAs(column).clone(call.getParserPosition());
        }
    }
}
