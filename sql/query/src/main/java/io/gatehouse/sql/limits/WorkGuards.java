package io.gatehouse.sql.limits;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.function.Cost;
import io.gatehouse.sql.function.ListFunctions;
import io.gatehouse.sql.limits.ValueSizes.Most;
import io.gatehouse.sql.parse.StatementErrors;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.RepeatUnion;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.logical.LogicalValues;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.schema.TransientTable;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * Adds guards to expressions that could take too much time or memory within one vector of rows. DuckDB checks for
 * interrupts only between vectors of 2,048 rows, and its memory limit does not count the results of expressions. A
 * guard measures the texts and lists of all rows of a vector before the expression is computed, and fails the statement
 * if it would exceed a limit. Expressions whose values cannot be long, as known from the schema, literals and
 * functions, get no guard, so ordinary statements stay unchanged.
 */
public final class WorkGuards {
    /**
     * Nanoseconds that the rows of one vector may take, all guards of a statement together. The declared costs were
     * measured on a busy machine with the worst arguments; real costs are a third of that or less.
     */
    private static final double LIMIT = 1.5e9;

    /** Nanoseconds that one vector may take, by known bounds, without a guard. */
    private static final double FREE = LIMIT / 2;

    private static final int VECTOR = 2_048;

    /**
     * Nanoseconds per byte of keys that are sorted, grouped, compared or aggregated; and of values copied into a
     * result.
     */
    private static final double KEY_NANOS = 2;

    private static final double RESULT_NANOS = 12;

    /** Nanoseconds per byte of a value that a window copies into a row. */
    private static final double COPY_NANOS = 6;

    /** Bytes of a value that a window may copy into all rows of a vector without a guard. */
    private static final double COPIED = FREE / VECTOR / COPY_NANOS;

    /**
     * Functions whose arguments after the first (formats, orders, separators) DuckDB needs as constants when it plans.
     */
    private static final Set<String> PLANNED_WITH = Set.of(
            "strftime",
            "strptime",
            "try_strptime",
            "array_to_string",
            "array_to_string_comma_default",
            "list_aggregate",
            "list_aggr",
            "array_aggregate",
            "array_aggr",
            "aggregate",
            "list_sort",
            "list_reverse_sort",
            "array_sort",
            "array_reverse_sort");

    private final RexBuilder rex;
    private final long longestText;
    private final double limit;
    private final Map<CorrelationId, List<Most>> outer = new HashMap<>();
    private final ConstantColumns constants = new ConstantColumns();
    private final Map<TransientTable, List<Most>> recursions = new HashMap<>();
    private final IdentityHashMap<RelNode, List<Most>> queries = new IdentityHashMap<>();
    private int guards;
    private int recursing;
    /** The outer joins around the relation that is visited. */
    private int outerJoins;

    private WorkGuards(RexBuilder rex, long longestText, double limit) {
        this.rex = rex;
        this.longestText = longestText;
        this.limit = limit;
    }

    /** A relation and the maximum sizes of its columns. */
    private record Guarded(RelNode rel, List<Most> columns) {}

    /**
     * Adds guards to a statement.
     *
     * @param longestText the bytes of the longest stored text
     */
    public static RelNode of(RelNode root, long longestText) {
        RexBuilder rex = root.getCluster().getRexBuilder();
        WorkGuards counting = new WorkGuards(rex, longestText, LIMIT);
        RelNode guarded = counting.root(root);
        return counting.guards < 2 ? guarded : new WorkGuards(rex, longestText, LIMIT / counting.guards).root(root);
    }

    /** The result is guarded, too: rows that share a text within a vector each get their own copy. */
    private RelNode root(RelNode root) {
        Guarded guarded = visit(root);
        return guarded(guarded, all(root), "the result", RESULT_NANOS).rel();
    }

