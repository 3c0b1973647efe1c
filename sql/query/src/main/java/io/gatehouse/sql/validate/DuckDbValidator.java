package io.gatehouse.sql.validate;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.gatehouse.sql.catalog.CalciteTypes;
import io.gatehouse.sql.dialect.DialectForms;
import io.gatehouse.sql.dialect.GroupingSets;
import io.gatehouse.sql.dialect.LiteralCoercion;
import io.gatehouse.sql.dialect.MergedColumns;
import io.gatehouse.sql.dialect.SelectAliases;
import io.gatehouse.sql.dialect.StarForm;
import io.gatehouse.sql.function.FunctionTable;
import io.gatehouse.sql.parse.Grammar;
import io.gatehouse.sql.parse.SqlTrees;
import io.gatehouse.sql.parse.StatementErrors;
import io.gatehouse.sql.parse.Suggestions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.runtime.CalciteContextException;
import org.apache.calcite.runtime.Resources;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlStarExclude;
import org.apache.calcite.sql.SqlStarReplace;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeCoercionRule;
import org.apache.calcite.sql.type.SqlTypeMappingRule;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.sql.validate.DelegatingScope;
import org.apache.calcite.sql.validate.ListScope;
import org.apache.calcite.sql.validate.SqlMoniker;
import org.apache.calcite.sql.validate.SqlValidatorException;
import org.apache.calcite.sql.validate.SqlValidatorImpl;
import org.apache.calcite.sql.validate.SqlValidatorNamespace;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * Validates names as DuckDB does. Where a column and an alias have one name, ORDER BY means the alias if the name is
 * all that stands there, and the column inside an expression; QUALIFY always means the column. Calcite alone would mean
 * the alias each time.
 */
final class DuckDbValidator extends SqlValidatorImpl {
    private static final int CONDITION_OF_JOIN = 5;
    /** Types of literals that DuckDB refuses in ORDER BY; those of times are casts to it. */
    private static final Set<SqlTypeName> WITHOUT_ORDER = Sets.immutableEnumSet(
            SqlTypeName.CHAR, SqlTypeName.BOOLEAN, SqlTypeName.NULL, SqlTypeName.DECIMAL, SqlTypeName.DOUBLE);

    private static final SqlTypeMappingRule CASTS = casts();
    private static final Config CONFIG = Config.DEFAULT
            .withConformance(Grammar.conformance())
            .withDefaultNullCollation(NullCollation.LAST)
            .withCallRewrite(false)
            .withTypeCoercionFactory(LiteralCoercion::new)
            .withIdentifierExpansion(true);

    private static final Set<SqlKind> PARTS_OF_AGGREGATES = EnumSet.of(SqlKind.FILTER, SqlKind.WITHIN_GROUP);

    private final IdentityHashMap<SqlSelect, MergedColumns> merged = new IdentityHashMap<>();
    private final Set<SqlNode> windowed = Collections.newSetFromMap(new IdentityHashMap<>());
    private final KnownTypes types = new KnownTypes();
    private final ParameterTyping parameters;

    /** Whether the statement has parameters; otherwise no type needs to be inferred for them. */
    private boolean holdsParameters = true;

    /** For a statement of a user. */
    DuckDbValidator(CalciteCatalogReader reader) {
        this(reader, FunctionTable.INSTANCE);
    }

    /** @param functions what may be called */
    DuckDbValidator(CalciteCatalogReader reader, SqlOperatorTable functions) {
        super(functions, reader, reader.getTypeFactory(), CONFIG);
        parameters = new ParameterTyping(types, reader.getTypeFactory());
    }

    @Override
    public SqlNode validate(SqlNode statement) {
        holdsParameters = SqlTrees.holdsParameters(statement);
        return super.validate(statement);
    }

