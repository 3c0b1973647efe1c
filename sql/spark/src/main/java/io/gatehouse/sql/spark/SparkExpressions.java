package io.gatehouse.sql.spark;

import com.google.common.collect.ImmutableList;
import io.gatehouse.sql.function.Division;
import io.gatehouse.sql.function.IntegerDivision;
import java.math.BigDecimal;
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
import org.apache.calcite.rex.RexWindowExclusion;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlQuantifyOperator;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** Expressions of Spark that mean DuckDB's, of the same types. */
final class SparkExpressions extends RexShuttle {
    private final RexBuilder rex;
    private final Casts casts;

    SparkExpressions(RexBuilder rex) {
        this.rex = rex;
        this.casts = new Casts(rex);
    }

    /** A value in another type, as DuckDB casts. */
    RexNode cast(RexNode value, RelDataType type) {
        return casts.cast(value, type);
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
        return switch (call.getKind()) {
            case AND, OR, NOT, IS_NULL, IS_NOT_NULL, IS_TRUE, IS_NOT_TRUE, IS_FALSE, IS_NOT_FALSE ->
                call.clone(type, operands);
            case ROW -> form(type, "struct({*})", operands);
            case BETWEEN -> between(call, operands);
            case IS_UNKNOWN -> form(type, "({0} IS NULL)", operands);
            case EQUALS,
                    NOT_EQUALS,
                    LESS_THAN,
                    LESS_THAN_OR_EQUAL,
                    GREATER_THAN,
                    GREATER_THAN_OR_EQUAL,
                    IS_DISTINCT_FROM,
                    IS_NOT_DISTINCT_FROM -> call.clone(type, comparable(operands));
            case CAST -> casts.cast(operands.get(0), type);
            case SAFE_CAST -> casts.attempt(operands.get(0), type);
            case CASE -> call.clone(type, branches(operands, type));
            case COALESCE -> form(type, "coalesce({*})", alike(operands, type));
            case NULLIF -> form(type, "nullif({*})", comparable(operands));
            case GREATEST -> form(type, "greatest({*})", alike(operands, type));
            case LEAST -> form(type, "least({*})", alike(operands, type));
            case ARRAY_VALUE_CONSTRUCTOR ->
                form(type, "array({*})", alike(operands, Objects.requireNonNull(type.getComponentType())));
            case ITEM -> form(type, "try_element_at({0}, nullif(CAST({1} AS INT), 0))", operands);
            case LIKE -> like(call, operands);
            case SIMILAR, POSIX_REGEX_CASE_SENSITIVE -> matches(call, operands);
            case PLUS, MINUS, TIMES, MINUS_PREFIX, PLUS_PREFIX, MOD -> arithmetic(call, operands);
            default -> named(call, operands);
        };
    }

    private RexNode form(RelDataType type, String template, List<RexNode> operands) {
        return SparkFunction.call(rex, type, template, operands);
    }

    private RexNode named(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        if (call.getOperator().equals(Division.OPERATOR)) {
            return divided(operands, type);
        }
        String name = call.getOperator().getName();
        if (call.getOperator().equals(IntegerDivision.OPERATOR) || name.equals("divide")) {
            return SqlTypeUtil.isIntType(type)
                    ? form(type, "CAST({0} div nullif({1}, 0) AS %s)".formatted(SparkTypes.of(type)), operands)
                    : divided(operands, type);
        }
        return switch (name) {
            case "||" -> form(type, "({0} || {1})", List.of(text(operands.get(0)), text(operands.get(1))));
            case "concat" -> form(type, "concat_ws('', {*})", texts(operands));
            case "concat_ws" -> form(type, "concat_ws({*})", texts(operands));
            case "array_to_string" -> form(type, "array_join({0}, {1})", operands);
            case "ifnull" -> form(type, "coalesce({*})", alike(operands, type));
            case "length", "len" -> length(operands.get(0), type);
            case "floor", "ceil", "ceiling", "FLOOR", "CEIL" -> whole(call, operands);
            case "round" -> rounded(call, operands);
            case "trunc" -> truncated(call, operands);
            case "SUBSTRING", "substr" -> substring(call, operands);
            case "TRIM" -> trimmed(call, operands);
            case "bit_count" -> bits(operands.get(0), type);
            case "EXTRACT" -> part(symbol(operands.get(0)), operands.get(1), type);
            case "date_part" -> part(literal(call, 0, "date_part"), operands.get(1), type);
            case "date_trunc" -> form(type, "CAST(date_trunc({0}, {1}) AS TIMESTAMP_NTZ)", operands);
            case "date_diff" -> difference(literal(call, 0, "date_diff"), operands, type);
            case "strftime" ->
                form(
                        type,
                        "date_format({0}, '%s')".formatted(TimeFormat.of(literal(call, 1, "strftime"))),
                        operands.subList(0, 1));
            default ->
                form(
                        type,
                        FormTable.FUNCTIONS
                                .find(name, operands.size())
                                .orElseThrow(() -> Refusal.of(name.toLowerCase(Locale.ROOT))),
                        operands);
        };
    }

