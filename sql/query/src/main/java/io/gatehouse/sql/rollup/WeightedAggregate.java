package io.gatehouse.sql.rollup;

import io.gatehouse.sql.function.Arithmetic;
import io.gatehouse.sql.rollup.WeightedRelation.Content;
import io.gatehouse.store.schema.Rollup;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.util.ImmutableBitSet;

/**
 * An aggregate over a weighted relation that gives what the aggregate over the facts would give: COUNT becomes the sum
 * of the rows that are stood for, SUM(x) the sum of x times those, and what equal rows do not change stays as it is.
 */
final class WeightedAggregate {
    /** Aggregates to which it is all the same how often a value comes. */
    private static final Set<String> REPEATABLE =
            Set.of("MIN", "MAX", "BOOL_AND", "BOOL_OR", "APPROX_COUNT_DISTINCT", "GROUPING");

    /** What DuckDB multiplies up to; up to 18 it does so in one machine word. */
    private static final int MAX_DIGITS = 38;

    /** Of a count that is a BIGINT; none has more in practice. */
    private static final int COUNT_DIGITS = 18;

    private final Aggregate original;
    private final WeightedRelation input;
    private final RexBuilder rex;
    private final RelDataTypeFactory types;
    private final List<RexNode> columns = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<Function<RelNode, AggregateCall>> calls = new ArrayList<>();

    /** For each call of the original, its value over the columns of the new aggregate. */
    private final List<Value> values = new ArrayList<>();

    /** A value made of the results of an aggregate. */
    private interface Value {
        RexNode over(RelNode aggregate);
    }

    private WeightedAggregate(Aggregate original, WeightedRelation input) {
        this.original = original;
        this.input = input;
        this.rex = original.getCluster().getRexBuilder();
        this.types = original.getCluster().getTypeFactory();
        input.node().getRowType().getFieldList().forEach(field -> {
            columns.add(rex.makeInputRef(input.node(), field.getIndex()));
            names.add(field.getName());
        });
    }

    static RelNode of(Aggregate original, WeightedRelation input) throws RollupNotApplicable {
        return new WeightedAggregate(original, input).build();
    }

    private RelNode build() throws RollupNotApplicable {
        checkKnown(original.getGroupSet(), "it groups by");
        for (AggregateCall call : original.getAggCallList()) {
            checkKnown(call.hasFilter() ? ImmutableBitSet.of(call.filterArg) : ImmutableBitSet.of(), "a filter uses");
            values.add(value(call));
        }
        RelNode weighed = LogicalProject.create(input.node(), List.of(), columns, names, Set.of());
        RelNode aggregate = LogicalAggregate.create(
                weighed, List.of(), original.getGroupSet(), original.getGroupSets(), typedBy(weighed));
        int keys = original.getGroupCount();
        List<RexNode> results = new ArrayList<>();
        for (int key = 0; key < keys; key++) {
            results.add(rex.makeInputRef(aggregate, key));
        }
        for (int i = 0; i < values.size(); i++) {
            results.add(typed(
                    values.get(i).over(aggregate),
                    original.getRowType().getFieldList().get(keys + i).getType()));
        }
        return LogicalProject.create(
                aggregate, List.of(), results, original.getRowType().getFieldNames(), Set.of());
    }

    private List<AggregateCall> typedBy(RelNode weighed) {
        return calls.stream().map(call -> call.apply(weighed)).toList();
    }

    private RexNode typed(RexNode value, RelDataType type) {
        return value.getType().equals(type) ? value : rex.makeAbstractCast(type, value, false);
    }

    private void checkKnown(ImmutableBitSet used, String what) throws RollupNotApplicable {
        ImmutableBitSet unknown = used.intersect(input.unknown());
        if (!unknown.isEmpty()) {
            throw new RollupNotApplicable("%s %s".formatted(what, input.name(unknown.nth(0))));
        }
    }

    private Value value(AggregateCall call) throws RollupNotApplicable {
        String name = call.getAggregation().getName().toUpperCase(Locale.ROOT);
        boolean ordered = !call.getCollation().equals(RelCollations.EMPTY);
        Optional<Content.Measure> measure = measure(call);
        if (ordered || (call.isDistinct() && measure.isPresent())) {
            throw new RollupNotApplicable("%s needs each row".formatted(name.toLowerCase(Locale.ROOT)));
        }
        if (measure.isPresent()) {
            Optional<Value> value = kept(name, call, measure.get());
            if (value.isPresent()) {
                return value.get();
            }
        }
        if (call.isDistinct() || REPEATABLE.contains(name)) {
            checkKnown(ImmutableBitSet.of(call.getArgList()), name.toLowerCase(Locale.ROOT) + " uses");
            return added(call.getAggregation(), call, call.getArgList());
        }
        return switch (name) {
            case "COUNT" -> count(call);
            case "SUM" -> sum(call);
            case "AVG" -> quotient(sum(call), count(call));
            default -> throw new RollupNotApplicable("%s is in no rollup".formatted(name.toLowerCase(Locale.ROOT)));
        };
    }

