package io.gatehouse.sql.dialect;

import io.gatehouse.sql.grammar.DialectOperators;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUnpivot;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/** Replaces PIVOT and UNPIVOT statements by a SELECT with them in FROM, and names the columns of UNPIVOT. */
final class PivotForm {
    private final OutputColumns names;

    PivotForm(OutputColumns names) {
        this.names = names;
    }

    /** SELECT groups, aggregate FILTER (WHERE column IS NOT DISTINCT FROM value) FROM relation GROUP BY groups */
    SqlNode query(SqlCall pivot) {
        SqlParserPos position = pivot.getParserPosition();
        SqlNode relation = pivot.operand(0);
        SqlNodeList axes = pivot.operand(1);
        SqlNodeList aggregates = pivot.operand(2);
        if (aggregates.isEmpty()) {
            SqlNode star = SqlIdentifier.star(position);
            aggregates = SqlNodeList.of(SqlStdOperatorTable.COUNT.createCall(position, star));
        }
        List<SqlNode> groups = groups(pivot, relation, axes, aggregates);
        SqlNodeList items = new SqlNodeList(groups, position);
        for (Cell cell : cells(axes, position)) {
            for (SqlNode aggregate : aggregates) {
                items.add(cell.of(aggregate, aggregates.size() > 1));
            }
        }
        SqlSelect select = OutputColumns.select(items, relation);
        if (!groups.isEmpty()) {
            select.setGroupBy(new SqlNodeList(groups, position));
        }
        return select;
    }

    /** The columns that GROUP BY names, or all that neither an axis nor an aggregate uses. */
    private List<SqlNode> groups(SqlCall pivot, SqlNode relation, SqlNodeList axes, SqlNodeList aggregates) {
        SqlNodeList written = pivot.operand(3);
        if (!written.isEmpty()) {
            written.forEach(group -> simple(group, "GROUP BY of PIVOT"));
            return written.getList();
        }
        Set<String> used = new HashSet<>();
        axes.accept(new Columns(used));
        aggregates.accept(new Columns(used));
        SqlNode star = SqlIdentifier.star(pivot.getParserPosition());
        List<SqlNode> columns = names.of(star, relation);
        if (columns.isEmpty() || columns.stream().anyMatch(column -> !((SqlIdentifier) column).isSimple())) {
            throw StatementErrors.notSupported(
                    pivot, "PIVOT does not support a relation with two columns of the same name.");
        }
        return columns.stream()
                .filter(column ->
                        !used.contains(((SqlIdentifier) column).getSimple().toLowerCase(Locale.ROOT)))
                .toList();
    }

    /** Gathers the names of columns, in lower case. */
    private static final class Columns extends SqlBasicVisitor<@Nullable Void> {
        private final Set<String> names;

        private Columns(Set<String> names) {
            this.names = names;
        }

        @Override
        public @Nullable Void visit(SqlIdentifier name) {
            names.add(name.names.get(name.names.size() - 1).toLowerCase(Locale.ROOT));
            return null;
        }

        @Override
        public @Nullable Void visit(SqlCall call) {
            return call.getKind() == SqlKind.AS ? call.<SqlNode>operand(0).accept(this) : super.visit(call);
        }
    }

    /**
     * One value of each axis.
     *
     * @param condition that a row has them
     */
    private record Cell(String name, Optional<SqlNode> condition) {
        SqlNode of(SqlNode aggregate, boolean several) {
            boolean named = aggregate.getKind() == SqlKind.AS;
            SqlNode call = named ? ((SqlCall) aggregate).operand(0) : aggregate;
            if (call.getKind() == SqlKind.FILTER) {
                throw StatementErrors.notSupported(call, "PIVOT does not support FILTER; write WHERE in a sub-query.");
            }
            SqlParserPos position = aggregate.getParserPosition();
            String suffix = named
                    ? ((SqlCall) aggregate).operand(1).toString()
                    : several || name.isEmpty() ? aggregateName((SqlCall) call) : "";
            String separator = name.isEmpty() || suffix.isEmpty() ? "" : "_";
            SqlNode value = condition
                    .<SqlNode>map(when -> SqlStdOperatorTable.FILTER.createCall(position, call, when))
                    .orElse(call);
            return SqlStdOperatorTable.AS.createCall(
                    position, value, new SqlIdentifier(name + separator + suffix, position));
        }

