package io.gatehouse.sql.dialect;

import static io.gatehouse.sql.catalog.CalciteTypes.isDateOrTimestamp;
import static java.util.Objects.requireNonNull;

import io.gatehouse.sql.parse.StatementErrors;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.sql.validate.implicit.TypeCoercionImpl;
import org.checkerframework.checker.nullness.qual.Nullable;

/**
 * Implicit casts as DuckDB does them: a text literal takes the type of what it is compared with, a text column never
 * does, and a date beside a timestamp is one, too. Calcite's own rules would compare a text column with a number by
 * casting every row.
 */
public final class LiteralCoercion extends TypeCoercionImpl {
    /** Functions that return one of their arguments. */
    private static final Set<SqlKind> ALTERNATIVES = EnumSet.of(SqlKind.COALESCE, SqlKind.GREATEST, SqlKind.LEAST);

    /** The operand of CASE that is its ELSE. */
    private static final int ELSE = 3;

    private static final Set<String> ARITHMETIC = Set.of("+", "-", "*", "/", "//", "%", "MOD");

    /** Aggregates of numbers that also take conditions: as 1 where they hold, otherwise 0. */
    private static final Set<String> OF_CONDITIONS = Set.of("SUM", "AVG", "MEAN");

    public LiteralCoercion(RelDataTypeFactory types, SqlValidator validator) {
        super(types, validator);
    }

    @Override
    protected boolean coerceOperandType(
            @Nullable SqlValidatorScope scope, SqlCall call, int index, RelDataType targetType) {
        if (isOfUnknownType(targetType)) {
            throw StatementErrors.notSupported(
                    call,
                    "An argument of %s has no type; cast it."
                            .formatted(call.getOperator().getName()));
        }
        boolean cast = isLiteral(call.operand(index)) || isLaterTime(scope, call.operand(index), targetType);
        return cast && super.coerceOperandType(scope, call, index, targetType);
    }

    /** Whether this is a list without a type, as a part of NULL is. */
    private static boolean isOfUnknownType(RelDataType type) {
        RelDataType element = type.getComponentType();
        return element != null && (element.getSqlTypeName() == SqlTypeName.ANY || isOfUnknownType(element));
    }

    @Override
    protected boolean coerceColumnType(
            @Nullable SqlValidatorScope scope, SqlNodeList nodes, int index, RelDataType targetType) {
        return index < nodes.size()
                && (isLiteral(nodes.get(index)) || isLaterTime(scope, nodes.get(index), targetType))
                && super.coerceColumnType(scope, nodes, index, targetType);
    }

    /**
     * A column of a set operation that is a text in one of its queries is one in all of them. Only a list is never taken
     * for a text, and a query with ORDER BY is left as it is, because it would be sorted by the texts.
     */
    @Override
    public boolean rowTypeCoercion(
            @Nullable SqlValidatorScope scope, SqlNode query, int columnIndex, RelDataType targetType) {
        if (!(query instanceof SqlSelect select) || targetType.getSqlTypeName() != SqlTypeName.VARCHAR) {
            return super.rowTypeCoercion(scope, query, columnIndex, targetType);
        }
        SqlValidatorScope inside = validator.getSelectScope(select);
        SqlNodeList items = select.getSelectList();
        if (select.getOrderList() != null
                || columnIndex >= items.size()
                || items.get(columnIndex) instanceof SqlDynamicParam) {
            return false;
        }
        super.coerceColumnType(inside, items, columnIndex, targetType);
        updateInferredColumnType(inside, query, columnIndex, targetType);
        return true;
    }

    /** Text literals of CASE take the type of the other values. */
    @Override
    public boolean caseWhenCoercion(SqlCallBinding binding) {
        SqlCase call = (SqlCase) binding.getCall();
        SqlValidatorScope scope = binding.getScope();
        SqlNodeList results = call.getThenOperands();
        List<SqlNode> values = new ArrayList<>(results);
        values.add(requireNonNull(call.getElseOperand(), "CASE without ELSE has NULL"));
        Optional<RelDataType> common = typeOfTexts(scope, values);
        if (common.isEmpty()) {
            return super.caseWhenCoercion(binding);
        }
        IntStream.range(0, results.size()).forEach(i -> coerceColumnType(scope, results, i, common.get()));
        coerceOperandType(scope, call, ELSE, common.get());
        updateInferredType(call, common.get());
        return true;
    }

    /** Text literals take the type of the other arguments. */
    private boolean coerceTexts(SqlCallBinding binding) {
        Optional<RelDataType> common = typeOfTexts(binding.getScope(), binding.operands());
        common.ifPresent(type -> IntStream.range(0, binding.getOperandCount())
                .forEach(i -> coerceOperandType(binding.getScope(), binding.getCall(), i, type)));
        return common.isPresent();
    }

    /** Returns the type that values have beside text literals; empty if there are no such literals, or only texts and NULL. */
    private Optional<RelDataType> typeOfTexts(@Nullable SqlValidatorScope scope, List<SqlNode> values) {
        List<RelDataType> others = values.stream()
                .filter(value -> !isLiteral(value))
                .map(value -> validator.deriveType(requireNonNull(scope, "scope is null"), value))
                .toList();
        return others.isEmpty() || values.stream().noneMatch(LiteralCoercion::isText)
                ? Optional.empty()
                : Optional.ofNullable(factory.leastRestrictive(others))
                        .filter(type -> !SqlTypeUtil.inCharFamily(type) && type.getSqlTypeName() != SqlTypeName.NULL);
    }

