package io.gatehouse.pg.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.pg.wire.Field;
import io.gatehouse.pg.wire.PgType;
import io.gatehouse.pg.wire.WireType;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlSetOperator;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.jspecify.annotations.Nullable;

/** Binds queries to the relations that they name. */
final class QueryBinder {
    private final Relations relations;
    private final ExpressionBinder expressions;

    QueryBinder(Relations relations, Functions functions, Parameters parameters) {
        this.relations = requireNonNull(relations, "relations is null");
        this.expressions = new ExpressionBinder(this, functions, new Values(relations), parameters);
    }

    /** Binds a query of any kind. */
    QueryPlan bind(SqlNode node, @Nullable Scope outer) {
        if (node instanceof SqlOrderBy ordered) {
            return ordered(ordered, outer);
        }
        if (node instanceof SqlWith with) {
            return with(with, List.of(), outer);
        }
        if (node instanceof SqlSelect select) {
            return select(select, List.of(), outer);
        }
        if (node instanceof SqlBasicCall call && call.getKind() == SqlKind.VALUES) {
            return values(call, outer);
        }
        if (node instanceof SqlBasicCall call && call.getOperator() instanceof SqlSetOperator operator) {
            return combined(call, operator, List.of(), outer);
        }
        throw StatementErrors.notSupported(node, "The catalogue answers queries only.");
    }

    private QueryPlan ordered(SqlOrderBy node, @Nullable Scope outer) {
        List<SqlNode> keys = node.orderList;
        QueryPlan plan;
        if (node.query instanceof SqlWith with) {
            plan = with(with, keys, outer);
        } else if (node.query instanceof SqlSelect select) {
            plan = select(select, keys, outer);
        } else if (node.query instanceof SqlBasicCall call && call.getOperator() instanceof SqlSetOperator operator) {
            plan = combined(call, operator, keys, outer);
        } else {
            plan = bind(node.query, outer);
        }
        Scope none = new Scope(outer);
        Optional<Expr> offset = Optional.ofNullable(node.offset).map(count -> expressions.bind(count, none));
        Optional<Expr> fetch = Optional.ofNullable(node.fetch).map(count -> expressions.bind(count, none));
        return offset.isEmpty() && fetch.isEmpty() ? plan : limited(plan, offset, fetch);
    }

    private static QueryPlan limited(QueryPlan plan, Optional<Expr> offset, Optional<Expr> fetch) {
        return plan(plan.fields(), (run, outer) -> {
            Frame frame = new Frame(run, outer);
            List<@Nullable Object[]> rows = plan.rows(run, outer);
            long from = Math.min(rows.size(), number(offset, frame).orElse(0L));
            long to = Math.min(rows.size(), from + number(fetch, frame).orElse((long) rows.size()));
            return rows.subList((int) from, (int) to);
        });
    }

    private static Optional<Long> number(Optional<Expr> count, Frame frame) {
        return count.map(value -> value.evaluate(frame))
                .map(value -> Math.max(
                        0L,
                        Values.decimal(value instanceof Number number ? number : 0L)
                                .longValue()));
    }

    private interface Rows {
        List<@Nullable Object[]> rows(Run run, @Nullable Frame outer);
    }

    private static QueryPlan plan(List<Field> fields, Rows rows) {
        return new QueryPlan() {
            @Override
            public List<Field> fields() {
                return fields;
            }

            @Override
            public List<@Nullable Object[]> rows(Run run, @Nullable Frame outer) {
                return rows.rows(run, outer);
            }
        };
    }

    // WITH.

    /** The scope of WITH is a level of its own, without columns. */
    private QueryPlan with(SqlWith node, List<SqlNode> keys, @Nullable Scope outer) {
        Scope scope = new Scope(outer);
        List<WithItem> items = new ArrayList<>();
        for (SqlNode each : node.withList) {
            items.add(item((SqlWithItem) each, scope));
        }
        QueryPlan body = keys.isEmpty()
                ? bind(node.body, scope)
                : ordered(
                        new SqlOrderBy(
                                node.getParserPosition(),
                                node.body,
                                new SqlNodeList(keys, node.getParserPosition()),
                                null,
                                null),
                        scope);
        return plan(body.fields(), (run, frame) -> {
            Frame level = new Frame(run, frame);
            items.forEach(item -> item.compute(run, level));
            return body.rows(run, level);
        });
    }

