package io.gatehouse.sql.plan;

import io.gatehouse.sql.dialect.DialectForms;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Expands measures, which are named aggregates. A query defines one by {@code expression AS MEASURE name}, and queries
 * over it use {@code AGGREGATE(name)}; some stored relations have built-in measures. Each use is replaced by the
 * aggregate, over the rows of the query that uses it, before anything else is done with a statement. Measures can
 * therefore do all that aggregates can, and can be answered from rollups.
 */
final class Measures {
    private static final String AGGREGATE = "AGGREGATE";

    private Measures() {}

    /** A measure of a relation, in terms of its columns. */
    private record Own(String name, SqlNode expression) {}

    /** A measure in scope, of the relation with an alias, which may be empty. */
    private record Usable(String alias, Own own) {
        String name() {
            return own.name();
        }

        /** Returns the expansion of a use at a position. */
        SqlNode at(SqlParserPos place) {
            return own.expression().accept(new Copy(alias, place));
        }
    }

    /** Expands the uses of measures in a parsed statement and removes their definitions. */
    static SqlNode inline(SqlNode statement) {
        statement.accept(new Statement(Map.of()));
        return withoutDefinitions(statement);
    }

    /** Visits queries from the inside out. */
    private static final class Statement extends SqlBasicVisitor<Void> {
        private final Map<String, List<Own>> named;

        private Statement(Map<String, List<Own>> named) {
            this.named = named;
        }

        @Override
        public @Nullable Void visit(SqlCall call) {
            if (call instanceof SqlWith with) {
                Map<String, List<Own>> scope = new HashMap<>(named);
                for (SqlNode node : with.withList) {
                    SqlWithItem item = (SqlWithItem) node;
                    item.query.accept(new Statement(scope));
                    scope.put(SqlTrees.key(item.name.getSimple()), definedBy(item.query));
                }
                with.body.accept(new Statement(scope));
                return null;
            }
            super.visit(call);
            if (call instanceof SqlSelect select) {
                replace(select);
            }
            if (call instanceof SqlOrderBy ordered && ordered.query instanceof SqlSelect select) {
                replaceAll(ordered.orderList, usable(select));
            }
            return null;
        }

        private void replace(SqlSelect select) {
            List<Usable> usable = usable(select);
            replaceAll(select.getSelectList(), usable);
            SqlNode having = select.getHaving();
            if (having != null) {
                select.setHaving(replaced(having, usable));
            }
            SqlNodeList order = select.getOrderList();
            if (order != null) {
                replaceAll(order, usable);
            }
        }

        private List<Usable> usable(SqlSelect select) {
            List<Usable> usable = new ArrayList<>();
            SqlNode from = select.getFrom();
            if (from != null) {
                gather(from, Optional.empty(), usable);
            }
            return usable;
        }

        private void gather(SqlNode from, Optional<String> alias, List<Usable> usable) {
            if (from instanceof SqlJoin join) {
                gather(join.getLeft(), Optional.empty(), usable);
                gather(join.getRight(), Optional.empty(), usable);
            } else if (from.getKind() == SqlKind.AS) {
                SqlCall as = (SqlCall) from;
                gather(as.operand(0), Optional.of(as.operand(1).toString()), usable);
            } else if (from instanceof SqlIdentifier relation && relation.isSimple()) {
                String name = relation.getSimple();
                measuresOf(name).forEach(own -> usable.add(new Usable(alias.orElse(name), own)));
            } else if (from instanceof SqlSelect select) {
                definedBy(select).forEach(own -> usable.add(new Usable(alias.orElse(""), own)));
            }
        }

        private List<Own> measuresOf(String relation) {
            List<Own> ofQuery = named.get(SqlTrees.key(relation));
            return ofQuery != null
                    ? ofQuery
                    : MeasureDefinitions.of(relation).stream()
                            .map(definition -> new Own(definition.name(), definition.expression()))
                            .toList();
        }
    }

    /**
     * Returns the measures that a query defines. The definitions stay until every use is replaced, because a CTE may be
     * used more than once.
     */
    private static List<Own> definedBy(SqlNode query) {
        if (!(query instanceof SqlSelect select)) {
            return List.of();
        }
        List<Own> measures = new ArrayList<>();
        for (SqlNode item : select.getSelectList()) {
            if (isMeasure(item)) {
                SqlCall as = (SqlCall) item;
                SqlNode expression = ((SqlCall) as.operand(0)).operand(0);
                expression.accept(new Exposure(select, as.operand(1).toString()));
                measures.add(new Own(as.operand(1).toString(), expression));
            }
        }
        if (!measures.isEmpty() && (select.getGroup() != null || select.isDistinct() || select.getFetch() != null)) {
            throw StatementErrors.notSupported(
                    select, "A query that defines a measure cannot have GROUP BY, DISTINCT or LIMIT of its own.");
        }
        return measures;
    }