    @Override
    protected void inferUnknownTypes(RelDataType inferred, SqlValidatorScope scope, SqlNode node) {
        if (holdsParameters) {
            boolean told = !inferred.equals(getUnknownType());
            parameters.infer(scopes.getOrDefault(node, scope), node, told ? Optional.of(inferred) : Optional.empty());
            if (node instanceof SqlDynamicParam parameter && types.isTyped(parameter)) {
                return;
            }
        }
        super.inferUnknownTypes(inferred, scope, node);
    }

    /** Infers the types of parameters in VALUES from the other rows. */
    @Override
    protected void validateValues(SqlCall values, RelDataType target, SqlValidatorScope scope) {
        if (holdsParameters) {
            parameters.inferRows(scope, values.getOperandList());
        }
        super.validateValues(values, target, scope);
        ValuesLiterals.convert(values, this, scope);
    }

    /** Infers the types of parameters in a UNION from the other queries. */
    @Override
    public void validateQuery(SqlNode query, SqlValidatorScope scope, RelDataType target) {
        if (holdsParameters && SqlKind.SET_QUERY.contains(query.getKind())) {
            parameters.inferUnion(scope, query);
        }
        super.validateQuery(query, scope, target);
    }

    private final class KnownTypes implements ParameterTyping.Types {
        @Override
        public Optional<RelDataType> find(SqlValidatorScope scope, SqlNode expression) {
            try {
                return Optional.of(deriveType(scope, expression)).filter(type -> !type.equals(getUnknownType()));
            } catch (CalciteContextException e) {
                // It is refused where it is validated.
                return Optional.empty();
            }
        }

        @Override
        public boolean isTyped(SqlDynamicParam parameter) {
            RelDataType type = getValidatedNodeTypeIfKnown(parameter);
            return type != null && !type.equals(getUnknownType());
        }

        @Override
        public void set(SqlValidatorScope scope, SqlDynamicParam parameter, RelDataType type) {
            DuckDbValidator.super.inferUnknownTypes(type, scope, parameter);
        }
    }

    /** A query that is the whole condition of a join is a value; Calcite takes it for a relation. */
    @Override
    protected @Nullable SqlNode performUnconditionalRewrites(@Nullable SqlNode node, boolean underFrom) {
        if (node instanceof SqlJoin join) {
            SqlNode condition = join.getCondition();
            if (condition != null && condition.isA(SqlKind.QUERY)) {
                SqlNode value = SqlStdOperatorTable.SCALAR_QUERY.createCall(condition.getParserPosition(), condition);
                join.setOperand(CONDITION_OF_JOIN, value);
            }
        }
        SqlNode rewritten = super.performUnconditionalRewrites(node, underFrom);
        if (rewritten instanceof SqlCall call && call.getKind() == SqlKind.EXISTS) {
            keepRows(call.operand(0));
        }
        if (rewritten instanceof SqlCall filter && filter.getKind() == SqlKind.FILTER) {
            filter.setOperand(0, withinGroup(filter.operand(0)));
        }
        if (rewritten instanceof SqlSelect select) {
            GroupingSets.writeOut(select);
        }
        return rewritten instanceof SqlJoin join ? NestedJoins.leftDeep(commaLast(join)) : rewritten;
    }

    /** Below FILTER Calcite asks for the types of all operands, and takes the keys of an order within them for one. */
    private static SqlNode withinGroup(SqlCall aggregate) {
        List<SqlNode> operands = aggregate.getOperandList();
        if (aggregate.getKind() != SqlKind.STRING_AGG || !(Util.last(operands) instanceof SqlNodeList order)) {
            return aggregate;
        }
        SqlParserPos position = aggregate.getParserPosition();
        SqlNode list = SqlStdOperatorTable.LISTAGG.createCall(
                aggregate.getFunctionQuantifier(), position, Util.skipLast(operands));
        return SqlStdOperatorTable.WITHIN_GROUP.createCall(position, list, order);
    }