    /**
     * A text next to a number is ambiguous in DuckDB, which mostly requires a cast. The sum of a condition is the number of
     * rows where it holds, and its mean their share.
     */
    @Override
    public boolean builtinFunctionCoercion(
            SqlCallBinding binding, List<RelDataType> types, List<SqlTypeFamily> families) {
        if (ALTERNATIVES.contains(binding.getOperator().getKind())) {
            return coerceTexts(binding);
        }
        if (ARITHMETIC.contains(binding.getOperator().getName())) {
            binding.operands().stream()
                    .filter(LiteralCoercion::isText)
                    .findFirst()
                    .ifPresent(text -> {
                        throw StatementErrors.notSupported(
                                text,
                                "%s takes numbers and no text; write CAST(%s AS INTEGER), or another type."
                                        .formatted(binding.getOperator().getName(), text));
                    });
        }
        if (OF_CONDITIONS.contains(binding.getOperator().getName().toUpperCase(Locale.ROOT))
                && SqlTypeUtil.isBoolean(types.get(0))) {
            RelDataType integer = factory.createSqlType(SqlTypeName.INTEGER);
            return super.coerceOperandType(binding.getScope(), binding.getCall(), 0, integer);
        }
        return super.builtinFunctionCoercion(binding, types, families);
    }

    private static boolean isText(SqlNode node) {
        return node instanceof SqlLiteral literal && literal.getTypeName() == SqlTypeName.CHAR;
    }

    /** DuckDB compares a boolean with a number as 0 or 1; Calcite takes every number but 0 for TRUE. */
    @Override
    protected boolean booleanEquality(SqlCallBinding binding, RelDataType left, RelDataType right) {
        int number = SqlTypeUtil.isNumeric(left) ? 0 : 1;
        RelDataType type = number == 0 ? left : right;
        boolean mixed = SqlTypeUtil.isNumeric(type)
                && SqlTypeUtil.isBoolean(number == 0 ? right : left)
                && !SqlUtil.isNullLiteral(binding.operand(number), false);
        if (!mixed || isZeroOrOne(binding.operand(number))) {
            return super.booleanEquality(binding, left, right);
        }
        RelDataType integer = factory.createSqlType(SqlTypeName.INTEGER);
        return super.coerceOperandType(binding.getScope(), binding.getCall(), 1 - number, integer);
    }

    private static boolean isZeroOrOne(SqlNode node) {
        if (!(node instanceof SqlNumericLiteral literal)) {
            return false;
        }
        BigDecimal value = literal.getValueAs(BigDecimal.class);
        return value.signum() == 0 || value.compareTo(BigDecimal.ONE) == 0;
    }

    /** Rows are compared field by field. */
    @Override
    public boolean binaryComparisonCoercion(SqlCallBinding binding) {
        boolean rows = binding.getOperandCount() == 2
                && binding.operand(0) instanceof SqlCall left
                && left.getKind() == SqlKind.ROW
                && binding.operand(1) instanceof SqlCall right
                && right.getKind() == SqlKind.ROW
                && left.operandCount() == right.operandCount();
        return rows ? fields(binding) : super.binaryComparisonCoercion(binding);
    }

    private boolean fields(SqlCallBinding binding) {
        boolean coerced = false;
        for (int i = 0; i < binding.getOperandType(0).getFieldCount(); i++) {
            RelDataType common = commonTypeForBinaryComparison(field(binding, 0, i), field(binding, 1, i));
            for (int side = 0; side < 2 && common != null; side++) {
                SqlCall row = (SqlCall) binding.operand(side);
                if (coerceOperandType(binding.getScope(), row, i, common)) {
                    updateInferredColumnType(binding.getScope(), row, i, common);
                    coerced = true;
                }
            }
        }
        return coerced;
    }

    private static RelDataType field(SqlCallBinding binding, int side, int index) {
        return binding.getOperandType(side).getFieldList().get(index).getType();
    }

    /** A DATE becomes a TIMESTAMP, and that one with a time zone. */
    @Override
    public @Nullable RelDataType commonTypeForBinaryComparison(
            @Nullable RelDataType type, @Nullable RelDataType other) {
        return type != null && other != null && isDateOrTimestamp(type) && isDateOrTimestamp(other)
                ? factory.leastRestrictive(List.of(type, other))
                : super.commonTypeForBinaryComparison(type, other);
    }

    private boolean isLaterTime(@Nullable SqlValidatorScope scope, SqlNode node, RelDataType target) {
        if (scope == null || node instanceof SqlDynamicParam || !isDateOrTimestamp(target)) {
            return false;
        }
        RelDataType type = validator.deriveType(scope, node);
        return isDateOrTimestamp(type) && type.getSqlTypeName() != target.getSqlTypeName();
    }

    private static boolean isLiteral(SqlNode node) {
        return node instanceof SqlLiteral literal
                && (literal.getTypeName() == SqlTypeName.CHAR || literal.getTypeName() == SqlTypeName.NULL);
    }
}
