package io.gatehouse.sql.dialect;

import static org.apache.calcite.util.Static.RESOURCE;

import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
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
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlStarExclude;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.SqlWithItem;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a FROM in which USING or NATURAL makes one column of two, as DuckDB has them: in the order of the
 * relations, with the merged column in the place of the left one. Its value is that of the left side, of a RIGHT JOIN
 * that of the right side, of a FULL JOIN the one that is not NULL. The joins get the ON that they mean, and names of
 * merged columns are written as these values, so that validation meets neither. Calcite would take such names for
 * ambiguous outside of the SELECT list, and put merged columns first.
 */
public final class MergedColumns {
    private static final int CONDITION = 5;
    private static final int CONDITION_TYPE = 4;
    private static final int NATURAL = 1;

    /**
     * A relation in FROM.
     *
     * @param columns the names of its columns, which may depend on the relations before it
     */
    public record Relation(String alias, Supplier<List<String>> columns) {}

    /**
     * A column of FROM.
     *
     * @param merged whether it is one for columns of several relations
     */
    private record Column(String name, SqlNode value, boolean merged) {
        boolean is(String other) {
            return name.equalsIgnoreCase(other);
        }
    }

    private final List<Column> columns;
    private final Function<SqlSelect, Set<String>> columnsOf;

    private MergedColumns(List<Column> columns, Function<SqlSelect, Set<String>> columnsOf) {
        this.columns = columns;
        this.columnsOf = columnsOf;
    }

    /** Whether columns of two relations become one in a FROM. */
    public static boolean isIn(@Nullable SqlNode from) {
        return from instanceof SqlJoin join
                && (join.isNatural()
                        || join.getConditionType() == JoinConditionType.USING
                        || isIn(join.getLeft())
                        || isIn(join.getRight()));
    }

    /**
     * Writes the joins of a SELECT with ON, and in its clauses the merged columns as what they are.
     *
     * @param relations those of its FROM, from left to right
     * @param columnsOf the names, in lower case, of the columns in the FROM of a sub-query, which hide those around it
     */
    public static MergedColumns resolve(
            SqlSelect select, List<Relation> relations, Function<SqlSelect, Set<String>> columnsOf) {
        MergedColumns merged = from(select.getFrom(), relations.iterator(), columnsOf);
        new Names(merged.values(), columnsOf).resolve(select, relations);
        return merged;
    }

    /** What a star stands for. Several columns can have one name, and EXCLUDE and COLUMNS mean them all. */
    public SqlNodeList items(SqlParserPos position) {
        SqlNodeList items = new SqlNodeList(position);
        for (Column column : columns) {
            SqlNode value = column.value();
            boolean named = value instanceof SqlIdentifier identifier
                    && Util.last(identifier.names).equals(column.name());
            items.add(named ? value : SqlValidatorUtil.addAlias(value, column.name()));
        }
        return items;
    }

    /** Items of a SELECT list with numbers at names that several have, as Calcite gives them to those of a star. */
    public static List<SqlNode> numbered(List<SqlNode> items) {
        List<String> names = SqlValidatorUtil.uniquify(
                items.stream().map(StarForm::nameOf).toList(), SqlValidatorUtil.EXPR_SUGGESTER, false);
        return IntStream.range(0, items.size())
                .mapToObj(i -> StarForm.nameOf(items.get(i)).equals(names.get(i))
                        ? items.get(i)
                        : SqlValidatorUtil.addAlias(SqlUtil.stripAs(items.get(i)), names.get(i)))
                .toList();
    }

    private Map<String, SqlNode> values() {
        Map<String, SqlNode> values = new HashMap<>();
        columns.stream()
                .filter(Column::merged)
                .forEach(column -> values.put(SqlTrees.key(column.name()), column.value()));
        return values;
    }

    private static MergedColumns from(
            @Nullable SqlNode node, Iterator<Relation> relations, Function<SqlSelect, Set<String>> columnsOf) {
        if (!(node instanceof SqlJoin join)) {
            Relation relation = relations.next();
            List<Column> columns = relation.columns().get().stream()
                    .map(name -> new Column(
                            name, new SqlIdentifier(List.of(relation.alias(), name), SqlParserPos.ZERO), false))
                    .toList();
            return new MergedColumns(columns, columnsOf);
        }
        MergedColumns left = from(join.getLeft(), relations, columnsOf);
        // A lateral query names what stands before it.
        new Names(left.values(), columnsOf).inRelation(join.getRight());
        return left.join(join, from(join.getRight(), relations, columnsOf));
    }