    /**
     * Calcite drops what EXISTS selects, and with it an unnest that makes no rows, and an aggregate in a sub-query that may
     * be one of this query; below a limit it stays.
     */
    private static void keepRows(SqlNode query) {
        if (query instanceof SqlWith with) {
            keepRows(with.body);
        }
        if (query instanceof SqlSelect select
                && select.getFetch() == null
                && (UnnestPositions.isIn(select)
                        || SqlTrees.holds(select.getSelectList(), call -> call.isA(SqlKind.QUERY)))) {
            select.setFetch(SqlTrees.number(1, select.getParserPosition()));
        }
    }

    /**
     * Of {@code a, b JOIN c JOIN d} the joins are those of b, c and d; Calcite's grammar joins (a, b) with c and d. It is
     * left so where all of them give the same, because there the conditions may name columns of a.
     */
    private static SqlJoin commaLast(SqlJoin join) {
        boolean differs = false;
        SqlJoin first = join;
        while (first.getJoinType() != JoinType.COMMA) {
            differs |= isOfSides(first);
            if (!(first.getLeft() instanceof SqlJoin left)) {
                return join;
            }
            if (left.getJoinType() == JoinType.COMMA && differs) {
                first.setLeft(left.getRight());
                left.setRight(join);
                return left;
            }
            first = left;
        }
        return join;
    }

    /** Whether it matters for the rows of a join what else its left side is joined with. */
    private static boolean isOfSides(SqlJoin join) {
        return join.getJoinType() == JoinType.RIGHT
                || join.getJoinType() == JoinType.FULL
                || join.getConditionType() == JoinConditionType.USING
                || join.isNatural();
    }

    @Override
    protected void validateSelect(SqlSelect select, RelDataType target) {
        if (!merged.containsKey(select) && MergedColumns.isIn(select.getFrom())) {
            merged.put(select, MergedColumns.resolve(select, relations(select), this::namesIn));
        }
        if (isCorrelated(select)) {
            OuterColumns.mark(select, ownNames(select), name -> {
                SqlIdentifier column = qualify(getWhereScope(select), name);
                return column.isSimple() ? Optional.empty() : Optional.of(column);
            });
        }
        super.validateSelect(select, target);
    }

    /** Whether there are relations of outer queries that the query can name. */
    private boolean isCorrelated(SqlSelect select) {
        if (!(getWhereScope(select) instanceof DelegatingScope scope)) {
            return false;
        }
        List<SqlMoniker> outer = new ArrayList<>();
        scope.getParent().findAliases(outer);
        return !outer.isEmpty();
    }

    private Set<String> ownNames(SqlSelect select) {
        Set<String> names = new HashSet<>(namesIn(select));
        relations(select).forEach(relation -> names.add(SqlTrees.key(relation.alias())));
        return names;
    }

    private List<MergedColumns.Relation> relations(SqlSelect select) {
        return getWhereScope(select) instanceof ListScope from ? relations(from) : List.of();
    }

    private static List<MergedColumns.Relation> relations(ListScope from) {
        List<MergedColumns.Relation> relations = new ArrayList<>();
        List<SqlMoniker> aliases = new ArrayList<>();
        from.findAliases(aliases);
        for (int i = 0; i < from.getChildren().size(); i++) {
            SqlValidatorNamespace relation = from.getChildren().get(i);
            relations.add(new MergedColumns.Relation(aliases.get(i).toString(), () -> columns(relation)));
        }
        return relations;
    }

    /**
     * The columns of a relation. One that names them is not validated for them: its outer columns may be columns of USING
     * that are not resolved yet.
     */
    private static List<String> columns(SqlValidatorNamespace relation) {
        SqlNode node = relation.getNode();
        if (node != null && node.getKind() == SqlKind.AS) {
            List<SqlNode> operands = ((SqlCall) node).getOperandList();
            if (operands.size() > 2) {
                return SqlIdentifier.simpleNames(Util.skip(operands, 2));
            }
            node = operands.get(0);
        }
        if (node != null && node.getKind() == SqlKind.LATERAL) {
            node = ((SqlCall) node).operand(0);
        }
        return node instanceof SqlSelect query && query.getSelectList().stream().noneMatch(DialectForms::isStar)
                ? IntStream.range(0, query.getSelectList().size())
                        .mapToObj(i ->
                                SqlValidatorUtil.alias(query.getSelectList().get(i), i))
                        .toList()
                : relation.getRowType().getFieldNames();
    }

