package io.gatehouse.sql.dialect;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.function.GroupsFrame;
import io.gatehouse.sql.grammar.DialectOperators;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;
import org.jspecify.annotations.Nullable;

/**
 * Window features that Calcite does not have. FILTER becomes CASE inside the aggregate, which ignores NULLs. A GROUPS
 * frame becomes a property of the function. DISTINCT ON becomes a condition of QUALIFY.
 */
final class WindowForms {
    private static final int ROWS = 4;
    private static final int LOWER = 5;
    private static final int UPPER = 6;

    /** Aggregates that do not ignore NULLs. TestAggregateForms compares all aggregates with DuckDB. */
    private static final Set<String> KEEPING_NULLS = Set.of(
            "arbitrary",
            "arg_max_null",
            "arg_max_nulls_last",
            "arg_min_null",
            "arg_min_nulls_last",
            "array_agg",
            "first",
            "first_value",
            "last",
            "last_value",
            "list",
            "nth_value");

    /** Functions that ignore the frame. */
    private static final Set<String> WITHOUT_FRAME = Set.of("lag", "lead", "ntile");

    /** What can stand around a function before OVER. */
    private static final Set<SqlKind> AROUND = Set.of(SqlKind.FILTER, SqlKind.IGNORE_NULLS, SqlKind.RESPECT_NULLS);

    private WindowForms() {}

    /** Replaces a window function whose parts are in standard SQL already. */
    static SqlNode written(SqlCall over) {
        SqlNode function = over.operand(0);
        SqlNode window = over.operand(1);
        if (function.getKind() == SqlKind.FILTER) {
            function = filtered((SqlCall) function);
        }
        if (window instanceof SqlWindow frame && (counts(frame, LOWER) || counts(frame, UPPER))) {
            function = counting((SqlCall) function);
            window = rows(frame);
        }
        return over.getOperator().createCall(over.getParserPosition(), function, window);
    }

    /**
     * Refuses ORDER BY in the arguments of a window function, which Calcite does not support, unless it has no effect.
     */
    static void checkArguments(SqlCall over) {
        SqlNode function = over.operand(0);
        while (function instanceof SqlCall call && AROUND.contains(call.getKind())) {
            function = call.operand(0);
        }
        if (function instanceof SqlCall call && OperatorForms.dependsOnOrder(call)) {
            String name = OperatorForms.functionOf(call);
            throw StatementErrors.notSupported(
                    call,
                    "ORDER BY in the arguments of the window function %s is not supported; write the order into OVER%s."
                            .formatted(
                                    name,
                                    WITHOUT_FRAME.contains(name)
                                            ? ""
                                            : " (ORDER BY … ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"));
        }
    }

    /** f(CASE WHEN condition THEN x END) for f(x) FILTER (WHERE condition). */
    private static SqlCall filtered(SqlCall filter) {
        SqlCall call = filter.operand(0);
        SqlNode condition = filter.operand(1);
        String name = call.getOperator().getName().toLowerCase(Locale.ROOT);
        if (!FunctionTable.INSTANCE.isAggregate(name) || KEEPING_NULLS.contains(name)) {
            throw StatementErrors.notSupported(
                    filter,
                    "FILTER on the window function %s is not supported; write it over a sub-query that has the WHERE."
                            .formatted(name));
        }
        List<SqlNode> operands = new ArrayList<>(call.getOperandList());
        SqlParserPos position = filter.getParserPosition();
        boolean all = operands.isEmpty() || (operands.get(0) instanceof SqlIdentifier star && star.isStar());
        SqlNode value = all ? SqlTrees.number(1, position) : operands.get(0);
        SqlNode kept = SqlTrees.when(condition, value, position);
        if (operands.isEmpty()) {
            operands.add(kept);
        } else {
            operands.set(0, kept);
        }
        return call.getOperator().createCall(call.getFunctionQuantifier(), call.getParserPosition(), operands);
    }

    private static boolean counts(SqlWindow window, int bound) {
        return number(window.getOperandList().get(bound)) instanceof SqlCall call
                && call.getOperator().equals(DialectOperators.GROUPS);
    }

    private static @Nullable SqlNode number(@Nullable SqlNode bound) {
        return bound instanceof SqlCall call && call.operandCount() == 1 ? call.operand(0) : null;
    }

