package io.gatehouse.sql.spark;

import com.google.common.collect.ImmutableList;
import io.gatehouse.sql.function.Arithmetic;
import io.gatehouse.sql.function.RandomNumbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.apache.calcite.rel.RelCollations;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.AggregateCall;
import org.apache.calcite.rel.logical.LogicalAggregate;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexFieldCollation;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexOver;
import org.apache.calcite.rex.RexShuttle;
import org.apache.calcite.rex.RexSubQuery;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.rex.RexWindow;
import org.apache.calcite.rex.RexWindowBound;
import org.apache.calcite.rex.RexWindowExclusion;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlQuantifyOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.util.ImmutableBitSet;

/** Converts expressions to Spark's with DuckDB's semantics and types. */
final class SparkExpressions extends RexShuttle {
    private final RexBuilder rex;
    private final SparkForms forms;
    private final NumberFunctions numbers;
    private final TextFunctions texts;
    private final TimeFunctions times;

    SparkExpressions(RexBuilder rex) {
        this.rex = rex;
        this.forms = new SparkForms(rex);
        this.numbers = new NumberFunctions(forms);
        this.texts = new TextFunctions(forms);
        this.times = new TimeFunctions(forms);
    }

    /** Casts a value as DuckDB does. */
    RexNode cast(RexNode value, RelDataType type) {
        return forms.cast(value, type);
    }

    @Override
    public RexNode visitSubQuery(RexSubQuery query) {
        RexSubQuery converted = (RexSubQuery) super.visitSubQuery(query.clone(SparkAlgebra.of(query.rel)));
        if (query.getOperator() instanceof SqlQuantifyOperator operator) {
            boolean in = query.getKind() == SqlKind.SOME && operator.comparisonKind == SqlKind.EQUALS;
            return in ? RexSubQuery.in(converted.rel, converted.operands) : quantified(converted);
        }
        return converted;
    }

    /**
     * Replaces x > ALL (query) and similar comparisons, which Spark does not have, by the extreme and the count of the
     * rows: true for no rows, false if it fails for the extreme, unknown if there is a NULL.
     *
     * @param query with converted operands, over a converted query
     */
    private RexNode quantified(RexSubQuery query) {
        SqlQuantifyOperator operator = (SqlQuantifyOperator) query.getOperator();
        boolean all = query.getKind() == SqlKind.ALL;
        boolean upward = switch (operator.comparisonKind) {
            case GREATER_THAN, GREATER_THAN_OR_EQUAL -> true;
            case LESS_THAN, LESS_THAN_OR_EQUAL -> false;
            default -> throw SparkForms.refused("A comparison with %s".formatted(operator.getName()));
        };
        RelNode rows = query.rel;
        RelDataType column = rows.getRowType().getFieldList().get(0).getType();
        RelDataType count = rex.getTypeFactory().createSqlType(SqlTypeName.BIGINT);
        RexNode extreme = aggregate(
                rows,
                upward == all ? SqlStdOperatorTable.MAX : SqlStdOperatorTable.MIN,
                rex.getTypeFactory().createTypeWithNullability(column, true),
                List.of(0));
        String form = all
                ? "CASE WHEN {2} = 0 THEN true WHEN NOT ({0} %1$s {1}) THEN false WHEN {0} IS NOT NULL AND {2} = {3} THEN true END"
                : "CASE WHEN {2} = 0 THEN false WHEN {0} %1$s {1} THEN true WHEN {0} IS NOT NULL AND {2} = {3} THEN false END";
        return SparkFunction.call(
                rex,
                query.getType(),
                form.formatted(operator.comparisonKind.sql),
                query.getOperands().get(0),
                extreme,
                aggregate(rows, SqlStdOperatorTable.COUNT, count, List.of()),
                aggregate(rows, SqlStdOperatorTable.COUNT, count, List.of(0)));
    }

    private static RexNode aggregate(RelNode rows, SqlAggFunction function, RelDataType type, List<Integer> arguments) {
        List<RelDataType> types = arguments.stream()
                .map(argument -> rows.getRowType().getFieldList().get(argument).getType())
                .toList();
        AggregateCall call = AggregateCall.create(
                SparkAggregates.of(function, types, type, false),
                false,
                false,
                false,
                List.of(),
                arguments,
                -1,
                null,
                RelCollations.EMPTY,
                type,
                "extreme");
        return RexSubQuery.scalar(LogicalAggregate.create(rows, List.of(), ImmutableBitSet.of(), null, List.of(call)));
    }

    /** Casts a NULL condition, whose type Spark does not accept for conditions. */
    @Override
    public RexNode visitLiteral(RexLiteral literal) {
        return literal.isNull() && literal.getType().getSqlTypeName() == SqlTypeName.BOOLEAN
                ? forms.form(literal.getType(), "CAST(NULL AS BOOLEAN)", List.of())
                : literal;
    }