    /** Names the relations that have an ambiguous column. */
    @Override
    public CalciteContextException newValidationError(
            SqlNode node, Resources.ExInst<SqlValidatorException> explanation) {
        CalciteContextException error = super.newValidationError(node, explanation);
        return Suggestions.findAmbiguousColumn(explanation.str())
                .map(column -> Suggestions.ambiguousColumn(column, relationsWith(column, node.getParserPosition())))
                .map(message -> new CalciteContextException(
                        String.valueOf(error.getMessage()),
                        new SqlValidatorException(message, null),
                        error.getPosLine(),
                        error.getPosColumn(),
                        error.getEndPosLine(),
                        error.getEndPosColumn()))
                .orElse(error);
    }

    /** The relations with a column, in the innermost FROM around a place where several have it. */
    private List<String> relationsWith(String column, SqlParserPos place) {
        return scopes.values().stream()
                .filter(ListScope.class::isInstance)
                .map(ListScope.class::cast)
                .filter(from -> TextRanges.contains(from.getNode(), place))
                .sorted(Comparator.comparing(ListScope::getNode, TextRanges.INNERMOST_FIRST))
                .map(from -> relations(from).subList(0, visible(from, place)).stream()
                        .filter(relation -> relation.columns().get().stream().anyMatch(column::equalsIgnoreCase))
                        .map(MergedColumns.Relation::alias)
                        .toList())
                .filter(relations -> relations.size() > 1)
                .findFirst()
                .orElse(List.of());
    }

    /** How many relations of a FROM can be named at a place: within one of them, those before it. */
    private static int visible(ListScope from, SqlParserPos place) {
        List<SqlValidatorNamespace> relations = from.getChildren();
        return (int) relations.stream()
                .takeWhile(relation -> relation.getNode() == null || !TextRanges.contains(relation.getNode(), place))
                .count();
    }

    private Set<String> namesIn(SqlSelect query) {
        return relations(query).stream()
                .flatMap(relation -> relation.columns().get().stream())
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
    }

    /** Calcite derives the types of keys, and casts what does not fit them, before it asks for their columns. */
    @Override
    protected void validateOrderList(SqlSelect select) {
        SqlNodeList keys = select.getOrderList();
        if (keys != null) {
            SqlNodeList written = new SqlNodeList(keys.getParserPosition());
            keys.forEach(key -> written.add(ownColumnsFirst(select, key)));
            select.setOrderBy(written);
        }
        super.validateOrderList(select);
    }

    /** In an expression a column of the query comes before an alias, and an alias before a column of an outer query. */
    private SqlNode ownColumnsFirst(SqlSelect select, SqlNode key) {
        if (SqlTrees.bare(key) instanceof SqlIdentifier) {
            return key;
        }
        Supplier<Set<String>> own = Suppliers.memoize(() -> namesIn(select));
        return columnsFirst(select, key, name -> own.get().contains(SqlTrees.simpleKey(name)));
    }

    @Override
    public SqlNode expandOrderExpr(SqlSelect select, SqlNode key) {
        if (SqlTrees.bare(key) instanceof SqlDynamicParam parameter) {
            throw StatementErrors.invalid(
                    parameter,
                    "A parameter cannot be a key of ORDER BY: it is a value, and neither a column nor its number.");
        }
        checkNotConstant(key);
        SqlNode qualified = ownColumnsFirst(select, key);
        SqlNode expanded = super.expandOrderExpr(select, qualified);
        if (expanded == qualified && qualified != key) {
            resolveCopy(qualified, getOrderScope(select));
        }
        return expanded;
    }