    private MergedColumns join(SqlJoin join, MergedColumns right) {
        List<SqlNode> conditions = new ArrayList<>();
        List<Column> joined = new ArrayList<>(columns);
        List<Column> rest = new ArrayList<>(right.columns);
        for (SqlIdentifier name : common(join, right)) {
            Column mine = only(columns, name);
            Column other = only(right.columns, name);
            conditions.add(
                    SqlStdOperatorTable.EQUALS.createCall(name.getParserPosition(), mine.value(), other.value()));
            joined.set(joined.indexOf(mine), new Column(mine.name(), value(join.getJoinType(), mine, other), true));
            rest.remove(other);
        }
        joined.addAll(rest);
        MergedColumns result = new MergedColumns(joined, columnsOf);
        if (join.isNatural() && conditions.isEmpty()) {
            throw StatementErrors.invalid(
                    join,
                    "The two sides of NATURAL JOIN have no column in common; write CROSS JOIN for all pairs of their rows.");
        }
        SqlNode condition = join.getCondition();
        if (join.isNatural() || join.getConditionType() == JoinConditionType.USING) {
            writeOn(join, conditions);
        } else if (condition != null) {
            join.setOperand(CONDITION, new Names(result.values(), columnsOf).in(condition));
        }
        return result;
    }

    private List<SqlIdentifier> common(SqlJoin join, MergedColumns right) {
        if (join.getConditionType() == JoinConditionType.USING && join.getCondition() instanceof SqlNodeList names) {
            return names.stream().map(SqlIdentifier.class::cast).toList();
        }
        return join.isNatural()
                ? columns.stream()
                        .filter(column -> right.columns.stream().anyMatch(other -> other.is(column.name())))
                        .map(column -> new SqlIdentifier(column.name(), join.getParserPosition()))
                        .toList()
                : List.of();
    }

    private static Column only(List<Column> columns, SqlIdentifier name) {
        List<Column> named =
                columns.stream().filter(column -> column.is(name.getSimple())).toList();
        if (named.isEmpty()) {
            throw SqlUtil.newContextException(name.getParserPosition(), RESOURCE.columnNotFound(name.getSimple()));
        }
        if (named.size() > 1) {
            throw StatementErrors.invalid(
                    name,
                    "%d relations on one side of the join have a column '%s'; write ON, with one of them before its name."
                            .formatted(named.size(), name.getSimple()));
        }
        return named.get(0);
    }

    private static SqlNode value(JoinType type, Column left, Column right) {
        return switch (type) {
            case RIGHT -> right.value();
            case FULL -> SqlStdOperatorTable.COALESCE.createCall(SqlParserPos.ZERO, left.value(), right.value());
            default -> left.value();
        };
    }

    private static void writeOn(SqlJoin join, List<SqlNode> conditions) {
        SqlParserPos position = join.getParserPosition();
        join.setOperand(NATURAL, SqlLiteral.createBoolean(false, position));
        join.setOperand(CONDITION_TYPE, JoinConditionType.ON.symbol(position));
        Optional<SqlNode> all =
                conditions.stream().reduce((one, next) -> SqlStdOperatorTable.AND.createCall(position, one, next));
        join.setOperand(CONDITION, all.orElseGet(() -> SqlLiteral.createBoolean(true, position)));
    }

    /** Writes names of merged columns as their values. Queries keep their identity, by which the validator knows them. */
    private static final class Names extends SqlShuttle {
        private final Map<String, SqlNode> values;
        private final Function<SqlSelect, Set<String>> columnsOf;

        private Names(Map<String, SqlNode> values, Function<SqlSelect, Set<String>> columnsOf) {
            this.values = values;
            this.columnsOf = columnsOf;
        }

        private SqlNode in(SqlNode node) {
            SqlNode visited = values.isEmpty() ? node : node.accept(this);
            return visited == null ? node : visited;
        }

        private @Nullable SqlNode inClause(@Nullable SqlNode clause) {
            return clause == null ? null : in(clause);
        }

        private @Nullable SqlNodeList inClauses(@Nullable SqlNodeList clauses) {
            if (clauses == null) {
                return null;
            }
            clauses.replaceAll(this::in);
            return clauses;
        }

        private void resolve(SqlSelect select, List<Relation> relations) {
            // The keys of groups first, which the validator needs for whatever is in other clauses.
            select.setGroupBy(inClauses(select.getGroup()));
            select.setOrderBy(sorted(select, relations));
            select.getSelectList().replaceAll(this::item);
            select.setWhere(inClause(select.getWhere()));
            select.setHaving(inClause(select.getHaving()));
            select.setQualify(inClause(select.getQualify()));
            inClauses(select.getWindowList());
        }

        /** An item keeps its name. */
        private SqlNode item(SqlNode item) {
            SqlNode value = in(item);
            return item instanceof SqlIdentifier name && !(value instanceof SqlIdentifier)
                    ? SqlValidatorUtil.addAlias(value, name.getSimple())
                    : value;
        }

