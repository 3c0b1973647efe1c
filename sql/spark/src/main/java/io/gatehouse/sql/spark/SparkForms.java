package io.gatehouse.sql.spark;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** Building blocks of expressions: SQL forms, casts, and operands in the types that they need. */
final class SparkForms {
    /** The number of parts from which an operand is long; the smallest sum has three. */
    private static final int LONG = 12;

    /** Prints a number where both engines print it alike. Otherwise DuckDB prints 1e+16 and Spark 1.0E16. */
    private static final String PRINTED =
            "CASE WHEN {0} = 0 OR abs({0}) >= 0.001 AND abs({0}) < 10000000 THEN CAST({0} AS STRING)"
                    + " WHEN {0} IS NOT NULL THEN raise_error('Spark writes this number otherwise as a text.') END";

    /** Fails for words such as tomorrow, which Spark would accept. */
    private static final String NO_TIME = "raise_error('A word is not a time.')";

    private final RexBuilder rex;

    SparkForms(RexBuilder rex) {
        this.rex = rex;
    }

    /** Makes an expression from a form. Long operands that it uses more than once are bound to names first. */
    RexNode form(RelDataType type, String template, List<? extends RexNode> operands) {
        boolean grows = false;
        for (int i = 0; i < operands.size(); i++) {
            String place = "{%d}".formatted(i);
            grows |= operands.get(i).nodeCount() > LONG && template.indexOf(place) != template.lastIndexOf(place);
        }
        return SparkFunction.call(rex, type, grows ? named(template, operands.size()) : template, operands);
    }

    /**
     * Returns the form with the operands bound to the fields of a struct. Otherwise nested expressions of views would
     * double with each level.
     */
    private static String named(String template, int operands) {
        StringBuilder struct = new StringBuilder();
        String form = template;
        for (int i = 0; i < operands; i++) {
            struct.append(i == 0 ? "" : ", ").append("'a%1$d', {%1$d}".formatted(i));
            form = form.replace("{%d}".formatted(i), "named.a%d".formatted(i));
        }
        return "element_at(transform(array(named_struct(%s)), named -> %s), 1)".formatted(struct, form);
    }

    /** Casts a value, with DuckDB's rounding and printing. */
    RexNode cast(RexNode value, RelDataType type) {
        return SparkFunction.call(rex, type, castForm(value.getType(), type, "CAST"), value);
    }

    /** Casts a value, or returns NULL where that is not possible. */
    RexNode attempt(RexNode value, RelDataType type) {
        return SparkFunction.call(rex, type, castForm(value.getType(), type, "try_cast"), value);
    }

    /** Returns a nullable type. */
    RelDataType type(SqlTypeName name) {
        return rex.getTypeFactory()
                .createTypeWithNullability(rex.getTypeFactory().createSqlType(name), true);
    }

    RexNode literal(String text) {
        return rex.makeLiteral(text);
    }

    /** Returns the operands of a comparison in a common type: FLOAT and DECIMAL are compared as FLOAT. */
    List<RexNode> comparable(List<RexNode> operands) {
        List<RelDataType> types = operands.stream().map(RexNode::getType).toList();
        boolean numbers = types.stream().allMatch(SqlTypeUtil::isNumeric);
        boolean inexact = types.stream().anyMatch(type -> SqlTypeFamily.APPROXIMATE_NUMERIC.contains(type));
        RelDataType common = numbers && inexact ? rex.getTypeFactory().leastRestrictive(types) : null;
        return common == null ? operands : alike(operands, common);
    }

    List<RexNode> alike(List<RexNode> operands, RelDataType type) {
        List<RexNode> alike = new ArrayList<>();
        operands.forEach(operand -> alike.add(in(operand, type)));
        return alike;
    }

    /** Casts a value unless it has the type already. */
    RexNode in(RexNode operand, RelDataType type) {
        boolean same = SparkTypes.of(operand.getType()).equals(SparkTypes.of(type))
                || operand.getType().getSqlTypeName() == SqlTypeName.NULL
                || type.getSqlTypeName() == SqlTypeName.NULL;
        return same ? operand : cast(operand, type);
    }

    List<RexNode> texts(List<RexNode> operands) {
        List<RexNode> texts = new ArrayList<>();
        operands.forEach(operand -> texts.add(text(operand)));
        return texts;
    }