    /** The same frame with rows in the place of groups. */
    private static SqlWindow rows(SqlWindow window) {
        List<@Nullable SqlNode> operands = new ArrayList<>(window.getOperandList());
        operands.set(ROWS, SqlLiteral.createBoolean(true, window.getParserPosition()));
        for (int bound : List.of(LOWER, UPPER)) {
            if (counts(window, bound)) {
                SqlCall call = (SqlCall) window.getOperandList().get(bound);
                SqlCall groups = call.operand(0);
                operands.set(
                        bound, call.getOperator().createCall(call.getParserPosition(), groups.<SqlNode>operand(0)));
            }
        }
        return (SqlWindow)
                window.getOperator().createCall(null, window.getParserPosition(), operands.toArray(new SqlNode[0]));
    }

    /** The function whose frame counts groups. */
    private static SqlCall counting(SqlCall call) {
        if (call.getKind() == SqlKind.IGNORE_NULLS || call.getKind() == SqlKind.RESPECT_NULLS) {
            return call.getOperator().createCall(call.getParserPosition(), counting(call.operand(0)));
        }
        SqlParserPos position = call.getParserPosition();
        SqlOperator function =
                SqlTrees.function(GroupsFrame.nameOf(call.getOperator().getName()), position);
        boolean all = call.operandCount() == 1 && call.operand(0) instanceof SqlIdentifier star && star.isStar();
        List<SqlNode> operands = all ? List.of(SqlTrees.number(1, position)) : call.getOperandList();
        return function.createCall(call.getFunctionQuantifier(), position, operands);
    }

    /**
     * row_number() OVER (PARTITION BY keys ORDER BY order) = 1
     *
     * @param columns of the SELECT; other names are those of its items before those of columns of outer queries
     */
    static SqlNode firstOfEach(SqlSelect select, OwnColumns columns, SqlCall distinctOn, SqlNodeList order) {
        SqlParserPos position = distinctOn.getParserPosition();
        SqlNodeList keys = new SqlNodeList(position);
        distinctOn.getOperandList().forEach(key -> keys.add(meant(select, columns, key)));
        SqlNodeList sorted = new SqlNodeList(position);
        for (SqlNode key : order) {
            if (DialectForms.isAll(SqlTrees.bare(key))) {
                throw StatementErrors.notSupported(
                        key, "ORDER BY ALL cannot be combined with DISTINCT ON; name the columns.");
            }
            sorted.add(SqlTrees.withBare(key, bare -> meant(select, columns, bare)));
        }
        SqlWindow window = SqlWindow.create(
                null, null, keys, sorted, SqlLiteral.createBoolean(false, position), null, null, null, position);
        SqlNode number = SqlStdOperatorTable.OVER.createCall(
                position, SqlStdOperatorTable.ROW_NUMBER.createCall(position), window);
        return SqlStdOperatorTable.EQUALS.createCall(position, number, SqlTrees.number(1, position));
    }