    private Guarded visit(RelNode node) {
        List<Guarded> inputs = new ArrayList<>();
        int outerJoin = node instanceof Join join && join.getJoinType().isOuterJoin() ? 1 : 0;
        outerJoins += outerJoin;
        for (int i = 0; i < node.getInputs().size(); i++) {
            inputs.add(
                    node instanceof RepeatUnion union && i == 1
                            ? again(union, inputs.get(0).columns())
                            : visit(node.getInputs().get(i)));
            if (node instanceof Correlate correlate && i == 0) {
                correlated(correlate.getCorrelationId(), List.of(inputs.get(0)));
            }
        }
        outerJoins -= outerJoin;
        List<Most> row =
                inputs.stream().flatMap(input -> input.columns().stream()).toList();
        node.getVariablesSet().forEach(id -> correlated(id, inputs));
        if (node instanceof Project project) {
            return project(project, inputs.get(0));
        }
        if (node instanceof Filter filter) {
            RexNode condition = conjuncts(filter, inputs);
            RelNode guarded = condition.equals(filter.getCondition())
                    ? withInputs(filter, inputs)
                    : filter.copy(filter.getTraitSet(), inputs.get(0).rel(), condition);
            return new Guarded(guarded, row);
        }
        if (node instanceof Join join) {
            return join(join, inputs, row);
        }
        if (node instanceof Aggregate aggregate) {
            return aggregate(aggregate, inputs.get(0));
        }
        if (node instanceof Sort sort) {
            Guarded input = guarded(inputs.get(0), sort.getCollation().getKeys(), "ORDER BY", KEY_NANOS);
            return new Guarded(withInputs(sort, List.of(input)), input.columns());
        }
        if (node instanceof SetOp set) {
            return set(set, inputs);
        }
        return new Guarded(withInputs(node, inputs), others(node, inputs));
    }

    private void correlated(CorrelationId id, List<Guarded> inputs) {
        outer.put(id, inputs.stream().flatMap(input -> input.columns().stream()).toList());
        constants.addOuter(id, inputs.stream().map(Guarded::rel).toList());
    }

    /**
     * The query that a recursion repeats. Unless it passes on texts and lists that are no longer than those it reads,
     * they can have any length after some repetitions.
     */
    private Guarded again(RepeatUnion union, List<Most> first) {
        TransientTable own = own(union);
        // A recursion inside of another one would be visited twice as often for each one around it.
        if (recursing == 0) {
            int before = guards;
            IdentityHashMap<RelNode, List<Most>> queriesBefore = new IdentityHashMap<>(queries);
            List<Most> read = ValueSizes.atLeastShort(first);
            Guarded again = again(union, own, read);
            boolean grows = union.getRowType().getFieldList().stream()
                    .anyMatch(field -> !again.columns()
                            .get(field.getIndex())
                            .isWithin(read.get(field.getIndex()), field.getType()));
            if (!grows) {
                return again;
            }
            guards = before;
            queries.clear();
            queries.putAll(queriesBefore);
        }
        return again(union, own, ValueSizes.anything(union));
    }

    private Guarded again(RepeatUnion union, TransientTable own, List<Most> read) {
        recursing++;
        recursions.put(own, read);
        Guarded again = visit(union.getInputs().get(1));
        recursing--;
        return again;
    }

    private static RelNode withInputs(RelNode node, List<Guarded> inputs) {
        List<RelNode> rels = inputs.stream().map(Guarded::rel).toList();
        return rels.equals(node.getInputs()) ? node : node.copy(node.getTraitSet(), rels);
    }

    private List<Most> others(RelNode node, List<Guarded> inputs) {
        if (node instanceof TableScan scan) {
            TransientTable own = scan.getTable().unwrap(TransientTable.class);
            List<Most> recursive = own == null ? null : recursions.get(own);
            return recursive == null ? ValueSizes.stored(node, longestText) : recursive;
        }
        if (node instanceof Values values) {
            return values(values);
        }
        if (node instanceof Uncollect) {
            return elements(node, inputs.get(0).columns());
        }
        if (node instanceof RepeatUnion) {
            return longest(inputs, node);
        }
        if (node instanceof Correlate correlate) {
            List<Most> both = new ArrayList<>(inputs.get(0).columns());
            if (correlate.getJoinType().projectsRight()) {
                both.addAll(inputs.get(1).columns());
            }
            return both;
        }
        return inputs.size() == 1 ? inputs.get(0).columns() : ValueSizes.stored(node, longestText);
    }