    /** The measure that is its only argument. */
    private Optional<Content.Measure> measure(AggregateCall call) {
        return call.getArgList().size() == 1
                        && input.contents().get(call.getArgList().get(0)) instanceof Content.Measure measure
                ? Optional.of(measure)
                : Optional.empty();
    }

    /** The value of an aggregate other than a sum, if the rollup keeps what it needs. */
    private Optional<Value> kept(String name, AggregateCall call, Content.Measure measure) throws RollupNotApplicable {
        Optional<Integer> column = switch (name) {
            case "MIN" -> input.find(measure, Rollup.Aggregate.MIN);
            case "MAX" -> input.find(measure, Rollup.Aggregate.MAX);
            case "VAR_POP", "VAR_SAMP", "VARIANCE", "STDDEV_POP", "STDDEV_SAMP", "STDDEV" ->
                input.find(measure, Rollup.Aggregate.SQUARE_SUM);
            default -> Optional.empty();
        };
        if (column.isEmpty()) {
            return Optional.empty();
        }
        if (REPEATABLE.contains(name)) {
            return Optional.of(added(call.getAggregation(), call, List.of(column.get())));
        }
        Value variance = variance(call, measure, column.get(), name.endsWith("_POP") ? 0 : 1);
        return Optional.of(name.startsWith("STDDEV") ? root(variance) : variance);
    }

    /**
     * (sum x^2 - (sum x)^2 / n) / (n - lost), not below 0, NULL where that divides by 0. The sums are exact, so that this
     * is nearer the truth than adding up row by row, whose last digits depend on how the rows were shared among threads.
     */
    private Value variance(AggregateCall call, Content.Measure measure, int squares, int lost)
            throws RollupNotApplicable {
        Value sum = added(SqlStdOperatorTable.SUM, call, List.of(input.sum(measure)));
        Value squareSum = added(SqlStdOperatorTable.SUM, call, List.of(squares));
        Value count = count(call);
        RelDataType real = nullable(types.createSqlType(SqlTypeName.DOUBLE));
        return aggregate -> {
            RexNode n = rex.makeAbstractCast(real, count.over(aggregate), false);
            RexNode total = rex.makeAbstractCast(real, sum.over(aggregate), false);
            RexNode meanSquare = rex.makeCall(
                    real,
                    Arithmetic.DIVIDE,
                    List.of(rex.makeCall(real, SqlStdOperatorTable.MULTIPLY, List.of(total, total)), n));
            RexNode deviation =
                    rex.makeCall(real, SqlStdOperatorTable.MINUS, List.of(squareSum.over(aggregate), meanSquare));
            RexNode free = rex.makeCall(
                    real, SqlStdOperatorTable.MINUS, List.of(n, rex.makeApproxLiteral(BigDecimal.valueOf(lost))));
            RexNode none = rex.makeApproxLiteral(BigDecimal.ZERO);
            return rex.makeCall(
                    real,
                    SqlStdOperatorTable.CASE,
                    List.of(
                            rex.makeCall(SqlStdOperatorTable.LESS_THAN_OR_EQUAL, free, none),
                            rex.makeNullLiteral(real),
                            rex.makeCall(SqlStdOperatorTable.LESS_THAN, deviation, none),
                            rex.makeAbstractCast(real, none, false),
                            rex.makeCall(real, Arithmetic.DIVIDE, List.of(deviation, free))));
        };
    }

    private Value root(Value variance) {
        RelDataType real = nullable(types.createSqlType(SqlTypeName.DOUBLE));
        return aggregate -> rex.makeCall(real, SqlStdOperatorTable.SQRT, List.of(variance.over(aggregate)));
    }