    RexNode text(RexNode operand) {
        RelDataType type = operand.getType();
        return SqlTypeUtil.isCharacter(type) || SparkAlgebra.isList(type) || type.getSqlTypeName() == SqlTypeName.NULL
                ? operand
                : cast(operand, type(SqlTypeName.VARCHAR));
    }

    /** Returns the form of a cast with DuckDB's rounding and printing. */
    private static String castForm(RelDataType from, RelDataType to, String cast) {
        String name = SparkTypes.of(to);
        boolean toWhole = SqlTypeUtil.isIntType(to) || (isDecimal(to) && to.getScale() == 0);
        if (SqlTypeUtil.isApproximateNumeric(from)) {
            if (toWhole) {
                return "%s(rint({0}) AS %s)".formatted(cast, name);
            }
            if (isDecimal(to)) {
                return scaled(to.getScale(), name, cast);
            }
            return SqlTypeUtil.isCharacter(to) ? PRINTED : "%s({0} AS %s)".formatted(cast, name);
        }
        if (toWhole && isDecimal(from) && from.getScale() > 0) {
            return "%s(round({0}) AS %s)".formatted(cast, name);
        }
        if (toWhole && SqlTypeUtil.isCharacter(from)) {
            return "%1$s(round(%1$s({0} AS DECIMAL(38, 9))) AS %2$s)".formatted(cast, name);
        }
        if (SqlTypeUtil.isCharacter(from) && SqlTypeUtil.isDatetime(to)) {
            return "CASE WHEN {0} RLIKE '^\\\\s*[A-Za-z]' THEN %s ELSE %s({0} AS %s) END"
                    .formatted(cast.equals("CAST") ? NO_TIME : "NULL", cast, name);
        }
        if (to.getSqlTypeName() == SqlTypeName.TIME && from.getSqlTypeName() == SqlTypeName.TIMESTAMP) {
            return "%s(date_format({0}, 'HH:mm:ss.SSSSSS') AS %s)".formatted(cast, name);
        }
        return "%s({0} AS %s)".formatted(cast, name);
    }

    /**
     * Multiplies the double, nudges it and rounds half to even, as DuckDB does. Spark's decimal products keep only six
     * fraction digits if there are too many digits; for larger scales Spark's own cast is as accurate.
     */
    private static String scaled(int scale, String name, String cast) {
        if (scale > 6) {
            return "%s({0} AS %s)".formatted(cast, name);
        }
        return "%1$s(CAST(rint(CAST({0} AS DOUBLE) * 1e%2$d + 1e-9 * signum({0})) AS DECIMAL(38, 0)) * %3$s AS %4$s)"
                .formatted(cast, scale, "0." + "0".repeat(scale - 1) + "1", name);
    }

    private static boolean isDecimal(RelDataType type) {
        return type.getSqlTypeName() == SqlTypeName.DECIMAL;
    }

    /** Returns the name of a symbol, such as a unit of time. */
    static String symbol(RexNode operand) {
        if (operand instanceof RexLiteral literal) {
            return String.valueOf(literal.getValue());
        }
        throw new IllegalArgumentException("No symbol: " + operand);
    }

    /** Returns the value of an argument that must be a literal because the form depends on it. */
    static String literalArgument(RexCall call, int operand, String function) {
        RexNode bare = bare(call.getOperands().get(operand));
        boolean negative = bare.getKind() == SqlKind.MINUS_PREFIX;
        RexNode number = negative ? ((RexCall) bare).getOperands().get(0) : bare;
        if (number instanceof RexLiteral literal && !literal.isNull()) {
            String text = SqlTypeUtil.isCharacter(literal.getType())
                    ? String.valueOf(literal.getValueAs(String.class))
                    : String.valueOf(literal.getValueAs(Integer.class));
            return negative ? "-" + text : text;
        }
        throw refused("%s with an argument that is not written out".formatted(function));
    }

    static boolean isNull(RexNode operand) {
        return bare(operand) instanceof RexLiteral literal && literal.isNull();
    }

    /** Removes a cast around an operand. */
    static RexNode bare(RexNode operand) {
        return operand.getKind() == SqlKind.CAST
                ? ((RexCall) operand).getOperands().get(0)
                : operand;
    }

    /**
     * Returns the error for what cannot be written for Spark with DuckDB's semantics.
     *
     * @param what in words that begin a sentence
     */
    static GatehouseException refused(String what) {
        return new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, "%s is not available on Spark".formatted(what));
    }
}