    /** A whole number is that of a column; any other literal would order nothing. */
    private static void checkNotConstant(SqlNode key) {
        SqlNode bare = SqlTrees.bare(key);
        boolean column = bare instanceof SqlNumericLiteral number
                && number.isInteger()
                && number.bigDecimalValue().signum() > 0;
        if (bare instanceof SqlLiteral literal && WITHOUT_ORDER.contains(literal.getTypeName()) && !column) {
            throw StatementErrors.invalid(
                    bare, "ORDER BY %s orders nothing; write a column, its number or an expression.".formatted(bare));
        }
    }

    /** Resolves functions and types in a copy, which has none of the original's resolutions. */
    private void resolveCopy(SqlNode copy, SqlValidatorScope scope) {
        inferUnknownTypes(getUnknownType(), scope, copy);
        setValidatedNodeType(copy, deriveType(scope, copy));
    }

    /** In IN, as with {@code =}, DuckDB compares rows as if NULL equalled NULL; for Calcite the result is NULL. */
    @Override
    public RelDataType deriveType(SqlValidatorScope scope, SqlNode expression) {
        RelDataType type = super.deriveType(scope, expression);
        if (expression instanceof SqlCase choice && CalciteTypes.hasMostDigits(type)) {
            RelDataType exact = CalciteTypes.ofCase(results(scope, choice), type, getTypeFactory());
            setValidatedNodeType(choice, exact);
            return exact;
        }
        if (expression instanceof SqlCall in
                && (in.getKind() == SqlKind.IN || in.getKind() == SqlKind.NOT_IN)
                && in.operand(1) instanceof SqlNodeList list
                && Stream.concat(Stream.of(in.<SqlNode>operand(0)), list.stream())
                        .anyMatch(row -> isRowWithNull(scope, row))) {
            boolean not = in.getKind() == SqlKind.NOT_IN;
            throw StatementErrors.notSupported(
                    in,
                    "%s does not support rows with values that can be NULL; write (x, y) %s (1, 2) %s (x, y) %s (3, 4)."
                            .formatted(not ? "NOT IN" : "IN", not ? "<>" : "=", not ? "AND" : "OR", not ? "<>" : "="));
        }
        return type;
    }

    private List<RelDataType> results(SqlValidatorScope scope, SqlCase choice) {
        return Stream.concat(choice.getThenOperands().stream(), Stream.ofNullable(choice.getElseOperand()))
                .map(result -> SqlUtil.isNullLiteral(result, false)
                        ? getTypeFactory().createSqlType(SqlTypeName.NULL)
                        : super.deriveType(scope, result))
                .toList();
    }

    /** A parameter has a value, unless a client means NULL by it: then it is neither in the list nor not in it. */
    private boolean isRowWithNull(SqlValidatorScope scope, SqlNode row) {
        return row.getKind() == SqlKind.ROW
                && ((SqlCall) row)
                        .getOperandList().stream()
                                .anyMatch(item -> item.getKind() != SqlKind.DYNAMIC_PARAM
                                        && (super.deriveType(scope, item).isNullable() || isRowWithNull(scope, item)));
    }

    /**
     * Refuses a count of outer columns only, as {@link OuterAggregates} does for other aggregates. If the column is
     * never NULL, the algebra no longer contains it.
     */
    @Override
    public void validateAggregateParams(
            SqlCall aggregate,
            @Nullable SqlNode filter,
            @Nullable SqlNodeList distinct,
            @Nullable SqlNodeList order,
            SqlValidatorScope scope) {
        SqlValidatorScope around = scope;
        while (!(around.getNode() instanceof SqlSelect) && around instanceof DelegatingScope inner) {
            around = inner.getParent();
        }
        if ((aggregate.getKind() == SqlKind.COUNT || filter != null)
                && !windowed.contains(aggregate)
                && around.getNode() instanceof SqlSelect select) {
            NamedColumns columns = new NamedColumns(relations(select), select.getSelectList());
            aggregate.getOperandList().forEach(operand -> operand.accept(columns));
            if (filter != null) {
                filter.accept(columns);
            }
            if (order != null) {
                order.accept(columns);
            }
            if (columns.outer && !columns.own) {
                throw StatementErrors.notSupported(
                        aggregate,
                        OuterAggregates.sentence(aggregate.getOperator().getName()));
            }
        }
        super.validateAggregateParams(aggregate, filter, distinct, order, scope);
    }

