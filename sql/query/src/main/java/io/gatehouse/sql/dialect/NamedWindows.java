package io.gatehouse.sql.dialect;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.parse.Positions;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.util.SqlShuttle;
import org.jspecify.annotations.Nullable;

/**
 * The windows that a SELECT names, written out where they are used: OVER w, and OVER (w …) with what it adds. Calcite
 * would lose the frame that is added to a named window.
 */
final class NamedWindows extends SqlShuttle {
    /** Where a SELECT has its WINDOW. */
    private static final int WINDOWS = 6;

    private static final int REFERENCE = 1;
    private static final int PARTITION = 2;
    private static final int ORDER = 3;
    private static final int ROWS = 4;
    private static final int LOWER = 5;
    private static final int UPPER = 6;
    private static final int PARTIAL = 7;
    private static final int EXCLUDE = 8;

    private final Map<String, SqlWindow> windows = new HashMap<>();

    private NamedWindows() {}

    /** The SELECT without its WINDOW. */
    static SqlSelect writtenOut(SqlSelect select) {
        SqlNodeList declared = select.getWindowList();
        if (declared == null || declared.isEmpty()) {
            return select;
        }
        NamedWindows names = new NamedWindows();
        for (SqlNode node : declared) {
            names.declare((SqlWindow) node);
        }
        SqlSelect copy = (SqlSelect) select.clone(select.getParserPosition());
        copy.setOperand(WINDOWS, SqlNodeList.EMPTY);
        return names.in(copy);
    }

    private void declare(SqlWindow window) {
        SqlIdentifier name = window.getDeclName();
        if (name != null && windows.putIfAbsent(key(name), complete(window)) != null) {
            throw new GatehouseException(
                    ErrorCode.SQL_VALIDATION, "WINDOW names %s twice.".formatted(name), Positions.of(name));
        }
    }

    private SqlSelect in(SqlSelect select) {
        SqlNodeList items = new SqlNodeList(select.getSelectList().getParserPosition());
        select.getSelectList().forEach(item -> items.add(item.accept(this)));
        select.setSelectList(items);
        SqlNode qualify = select.getQualify();
        if (qualify != null) {
            select.setQualify(qualify.accept(this));
        }
        return select;
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
        return Optional.ofNullable(windows.get(key(name)))
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.SQL_VALIDATION,
                        "There is no window %s in WINDOW.".formatted(name),
                        Positions.of(name)));
    }

    /** A window with what the one that it extends says. */
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

    private static SqlNode either(SqlIdentifier name, SqlWindow extended, SqlWindow window, int part, String clause) {
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
        return new GatehouseException(
                ErrorCode.SQL_VALIDATION, "The window %s cannot be %s.".formatted(name, what), Positions.of(name));
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

    private static String key(SqlIdentifier name) {
        return name.getSimple().toLowerCase(Locale.ROOT);
    }
}
