package io.gatehouse.sql.grammar;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSetOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.parser.SqlParserUtil;
import org.jspecify.annotations.Nullable;

/**
 * The operators of DuckDB's forms that Calcite's parse trees do not have. They have no types and no semantics: all are
 * replaced before validation.
 */
public final class DialectOperators {
    /** EXPLAIN query: the query. */
    public static final SqlOperator EXPLAIN = form("EXPLAIN");

    /** EXPLAIN ANALYZE query: the query. */
    public static final SqlOperator EXPLAIN_ANALYZE = form("EXPLAIN ANALYZE");

    /** DESCRIBE query or relation: the query or the name. */
    public static final SqlOperator DESCRIBE = form("DESCRIBE");

    /** DESCRIBE FUNCTION name: the name. */
    public static final SqlOperator DESCRIBE_FUNCTION = form("DESCRIBE FUNCTION");

    /** SUMMARIZE query or relation: the query or the name. */
    public static final SqlOperator SUMMARIZE = form("SUMMARIZE");

    /** SHOW TABLES: nothing. */
    public static final SqlOperator SHOW_TABLES = form("SHOW TABLES");

    /** SHOW FUNCTIONS: nothing. */
    public static final SqlOperator SHOW_FUNCTIONS = form("SHOW FUNCTIONS");

    /** SHOW EXAMPLES: nothing. */
    public static final SqlOperator SHOW_EXAMPLES = form("SHOW EXAMPLES");

    /** ALL as the only item of GROUP BY, or an item of ORDER BY: nothing. */
    public static final SqlOperator ALL_COLUMNS = form("ALL");

    /** DISTINCT ON keys: the keys. Stands where QUALIFY would. */
    public static final SqlOperator DISTINCT_ON = form("DISTINCT ON");

    /** A star with EXCLUDE and REPLACE: the star with EXCLUDE, and the replacements, each an expression AS a name. */
    public static final SqlOperator STAR_EXCLUDE_REPLACE = form("STAR");

    /** unnest(list) outside FROM: the list. */
    public static final SqlOperator UNNEST = form("UNNEST");

    /** first:last:step in the brackets behind a list: the three numbers, an empty list for one that is left out. */
    public static final SqlOperator SLICE = form("SLICE");

    /** aggregate(x ORDER BY y): the call and the keys. */
    public static final SqlOperator ORDERED = form("ORDER BY");

    /** A number of groups in the bound of a frame: the number. */
    public static final SqlOperator GROUPS = form("GROUPS");

    /** PIVOT: the relation, the axes, the aggregates, the keys of its groups. */
    public static final SqlOperator PIVOT = query("PIVOT");

    /** An axis of PIVOT: the expression and its values. */
    public static final SqlOperator PIVOT_AXIS = form("PIVOT AXIS");

    /** UNPIVOT as a query: the relation, whether NULLs are kept, the columns, the name's name and the values' names. */
    public static final SqlOperator UNPIVOT = query("UNPIVOT");

    /**
     * INTERVAL forms other than the standard's literal. INTERVAL (number) UNIT and INTERVAL 'number' UNIT: the number
     * or text and the unit; INTERVAL 'text': the text.
     */
    public static final SqlOperator INTERVAL = form("INTERVAL");

    /** value::type: the value and the type. Binds tighter than any sign, looser than a dot or a bracket. */
    public static final SqlBinaryOperator INFIX_CAST =
            new SqlBinaryOperator("::", SqlKind.OTHER, 94, true, null, null, null);

    /** a // b */
    public static final SqlBinaryOperator INTEGER_DIVIDE = new SqlBinaryOperator(
            "//", SqlKind.OTHER, SqlStdOperatorTable.DIVIDE.getLeftPrec(), true, null, null, null);

    /** a ** b. Binds tighter than *, looser than a sign. */
    public static final SqlBinaryOperator POWER_OF =
            new SqlBinaryOperator("**", SqlKind.OTHER, 70, true, null, null, null);

    /** UNION of queries whose columns are matched by their names. */
    public static final SqlSetOperator UNION_BY_NAME = new SqlSetOperator("UNION BY NAME", SqlKind.UNION, 12, false);

    public static final SqlSetOperator UNION_ALL_BY_NAME =
            new SqlSetOperator("UNION ALL BY NAME", SqlKind.UNION, 12, true);

    /** x IN list */
    public static final SqlBinaryOperator IN_LIST = comparison("IN");

    public static final SqlBinaryOperator NOT_IN_LIST = comparison("NOT IN");

    /** x GLOB pattern */
    public static final SqlBinaryOperator GLOB = comparison("GLOB");

    public static final SqlBinaryOperator NOT_GLOB = comparison("NOT GLOB");

    /** All bitwise operators have the same precedence, lower than + and higher than comparisons. */
    private static final int BIT_PRECEDENCE = 38;

    public static final SqlBinaryOperator BIT_AND = bits("&");
    public static final SqlBinaryOperator BIT_OR = bits("|");
    public static final SqlBinaryOperator SHIFT_LEFT = bits("<<");
    public static final SqlBinaryOperator SHIFT_RIGHT = bits(">>");

    /** time AT TIME ZONE zone. */
    public static final SqlBinaryOperator AT_TIME_ZONE =
            new SqlBinaryOperator("AT TIME ZONE", SqlKind.OTHER, 92, true, null, null, null);

    /** text COLLATE name: the text and the name of the collation. */
    public static final SqlBinaryOperator COLLATE =
            new SqlBinaryOperator("COLLATE", SqlKind.OTHER, 92, true, null, null, null);