    /** Finds whether an expression names columns of the given relations, and whether it names others. */
    private static final class NamedColumns extends SqlBasicVisitor<@Nullable Void> {
        private final List<MergedColumns.Relation> relations;
        private final SqlNodeList items;
        private boolean withinItem;
        private boolean own;
        private boolean outer;

        /** @param items one of which a key of ORDER BY may name */
        NamedColumns(List<MergedColumns.Relation> relations, SqlNodeList items) {
            this.relations = relations;
            this.items = items;
        }

        @Override
        public @Nullable Void visit(SqlIdentifier name) {
            Optional<SqlNode> item = name.isStar() || isOwn(name) ? Optional.empty() : item(name);
            if (item.isPresent()) {
                withinItem = true;
                item.get().accept(this);
                withinItem = false;
            } else if (!name.isStar()) {
                own |= isOwn(name);
                outer |= !isOwn(name);
            }
            return null;
        }

        private boolean isOwn(SqlIdentifier name) {
            return name.isSimple()
                    ? relations.stream()
                            .flatMap(relation -> relation.columns().get().stream())
                            .anyMatch(name.getSimple()::equalsIgnoreCase)
                    : relations.stream().anyMatch(relation -> relation.alias().equalsIgnoreCase(name.names.get(0)));
        }

        private Optional<SqlNode> item(SqlIdentifier name) {
            return items.stream()
                    .filter(item -> !withinItem
                            && name.isSimple()
                            && item instanceof SqlCall as
                            && as.getKind() == SqlKind.AS
                            && as.<SqlIdentifier>operand(1).getSimple().equalsIgnoreCase(name.getSimple()))
                    .findFirst()
                    .map(item -> ((SqlCall) item).operand(0));
        }

        @Override
        public @Nullable Void visit(SqlCall call) {
            return call.isA(SqlKind.QUERY) ? null : super.visit(call);
        }
    }

    /** DuckDB can also cast a BOOLEAN to a number with a fraction. */
    @Override
    public SqlTypeMappingRule getTypeMappingRule() {
        return CASTS;
    }

    private static SqlTypeMappingRule casts() {
        Map<SqlTypeName, ImmutableSet<SqlTypeName>> casts =
                new EnumMap<>(SqlTypeCoercionRule.lenientInstance().getTypeMapping());
        for (SqlTypeName number : SqlTypeName.FRACTIONAL_TYPES) {
            casts.merge(
                    number,
                    ImmutableSet.of(SqlTypeName.BOOLEAN),
                    (from, more) -> ImmutableSet.copyOf(Sets.union(from, more)));
        }
        return SqlTypeCoercionRule.instance(casts);
    }

    /** Calcite asks whether an aggregate stands before OVER where it may not yet have looked up what stands there. */
    @Override
    public void validateCall(SqlCall call, SqlValidatorScope scope) {
        if (call.getKind() == SqlKind.UNNEST) {
            inferUnknownTypes(getUnknownType(), scope, call);
        }
        if (call.getKind() == SqlKind.OVER) {
            windowed.add(call.operand(0));
            deriveType(scope, call);
        }
        if (call.getKind() == SqlKind.FILTER
                && Util.last(call.<SqlCall>operand(0).getOperandList()) instanceof SqlNodeList keys) {
            // Below FILTER Calcite leaves out the keys of an order.
            keys.forEach(key -> deriveType(scope, key));
        }
        super.validateCall(call, scope);
        if (call.getKind() == SqlKind.UNNEST
                && call.getOperandList().stream()
                        .map(list -> deriveType(scope, list).getComponentType())
                        .anyMatch(element -> element != null && element.isStruct())) {
            // Calcite would make a column of each value of a row, and DuckDB makes one.
            throw StatementErrors.notSupported(
                    call,
                    "UNNEST does not support a list of rows; unnest one list for each column: UNNEST(a, b) AS t(x, y).");
        }
    }