    private RexNode between(RexCall call, List<RexNode> operands) {
        String not = call.getOperator().getName().startsWith("NOT ") ? "NOT " : "";
        return form(call.getType(), "({0} %sBETWEEN {1} AND {2})".formatted(not), comparable(operands));
    }

    /** The operands of a comparison: a FLOAT beside a DECIMAL is compared as a FLOAT. */
    private List<RexNode> comparable(List<RexNode> operands) {
        List<RelDataType> types = operands.stream().map(RexNode::getType).toList();
        boolean numbers = types.stream().allMatch(SqlTypeUtil::isNumeric);
        boolean inexact = types.stream().anyMatch(type -> SqlTypeFamily.APPROXIMATE_NUMERIC.contains(type));
        RelDataType common = numbers && inexact ? rex.getTypeFactory().leastRestrictive(types) : null;
        return common == null ? operands : alike(operands, common);
    }

    private List<RexNode> alike(List<RexNode> operands, RelDataType type) {
        List<RexNode> alike = new ArrayList<>();
        operands.forEach(operand -> alike.add(in(operand, type)));
        return alike;
    }

    private RexNode in(RexNode operand, RelDataType type) {
        boolean same = SparkTypes.of(operand.getType()).equals(SparkTypes.of(type))
                || operand.getType().getSqlTypeName() == SqlTypeName.NULL
                || type.getSqlTypeName() == SqlTypeName.NULL;
        return same ? operand : casts.cast(operand, type);
    }