    @Override
    public RexNode visitCall(RexCall call) {
        if (call instanceof RexOver over) {
            return visitOver(over);
        }
        if (call.getKind() == SqlKind.SEARCH) {
            return RexUtil.expandSearch(rex, null, call).accept(this);
        }
        if (call.getOperator() instanceof SparkFunction || RandomNumbers.isCall(call)) {
            return call;
        }
        List<RexNode> operands = new ArrayList<>();
        call.getOperands().forEach(operand -> operands.add(operand.accept(this)));
        return converted(call, operands);
    }

    private RexNode converted(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        TimeFunctions.requireNoValue(call, operands);
        return switch (call.getKind()) {
            case AND, OR, NOT, IS_NULL, IS_NOT_NULL, IS_TRUE, IS_NOT_TRUE, IS_FALSE, IS_NOT_FALSE ->
                call.clone(type, operands);
            case ROW -> forms.form(type, "struct({*})", operands);
            case BETWEEN -> between(call, operands);
            case IS_UNKNOWN -> forms.form(type, "({0} IS NULL)", operands);
            case EQUALS,
                    NOT_EQUALS,
                    LESS_THAN,
                    LESS_THAN_OR_EQUAL,
                    GREATER_THAN,
                    GREATER_THAN_OR_EQUAL,
                    IS_DISTINCT_FROM,
                    IS_NOT_DISTINCT_FROM -> call.clone(type, forms.comparable(operands));
            case CAST -> forms.cast(operands.get(0), type);
            case SAFE_CAST -> forms.attempt(operands.get(0), type);
            case CASE -> call.clone(type, branches(operands, type));
            case COALESCE -> forms.form(type, "coalesce({*})", forms.alike(operands, type));
            case NULLIF -> forms.form(type, "nullif({*})", forms.comparable(operands));
            case GREATEST -> forms.form(type, "greatest({*})", forms.alike(operands, type));
            case LEAST -> forms.form(type, "least({*})", forms.alike(operands, type));
            case ARRAY_VALUE_CONSTRUCTOR ->
                forms.form(type, "array({*})", forms.alike(operands, Objects.requireNonNull(type.getComponentType())));
            case ITEM -> forms.form(type, item(operands.get(0)), operands);
            case LIKE -> texts.like(call, operands);
            case SIMILAR, POSIX_REGEX_CASE_SENSITIVE -> texts.matches(call, operands);
            case PLUS, MINUS, TIMES, MINUS_PREFIX, PLUS_PREFIX, MOD ->
                TimeFunctions.isTime(call, operands) ? times.moved(call, operands) : numbers.arithmetic(call, operands);
            default -> named(call, operands);
        };
    }

    private RexNode named(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        if (call.getOperator().equals(Arithmetic.DIVIDE)) {
            return numbers.divided(call, operands);
        }
        String name = call.getOperator().getName();
        if (call.getOperator().equals(Arithmetic.INTEGER_DIVIDE) || name.equals("divide")) {
            return numbers.dividedWhole(call, operands);
        }
        return switch (name) {
            case "||" -> texts.joined(type, operands);
            case "concat" -> forms.form(type, "concat_ws('', {*})", forms.texts(operands));
            case "concat_ws" -> forms.form(type, "concat_ws({*})", forms.texts(operands));
            case "array_to_string" -> forms.form(type, "array_join({0}, {1})", operands);
            case "ifnull" -> forms.form(type, "coalesce({*})", forms.alike(operands, type));
            case "length", "len" -> texts.length(operands.get(0), type);
            case "floor", "ceil", "ceiling", "FLOOR", "CEIL" -> numbers.whole(call, operands);
            case "round" -> numbers.rounded(call, operands);
            case "trunc" -> numbers.truncated(call, operands);
            case "SUBSTRING", "substr" -> texts.substring(call, operands);
            case "TRIM" -> texts.trimmed(call, operands);
            case "bit_count" -> numbers.bits(operands.get(0), type);
            case "EXTRACT" -> times.part(SparkForms.symbol(operands.get(0)), operands.get(1), type);
            case "contains", "list_extract", "list_element", "array_extract", "repeat" ->
                forms.form(type, ofTextOrList(name, operands.get(0)), operands);
            case "list_slice", "array_slice" -> {
                if (operands.size() > 3) {
                    throw SparkForms.refused("A slice with a step");
                }
                yield forms.form(type, ofTextOrList(name, operands.get(0)), operands);
            }
            case "printf" -> forms.form(type, "format_string({*})", operands);
            case "datepart", "date_part" ->
                times.part(SparkForms.literalArgument(call, 0, "date_part"), operands.get(1), type);
            case "date_trunc", "datetrunc" ->
                forms.form(type, "CAST(date_trunc({0}, {1}) AS %s)".formatted(SparkTypes.of(type)), operands);
            case "date_diff", "datediff" -> times.difference(SparkForms.literalArgument(call, 0, name), operands, type);
            case "strptime", "try_strptime" ->
                times.read(operands.get(0), SparkForms.literalArgument(call, 1, name), name, type);
            case "timezone" -> times.inZone(operands, type);
            case "date_add" -> times.moved(call, operands);
            case "strftime" -> times.formatted(operands.get(0), SparkForms.literalArgument(call, 1, "strftime"), type);
            case "regexp_replace" -> texts.replaced(call, operands);
            case "expert_cache_replay", "expert_byte_cache_replay" ->
                throw SparkForms.refused("The replay of a cache, as in expert_cache,");
            case "expert_predictions" -> throw SparkForms.refused("The prediction of experts, as in predictability,");
            case "expert_merge_groups" -> throw SparkForms.refused("The grouping of experts, as in merge_groups,");
            case "expert_calibration" ->
                throw SparkForms.refused("The search for calibration questions, as in calibration_questions,");
            case "expert_placement" -> throw SparkForms.refused("The placement of experts, as in placement_map,");
            case "expert_stale_gate" -> throw SparkForms.refused("The score of a stale gate, as in stale_gate,");
            default ->
                forms.form(
                        type,
                        FormTable.FUNCTIONS
                                .find(name, operands.size())
                                .orElseThrow(() -> SparkForms.refused(name.toLowerCase(Locale.ROOT))),
                        operands);
        };
    }

