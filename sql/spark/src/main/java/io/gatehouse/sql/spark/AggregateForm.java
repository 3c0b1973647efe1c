package io.gatehouse.sql.spark;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlWriter;
import org.jspecify.annotations.Nullable;

/** A {@link SparkAggregate} with what may stand around it: FILTER, WITHIN GROUP, IGNORE NULLS and OVER. */
final class AggregateForm {
    private static final Pattern PIECE = Pattern.compile("\\[\\[(.*?)]]", Pattern.DOTALL);

    private final SqlWriter writer;
    private @Nullable SqlNode filter;
    private @Nullable SqlNode window;
    private boolean ignoreNulls;
    private List<SqlNode> order = List.of();

    private AggregateForm(SqlWriter writer) {
        this.writer = writer;
    }

    /** Writes the call if it is one of these. */
    static boolean of(SqlCall call, SqlWriter writer) {
        return new AggregateForm(writer).write(call);
    }

    private boolean write(SqlCall call) {
        SqlNode inner = call;
        while (inner instanceof SqlCall around && !(around.getOperator() instanceof SparkAggregate)) {
            switch (around.getKind()) {
                case FILTER -> filter = around.operand(1);
                case WITHIN_GROUP -> order = ((SqlNodeList) around.operand(1)).getList();
                case OVER -> window = around.operand(1);
                case IGNORE_NULLS -> ignoreNulls = true;
                default -> {
                    return false;
                }
            }
            inner = around.operand(0);
        }
        if (inner instanceof SqlCall aggregate && aggregate.getOperator() instanceof SparkAggregate function) {
            write(aggregate, function.form());
            return true;
        }
        return false;
    }

    private void write(SqlCall aggregate, String form) {
        Matcher piece = PIECE.matcher(form);
        int from = 0;
        while (piece.find()) {
            write(aggregate, Template.of(form.substring(from, piece.start())));
            write(aggregate, Template.of(piece.group(1)));
            around();
            from = piece.end();
        }
        write(aggregate, Template.of(form.substring(from)));
    }

    private void around() {
        if (ignoreNulls) {
            Template.print(writer, "IGNORE NULLS");
        }
        if (filter != null) {
            Template.print(writer, "FILTER (WHERE ");
            filter.unparse(writer, 0, 0);
            Template.print(writer, " )");
        }
        if (window != null) {
            Template.print(writer, "OVER ");
            window.unparse(writer, 0, 0);
        }
    }

    private void write(SqlCall aggregate, Template template) {
        template.write(writer, aggregate.getOperandList(), place -> named(aggregate, place));
    }

    private void named(SqlCall aggregate, String place) {
        switch (place) {
            case "d" -> {
                if (aggregate.getFunctionQuantifier() != null) {
                    Template.print(writer, "DISTINCT");
                }
            }
            // A list of all rows, or of all different ones.
            case "collect" ->
                Template.print(writer, aggregate.getFunctionQuantifier() == null ? "collect_list" : "collect_set");
            case "order" -> list(order);
            case "keys" -> keys();
            case "compare" -> Template.print(writer, comparison());
            default -> throw new IllegalStateException("No place " + place);
        }
    }

    private void list(List<SqlNode> items) {
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                Template.print(writer, ",");
            }
            items.get(i).unparse(writer, 0, 0);
        }
    }

    /** , 'k0', key, 'k1', key: fields of a struct. */
    private void keys() {
        for (int i = 0; i < order.size(); i++) {
            Template.print(writer, ", 'k%d', ".formatted(i));
            key(order.get(i)).unparse(writer, 0, 0);
        }
    }

    /** -1, 0 or 1 for two structs l and r with these fields: the first key that differs decides. */
    private String comparison() {
        String equal = "0";
        for (int i = order.size() - 1; i >= 0; i--) {
            int less = isIn(order.get(i), SqlKind.DESCENDING) ? 1 : -1;
            // What is not said is Spark's own: NULL comes as if it were the least.
            boolean said = isIn(order.get(i), SqlKind.NULLS_FIRST) || isIn(order.get(i), SqlKind.NULLS_LAST);
            int isNull = said ? (isIn(order.get(i), SqlKind.NULLS_FIRST) ? -1 : 1) : less;
            equal = """
                    CASE WHEN l.k%1$d <=> r.k%1$d THEN %2$s WHEN l.k%1$d IS NULL THEN %3$d \
                    WHEN r.k%1$d IS NULL THEN %4$d WHEN l.k%1$d < r.k%1$d THEN %5$d ELSE %6$d END""".formatted(i, equal, isNull, -isNull, less, -less);
        }
        return equal;
    }

    private static SqlNode key(SqlNode item) {
        return switch (item.getKind()) {
            case DESCENDING, NULLS_FIRST, NULLS_LAST -> key(((SqlCall) item).operand(0));
            default -> item;
        };
    }

    private static boolean isIn(SqlNode item, SqlKind kind) {
        return switch (item.getKind()) {
            case DESCENDING, NULLS_FIRST, NULLS_LAST ->
                item.getKind() == kind || isIn(((SqlCall) item).operand(0), kind);
            default -> false;
        };
    }
}