    private List<RexNode> branches(List<RexNode> operands, RelDataType type) {
        List<RexNode> branches = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            boolean condition = i % 2 == 0 && i < operands.size() - 1;
            branches.add(condition ? condition(operands.get(i)) : in(operands.get(i), type));
        }
        return branches;
    }

    /** NULL alone has a type of its own on Spark, which is no condition. */
    private RexNode condition(RexNode operand) {
        return operand.getType().getSqlTypeName() == SqlTypeName.NULL
                ? form(
                        rex.getTypeFactory().createSqlType(SqlTypeName.BOOLEAN),
                        "CAST({0} AS BOOLEAN)",
                        List.of(operand))
                : operand;
    }

    private List<RexNode> texts(List<RexNode> operands) {
        List<RexNode> texts = new ArrayList<>();
        operands.forEach(operand -> texts.add(text(operand)));
        return texts;
    }

    private RexNode text(RexNode operand) {
        RelDataType type = operand.getType();
        return SqlTypeUtil.isCharacter(type) || SparkAlgebra.isList(type) || type.getSqlTypeName() == SqlTypeName.NULL
                ? operand
                : casts.cast(
                        operand,
                        rex.getTypeFactory()
                                .createTypeWithNullability(
                                        rex.getTypeFactory().createSqlType(SqlTypeName.VARCHAR), true));
    }

    /** Without ESCAPE nothing escapes in DuckDB, where on Spark a backslash does. */
    private RexNode like(RexCall call, List<RexNode> operands) {
        String word = call.getOperator().getName().contains("ILIKE") ? "ILIKE" : "LIKE";
        String escape = operands.size() == 3 ? "{2}" : "'\\u0001'";
        RexNode like = form(call.getType(), "({0} %s {1} ESCAPE %s)".formatted(word, escape), operands);
        return call.getOperator().getName().startsWith("NOT ")
                ? form(call.getType(), "(NOT {0})", List.of(like))
                : like;
    }

    private RexNode matches(RexCall call, List<RexNode> operands) {
        if (operands.size() > 2) {
            throw Refusal.of("SIMILAR TO with ESCAPE");
        }
        String not = call.getOperator().getName().startsWith("NOT ") ? "NOT " : "";
        if (call.getKind() == SqlKind.POSIX_REGEX_CASE_SENSITIVE) {
            return form(call.getType(), "(%s{0} RLIKE {1})".formatted(not), operands);
        }
        return form(call.getType(), "(%s{0} RLIKE concat('\\\\A(?:', {1}, ')\\\\z'))".formatted(not), operands);
    }

    private RexNode arithmetic(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        if (operands.stream().anyMatch(operand -> SqlTypeUtil.isInterval(operand.getType()))) {
            return withInterval(call, operands);
        }
        if (!SqlTypeUtil.isNumeric(type)) {
            throw Refusal.of("%s of %s".formatted(call.getOperator().getName(), type));
        }
        boolean exact = SqlTypeUtil.isExactNumeric(type);
        // A remainder is of the type of the divisor, and what is divided may be wider.
        boolean asTheyAre = exact && (SqlTypeUtil.isDecimal(type) || call.getKind() == SqlKind.MOD);
        List<RexNode> alike = asTheyAre ? operands : alike(operands, type);
        String template = switch (call.getKind()) {
            case PLUS -> "({0} + {1})";
            case MINUS -> "({0} - {1})";
            case TIMES -> "({0} * {1})";
            case PLUS_PREFIX -> "{0}";
            case MINUS_PREFIX -> "(- {0})";
            default ->
                exact
                        ? "({0} %% nullif({1}, 0))"
                        : "coalesce({0} %% nullif({1}, 0), {0} * CAST('NaN' AS DOUBLE) + {1} * 0)";
        };
        String said = template.replace("%%", "%");
        return form(type, "CAST(%s AS %s)".formatted(said, SparkTypes.of(type)), alike);
    }

    private RexNode withInterval(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        String sign = call.getKind() == SqlKind.MINUS ? "-" : "+";
        boolean intervalFirst = SqlTypeUtil.isInterval(operands.get(0).getType());
        String time = intervalFirst ? "{1}" : "{0}";
        String interval = intervalFirst ? "{0}" : "{1}";
        // Calcite takes a DATE and an interval for a DATE; in DuckDB, and so here, it is a TIMESTAMP.
        String said = "(CAST(%s AS %s) %s %s)"
                .formatted(
                        time,
                        type.getSqlTypeName() == SqlTypeName.DATE ? "TIMESTAMP_NTZ" : SparkTypes.of(type),
                        sign,
                        interval);
        return form(type, said, operands);
    }

    /** A quotient as the hardware gives it, where Spark would have an error for 0. */
    private RexNode divided(List<RexNode> operands, RelDataType type) {
        RelDataType wide = rex.getTypeFactory()
                .createTypeWithNullability(rex.getTypeFactory().createSqlType(SqlTypeName.DOUBLE), true);
        List<RexNode> doubles = alike(operands, wide);
        boolean known = isNumberButZero(operands.get(1));
        String quotient =
                known ? "({0} / {1})" : "coalesce(try_divide({0}, {1}), {0} * CAST('Infinity' AS DOUBLE) + {1} * 0D)";
        RexNode said = form(wide, quotient, doubles);
        return type.getSqlTypeName() == SqlTypeName.REAL ? form(type, "CAST({0} AS FLOAT)", List.of(said)) : said;
    }

    private static boolean isNumberButZero(RexNode operand) {
        if (!(operand instanceof RexLiteral literal) || literal.isNull()) {
            return false;
        }
        BigDecimal number = literal.getValueAs(BigDecimal.class);
        return number != null && number.signum() != 0;
    }

    private RexNode length(RexNode operand, RelDataType type) {
        String function = SparkAlgebra.isList(operand.getType()) ? "size" : "char_length";
        return form(type, "CAST(%s({0}) AS BIGINT)".formatted(function), List.of(operand));
    }

    /** floor and ceil. Beyond 2^53 every double is whole. */
    private RexNode whole(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        String function = call.getOperator().getName().toLowerCase(Locale.ROOT).startsWith("floor") ? "floor" : "ceil";
        if (operands.size() == 2) {
            if (!function.equals("floor")
                    || !SqlTypeUtil.isDatetime(operands.get(0).getType())) {
                throw Refusal.of(call.getOperator().getName() + " TO");
            }
            return form(
                    type,
                    "CAST(date_trunc('%s', {0}) AS %s)".formatted(symbol(operands.get(1)), SparkTypes.of(type)),
                    operands.subList(0, 1));
        }
        return form(type, whole(function + "({0})", operands.get(0).getType(), type), operands);
    }

    private static String whole(String said, RelDataType operand, RelDataType type) {
        String cast = "CAST(%s AS %s)".formatted(said, SparkTypes.of(type));
        return SqlTypeUtil.isApproximateNumeric(operand)
                ? "CASE WHEN abs({0}) < 9007199254740992 THEN %s ELSE {0} END".formatted(cast)
                : cast;
    }

    private RexNode truncated(RexCall call, List<RexNode> operands) {
        if (operands.size() > 1) {
            throw Refusal.of("trunc with digits");
        }
        String said = "CASE WHEN {0} < 0 THEN ceil({0}) ELSE floor({0}) END";
        return form(call.getType(), whole(said, operands.get(0).getType(), call.getType()), operands);
    }

    /** Doubles are multiplied by a power of ten, rounded and divided again, as in DuckDB: 2.675 to 2.67. */
    private RexNode rounded(RexCall call, List<RexNode> operands) {
        int digits = operands.size() == 1 ? 0 : Integer.parseInt(literal(call, 1, "round"));
        RelDataType type = call.getType();
        String said = !SqlTypeUtil.isApproximateNumeric(operands.get(0).getType())
                ? "round({0}, %d)".formatted(digits)
                : digits == 0
                        ? "round(CAST({0} AS DOUBLE))"
                        : digits > 0
                                ? "round(CAST({0} AS DOUBLE) * 1e%1$d) / 1e%1$d".formatted(digits)
                                : "round(CAST({0} AS DOUBLE) / 1e%1$d) * 1e%1$d".formatted(-digits);
        return form(type, "CAST(%s AS %s)".formatted(said, SparkTypes.of(type)), operands.subList(0, 1));
    }

    private RexNode substring(RexCall call, List<RexNode> operands) {
        String length = operands.size() == 3 ? ", {2}" : "";
        String beforeFirst = operands.size() == 3 ? "substring({0}, 1, greatest({2} - 1, 0))" : "{0}";
        return form(
                call.getType(),
                "CASE WHEN {1} = 0 THEN %s ELSE substring({0}, {1}%s) END".formatted(beforeFirst, length),
                operands);
    }

    private RexNode trimmed(RexCall call, List<RexNode> operands) {
        return form(call.getType(), "trim(%s {1} FROM {2})".formatted(symbol(operands.get(0))), operands);
    }

    /** Spark counts the bits of 64, which those of a negative number of fewer are not. */
    private RexNode bits(RexNode number, RelDataType type) {
        int width = switch (number.getType().getSqlTypeName()) {
            case TINYINT -> Byte.SIZE;
            case SMALLINT -> Short.SIZE;
            case INTEGER -> Integer.SIZE;
            case BIGINT, NULL -> Long.SIZE;
            default -> throw Refusal.of("bit_count of %s".formatted(SparkTypes.of(number.getType())));
        };
        return form(
                type,
                "(bit_count({0}) - CASE WHEN {0} < 0 THEN %d ELSE 0 END)".formatted(Long.SIZE - width),
                List.of(number));
    }

    private RexNode part(String part, RexNode time, RelDataType type) {
        String name = part.toLowerCase(Locale.ROOT);
        String form = FormTable.FUNCTIONS
                .find(name, 1)
                .filter(known -> known.contains("{0}"))
                .orElseThrow(() -> Refusal.of("The part %s of a time".formatted(name)));
        return form(type, "CAST(%s AS %s)".formatted(form, SparkTypes.of(type)), List.of(time));
    }

    /** How many ends of a span lie between two times. */
    private RexNode difference(String part, List<RexNode> operands, RelDataType type) {
        String said = switch (part.toLowerCase(Locale.ROOT)) {
            case "second" -> seconds("second", 1);
            case "minute" -> seconds("minute", 60);
            case "hour" -> seconds("hour", 3600);
            case "day" -> "datediff({2}, {1})";
            case "month" -> "(year({2}) - year({1})) * 12 + month({2}) - month({1})";
            case "year" -> "year({2}) - year({1})";
            default -> throw Refusal.of("date_diff of %s".formatted(part));
        };
        return form(type, "CAST(%s AS BIGINT)".formatted(said), operands);
    }

    private static String seconds(String part, int each) {
        return "(unix_seconds(date_trunc('%1$s', {2})) - unix_seconds(date_trunc('%1$s', {1}))) div %2$d"
                .formatted(part, each);
    }

    private static String symbol(RexNode operand) {
        if (operand instanceof RexLiteral literal) {
            return String.valueOf(literal.getValue());
        }
        throw new IllegalArgumentException("No symbol: " + operand);
    }

    /** A literal whose value the form depends on. */
    private static String literal(RexCall call, int operand, String function) {
        RexNode node = call.getOperands().get(operand);
        RexNode bare =
                node.getKind() == SqlKind.CAST ? ((RexCall) node).getOperands().get(0) : node;
        boolean negative = bare.getKind() == SqlKind.MINUS_PREFIX;
        RexNode number = negative ? ((RexCall) bare).getOperands().get(0) : bare;
        if (number instanceof RexLiteral literal && !literal.isNull()) {
            String text = SqlTypeUtil.isCharacter(literal.getType())
                    ? String.valueOf(literal.getValueAs(String.class))
                    : String.valueOf(literal.getValueAs(Integer.class));
            return negative ? "-" + text : text;
        }
        throw Refusal.of("%s with an argument that is not written out".formatted(function));
    }

    @Override
    public RexNode visitOver(RexOver over) {
        RexWindow window = over.getWindow();
        if (window.getExclude() != RexWindowExclusion.EXCLUDE_NO_OTHER) {
            throw Refusal.of("EXCLUDE in a window");
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