    @Override
    protected void validateWhereClause(SqlSelect select) {
        SqlNode condition = select.getWhere();
        if (condition != null) {
            Supplier<Set<String>> columns = Suppliers.memoize(() -> namesIn(select));
            select.setWhere(SelectAliases.writtenOut(
                    condition, select, name -> columns.get().contains(SqlTrees.simpleKey(name))));
        }
        super.validateWhereClause(select);
    }

    @Override
    protected void validateGroupClause(SqlSelect select) {
        SqlNodeList written = select.getGroup();
        if (written != null) {
            select.setGroupBy((SqlNodeList) SelectAliases.writtenOut(written, select, isColumnBeforeAlias(select)));
        }
        super.validateGroupClause(select);
        SqlNodeList expanded = select.getGroup();
        if (written != null && expanded != null) {
            GroupingSets.checkKeys(written, expanded);
        }
    }

    @Override
    protected void validateQualifyClause(SqlSelect select) {
        SqlNode condition = select.getQualify();
        if (condition != null) {
            select.setQualify(columnsFirst(select, condition));
        }
        super.validateQualifyClause(select);
    }

    @Override
    protected void validateHavingClause(SqlSelect select) {
        SqlNode condition = select.getHaving();
        if (condition != null) {
            Set<String> keys = GroupingSets.columns(select.getGroup());
            // Of a key that GROUP BY names, Calcite knows that it comes before an alias, but not within ROLLUP or CUBE.
            condition = columnsFirst(select, condition, name -> keys.contains(SqlTrees.simpleKey(name)));
            condition = columnsFirstInAggregates(select, condition);
            select.setHaving(condition);
            resolveFunctions(condition, getHavingScope(select));
        }
        super.validateHavingClause(select);
    }

    /** Calcite takes {@code max} for no aggregate until it has chosen between {@code max(x)} and {@code max(x, n)}. */
    private void resolveFunctions(SqlNode condition, SqlValidatorScope scope) {
        condition.accept(new SqlBasicVisitor<@Nullable Void>() {
            @Override
            public @Nullable Void visit(SqlCall call) {
                if (call.isA(SqlKind.QUERY)) {
                    return null;
                }
                super.visit(call);
                if (call.getOperator() instanceof SqlUnresolvedFunction) {
                    chooseOverload(call, scope);
                }
                return null;
            }
        });
    }

    private void chooseOverload(SqlCall call, SqlValidatorScope scope) {
        try {
            deriveType(scope, call);
        } catch (CalciteContextException e) {
            // It is refused where it is validated.
            return;
        }
    }

    @Override
    protected RelDataType validateSelectList(SqlNodeList written, SqlSelect select, RelDataType target) {
        SqlNodeList items = SelectAliases.ofItems(select, isColumnBeforeAlias(select));
        select.setSelectList(items);
        if (items.stream().noneMatch(item -> isExpandedHere(item, select))) {
            return super.validateSelectList(items, select, target);
        }
        SqlNodeList expanded = new SqlNodeList(items.getParserPosition());
        for (SqlNode item : items) {
            List<SqlNode> columns = expanded(item, select);
            boolean star = merged.containsKey(select) && (StarForm.isStar(item) || isStarItem(item));
            expanded.addAll(star ? MergedColumns.numbered(columns) : columns);
        }
        select.setSelectList(expanded);
        return super.validateSelectList(expanded, select, target);
    }

    /**
     * Calcite replaces only the first of several columns of the name that REPLACE has, and derives the types of what
     * REPLACE puts in before it infers those of parameters.
     */
    private boolean isExpandedHere(SqlNode item, SqlSelect select) {
        return StarForm.holdsColumns(item)
                || StarForm.isStar(item)
                || item instanceof SqlStarReplace
                || (merged.containsKey(select) && isStarItem(item));
    }

    private static boolean isStarItem(SqlNode item) {
        return item instanceof SqlStarExclude || item instanceof SqlStarReplace || isStarOfAll(item);
    }