    /** The sum of the rows that are stood for; 0 where there are none. */
    private Value count(AggregateCall call) throws RollupNotApplicable {
        int rows = input.count();
        for (int argument : call.getArgList()) {
            Content content = input.contents().get(argument);
            RelDataType type = original.getInput()
                    .getRowType()
                    .getFieldList()
                    .get(argument)
                    .getType();
            if (content instanceof Content.Measure measure && type.isNullable()) {
                rows = known(measure, rows);
            } else if (content instanceof Content.Gap || type.isNullable()) {
                throw new RollupNotApplicable("count of a column that may be NULL needs each row");
            }
        }
        RelDataType type = types.createSqlType(SqlTypeName.DECIMAL, 38, 0);
        Value sum = added(SqlStdOperatorTable.SUM, call, List.of(rows));
        RelDataType bigint = types.createSqlType(SqlTypeName.BIGINT);
        return aggregate -> rex.makeAbstractCast(
                bigint,
                rex.makeCall(
                        type,
                        SqlStdOperatorTable.COALESCE,
                        List.of(sum.over(aggregate), rex.makeExactLiteral(BigDecimal.ZERO))),
                false);
    }

    /**
     * A column with the number of rows whose measure is not NULL. The rows that one row stands for are of one run, and a
     * run knows a measure of all of them or of none.
     */
    private int known(Content.Measure measure, int rows) {
        RexNode count = columns.get(rows);
        columns.add(rex.makeCall(
                SqlStdOperatorTable.CASE,
                rex.makeCall(SqlStdOperatorTable.IS_NOT_NULL, columns.get(input.sum(measure))),
                count,
                rex.makeAbstractCast(count.getType(), rex.makeExactLiteral(BigDecimal.ZERO), false)));
        names.add("rollup_known_" + columns.size());
        return columns.size() - 1;
    }

    private Value sum(AggregateCall call) throws RollupNotApplicable {
        int argument = call.getArgList().get(0);
        if (input.contents().get(argument) instanceof Content.Measure measure) {
            return added(SqlStdOperatorTable.SUM, call, List.of(input.sum(measure)));
        }
        checkKnown(ImmutableBitSet.of(argument), "a sum uses");
        RelDataType type = columns.get(argument).getType();
        RexNode rows = rex.makeInputRef(input.node(), input.count());
        int countDigits = Math.min(rows.getType().getPrecision(), COUNT_DIGITS);
        if (!SqlTypeUtil.isExactNumeric(type)) {
            throw new RollupNotApplicable("a sum of floats depends on the order of the rows");
        }
        if (type.getPrecision() + countDigits > MAX_DIGITS) {
            throw new RollupNotApplicable(
                    "a sum of numbers of %d digits, each times a number of rows, may need more than %d"
                            .formatted(type.getPrecision(), MAX_DIGITS));
        }
        if (type.isNullable()) {
            throw new RollupNotApplicable("a sum of a column that may be NULL needs each row");
        }
        int digits = type.getSqlTypeName() == SqlTypeName.DECIMAL ? type.getScale() : 0;
        columns.add(rex.makeCall(
                types.createSqlType(SqlTypeName.DECIMAL, type.getPrecision() + countDigits, digits),
                SqlStdOperatorTable.MULTIPLY,
                List.of(decimal(columns.get(argument), type.getPrecision(), digits), decimal(rows, countDigits, 0))));
        names.add("rollup_product_" + columns.size());
        RelDataType total = nullable(types.createSqlType(SqlTypeName.DECIMAL, 38, digits));
        Value sum = added(SqlStdOperatorTable.SUM, call, List.of(columns.size() - 1));
        return aggregate -> rex.makeAbstractCast(total, sum.over(aggregate), false);
    }

    private RexNode decimal(RexNode value, int precision, int scale) {
        return rex.makeAbstractCast(types.createSqlType(SqlTypeName.DECIMAL, precision, scale), value, false);
    }

    private Value quotient(Value sum, Value count) {
        RelDataType real = nullable(types.createSqlType(SqlTypeName.DOUBLE));
        return aggregate -> rex.makeCall(
                real,
                Arithmetic.DIVIDE,
                List.of(rex.makeAbstractCast(real, sum.over(aggregate), false), count.over(aggregate)));
    }

    private RelDataType nullable(RelDataType type) {
        return types.createTypeWithNullability(type, true);
    }

    /** A call of the new aggregate. */
    private Value added(SqlAggFunction function, AggregateCall like, List<Integer> arguments) {
        int index = original.getGroupCount() + calls.size();
        String name = "rollup_" + calls.size();
        calls.add(weighed -> AggregateCall.create(
                function,
                like.isDistinct(),
                like.isApproximate(),
                like.ignoreNulls(),
                List.of(),
                arguments,
                like.filterArg,
                like.distinctKeys,
                like.getCollation(),
                original.hasEmptyGroup(),
                weighed,
                null,
                name));
        return aggregate -> rex.makeInputRef(aggregate, index);
    }
}