    private static TransientTable own(RepeatUnion union) {
        if (union.getTransientTable() == null) {
            throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "A recursion has no rows of its own.");
        }
        return union.getTransientTable().unwrapOrThrow(TransientTable.class);
    }

    private static List<Most> values(Values values) {
        List<Most> most =
                new ArrayList<>(Collections.nCopies(values.getRowType().getFieldCount(), Most.NOTHING));
        ValueSizes sizes = new ValueSizes(List.of(), Map.of(), new IdentityHashMap<>());
        for (List<RexLiteral> row : values.getTuples()) {
            IntStream.range(0, row.size()).forEach(i -> most.set(i, most.get(i).max(sizes.most(row.get(i)))));
        }
        return most;
    }

    private static List<Most> elements(RelNode unnest, List<Most> lists) {
        double element = lists.stream().mapToDouble(Most::element).max().orElse(Double.POSITIVE_INFINITY);
        return unnest.getRowType().getFieldList().stream()
                .map(field -> GuardFunctions.isLong(field.getType()) ? new Most(element, element) : Most.NOTHING)
                .toList();
    }

    private static List<Most> longest(List<Guarded> inputs, RelNode node) {
        return IntStream.range(0, node.getRowType().getFieldCount())
                .mapToObj(column -> inputs.stream()
                        .map(input -> input.columns().get(column))
                        .reduce(Most.NOTHING, Most::max))
                .toList();
    }

    private Guarded project(Project project, Guarded input) {
        ValueSizes sizes = new ValueSizes(input.columns(), outer, queries);
        List<RexNode> expressions = new ArrayList<>();
        List<Most> columns = new ArrayList<>();
        for (RexNode expression : project.getProjects()) {
            RexNode guarded = guarded(decidedLate(expression), List.of(input));
            columns.add(sizes.most(guarded));
            expressions.add(guarded);
        }
        RelNode guarded = expressions.equals(project.getProjects())
                ? withInputs(project, List.of(input))
                : project.copy(project.getTraitSet(), input.rel(), expressions, project.getRowType());
        return new Guarded(guarded, columns);
    }

    private Guarded join(Join join, List<Guarded> inputs, List<Most> row) {
        Guarded left = inputs.get(0);
        Guarded right = inputs.get(1);
        int leftColumns = left.columns().size();
        List<RexNode> conditions = new ArrayList<>();
        Set<Integer> keys = new HashSet<>();
        List<RexNode> conjunctions = RelOptUtil.conjunctions(join.getCondition());
        for (RexNode condition : conjunctions) {
            if (isEquality(condition)) {
                RelOptUtil.InputFinder.bits(condition).forEach(keys::add);
                conditions.add(condition);
            } else {
                conditions.add(guarded(condition, inputs));
            }
        }
        Guarded one =
                guarded(left, keys.stream().filter(key -> key < leftColumns).toList(), "JOIN", KEY_NANOS);
        Guarded other = guarded(
                right,
                keys.stream()
                        .filter(key -> key >= leftColumns)
                        .map(key -> key - leftColumns)
                        .toList(),
                "JOIN",
                KEY_NANOS);
        RelNode guarded = conditions.equals(conjunctions)
                ? withInputs(join, List.of(one, other))
                : join.copy(
                        join.getTraitSet(),
                        RexUtil.composeConjunction(rex, conditions),
                        one.rel(),
                        other.rel(),
                        join.getJoinType(),
                        join.isSemiJoinDone());
        return new Guarded(guarded, join.getJoinType().projectsRight() ? row : left.columns());
    }

    private static boolean isEquality(RexNode condition) {
        return condition.getKind() == SqlKind.EQUALS
                && ((RexCall) condition).getOperands().stream().allMatch(RexInputRef.class::isInstance);
    }

    private Guarded aggregate(Aggregate aggregate, Guarded input) {
        Set<Integer> read = new TreeSet<>(aggregate.getGroupSet().asList());
        for (AggregateCall call : aggregate.getAggCallList()) {
            if (call.getAggregation().getKind() != SqlKind.COUNT || call.isDistinct()) {
                read.addAll(call.getArgList());
            }
            call.getCollation().getKeys().forEach(read::add);
        }
        Guarded keyed = guarded(input, List.copyOf(read), "GROUP BY", KEY_NANOS);
        ValueSizes sizes = new ValueSizes(keyed.columns(), outer, queries);
        List<Most> columns = new ArrayList<>();
        aggregate.getGroupSet().forEach(key -> columns.add(keyed.columns().get(key)));
        for (AggregateCall call : aggregate.getAggCallList()) {
            List<RexNode> operands = call.getArgList().stream()
                    .map(argument -> (RexNode) rex.makeInputRef(keyed.rel(), argument))
                    .toList();
            columns.add(sizes.aggregate(call.getAggregation(), call.getType(), operands));
        }
        return new Guarded(withInputs(aggregate, List.of(keyed)), columns);
    }

    private Guarded set(SetOp set, List<Guarded> inputs) {
        List<Guarded> keyed = set.all && set.kind == SqlKind.UNION
                ? inputs
                : inputs.stream()
                        .map(input -> guarded(input, all(set), set.kind.sql, KEY_NANOS))
                        .toList();
        return new Guarded(withInputs(set, keyed), longest(keyed, set));
    }

    private static List<Integer> all(RelNode node) {
        return IntStream.range(0, node.getRowType().getFieldCount()).boxed().toList();
    }

    /** Adds guards to those of the given columns whose values can be long. */
    private Guarded guarded(Guarded input, List<Integer> columns, String what, double nanos) {
        ValueSizes sizes = new ValueSizes(input.columns(), outer, queries);
        List<Integer> unbounded = new ArrayList<>();
        for (int column : columns) {
            if (canBeLong(input, column, nanos, sizes)) {
                unbounded.add(column);
            }
        }
        if (unbounded.isEmpty()) {
            return input;
        }
        List<RexNode> expressions = new ArrayList<>();
        for (RelDataTypeField field : input.rel().getRowType().getFieldList()) {
            RexNode column = rex.makeInputRef(input.rel(), field.getIndex());
            expressions.add(
                    unbounded.contains(field.getIndex())
                            ? checked(
                                    what,
                                    column,
                                    sizes.size(column).times(nanos),
                                    sizes,
                                    constants.isConstant(input.rel(), field.getIndex()) ? Counted.ROWS : Counted.COPIES)
                            : column);
        }
        RelNode project = LogicalProject.create(
                input.rel(), List.of(), expressions, input.rel().getRowType().getFieldNames(), Set.of());
        return new Guarded(project, input.columns());
    }

    /** Whether a column has no size bound, or can have long stored texts, which a join may repeat. */
    private boolean canBeLong(Guarded input, int column, double nanos, ValueSizes sizes) {
        if (!input.columns().get(column).isBounded()) {
            return true;
        }
        return ValueSizes.isLong(longestText)
                && GuardFunctions.isLong(
                        input.rel().getRowType().getFieldList().get(column).getType())
                && VECTOR
                                * nanos
                                * sizes.size(rex.makeInputRef(input.rel(), column))
                                        .at(sizes::most)
                        > FREE;
    }

    private RexNode conjuncts(Filter filter, List<Guarded> inputs) {
        List<RexNode> conjunctions = RelOptUtil.conjunctions(filter.getCondition());
        List<RexNode> guarded = conjunctions.stream()
                .map(condition -> {
                    RexNode checked = guarded(condition, inputs);
                    return outerJoins > 0 && !checked.equals(condition) && holdsNoColumn(checked)
                            ? computedOnce(filter, checked)
                            : checked;
                })
                .toList();
        return guarded.equals(conjunctions) ? filter.getCondition() : RexUtil.composeConjunction(rex, guarded);
    }

    private static boolean holdsNoColumn(RexNode condition) {
        return RelOptUtil.InputFinder.bits(condition).isEmpty() && !RexUtil.containsCorrelation(condition);
    }

    /**
     * The condition as a sub-query. DuckDB 2.0.0 drops conditions without columns that it cannot compute when it plans, as
     * guards are, below an outer join that is joined with another relation.
     */
    private RexNode computedOnce(Filter filter, RexNode condition) {
        RelNode row = LogicalValues.createOneRow(filter.getCluster());
        return RexSubQuery.scalar(LogicalProject.create(row, List.of(), List.of(condition), List.of("c"), Set.of()));
    }

    /**
     * Returns an expression over inputs with a guard around it, around its parts, or unchanged. DuckDB replaces columns
     * that are constant by what they are before it computes constants, so a guard is made for the expression of these.
     */
    private RexNode guarded(RexNode expression, List<Guarded> inputs) {
        if (expression instanceof RexLiteral) {
            return expression;
        }
        List<Most> row =
                inputs.stream().flatMap(input -> input.columns().stream()).toList();
        RexNode replaced =
                constants.replace(expression, inputs.stream().map(Guarded::rel).toList());
        UnboundedForms.checkZones(replaced);
        if (!replaced.equals(expression)) {
            RexNode guarded = guardedOver(row, replaced);
            if (!guarded.equals(replaced)) {
                return guarded;
            }
        }
        return guardedOver(row, expression);
    }

    private RexNode guardedOver(List<Most> row, RexNode expression) {
        RexNode inside = expression.accept(new Inside(row));
        if (!(inside instanceof RexCall call) || inside instanceof RexOver || inside instanceof RexSubQuery) {
            return inside;
        }
        if (isGuard(call)) {
            return call;
        }
        if (call.getKind() == SqlKind.CASE || call.getKind() == SqlKind.AND || call.getKind() == SqlKind.OR) {
            List<RexNode> parts = call.getOperands().stream()
                    .map(part -> guardedOver(row, part))
                    .toList();
            return parts.equals(call.getOperands()) ? call : call.clone(call.getType(), parts);
        }
        if (call.getOperator().equals(ListFunctions.UNNEST) || !ValueSizes.hasLongValues(call)) {
            return call;
        }
        ValueSizes sizes = new ValueSizes(row, outer, queries);
        LengthPolynomial work = sizes.work(inside);
        double nanos = work.at(sizes::most);
        if (work.isConstant()) {
            return constant(call, inside, RexUtil.isConstant(call) ? nanos : VECTOR * nanos);
        }
        if (VECTOR * nanos <= FREE) {
            return inside;
        }
        inside.accept(new Constants(sizes));
        return checked(name(call), inside, work, sizes, Counted.ROWS);
    }

    private static boolean isGuard(RexCall call) {
        return call.getKind() == SqlKind.CASE
                && call.getOperands().get(0) instanceof RexCall check
                && check.getOperator().equals(GuardFunctions.CHECK);
    }

    /**
     * Nothing needs to be measured if all lengths are known. DuckDB evaluates constant expressions when it plans, even
     * inside a guard.
     */
    private static RexNode constant(RexCall call, RexNode value, double nanos) {
        if (nanos > LIMIT) {
            throw StatementErrors.tooLarge(String.format(
                    Locale.ROOT,
                    "The texts, lists or patterns of %s are too large: a step of it would take %,.0f ms; the limit is %,.0f ms.",
                    name(call),
                    nanos / 1e6,
                    LIMIT / 1e6));
        }
        return value;
    }

    /** Returns the most expensive function of an expression, as users write it. */
    private static String name(RexCall call) {
        String[] dearest = {call.getOperator().getName()};
        double[] most = {-1};
        call.accept(new RexShuttle() {
            @Override
            public RexNode visitCall(RexCall inner) {
                Cost cost = Cost.of(inner.getOperator());
                double nanos = cost.each() + 1000 * (cost.product() + cost.square());
                boolean reads =
                        inner.getOperands().stream().anyMatch(operand -> GuardFunctions.isLong(operand.getType()));
                if (reads && nanos > most[0]) {
                    most[0] = nanos;
                    dearest[0] = inner.getOperator().getName();
                }
                return super.visitCall(inner);
            }
        });
        return dearest[0];
    }

    /** What a guard adds up. */
    private enum Counted {
        /** The rows of a vector; the same values may be computed once. */
        ROWS,
        /** The rows of a vector, each with a copy of its own. */
        COPIES,
        /** Values each of which exceeds the limit alone. */
        LARGE_VALUES
    }

    /** CASE WHEN gatehouse_work(what, nanoseconds, limit) THEN value END. */
    private RexNode checked(String what, RexNode value, LengthPolynomial work, ValueSizes sizes, Counted counted) {
        if (work.isTooLong()) {
            throw StatementErrors.tooLarge(
                    "The statement builds texts or lists in too many nested steps; their length cannot be bounded.");
        }
        guards++;
        RexNode late = value.accept(new Late());
        RexNode nanos = number(work, sizes, false);
        boolean eachRow = counted == Counted.COPIES
                || !RelOptUtil.InputFinder.bits(nanos).contains(RelOptUtil.InputFinder.bits(value));
        RexNode guarded = choice(what, late, ofRows(counted(nanos, counted), eachRow));
        boolean elements = work.terms().keySet().stream()
                .flatMap(List::stream)
                .anyMatch(name -> hasLongElements(sizes.leaf(name)));
        return elements
                ? choice(what, late, ofRows(counted(number(work, sizes, true), counted), eachRow), guarded)
                : guarded;
    }

    private RexNode counted(RexNode nanos, Counted counted) {
        return counted == Counted.LARGE_VALUES
                ? rex.makeCall(
                        SqlStdOperatorTable.CASE,
                        rex.makeCall(SqlStdOperatorTable.GREATER_THAN, nanos, approximate(LIMIT)),
                        nanos,
                        approximate(0))
                : nanos;
    }

    /**
     * Where all rows of a vector share one text, DuckDB computes what depends on it alone once, and so the work. A random
     * part keeps it from that where the work is done for each row: for what depends on other columns, too, and for copies.
     */
    private RexNode ofRows(RexNode nanos, boolean eachRow) {
        return eachRow ? rex.makeCall(SqlStdOperatorTable.PLUS, nanos, rex.makeCall(GuardFunctions.RANDOM)) : nanos;
    }

    private RexNode choice(String what, RexNode value, RexNode nanos) {
        return choice(what, value, nanos, value);
    }

    private RexNode choice(String what, RexNode value, RexNode nanos, RexNode then) {
        RexNode check = rex.makeCall(GuardFunctions.CHECK, rex.makeLiteral(what), nanos, approximate(limit));
        RelDataType type = value.getType();
        RelDataType nullable = rex.getTypeFactory().createTypeWithNullability(type, true);
        return rex.makeCall(type, SqlStdOperatorTable.CASE, List.of(check, then, rex.makeNullLiteral(nullable)));
    }

    private RexNode number(LengthPolynomial work, ValueSizes sizes, boolean shallow) {
        RexNode sum = null;
        for (Map.Entry<List<String>, Double> term : work.ordered()) {
            RexNode product = approximate(term.getValue());
            for (String name : term.getKey()) {
                product = rex.makeCall(SqlStdOperatorTable.MULTIPLY, product, length(name, sizes.leaf(name), shallow));
            }
            sum = sum == null ? product : rex.makeCall(SqlStdOperatorTable.PLUS, sum, product);
        }
        return sum == null ? approximate(0) : sum;
    }

    private RexNode length(String name, RexNode value, boolean shallow) {
        if (name.startsWith(ValueSizes.MARKS)) {
            return orZero(rex.makeCall(
                    SqlStdOperatorTable.MINUS,
                    rex.makeCall(GuardFunctions.TEXT_BYTES, value),
                    rex.makeCall(GuardFunctions.CHARACTERS, value)));
        }
        if (name.startsWith("pattern ")) {
            return orZero(rex.makeCall(GuardFunctions.PATTERN_NANOS, value));
        }
        RelDataType element = value.getType().getComponentType();
        if (element == null) {
            return orZero(rex.makeCall(GuardFunctions.TEXT_BYTES, value));
        }
        RexNode list = rex.makeCall(
                SqlStdOperatorTable.MULTIPLY,
                approximate(Cost.ELEMENT_BYTES),
                orZero(rex.makeCall(GuardFunctions.LIST_LENGTH, value)));
        if (shallow || !GuardFunctions.isLong(element)) {
            return list;
        }
        RexNode inside = element.getComponentType() == null
                ? rex.makeCall(GuardFunctions.ELEMENT_BYTES, value)
                : rex.makeCall(GuardFunctions.ELEMENT_BYTES, value, rex.makeLiteral(true));
        return rex.makeCall(SqlStdOperatorTable.PLUS, list, orZero(inside));
    }

    private static boolean hasLongElements(RexNode leaf) {
        return leaf.getType().getComponentType() != null
                && GuardFunctions.isLong(leaf.getType().getComponentType());
    }

    private RexNode orZero(RexNode number) {
        RelDataType type = rex.getTypeFactory().createSqlType(SqlTypeName.DOUBLE);
        return rex.makeCall(
                type,
                SqlStdOperatorTable.COALESCE,
                List.of(
                        rex.makeAbstractCast(rex.getTypeFactory().createTypeWithNullability(type, true), number, false),
                        approximate(0)));
    }

    private RexNode approximate(double value) {
        return rex.makeApproxLiteral(new BigDecimal(value, new MathContext(6)));
    }

    /** Keeps DuckDB from evaluating an expression of parameters only at plan time, before any guard runs. */
    private final class Late extends RexShuttle {
        private int undecided;

        /** Arguments that DuckDB needs at plan time stay constant, so the first one must not be: the call would be. */
        @Override
        public RexNode visitCall(RexCall call) {
            if (isDecidedEarly(call)) {
                undecided++;
                RexNode late = super.visitCall(call);
                undecided--;
                return late;
            }
            if (!isPlannedWith(call)) {
                return super.visitCall(call);
            }
            List<RexNode> operands = new ArrayList<>(call.getOperands());
            for (int i = 1; i < operands.size(); i++) {
                refuseComputed(call, i);
            }
            RexNode first = operands.get(0).accept(this);
            boolean given = operands.stream().skip(1).anyMatch(WorkGuards::holdsParameter);
            operands.set(0, given && RexUtil.isConstant(first) ? late(first) : first);
            return call.clone(call.getType(), operands);
        }

        @Override
        public RexNode visitDynamicParam(RexDynamicParam parameter) {
            if (!GuardFunctions.isLong(parameter.getType())) {
                return parameter;
            }
            return late(parameter);
        }

        /** Without its branch a long literal would be a constant. */
        @Override
        public RexNode visitLiteral(RexLiteral literal) {
            return undecided > 0 && ValueSizes.isLong(literal) ? late(literal) : literal;
        }
    }

    /**
     * An expression in which DuckDB does not choose a branch when it plans, as it does in CASE WHEN ? THEN question ELSE ?
     * END. Where it needs an argument as a constant, that stays one.
     */
    private RexNode decidedLate(RexNode expression) {
        return expression.accept(new RexShuttle() {
            @Override
            public RexNode visitCall(RexCall call) {
                if (isDecidedEarly(call)) {
                    return call.accept(new Late());
                }
                if (!isPlannedWith(call)) {
                    return super.visitCall(call);
                }
                List<RexNode> operands = new ArrayList<>(call.getOperands());
                operands.set(0, operands.get(0).accept(this));
                return operands.equals(call.getOperands()) ? call : call.clone(call.getType(), operands);
            }
        });
    }

    private static boolean isPlannedWith(RexCall call) {
        return PLANNED_WITH.contains(call.getOperator().getName().toLowerCase(Locale.ROOT));
    }

    /** Whether DuckDB knows when it plans which branch a row takes. */
    private static boolean isDecidedEarly(RexCall call) {
        return call.getKind() == SqlKind.CASE
                && !isGuard(call)
                && !RexUtil.isConstant(call)
                && GuardFunctions.isLong(call.getType())
                && IntStream.range(0, call.getOperands().size() / 2)
                        .anyMatch(i -> RexUtil.isConstant(call.getOperands().get(2 * i)));
    }

    /** A value that DuckDB does not know when it plans. */
    private RexNode late(RexNode value) {
        RexNode always =
                rex.makeCall(SqlStdOperatorTable.GREATER_THAN, rex.makeCall(GuardFunctions.RANDOM), approximate(-1));
        RelDataType type = value.getType();
        RelDataType nullable = rex.getTypeFactory().createTypeWithNullability(type, true);
        return rex.makeCall(type, SqlStdOperatorTable.CASE, List.of(always, value, rex.makeNullLiteral(nullable)));
    }

    /** DuckDB computes such an argument when it plans, before any guard runs. */
    private static void refuseComputed(RexCall call, int operand) {
        RexNode argument = call.getOperands().get(operand);
        while (argument.getKind() == SqlKind.CAST) {
            argument = ((RexCall) argument).getOperands().get(0);
        }
        if (argument instanceof RexCall && holdsParameter(argument)) {
            throw StatementErrors.notSupported("Argument %d of %s must be a literal or a parameter."
                    .formatted(operand + 1, call.getOperator().getName()));
        }
    }

    private static boolean holdsParameter(RexNode node) {
        return node instanceof RexDynamicParam
                || (node instanceof RexCall call && call.getOperands().stream().anyMatch(WorkGuards::holdsParameter));
    }

    /**
     * Refuses what is too expensive among the parts of an expression that are constant, which DuckDB computes when it
     * plans, before any guard runs.
     */
    private static final class Constants extends RexShuttle {
        private final ValueSizes sizes;

        Constants(ValueSizes sizes) {
            this.sizes = sizes;
        }

        @Override
        public RexNode visitCall(RexCall call) {
            if (!RexUtil.isConstant(call)) {
                return super.visitCall(call);
            }
            LengthPolynomial work = sizes.work(call);
            return work.isConstant() ? constant(call, call, work.at(sizes::most)) : super.visitCall(call);
        }

        @Override
        public RexNode visitOver(RexOver over) {
            return over;
        }

        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            return query;
        }
    }

    /** Guards the parts of an expression that are computed separately: sub-queries and the operands of both. */
    private final class Inside extends RexShuttle {
        private final List<Most> row;

        Inside(List<Most> row) {
            this.row = row;
        }

        @Override
        public RexNode visitCall(RexCall call) {
            return isGuard(call) ? call : super.visitCall(call);
        }

        /** A part of an expression is looked at again with the whole. */
        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            if (queries.containsKey(query.rel)) {
                return query;
            }
            UnboundedForms.check(query);
            List<RexNode> operands = query.getOperands().stream()
                    .map(operand -> guardedOver(row, operand))
                    .toList();
            RexSubQuery inside = operands.equals(query.getOperands()) ? query : query.clone(query.getType(), operands);
            Guarded guarded = visit(query.rel);
            queries.put(guarded.rel(), guarded.columns());
            return guarded.rel() == query.rel ? inside : inside.clone(guarded.rel());
        }

        @Override
        public RexNode visitOver(RexOver over) {
            UnboundedForms.check(over);
            return new Operands(row, over).visitOver(over);
        }
    }

    /** Guards what a window reads: its arguments, the keys that it sorts and divides by. */
    private final class Operands extends RexShuttle {
        private final List<Most> row;
        private final RexOver over;

        Operands(List<Most> row, RexOver over) {
            this.row = row;
            this.over = over;
        }

        @Override
        protected List<RexNode> visitList(List<? extends RexNode> expressions, boolean[] changed) {
            List<RexNode> guarded = super.visitList(expressions, changed);
            if (expressions != over.getOperands()) {
                return guarded;
            }
            List<RexNode> copied = new ArrayList<>(guarded);
            for (int place : ValueSizes.copiedOperands(over)) {
                copied.set(place, copied(guarded.get(place)));
            }
            changed[0] |= !copied.equals(guarded);
            return copied;
        }

        /** One value, such as the first of a partition, may be copied into all rows of a vector. */
        private RexNode copied(RexNode value) {
            ValueSizes sizes = new ValueSizes(row, outer, queries);
            LengthPolynomial bytes = sizes.size(value);
            if (!GuardFunctions.isLong(value.getType()) || bytes.at(sizes::most) <= COPIED) {
                return value;
            }
            String function = UnboundedForms.function(over);
            return ValueSizes.isShift(over) && !over.ignoreNulls() && !RexUtil.isConstant(value)
                    ? checked(function, value, bytes.times(COPY_NANOS), sizes, Counted.COPIES)
                    : checked(function, value, bytes.times(VECTOR * COPY_NANOS), sizes, Counted.LARGE_VALUES);
        }

        @Override
        public RexNode visitCall(RexCall call) {
            return guardedOver(row, call);
        }

        @Override
        public RexNode visitSubQuery(RexSubQuery query) {
            return guardedOver(row, query);
        }
    }
}
