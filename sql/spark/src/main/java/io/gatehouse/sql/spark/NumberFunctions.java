package io.gatehouse.sql.spark;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** Arithmetic with DuckDB's types, bounds and errors. */
final class NumberFunctions {
    private final SparkForms forms;

    NumberFunctions(SparkForms forms) {
        this.forms = forms;
    }

    RexNode arithmetic(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        if (!SqlTypeUtil.isNumeric(type)) {
            throw SparkForms.refused("%s of %s".formatted(call.getOperator().getName(), type));
        }
        boolean exact = SqlTypeUtil.isExactNumeric(type);
        // A remainder has the type of the divisor; the dividend may be wider.
        boolean asTheyAre = exact && (SqlTypeUtil.isDecimal(type) || call.getKind() == SqlKind.MOD);
        List<RexNode> alike = asTheyAre ? operands : forms.alike(operands, type);
        String form = switch (call.getKind()) {
            case PLUS -> "({0} + {1})";
            case MINUS -> "({0} - {1})";
            case TIMES -> "({0} * {1})";
            case PLUS_PREFIX -> "{0}";
            case MINUS_PREFIX -> "(- {0})";
            default ->
                exact
                        ? "({0} % nullif({1}, 0))"
                        : "coalesce({0} % nullif({1}, 0), {0} * CAST('NaN' AS DOUBLE) + {1} * 0)";
        };
        // Spark's floating-point arithmetic has the type already; a cast would only lengthen the statement.
        boolean typed = !exact && call.getKind() != SqlKind.MOD;
        return forms.form(type, typed ? form : "CAST(%s AS %s)".formatted(form, SparkTypes.of(type)), alike);
    }

    /** Integer division: {@code //} and divide. */
    RexNode dividedWhole(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        return SqlTypeUtil.isIntType(type)
                ? forms.form(type, "CAST({0} div nullif({1}, 0) AS %s)".formatted(SparkTypes.of(type)), operands)
                : divided(call, operands);
    }

    /** Floating-point division by the IEEE rules; Spark would fail on a division by 0. */
    RexNode divided(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        RelDataType wide = forms.type(SqlTypeName.DOUBLE);
        List<RexNode> doubles = forms.alike(operands, wide);
        boolean known = isNeverZero(call.getOperands().get(1));
        String quotient =
                known ? "({0} / {1})" : "coalesce(try_divide({0}, {1}), {0} * CAST('Infinity' AS DOUBLE) + {1} * 0D)";
        RexNode result = forms.form(wide, quotient, doubles);
        return type.getSqlTypeName() == SqlTypeName.REAL
                ? forms.form(type, "CAST({0} AS FLOAT)", List.of(result))
                : result;
    }

    /**
     * Whether a divisor is a literal other than 0, or nullif(x, 0). A cast to an integer type may turn other values
     * into 0.
     */
    private static boolean isNeverZero(RexNode divisor) {
        RexNode bare = SqlTypeUtil.isApproximateNumeric(divisor.getType()) ? SparkForms.bare(divisor) : divisor;
        return bare.getKind() == SqlKind.NULLIF
                ? isNumber(((RexCall) bare).getOperands().get(1), 0)
                : isNumber(divisor) && !isNumber(divisor, 0);
    }

    private static boolean isNumber(RexNode operand) {
        return operand instanceof RexLiteral literal
                && !literal.isNull()
                && literal.getValueAs(BigDecimal.class) != null;
    }

    private static boolean isNumber(RexNode operand, int number) {
        return isNumber(operand)
                && requireNonNull(((RexLiteral) operand).getValueAs(BigDecimal.class))
                                .compareTo(BigDecimal.valueOf(number))
                        == 0;
    }

    /** floor and ceil. Beyond 2^53 every double is whole. */
    RexNode whole(RexCall call, List<RexNode> operands) {
        RelDataType type = call.getType();
        String function = call.getOperator().getName().toLowerCase(Locale.ROOT).startsWith("floor") ? "floor" : "ceil";
        if (operands.size() == 2) {
            if (!function.equals("floor")
                    || !SqlTypeUtil.isDatetime(operands.get(0).getType())) {
                throw SparkForms.refused(call.getOperator().getName() + " TO");
            }
            return forms.form(
                    type,
                    "CAST(date_trunc('%s', {0}) AS %s)"
                            .formatted(SparkForms.symbol(operands.get(1)), SparkTypes.of(type)),
                    operands.subList(0, 1));
        }
        return forms.form(type, whole(function + "({0})", operands.get(0).getType(), type), operands);
    }

    private static String whole(String form, RelDataType operand, RelDataType type) {
        String cast = "CAST(%s AS %s)".formatted(form, SparkTypes.of(type));
        return SqlTypeUtil.isApproximateNumeric(operand)
                ? "CASE WHEN abs({0}) < 9007199254740992 THEN %s ELSE {0} END".formatted(cast)
                : cast;
    }

    RexNode truncated(RexCall call, List<RexNode> operands) {
        if (operands.size() > 1) {
            throw SparkForms.refused("trunc with digits");
        }
        String form = "CASE WHEN {0} < 0 THEN ceil({0}) ELSE floor({0}) END";
        return forms.form(call.getType(), whole(form, operands.get(0).getType(), call.getType()), operands);
    }

    /** Doubles are multiplied by a power of ten, rounded and divided again, as in DuckDB: 2.675 to 2.67. */
    RexNode rounded(RexCall call, List<RexNode> operands) {
        int digits = operands.size() == 1 ? 0 : Integer.parseInt(SparkForms.literalArgument(call, 1, "round"));
        RelDataType type = call.getType();
        String form = !SqlTypeUtil.isApproximateNumeric(operands.get(0).getType())
                ? "round({0}, %d)".formatted(digits)
                : digits == 0
                        ? "round(CAST({0} AS DOUBLE))"
                        : digits > 0
                                ? "round(CAST({0} AS DOUBLE) * 1e%1$d) / 1e%1$d".formatted(digits)
                                : "round(CAST({0} AS DOUBLE) / 1e%1$d) * 1e%1$d".formatted(-digits);
        return forms.form(type, "CAST(%s AS %s)".formatted(form, SparkTypes.of(type)), operands.subList(0, 1));
    }

    /** Corrects bit_count for negative numbers of fewer than 64 bits, which Spark counts as 64 bits. */
    RexNode bits(RexNode number, RelDataType type) {
        int width = switch (number.getType().getSqlTypeName()) {
            case TINYINT -> Byte.SIZE;
            case SMALLINT -> Short.SIZE;
            case INTEGER -> Integer.SIZE;
            case BIGINT, NULL -> Long.SIZE;
            default -> throw SparkForms.refused("bit_count of %s".formatted(SparkTypes.of(number.getType())));
        };
        return forms.form(
                type,
                "(bit_count({0}) - CASE WHEN {0} < 0 THEN %d ELSE 0 END)".formatted(Long.SIZE - width),
                List.of(number));
    }
}