        private static String aggregateName(SqlCall call) {
            String function = call.getOperator().getName().toLowerCase(Locale.ROOT);
            if (call.operandCount() == 1 && call.operand(0) instanceof SqlIdentifier column) {
                return column.isStar() && function.equals("count")
                        ? "count_star()"
                        : "%s(%s)".formatted(function, column);
            }
            throw StatementErrors.notSupported(
                    call, "Where PIVOT has several aggregates, each needs a name; write sum(x) AS name.");
        }
    }

    /** Returns the cross product of the values of all axes. */
    private static List<Cell> cells(SqlNodeList axes, SqlParserPos position) {
        List<Cell> cells = List.of(new Cell("", Optional.empty()));
        for (SqlNode axis : axes) {
            if (!(axis instanceof SqlCall call) || !call.getOperator().equals(DialectOperators.PIVOT_AXIS)) {
                throw StatementErrors.notSupported(
                        axis, "PIVOT needs the values of a column here; write ON column IN ('a', 'b').");
            }
            SqlNodeList values = call.operand(1);
            checkDistinct(values);
            List<Cell> longer = new ArrayList<>();
            for (Cell cell : cells) {
                for (SqlNode value : values) {
                    boolean named = value.getKind() == SqlKind.AS;
                    SqlNode bare = named ? ((SqlCall) value).operand(0) : value;
                    String name = named ? ((SqlCall) value).operand(1).toString() : nameOf(bare);
                    SqlNode same = SqlStdOperatorTable.IS_NOT_DISTINCT_FROM.createCall(
                            value.getParserPosition(), call.operand(0), bare);
                    longer.add(new Cell(
                            cell.name.isEmpty() ? name : cell.name + "_" + name,
                            Optional.of(cell.condition
                                    .<SqlNode>map(other -> SqlStdOperatorTable.AND.createCall(position, other, same))
                                    .orElse(same))));
                }
            }
            cells = longer;
        }
        return cells;
    }

    private static void checkDistinct(SqlNodeList values) {
        Set<String> known = new HashSet<>();
        for (SqlNode value : values) {
            SqlNode bare = SqlUtil.stripAs(value);
            if (!known.add(bare.toString())) {
                throw StatementErrors.invalid(value, "PIVOT has the value %s twice.".formatted(bare));
            }
        }
    }

    private static String nameOf(SqlNode value) {
        if (value.getKind() == SqlKind.ROW) {
            return ((SqlCall) value)
                    .getOperandList().stream().map(PivotForm::nameOf).collect(Collectors.joining("_"));
        }
        if (value.getKind() == SqlKind.MINUS_PREFIX) {
            return "-" + nameOf(((SqlCall) value).operand(0));
        }
        if (value instanceof SqlLiteral literal) {
            String text = literal.toValue();
            return text == null
                    ? "NULL"
                    : literal.getTypeName() == SqlTypeName.BOOLEAN ? text.toLowerCase(Locale.ROOT) : text;
        }
        throw StatementErrors.notSupported(
                value, "A value of PIVOT that is not a number or text needs a name; write x AS name.");
    }