    private static boolean isStarOfAll(SqlNode item) {
        return item instanceof SqlIdentifier star && star.isStar() && star.names.size() == 1;
    }

    private List<SqlNode> expanded(SqlNode item, SqlSelect select) {
        if (!isExpandedHere(item, select)) {
            return List.of(item);
        }
        if (item instanceof SqlStarExclude star) {
            return StarForm.without(star, columnsOf(star.getStarIdentifier(), select));
        }
        if (item instanceof SqlStarReplace star) {
            return StarForm.replaced(star, columnsOf(star.getStarIdentifier(), select));
        }
        if (StarForm.isStar(item)) {
            SqlStarExclude star = StarForm.star(item);
            return StarForm.replaced(item, StarForm.without(star, columnsOf(star.getStarIdentifier(), select)));
        }
        if (isStarOfAll(item)) {
            return columnsOf((SqlIdentifier) item, select);
        }
        return StarForm.expanded(item, columnsOf(select));
    }

    private SqlNodeList columnsOf(SqlIdentifier star, SqlSelect select) {
        MergedColumns columns = merged.get(select);
        return columns != null && isStarOfAll(star)
                ? columns.items(star.getParserPosition())
                : expandStar(SqlNodeList.of(star), select, false);
    }

    private List<SqlNode> columnsOf(SqlSelect select) {
        MergedColumns columns = merged.get(select);
        if (columns != null) {
            return columns.items(SqlParserPos.ZERO);
        }
        List<SqlNode> all = new ArrayList<>();
        for (MergedColumns.Relation relation : relations(select)) {
            for (String name : relation.columns().get()) {
                all.add(new SqlIdentifier(List.of(relation.alias(), name), SqlParserPos.ZERO));
            }
        }
        return all;
    }

    /**
     * Whether a name is left to Calcite: that of a column of the query, which comes before an alias, or one that no outer
     * query has. To Calcite a column of an outer query would come before an alias, too.
     */
    private Predicate<SqlIdentifier> isColumnBeforeAlias(SqlSelect select) {
        Supplier<Set<String>> own = Suppliers.memoize(() -> namesIn(select));
        return name -> own.get().contains(SqlTrees.simpleKey(name))
                || qualify(getWhereScope(select), name).isSimple();
    }

    /** The expression with the names of columns written with their tables, so that no alias is taken for them. */
    /** Calcite knows of the arguments of an aggregate that they name columns, but not of its FILTER and its order. */
    private SqlNode columnsFirstInAggregates(SqlSelect select, SqlNode condition) {
        SqlNode written = condition.accept(new SqlShuttle() {
            @Override
            public @Nullable SqlNode visit(SqlCall call) {
                if (call.isA(SqlKind.QUERY)) {
                    return call;
                }
                return PARTS_OF_AGGREGATES.contains(call.getKind()) ? columnsFirst(select, call) : super.visit(call);
            }
        });
        return written == null ? condition : written;
    }

    private SqlNode columnsFirst(SqlSelect select, SqlNode expression) {
        return columnsFirst(select, expression, name -> true);
    }

    private SqlNode columnsFirst(SqlSelect select, SqlNode expression, Predicate<SqlIdentifier> qualified) {
        SqlValidatorScope columns = getWhereScope(select);
        SqlNode written = expression.accept(new SqlShuttle() {
            @Override
            public SqlNode visit(SqlIdentifier name) {
                return name.isSimple() && qualified.test(name) ? qualify(columns, name) : name;
            }

            @Override
            public SqlNode visit(SqlCall call) {
                return call.isA(SqlKind.QUERY) ? call : super.visit(call);
            }
        });
        return written == null ? expression : written;
    }

    private static SqlIdentifier qualify(SqlValidatorScope columns, SqlIdentifier name) {
        try {
            return columns.fullyQualify(name).identifier;
        } catch (CalciteContextException e) {
            // No column of that name: validation goes on and finds an alias, or says so.
            return name;
        }
    }
}