    private static String item(RexNode of) {
        return SqlTypeUtil.isCharacter(of.getType())
                ? "CASE WHEN {1} <> 0 THEN substring({0}, CAST({1} AS INT), 1) ELSE '' END"
                : "try_element_at({0}, nullif(CAST({1} AS INT), 0))";
    }

    private static String ofTextOrList(String name, RexNode of) {
        boolean text = SqlTypeUtil.isCharacter(of.getType());
        if (name.endsWith("_slice")) {
            if (text) {
                throw SparkForms.refused("A slice of a text");
            }
            return FormTable.FUNCTIONS.find("list_slice", 3).orElseThrow();
        }
        if (name.equals("contains")) {
            return FormTable.FUNCTIONS.find(text ? name : "list_contains", 2).orElseThrow();
        }
        if (name.equals("repeat") && !text) {
            throw SparkForms.refused("repeat of a list");
        }
        return name.equals("repeat") ? "repeat({0}, CAST({1} AS INT))" : item(of);
    }

    private RexNode between(RexCall call, List<RexNode> operands) {
        String not = call.getOperator().getName().startsWith("NOT ") ? "NOT " : "";
        return forms.form(call.getType(), "({0} %sBETWEEN {1} AND {2})".formatted(not), forms.comparable(operands));
    }

    private List<RexNode> branches(List<RexNode> operands, RelDataType type) {
        List<RexNode> branches = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            boolean condition = i % 2 == 0 && i < operands.size() - 1;
            branches.add(condition ? condition(operands.get(i)) : forms.in(operands.get(i), type));
        }
        return branches;
    }

    /** Casts a condition of type NULL, which Spark does not accept for conditions. */
    private RexNode condition(RexNode operand) {
        return operand.getType().getSqlTypeName() == SqlTypeName.NULL
                ? forms.form(
                        rex.getTypeFactory().createSqlType(SqlTypeName.BOOLEAN),
                        "CAST({0} AS BOOLEAN)",
                        List.of(operand))
                : operand;
    }

    private static boolean isInterval(RexWindowBound bound) {
        RexNode offset = bound.getOffset();
        return offset != null && SqlTypeUtil.isInterval(offset.getType());
    }

    @Override
    public RexNode visitOver(RexOver over) {
        RexWindow window = over.getWindow();
        if (window.getExclude() != RexWindowExclusion.EXCLUDE_NO_OTHER) {
            throw SparkForms.refused("EXCLUDE in a window");
        }
        if (isInterval(window.getLowerBound()) || isInterval(window.getUpperBound())) {
            throw SparkForms.refused("A frame of an interval");
        }
        List<RexNode> operands = new ArrayList<>();
        over.getOperands().forEach(operand -> operands.add(operand.accept(this)));
        List<RelDataType> types = operands.stream().map(RexNode::getType).toList();
        List<RexNode> partitions = new ArrayList<>();
        window.partitionKeys.forEach(key -> partitions.add(key.accept(this)));
        List<RexFieldCollation> order = new ArrayList<>();
        window.orderKeys.forEach(key -> order.add(new RexFieldCollation(key.left.accept(this), key.right)));
        if (order.isEmpty() && SparkAggregates.needsOrder(over)) {
            RelDataType number = rex.getTypeFactory().createSqlType(SqlTypeName.INTEGER);
            order.add(new RexFieldCollation(SparkFunction.call(rex, number, "0"), Set.of()));
        }
        return rex.makeOver(
                SqlParserPos.ZERO,
                over.getType(),
                SparkAggregates.windowed(over, types),
                operands,
                partitions,
                ImmutableList.copyOf(order),
                window.getLowerBound(),
                window.getUpperBound(),
                window.getExclude(),
                window.isRows(),
                true,
                false,
                over.isDistinct(),
                over.ignoreNulls());
    }
}
