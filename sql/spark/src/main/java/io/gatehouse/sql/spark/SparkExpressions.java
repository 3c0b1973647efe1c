package io.gatehouse.sql.spark;

import com.google.common.collect.ImmutableList;
import io.gatehouse.sql.function.Division;
import io.gatehouse.sql.function.IntegerDivision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
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
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlQuantifyOperator;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** Expressions of Spark that mean DuckDB's, of the same types. */
final class SparkExpressions extends RexShuttle {
    private final RexBuilder rex;
    private final SparkForms forms;
    private final Numbers numbers;
    private final Texts texts;
    private final Times times;

    SparkExpressions(RexBuilder rex) {
        this.rex = rex;
        this.forms = new SparkForms(rex);
        this.numbers = new Numbers(forms);
        this.texts = new Texts(forms);
        this.times = new Times(forms);
    }

    /** A value in another type, as DuckDB casts. */
    RexNode cast(RexNode value, RelDataType type) {
        return forms.cast(value, type);
    }

    @Override
    public RexNode visitSubQuery(RexSubQuery query) {
        RexSubQuery said = (RexSubQuery) super.visitSubQuery(query.clone(SparkAlgebra.of(query.rel)));
        if (query.getOperator() instanceof SqlQuantifyOperator operator) {
            boolean in = query.getKind() == SqlKind.SOME && operator.comparisonKind == SqlKind.EQUALS;
            return in ? RexSubQuery.in(said.rel, said.operands) : new Quantified(rex).said(said);
        }
        return said;
    }

    /** A condition that is NULL has another type on Spark, which is no condition's. */
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
        if (call.getOperator() instanceof SparkFunction) {
            return call;
        }
        List<RexNode> operands = new ArrayList<>();
        call.getOperands().forEach(operand -> operands.add(operand.accept(this)));
        return said(call, operands);
    }

    private RexNode said(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        Times.requireNoValue(call, operands);
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
                Times.isTime(call, operands) ? times.moved(call, operands) : numbers.arithmetic(call, operands);
            default -> named(call, operands);
        };
    }

    private RexNode named(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        if (call.getOperator().equals(Division.OPERATOR)) {
            return numbers.divided(call, operands);
        }
        String name = call.getOperator().getName();
        if (call.getOperator().equals(IntegerDivision.OPERATOR) || name.equals("divide")) {
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
            case "EXTRACT" -> times.part(WrittenOut.symbol(operands.get(0)), operands.get(1), type);
            case "contains", "list_extract", "list_element", "array_extract", "repeat" ->
                forms.form(type, ofTextOrList(name, operands.get(0)), operands);
            case "list_slice", "array_slice" -> {
                if (operands.size() > 3) {
                    throw Refusal.of("A slice with a step");
                }
                yield forms.form(type, ofTextOrList(name, operands.get(0)), operands);
            }
            case "printf" -> forms.form(type, "format_string({*})", operands);
            case "datepart", "date_part" -> times.part(WrittenOut.literal(call, 0, "date_part"), operands.get(1), type);
            case "date_trunc", "datetrunc" ->
                forms.form(type, "CAST(date_trunc({0}, {1}) AS %s)".formatted(SparkTypes.of(type)), operands);
            case "date_diff", "datediff" -> times.difference(WrittenOut.literal(call, 0, name), operands, type);
            case "strptime", "try_strptime" ->
                times.read(operands.get(0), WrittenOut.literal(call, 1, name), name, type);
            case "timezone" -> times.inZone(operands, type);
            case "date_add" -> times.moved(call, operands);
            case "strftime" -> times.formatted(operands.get(0), WrittenOut.literal(call, 1, "strftime"), type);
            case "regexp_replace" -> texts.replaced(call, operands);
            default ->
                forms.form(
                        type,
                        FormTable.FUNCTIONS
                                .find(name, operands.size())
                                .orElseThrow(() -> Refusal.of(name.toLowerCase(Locale.ROOT))),
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
                throw Refusal.of("A slice of a text");
            }
            return FormTable.FUNCTIONS.find("list_slice", 3).orElseThrow();
        }
        if (name.equals("contains")) {
            return FormTable.FUNCTIONS.find(text ? name : "list_contains", 2).orElseThrow();
        }
        if (name.equals("repeat") && !text) {
            throw Refusal.of("repeat of a list");
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

    /** NULL alone has a type of its own on Spark, which is no condition. */
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
            throw Refusal.of("EXCLUDE in a window");
        }
        if (isInterval(window.getLowerBound()) || isInterval(window.getUpperBound())) {
            throw Refusal.of("A frame of an interval");
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