    /** a ^@ b: whether a text begins with another. */
    public static final SqlBinaryOperator STARTS_WITH = bits("^@");

    /** a && b: whether two lists have an element in common. */
    public static final SqlBinaryOperator OVERLAP = bits("&&");

    /** a @> b: whether a list has all elements of another. */
    public static final SqlBinaryOperator HAS_ALL = bits("@>");

    /** a <@ b: whether all elements of a list are in another. */
    public static final SqlBinaryOperator IS_WITHIN = bits("<@");

    private static final Set<TimeUnit> STANDARD_UNITS = Set.of(
            TimeUnit.YEAR,
            TimeUnit.QUARTER,
            TimeUnit.MONTH,
            TimeUnit.WEEK,
            TimeUnit.DAY,
            TimeUnit.HOUR,
            TimeUnit.MINUTE,
            TimeUnit.SECOND);

    /** The maximum number of digits of the standard's literal. */
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[-+]?[0-9]{1,9}");

    private static final Pattern SECONDS = Pattern.compile("[-+]?[0-9]{1,9}(\\.[0-9]{1,6})?");

    private static final Set<SqlOperator> STATEMENTS = Set.of(
            EXPLAIN,
            EXPLAIN_ANALYZE,
            DESCRIBE,
            DESCRIBE_FUNCTION,
            SUMMARIZE,
            SHOW_TABLES,
            SHOW_FUNCTIONS,
            SHOW_EXAMPLES);

    private DialectOperators() {}

    /** Whether an operator is a statement other than a query. */
    public static boolean isStatement(SqlOperator operator) {
        return STATEMENTS.contains(operator);
    }

    /** Whether this is a bitwise operator. */
    public static boolean isOnBits(SqlOperator operator) {
        return Set.of(BIT_AND, BIT_OR, SHIFT_LEFT, SHIFT_RIGHT).contains(operator);
    }

    private static SqlBinaryOperator bits(String name) {
        return new SqlBinaryOperator(name, SqlKind.OTHER, BIT_PRECEDENCE, true, null, null, null);
    }

    private static SqlBinaryOperator comparison(String name) {
        return new SqlBinaryOperator(
                name, SqlKind.OTHER, SqlStdOperatorTable.LIKE.getRightPrec(), true, null, null, null);
    }

    /** Makes an operator of a kind that the parser accepts as a query. */
    private static SqlOperator query(String name) {
        return new SqlSpecialOperator(name, SqlKind.EXPLICIT_TABLE);
    }

    private static SqlOperator form(String name) {
        return new SqlSpecialOperator(name, SqlKind.OTHER);
    }

    /** INTERVAL 'text' unit. A whole number of a standard unit, or of a range of units, is a literal. */
    static SqlNode interval(SqlParserPos position, int sign, SqlNode text, SqlIntervalQualifier unit) {
        String number = SqlLiteral.unchain(text).getValueAs(String.class).strip();
        boolean range = unit.timeUnitRange.endUnit != null;
        Pattern plain = unit.getUnit() == TimeUnit.SECOND ? SECONDS : WHOLE_NUMBER;
        boolean standard =
                STANDARD_UNITS.contains(unit.getUnit()) && plain.matcher(number).matches();
        if (!range && !standard) {
            return INTERVAL.createCall(position, signed(sign, text), unit);
        }
        boolean negative = number.startsWith("-");
        String digits = range ? number : number.replaceFirst("^[-+]", "");
        return SqlParserUtil.parseIntervalLiteral(position, negative && !range ? -sign : sign, digits, unit);
    }

    /** INTERVAL 'text' */
    static SqlNode interval(SqlParserPos position, int sign, SqlNode text) {
        return INTERVAL.createCall(position, signed(sign, text));
    }

    static SqlNode slice(
            SqlParserPos position, @Nullable SqlNode first, @Nullable SqlNode last, @Nullable SqlNode step) {
        return SLICE.createCall(position, orNothing(first), orNothing(last), orNothing(step));
    }

    private static SqlNode orNothing(@Nullable SqlNode node) {
        return node == null ? SqlNodeList.EMPTY : node;
    }

    /** The bound of a frame whose number, if it has one, counts groups. */
    static SqlNode groups(SqlNode bound) {
        return bound.getKind() == SqlKind.PRECEDING || bound.getKind() == SqlKind.FOLLOWING
                ? ((SqlCall) bound)
                        .getOperator()
                        .createCall(
                                bound.getParserPosition(),
                                GROUPS.createCall(bound.getParserPosition(), ((SqlCall) bound).<SqlNode>operand(0)))
                : bound;
    }

    /** @param order the keys inside the parentheses, of which there may be none */
    static SqlCall ordered(SqlCall call, List<SqlNodeList> order) {
        return order.isEmpty() ? call : ORDERED.createCall(call.getParserPosition(), call, order.get(0));
    }

    private static SqlNode signed(int sign, SqlNode text) {
        return sign < 0 ? SqlStdOperatorTable.UNARY_MINUS.createCall(text.getParserPosition(), text) : text;
    }

    /** Puts DISTINCT ON in the place of QUALIFY. The two cannot be combined. */
    static @Nullable SqlNode qualify(@Nullable SqlNode distinctOn, @Nullable SqlNode qualify) {
        if (distinctOn == null || qualify == null) {
            return distinctOn == null ? qualify : distinctOn;
        }
        SqlCall keys = (SqlCall) distinctOn;
        return SqlStdOperatorTable.AND.createCall(keys.getParserPosition(), keys, qualify);
    }
}