    /** Returns what a number or the aliases in a key refer to; a window supports neither. */
    private static SqlNode meant(SqlSelect select, OwnColumns columns, SqlNode key) {
        if (key instanceof SqlNumericLiteral literal && literal.isInteger()) {
            int item = literal.bigDecimalValue()
                    .max(BigDecimal.ZERO)
                    .min(BigDecimal.valueOf(Integer.MAX_VALUE))
                    .intValue();
            if (select.getSelectList().stream().limit(item).anyMatch(DialectForms::isStar)) {
                throw StatementErrors.notSupported(
                        key,
                        "With DISTINCT ON, a number cannot refer to a column after this *; write the name of the column.");
            }
            if (item < 1 || item > select.getSelectList().size()) {
                throw StatementErrors.invalid(
                        key,
                        "SELECT has no item %s; numbers in ORDER BY and DISTINCT ON count its items from 1."
                                .formatted(literal));
            }
            return withoutAlias(select.getSelectList().get(item - 1));
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
        return SelectAliases.writtenOut(key, select, columns::isOwn);
    }

    private static SqlNode withoutAlias(SqlNode item) {
        return item.getKind() == SqlKind.AS ? ((SqlCall) item).operand(0) : item;
    }

    /**
     * Expands the named windows of a SELECT where they are used: OVER w and OVER (w …). Calcite would lose the frame
     * that is added to a named window.
     */
    static final class NamedWindows extends SqlShuttle {
        /** The operand of a SELECT that is its WINDOW clause. */
        private static final int WINDOWS = 6;

        private static final int REFERENCE = 1;
        private static final int PARTITION = 2;
        private static final int ORDER = 3;
        private static final int PARTIAL = 7;
        private static final int EXCLUDE = 8;

        private final Map<String, SqlWindow> windows = new HashMap<>();

        private NamedWindows() {}

        /** The SELECT without its WINDOW. */
        static SqlSelect writtenOut(SqlSelect select) {
            return declaredIn(select)
                    .map(names -> {
                        SqlSelect copy = (SqlSelect) select.clone(select.getParserPosition());
                        copy.setOperand(WINDOWS, SqlNodeList.EMPTY);
                        return names.in(copy);
                    })
                    .orElse(select);
        }

        /** The keys by which the rows of a query are sorted, without names of its WINDOW. */
        static SqlNodeList writtenOut(SqlNodeList keys, SqlNode query) {
            if (query instanceof SqlWith with) {
                return writtenOut(keys, with.body);
            }
            return query instanceof SqlSelect select
                    ? declaredIn(select).map(names -> names.in(keys)).orElse(keys)
                    : keys;
        }

        private static Optional<NamedWindows> declaredIn(SqlSelect select) {
            SqlNodeList declared = select.getWindowList();
            if (declared == null || declared.isEmpty()) {
                return Optional.empty();
            }
            NamedWindows names = new NamedWindows();
            for (SqlNode node : declared) {
                names.declare((SqlWindow) node);
            }
            return Optional.of(names);
        }

        private void declare(SqlWindow window) {
            SqlIdentifier name = window.getDeclName();
            if (name != null && windows.putIfAbsent(SqlTrees.simpleKey(name), complete(window)) != null) {
                throw StatementErrors.invalid(name, "WINDOW names %s twice.".formatted(name));
            }
        }

        private SqlSelect in(SqlSelect select) {
            select.setSelectList(in(select.getSelectList()));
            SqlNode qualify = select.getQualify();
            if (qualify != null) {
                select.setQualify(qualify.accept(this));
            }
            return select;
        }

        private SqlNodeList in(SqlNodeList items) {
            SqlNodeList written = new SqlNodeList(items.getParserPosition());
            items.forEach(item -> written.add(item.accept(this)));
            return written;
        }

        @Override
        public @Nullable SqlNode visit(SqlCall call) {
            if (call.isA(SqlKind.QUERY)) {
                return call;
            }
            if (call.getKind() != SqlKind.OVER) {
                return super.visit(call);
            }
            SqlNode window = call.operand(1);
            SqlNode complete = window instanceof SqlIdentifier name ? named(name) : complete((SqlWindow) window);
            SqlNode function = call.<SqlNode>operand(0).accept(this);
            return call.getOperator().createCall(call.getParserPosition(), function, complete);
        }

        private SqlWindow named(SqlIdentifier name) {
            return Optional.ofNullable(windows.get(SqlTrees.simpleKey(name)))
                    .orElseThrow(
                            () -> StatementErrors.invalid(name, "There is no window %s in WINDOW.".formatted(name)));
        }

        /** Returns a window merged with the window that it extends. */
        private SqlWindow complete(SqlWindow window) {
            if (!(operand(window, REFERENCE) instanceof SqlIdentifier reference)) {
                return with(window, operand(window, PARTITION), operand(window, ORDER));
            }
            SqlWindow extended = named(reference);
            if (operand(extended, LOWER) != null) {
                throw cannot(reference, "extended, because it has a frame");
            }
            return with(
                    window,
                    either(reference, extended, window, PARTITION, "PARTITION BY"),
                    either(reference, extended, window, ORDER, "ORDER BY"));
        }

        private static SqlNode either(
                SqlIdentifier name, SqlWindow extended, SqlWindow window, int part, String clause) {
            SqlNodeList theirs = (SqlNodeList) operand(extended, part);
            SqlNodeList own = (SqlNodeList) operand(window, part);
            if (theirs == null || theirs.isEmpty()) {
                return own == null ? SqlNodeList.EMPTY : own;
            }
            if (own != null && !own.isEmpty()) {
                throw cannot(name, "extended by another %s".formatted(clause));
            }
            return theirs;
        }

        private static GatehouseException cannot(SqlIdentifier name, String what) {
            return StatementErrors.invalid(name, "The window %s cannot be %s.".formatted(name, what));
        }

        private static SqlWindow with(SqlWindow window, @Nullable SqlNode partition, @Nullable SqlNode order) {
            List<@Nullable SqlNode> operands = new ArrayList<>();
            operands.add(null);
            operands.add(null);
            operands.add(partition);
            operands.add(order);
            for (int part : List.of(ROWS, LOWER, UPPER, PARTIAL, EXCLUDE)) {
                operands.add(operand(window, part));
            }
            return (SqlWindow)
                    window.getOperator().createCall(null, window.getParserPosition(), operands.toArray(new SqlNode[0]));
        }

        private static @Nullable SqlNode operand(SqlWindow window, int part) {
            return window.getOperandList().get(part);
        }
    }
}