    /** Removes the definitions of measures from the statement. */
    private static SqlNode withoutDefinitions(SqlNode statement) {
        statement.accept(new SqlBasicVisitor<@Nullable Void>() {
            @Override
            public @Nullable Void visit(SqlCall call) {
                if (call instanceof SqlSelect select) {
                    SqlNodeList list = select.getSelectList();
                    List<SqlNode> kept =
                            list.stream().filter(item -> !isMeasure(item)).toList();
                    if (kept.size() < list.size()) {
                        SqlNode one = SqlTrees.number(1, list.getParserPosition());
                        select.setSelectList(
                                new SqlNodeList(kept.isEmpty() ? List.of(one) : kept, list.getParserPosition()));
                    }
                }
                return super.visit(call);
            }
        });
        return statement;
    }

    private static boolean isMeasure(SqlNode item) {
        return item.getKind() == SqlKind.AS && ((SqlCall) item).operand(0).getKind() == SqlKind.MEASURE;
    }

    private static void replaceAll(SqlNodeList list, List<Usable> usable) {
        for (int i = 0; i < list.size(); i++) {
            list.set(i, replaced(list.get(i), usable));
        }
    }

    private static SqlNode replaced(SqlNode expression, List<Usable> usable) {
        return expression.accept(new Replacement(usable));
    }

    /** Replaces AGGREGATE(name) by the measure. */
    private static final class Replacement extends SqlShuttle {
        private final List<Usable> usable;

        private Replacement(List<Usable> usable) {
            this.usable = usable;
        }

        @Override
        public SqlNode visit(SqlCall call) {
            if (call.getKind().belongsTo(SqlKind.QUERY)) {
                return call;
            }
            boolean use = call.getOperator().getName().equalsIgnoreCase(AGGREGATE) && call.operandCount() == 1;
            return use && call.operand(0) instanceof SqlIdentifier name
                    ? measure(name).at(call.getParserPosition())
                    : super.visit(call);
        }

        private Usable measure(SqlIdentifier name) {
            String measure = name.names.get(name.names.size() - 1);
            Optional<String> alias = name.isSimple() ? Optional.empty() : Optional.of(name.names.get(0));
            List<Usable> found = usable.stream()
                    .filter(known -> known.name().equalsIgnoreCase(measure))
                    .filter(known -> alias.isEmpty() || known.alias().equalsIgnoreCase(alias.get()))
                    .toList();
            if (found.isEmpty()) {
                throw StatementErrors.notSupported(name, "There is no measure %s here%s.".formatted(name, known()));
            }
            if (found.size() > 1) {
                throw StatementErrors.notSupported(
                        name,
                        "%s is a measure of %s; say which, as in AGGREGATE(%s.%s)."
                                .formatted(
                                        name,
                                        found.stream().map(Usable::alias).collect(Collectors.joining(" and ")),
                                        found.get(0).alias(),
                                        measure));
            }
            return found.get(0);
        }

        private String known() {
            return usable.isEmpty()
                    ? ""
                    : "; there is "
                            + usable.stream().map(Usable::name).distinct().collect(Collectors.joining(", "));
        }
    }

    /** Copies an expression to another position, with its columns qualified by an alias. */
    private static final class Copy extends SqlShuttle {
        private final String alias;
        private final SqlParserPos place;

        private Copy(String alias, SqlParserPos place) {
            this.alias = alias;
            this.place = place;
        }

        @Override
        public SqlNode visit(SqlCall call) {
            List<@Nullable SqlNode> operands = new ArrayList<>();
            for (@Nullable SqlNode operand : call.getOperandList()) {
                operands.add(operand == null ? null : operand.accept(this));
            }
            return call.getOperator().createCall(call.getFunctionQuantifier(), place, operands);
        }

        @Override
        public SqlNode visit(SqlLiteral literal) {
            return literal.clone(place);
        }

        @Override
        public SqlNode visit(SqlIdentifier column) {
            if (column.isStar()) {
                return column.clone(place);
            }
            String name = column.names.get(column.names.size() - 1);
            return new SqlIdentifier(alias.isEmpty() ? List.of(name) : List.of(alias, name), place);
        }
    }

    /** Refuses a measure over a column that its query does not return. */
    private static final class Exposure extends SqlBasicVisitor<@Nullable Void> {
        private final SqlSelect select;
        private final String measure;

        private Exposure(SqlSelect select, String measure) {
            this.select = select;
            this.measure = measure;
        }

        @Override
        public @Nullable Void visit(SqlIdentifier column) {
            if (!column.isStar() && select.getSelectList().stream().noneMatch(item -> gives(item, column))) {
                throw StatementErrors.notSupported(
                        column,
                        "The measure %s uses %s, which its query does not give; add it to the columns."
                                .formatted(measure, column));
            }
            return null;
        }

        private static boolean gives(SqlNode item, SqlIdentifier column) {
            if (DialectForms.isStar(item)) {
                return true;
            }
            if (item instanceof SqlIdentifier plain) {
                return last(plain).equalsIgnoreCase(last(column));
            }
            return item instanceof SqlBasicCall as
                    && as.getKind() == SqlKind.AS
                    && as.operand(0) instanceof SqlIdentifier renamed
                    && last(renamed).equalsIgnoreCase(last(column))
                    && as.operand(1).toString().equalsIgnoreCase(last(column));
        }

        private static String last(SqlIdentifier name) {
            return name.names.get(name.names.size() - 1);
        }
    }
}