        /** A name that is all of a key means the item of that name first: an alias, or else a column of one relation. */
        private @Nullable SqlNodeList sorted(SqlSelect select, List<Relation> relations) {
            SqlNodeList keys = select.getOrderList();
            if (keys != null) {
                Set<String> aliases = new HashSet<>();
                Map<String, List<SqlIdentifier>> columns = new HashMap<>();
                for (SqlNode item : select.getSelectList()) {
                    if (item.getKind() == SqlKind.AS) {
                        aliases.add(SqlTrees.key(((SqlCall) item).operand(1).toString()));
                    } else if (item instanceof SqlIdentifier name && !name.isSimple()) {
                        columnsOf(name, relations)
                                .forEach(column -> columns.computeIfAbsent(
                                                SqlTrees.key(Util.last(column.names)), key -> new ArrayList<>())
                                        .add(column));
                    }
                }
                keys.replaceAll(key -> {
                    String name = SqlTrees.bare(key) instanceof SqlIdentifier plain && plain.isSimple()
                            ? SqlTrees.simpleKey(plain)
                            : "";
                    List<SqlIdentifier> named = columns.getOrDefault(name, List.of());
                    if (aliases.contains(name)) {
                        return key;
                    }
                    return named.size() == 1
                            ? SqlTrees.withBare(key, plain -> in(named.get(0)).clone(plain.getParserPosition()))
                            : in(key);
                });
            }
            return keys;
        }

        /** What a qualified name or the star of one relation stands for. */
        private static List<SqlIdentifier> columnsOf(SqlIdentifier name, List<Relation> relations) {
            if (!name.isStar()) {
                return List.of(name);
            }
            return relations.stream()
                    .filter(relation -> relation.alias().equalsIgnoreCase(name.names.get(0)))
                    .flatMap(relation -> relation.columns().get().stream()
                            .map(column ->
                                    new SqlIdentifier(List.of(relation.alias(), column), name.getParserPosition())))
                    .toList();
        }

        private void inRelation(SqlNode relation) {
            switch (relation.getKind()) {
                case AS, LATERAL, UNNEST -> {
                    SqlCall call = (SqlCall) relation;
                    SqlNode inner = call.operand(0);
                    if (relation.getKind() == SqlKind.UNNEST) {
                        for (int i = 0; i < call.operandCount(); i++) {
                            call.setOperand(i, in(call.operand(i)));
                        }
                    } else {
                        inRelation(inner);
                    }
                }
                case JOIN -> {
                    SqlJoin join = (SqlJoin) relation;
                    inRelation(join.getLeft());
                    inRelation(join.getRight());
                    if (join.getConditionType() == JoinConditionType.ON) {
                        join.setOperand(CONDITION, inClause(join.getCondition()));
                    }
                }
                default -> {
                    if (relation.isA(SqlKind.QUERY)) {
                        in(relation);
                    }
                }
            }
        }

        @Override
        public SqlNode visit(SqlIdentifier name) {
            SqlNode value = name.isSimple() && !name.isStar() ? values.get(SqlTrees.key(name.getSimple())) : null;
            return value == null ? name : value.clone(name.getParserPosition());
        }

        @Override
        public @Nullable SqlNode visit(SqlCall call) {
            if (call instanceof SqlSelect query) {
                query(query);
                return query;
            }
            if (call instanceof SqlStarExclude) {
                return call;
            }
            if (call instanceof SqlWith with) {
                with.withList.forEach(item -> in(((SqlWithItem) item).query));
                in(with.body);
                return with;
            }
            if (call instanceof SqlWindow window) {
                inClauses(window.getPartitionList());
                inClauses(window.getOrderList());
                return window;
            }
            return switch (call.getKind()) {
                case AS -> {
                    List<SqlNode> operands = new ArrayList<>(call.getOperandList());
                    operands.set(0, in(operands.get(0)));
                    yield operands.get(0) == call.operand(0)
                            ? call
                            : call.getOperator().createCall(call.getParserPosition(), operands);
                }
                case OVER -> {
                    SqlNode window = call.operand(1);
                    yield new SqlBasicCall(
                            call.getOperator(),
                            List.of(in(call.operand(0)), window instanceof SqlWindow ? in(window) : window),
                            call.getParserPosition());
                }
                default -> super.visit(call);
            };
        }

        /** A sub-query, in which its own columns come first. They are looked up only for one that has such a name. */
        private void query(SqlSelect query) {
            if (!names(query)) {
                return;
            }
            Map<String, SqlNode> visible = new HashMap<>(values);
            visible.keySet().removeAll(columnsOf.apply(query));
            Names names = new Names(visible, columnsOf);
            if (query.getFrom() != null) {
                names.inRelation(query.getFrom());
            }
            names.resolve(query, List.of());
        }

        private boolean names(SqlSelect query) {
            try {
                query.accept(new SqlBasicVisitor<@Nullable Void>() {
                    @Override
                    public @Nullable Void visit(SqlIdentifier name) {
                        if (name.isSimple() && values.containsKey(SqlTrees.key(name.getSimple()))) {
                            throw Util.FoundOne.NULL;
                        }
                        return null;
                    }
                });
                return false;
            } catch (Util.FoundOne found) {
                return true;
            }
        }
    }
}