    private WithItem item(SqlWithItem node, Scope scope) {
        String name = node.name.getSimple();
        boolean recursive = node.recursive.booleanValue();
        if (recursive
                && node.query instanceof SqlBasicCall call
                && call.getOperator() instanceof SqlSetOperator operator
                && call.getKind() == SqlKind.UNION) {
            QueryPlan first = bind(call.operand(0), scope);
            WithItem item = new WithItem(first, renamed(first.fields(), node.columnList));
            scope.define(name, item);
            item.recurse(bind(call.operand(1), scope), operator.isAll());
            return item;
        }
        QueryPlan query = bind(node.query, scope);
        WithItem item = new WithItem(query, renamed(query.fields(), node.columnList));
        scope.define(name, item);
        return item;
    }

    private static List<Field> renamed(List<Field> fields, @Nullable Iterable<SqlNode> names) {
        List<Field> renamed = new ArrayList<>(fields);
        int i = 0;
        if (names != null) {
            for (SqlNode name : names) {
                if (i < renamed.size()) {
                    renamed.set(
                            i,
                            new Field(
                                    ((SqlIdentifier) name).getSimple(),
                                    fields.get(i).type()));
                }
                i++;
            }
        }
        return renamed;
    }

    // UNION and its like, VALUES.

    private QueryPlan combined(SqlCall node, SqlSetOperator operator, List<SqlNode> keys, @Nullable Scope outer) {
        QueryPlan one = bind(node.operand(0), outer);
        QueryPlan other = bind(node.operand(1), outer);
        if (one.fields().size() != other.fields().size()) {
            throw StatementErrors.notSupported(node, "The queries of a UNION have the same number of columns.");
        }
        List<Field> fields = one.fields();
        List<SortKey> order = new ArrayList<>();
        Scope scope = new Scope(outer);
        scope.add("", "", fields);
        for (SqlNode key : keys) {
            order.add(sortKey(key, scope, fields));
        }
        return plan(fields, (run, frame) -> {
            List<@Nullable Object[]> rows =
                    combine(node.getKind(), operator.isAll(), one.rows(run, frame), other.rows(run, frame));
            rows.forEach(row -> run.step(row.length));
            if (!order.isEmpty()) {
                Frame level = new Frame(run, frame);
                rows.sort((a, b) -> SortKey.comparator(order).compare(keys(level, order, a), keys(level, order, b)));
            }
            return rows;
        });
    }

    private static @Nullable Object[] keys(Frame frame, List<SortKey> order, @Nullable Object[] row) {
        frame.setRow(row);
        return order.stream().map(key -> key.value().evaluate(frame)).toArray();
    }

    private static List<@Nullable Object[]> combine(
            SqlKind kind, boolean all, List<@Nullable Object[]> one, List<@Nullable Object[]> other) {
        List<@Nullable Object[]> rows = new ArrayList<>(one);
        if (kind == SqlKind.UNION) {
            rows.addAll(other);
        } else {
            Set<List<@Nullable Object>> there = new HashSet<>();
            other.forEach(row -> there.add(SelectPlan.keys(row)));
            rows.removeIf(row -> there.contains(SelectPlan.keys(row)) != (kind == SqlKind.INTERSECT));
        }
        Set<List<@Nullable Object>> seen = new HashSet<>();
        rows.removeIf(row -> !all && !seen.add(SelectPlan.keys(row)));
        return rows;
    }