    /** SELECT * FROM relation UNPIVOT (value FOR name IN (columns)) */
    SqlNode unpivot(SqlCall unpivot) {
        SqlParserPos position = unpivot.getParserPosition();
        SqlNodeList columns = new SqlNodeList(position);
        for (SqlNode column : unpivot.<SqlNodeList>operand(2)) {
            if (StarForm.holdsColumns(column)) {
                names.of(column, unpivot.operand(0)).forEach(name -> columns.add(SqlNodeList.of(name)));
            } else if (column.getKind() == SqlKind.ROW) {
                columns.add(new SqlNodeList(((SqlCall) column).getOperandList(), position));
            } else {
                columns.add(SqlNodeList.of(simple(column, "UNPIVOT")));
            }
        }
        boolean nulls = ((SqlLiteral) unpivot.operand(1)).booleanValue();
        SqlUnpivot inFrom = new SqlUnpivot(
                position,
                unpivot.operand(0),
                nulls,
                unpivot.operand(4),
                SqlNodeList.of(unpivot.<SqlNode>operand(3)),
                columns);
        return OutputColumns.select(SqlNodeList.of(SqlIdentifier.star(position)), named(inFrom));
    }

    /** Writes the names of columns in the case of the relation. */
    SqlUnpivot named(SqlUnpivot unpivot) {
        List<String> known = names.of(
                OutputColumns.select(SqlNodeList.of(SqlIdentifier.star(unpivot.getParserPosition())), unpivot.query));
        SqlNodeList columns = new SqlNodeList(unpivot.inList.getParserPosition());
        for (SqlNode entry : unpivot.inList) {
            if (entry.getKind() == SqlKind.AS) {
                columns.add(entry);
                continue;
            }
            SqlParserPos position = entry.getParserPosition();
            List<String> written = new ArrayList<>();
            SqlNodeList own = new SqlNodeList(position);
            for (SqlNode column : (SqlNodeList) entry) {
                String name = as(known, column.toString());
                written.add(name);
                own.add(new SqlIdentifier(name, column.getParserPosition()));
            }
            SqlNode text = SqlLiteral.createCharString(String.join("_", written), position);
            columns.add(SqlStdOperatorTable.AS.createCall(position, own, SqlNodeList.of(text)));
        }
        return new SqlUnpivot(
                unpivot.getParserPosition(),
                unpivot.query,
                unpivot.includeNulls,
                unpivot.measureList,
                unpivot.axisList,
                columns);
    }

    private static String as(List<String> known, String written) {
        return known.stream().filter(written::equalsIgnoreCase).findFirst().orElse(written);
    }

    private static SqlIdentifier simple(SqlNode node, String form) {
        if (node instanceof SqlIdentifier name && !name.isStar()) {
            return name.isSimple() ? name : name.getComponent(name.names.size() - 1);
        }
        throw StatementErrors.notSupported(
                node, "%s takes names of columns here; write a sub-query that has the expression.".formatted(form));
    }

    /** Refuses {@code a CROSS JOIN b PIVOT (…)}, which pivots the join in DuckDB and only b in Calcite. */
    static void checkJoin(SqlJoin join) {
        boolean conditioned = join.getConditionType() != JoinConditionType.NONE || join.getJoinType() == JoinType.COMMA;
        SqlNode right = SqlUtil.stripAs(join.getRight());
        if (!conditioned && right instanceof SqlCall pivot && isClause(pivot)) {
            throw StatementErrors.notSupported(
                    pivot,
                    "%1$s after a join without ON applies to the whole join; write a CROSS JOIN (SELECT * FROM b %1$s (…))."
                            .formatted(pivot.getOperator().getName()));
        }
    }

    /** Whether PIVOT follows a relation; as a query it is the first word. */
    private static boolean isClause(SqlCall pivot) {
        if (!pivot.getOperator().equals(DialectOperators.PIVOT)) {
            return pivot instanceof SqlUnpivot;
        }
        SqlParserPos relation = pivot.operand(0).getParserPosition();
        SqlParserPos word = pivot.operand(1).getParserPosition();
        return relation.getLineNum() < word.getLineNum()
                || (relation.getLineNum() == word.getLineNum() && relation.getColumnNum() < word.getColumnNum());
    }

    static boolean isQuery(SqlCall call) {
        return call.getOperator().equals(DialectOperators.PIVOT)
                || call.getOperator().equals(DialectOperators.UNPIVOT);
    }
}