    private QueryPlan values(SqlCall node, @Nullable Scope outer) {
        Scope scope = new Scope(outer);
        List<List<Expr>> rows = new ArrayList<>();
        for (SqlNode row : node.getOperandList()) {
            rows.add(((SqlCall) row)
                    .getOperandList().stream()
                            .map(value -> expressions.bind(value, scope))
                            .toList());
        }
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < rows.get(0).size(); i++) {
            fields.add(new Field("column" + (i + 1), rows.get(0).get(i).type()));
        }
        return plan(fields, (run, frame) -> {
            Frame level = new Frame(run, frame);
            List<@Nullable Object[]> result = new ArrayList<>();
            rows.forEach(row ->
                    result.add(row.stream().map(value -> value.evaluate(level)).toArray()));
            return result;
        });
    }

    // SELECT.

    private SelectPlan select(SqlSelect node, List<SqlNode> keys, @Nullable Scope outer) {
        Scope scope = new Scope(outer);
        JoinPlan joins = from(node, scope);
        List<Expr> outputs = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        for (SqlNode item : node.getSelectList()) {
            output(item, scope, outputs, fields);
        }
        Optional<Expr> having =
                Optional.ofNullable(node.getHaving()).map(condition -> expressions.bind(condition, scope));
        List<SortKey> order = new ArrayList<>();
        for (SqlNode key : keys) {
            order.add(selectKey(key, scope, fields, outputs));
        }
        Optional<List<Expr>> groups = Optional.empty();
        boolean aggregates = scope.hasAggregates();
        if (node.getGroup() != null) {
            List<Expr> bound = new ArrayList<>();
            for (SqlNode key : node.getGroup()) {
                bound.add(output(key, fields, outputs).orElseGet(() -> expressions.bind(key, scope)));
            }
            groups = Optional.of(bound);
        } else if (aggregates || having.isPresent()) {
            groups = Optional.of(List.of());
        }
        return new SelectPlan(
                joins,
                scope.columns().size(),
                groups,
                having,
                List.copyOf(scope.windows()),
                List.copyOf(scope.series()),
                outputs,
                fields,
                node.isDistinct(),
                order);
    }

    private void output(SqlNode item, Scope scope, List<Expr> outputs, List<Field> fields) {
        if (item instanceof SqlIdentifier star && star.isStar()) {
            star(star, scope, outputs, fields);
            return;
        }
        boolean named = item.getKind() == SqlKind.AS;
        SqlNode expression = named ? ((SqlCall) item).operand(0) : item;
        String name = named ? ((SqlIdentifier) ((SqlCall) item).operand(1)).getSimple() : ExpressionBinder.name(item);
        Expr bound = expressions.bind(expression, scope);
        outputs.add(bound);
        fields.add(new Field(name, bound.type()));
    }

    private static void star(SqlIdentifier star, Scope scope, List<Expr> outputs, List<Field> fields) {
        String relation = star.names.size() > 1 ? star.names.get(star.names.size() - 2) : "";
        int before = outputs.size();
        for (int i = 0; i < scope.columns().size(); i++) {
            Scope.Column column = scope.columns().get(i);
            if (relation.isEmpty() ? !column.hidden() : column.relation().equals(relation)) {
                int place = i;
                outputs.add(Expr.of(column.type(), frame -> frame.row()[place]));
                fields.add(new Field(column.name(), column.type()));
            }
        }
        if (outputs.size() == before && !relation.isEmpty()) {
            throw StatementErrors.notSupported(star, "There is no relation \"%s\" here.".formatted(relation));
        }
    }

    /** An item of the select list by its number or its name. */
    private static Optional<Expr> output(SqlNode key, List<Field> fields, List<Expr> outputs) {
        if (key instanceof SqlNumericLiteral number && number.isInteger()) {
            int place = number.intValue(true) - 1;
            if (place < 0 || place >= outputs.size()) {
                throw StatementErrors.notSupported(key, "The select list has no item %d.".formatted(place + 1));
            }
            return Optional.of(outputs.get(place));
        }
        if (key instanceof SqlIdentifier identifier && identifier.isSimple()) {
            for (int i = 0; i < fields.size(); i++) {
                if (fields.get(i).name().equals(identifier.getSimple())) {
                    return Optional.of(outputs.get(i));
                }
            }
        }
        return Optional.empty();
    }

    private SortKey selectKey(SqlNode key, Scope scope, List<Field> fields, List<Expr> outputs) {
        SqlNode value = withoutDirection(key);
        Expr bound = output(value, fields, outputs).orElseGet(() -> expressions.bind(value, scope));
        return direction(key, bound);
    }

    private SortKey sortKey(SqlNode key, Scope scope, List<Field> fields) {
        SqlNode value = withoutDirection(key);
        if (value instanceof SqlNumericLiteral number) {
            int place = number.intValue(true) - 1;
            return direction(key, Expr.of(fields.get(place).type(), frame -> frame.row()[place]));
        }
        return direction(key, expressions.bind(value, scope));
    }

    private static SqlNode withoutDirection(SqlNode key) {
        SqlNode value = key;
        while (value.getKind() == SqlKind.DESCENDING
                || value.getKind() == SqlKind.NULLS_FIRST
                || value.getKind() == SqlKind.NULLS_LAST) {
            value = ((SqlCall) value).operand(0);
        }
        return value;
    }

    static SortKey direction(SqlNode key, Expr value) {
        boolean descending = false;
        Optional<Boolean> nullsFirst = Optional.empty();
        for (SqlNode node = key; node instanceof SqlCall call; node = call.operand(0)) {
            if (node.getKind() == SqlKind.DESCENDING) {
                descending = true;
            } else if (node.getKind() == SqlKind.NULLS_FIRST) {
                nullsFirst = Optional.of(true);
            } else if (node.getKind() == SqlKind.NULLS_LAST) {
                nullsFirst = Optional.of(false);
            } else {
                break;
            }
        }
        return new SortKey(value, descending, nullsFirst.orElse(descending));
    }

    static SqlNode keyValue(SqlNode key) {
        return withoutDirection(key);
    }

    // FROM and WHERE.

    private JoinPlan from(SqlSelect node, Scope scope) {
        List<JoinPlan.Step> steps = new ArrayList<>();
        List<JoinPlan.Condition> conditions = new ArrayList<>();
        if (node.getFrom() != null) {
            join(node.getFrom(), scope, steps, conditions);
        }
        if (node.getWhere() != null) {
            conditions(node.getWhere(), scope, conditions);
        }
        return new JoinPlan(steps, conditions, scope.columns().size());
    }

    private void join(SqlNode node, Scope scope, List<JoinPlan.Step> steps, List<JoinPlan.Condition> conditions) {
        if (!(node instanceof SqlJoin join)) {
            steps.add(step(node, scope, false, List.of()));
            return;
        }
        join(join.getLeft(), scope, steps, conditions);
        JoinType type = join.getJoinType();
        if (type != JoinType.INNER && type != JoinType.CROSS && type != JoinType.COMMA && type != JoinType.LEFT) {
            throw StatementErrors.notSupported(node, "The catalogue has no %s JOIN.".formatted(type));
        }
        if (join.isNatural()) {
            throw StatementErrors.notSupported(node, "The catalogue has no NATURAL JOIN.");
        }
        int first = scope.columns().size();
        if (type != JoinType.LEFT) {
            join(join.getRight(), scope, steps, conditions);
            on(join, scope, first, conditions);
            return;
        }
        if (join.getRight() instanceof SqlJoin) {
            throw StatementErrors.notSupported(node, "The right side of a LEFT JOIN is one relation here.");
        }
        JoinPlan.Step step = step(join.getRight(), scope, true, List.of());
        List<JoinPlan.Condition> on = new ArrayList<>();
        on(join, scope, first, on);
        steps.add(new JoinPlan.Step(step.source(), step.offset(), step.width(), step.needs(), true, on));
    }

    /** @param first place of the first column of the right side */
    private void on(SqlJoin join, Scope scope, int first, List<JoinPlan.Condition> conditions) {
        if (join.getConditionType() == JoinConditionType.ON) {
            conditions(requireNonNull(join.getCondition(), "a condition"), scope, conditions);
        } else if (join.getConditionType() == JoinConditionType.USING) {
            for (SqlNode column : (SqlNodeList) requireNonNull(join.getCondition(), "columns")) {
                using(((SqlIdentifier) column).getSimple(), join, scope, first, conditions);
            }
        }
    }

    private static void using(String name, SqlNode place, Scope scope, int first, List<JoinPlan.Condition> conditions) {
        int left = -1;
        int right = -1;
        for (int i = 0; i < scope.columns().size(); i++) {
            if (scope.columns().get(i).name().equals(name)) {
                left = i < first && left < 0 ? i : left;
                right = i >= first && right < 0 ? i : right;
            }
        }
        if (left < 0 || right < 0) {
            throw StatementErrors.notSupported(place, "Both sides of USING (%s) have no such column.".formatted(name));
        }
        int one = left;
        int other = right;
        Expr a = Expr.of(scope.columns().get(one).type(), frame -> frame.row()[one]);
        Expr b = Expr.of(scope.columns().get(other).type(), frame -> frame.row()[other]);
        scope.hide(other);
        BitSet both = new BitSet();
        both.set(one);
        both.set(other);
        BitSet oneOnly = new BitSet();
        oneOnly.set(one);
        BitSet otherOnly = new BitSet();
        otherOnly.set(other);
        conditions.add(new JoinPlan.Condition(
                ExpressionBinder.equal(a, b), both, Optional.of(new JoinPlan.Equality(a, oneOnly, b, otherOnly))));
    }

    /** The conditions that AND joins. */
    private void conditions(SqlNode node, Scope scope, List<JoinPlan.Condition> conditions) {
        if (node.getKind() == SqlKind.AND) {
            ((SqlCall) node).getOperandList().forEach(part -> conditions(part, scope, conditions));
            return;
        }
        scope.record();
        Expr bound = expressions.bind(node, scope);
        BitSet columns = scope.recorded();
        conditions.add(new JoinPlan.Condition(bound, columns, equality(node, scope)));
    }

    private Optional<JoinPlan.Equality> equality(SqlNode node, Scope scope) {
        if (node.getKind() != SqlKind.EQUALS) {
            return Optional.empty();
        }
        SqlCall call = (SqlCall) node;
        scope.record();
        Expr one = expressions.bind(call.operand(0), scope);
        BitSet oneColumns = scope.recorded();
        scope.record();
        Expr other = expressions.bind(call.operand(1), scope);
        BitSet otherColumns = scope.recorded();
        List<Expr> alike = expressions.alike(one, other);
        return ExpressionBinder.comparesByKey(alike.get(0).type(), alike.get(1).type())
                ? Optional.of(new JoinPlan.Equality(alike.get(0), oneColumns, alike.get(1), otherColumns))
                : Optional.empty();
    }

    /** A relation of FROM, whose columns are added to the scope. */
    private JoinPlan.Step step(SqlNode node, Scope scope, boolean left, List<JoinPlan.Condition> on) {
        String alias = "";
        List<SqlNode> names = List.of();
        SqlNode item = node;
        if (node.getKind() == SqlKind.AS) {
            List<SqlNode> parts = ((SqlCall) node).getOperandList();
            item = parts.get(0);
            alias = ((SqlIdentifier) parts.get(1)).getSimple();
            names = parts.subList(2, parts.size());
        }
        if (item.getKind() == SqlKind.LATERAL) {
            item = ((SqlCall) item).operand(0);
        }
        if (item instanceof SqlIdentifier identifier) {
            return relation(identifier, alias, names, scope, left, on);
        }
        if (item.getKind() == SqlKind.UNNEST || item.getKind() == SqlKind.COLLECTION_TABLE) {
            return function(item, alias, names, scope, left, on);
        }
        QueryPlan plan = bind(item, scope.outer());
        int offset = scope.add("", alias, renamed(plan.fields(), names));
        return new JoinPlan.Step(
                frame -> plan.rows(frame.run(), frame.outer()),
                offset,
                plan.fields().size(),
                new BitSet(),
                left,
                on);
    }

    private JoinPlan.Step relation(
            SqlIdentifier name,
            String alias,
            List<SqlNode> names,
            Scope scope,
            boolean left,
            List<JoinPlan.Condition> on) {
        int size = name.names.size();
        String simple = name.names.get(size - 1);
        String schema = size > 1 ? name.names.get(size - 2) : "";
        String called = alias.isEmpty() ? simple : alias;
        Optional<WithItem> item = schema.isEmpty() ? scope.item(simple) : Optional.empty();
        if (item.isPresent()) {
            WithItem found = item.orElseThrow();
            int offset = scope.add("", called, renamed(found.fields(), names));
            return new JoinPlan.Step(
                    frame -> frame.run().rows(found), offset, found.fields().size(), new BitSet(), left, on);
        }
        PgRelation relation = relations
                .find(schema, simple)
                .orElseThrow(() -> StatementErrors.notSupported(
                        name,
                        "The catalogue has no relation \"%s\"; a query reads either the catalogue or the data."
                                .formatted(String.join(".", name.names))));
        int offset = scope.add(alias.isEmpty() ? relation.schema() : "", called, renamed(relation.fields(), names));
        return new JoinPlan.Step(
                frame -> relation.rows(), offset, relation.fields().size(), new BitSet(), left, on);
    }

    private JoinPlan.Step function(
            SqlNode item, String alias, List<SqlNode> names, Scope scope, boolean left, List<JoinPlan.Condition> on) {
        scope.record();
        Expr list = expressions.bindSeries(
                item.getKind() == SqlKind.COLLECTION_TABLE ? ((SqlCall) item).operand(0) : item, scope);
        BitSet needs = scope.recorded();
        List<Field> fields = Functions.elementFields(ExpressionBinder.name(item), list.type(), alias);
        int offset = scope.add("", alias, renamed(fields, names));
        boolean composite = fields.size() > 1;
        return new JoinPlan.Step(
                frame -> elements(list.evaluate(frame), composite), offset, fields.size(), needs, left, on);
    }

    private static List<@Nullable Object[]> elements(@Nullable Object list, boolean composite) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        if (list instanceof List<?> elements) {
            for (Object element : elements) {
                rows.add(
                        composite && element instanceof Composite fields
                                ? fields.values().toArray()
                                : new @Nullable Object[] {element});
            }
        }
        return rows;
    }

    /** The type of the elements of a list. */
    static WireType element(WireType list) {
        return list.array()
                ? WireType.of(list.base())
                : switch (list.base()) {
                    case INT2VECTOR -> WireType.of(PgType.INT2);
                    case OIDVECTOR -> WireType.of(PgType.OID);
                    default -> WireType.of(list.base());
                };
    }

    static GatehouseException unknown(SqlLiteral literal) {
        return StatementErrors.notSupported(literal, "The catalogue has no literal like this one.");
    }
}
