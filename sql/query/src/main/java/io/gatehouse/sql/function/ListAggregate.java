package io.gatehouse.sql.function;

import static io.gatehouse.sql.function.Signatures.BIGINT;
import static io.gatehouse.sql.function.Signatures.BOOLEAN;
import static io.gatehouse.sql.function.Signatures.DOUBLE;
import static io.gatehouse.sql.function.Signatures.ELEMENT;
import static io.gatehouse.sql.function.Signatures.FIRST;
import static io.gatehouse.sql.function.Signatures.VARCHAR;
import static java.util.Map.entry;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.checkerframework.checker.nullness.qual.Nullable;

/** list_aggregate(list, 'sum'): an aggregate over the elements. DuckDB finds it by its name, so that only these pass. */
final class ListAggregate extends SqlFunction {
    private static final Map<String, SqlReturnTypeInference> TYPES = Map.ofEntries(
            entry("any_value", ELEMENT),
            entry("approx_count_distinct", BIGINT),
            entry("avg", DOUBLE),
            entry("bit_and", ELEMENT),
            entry("bit_or", ELEMENT),
            entry("bit_xor", ELEMENT),
            entry("bool_and", BOOLEAN),
            entry("bool_or", BOOLEAN),
            entry("count", BIGINT),
            entry("entropy", DOUBLE),
            entry("first", ELEMENT),
            entry("kurtosis", DOUBLE),
            entry("kurtosis_pop", DOUBLE),
            entry("last", ELEMENT),
            entry("list", FIRST),
            entry("mad", DOUBLE),
            entry("max", ELEMENT),
            entry("median", DOUBLE),
            entry("min", ELEMENT),
            entry("mode", ELEMENT),
            entry("product", DOUBLE),
            entry("quantile_cont", DOUBLE),
            entry("quantile_disc", ELEMENT),
            entry("sem", DOUBLE),
            entry("skewness", DOUBLE),
            entry("stddev", DOUBLE),
            entry("stddev_pop", DOUBLE),
            entry("stddev_samp", DOUBLE),
            entry("string_agg", VARCHAR),
            entry("sum", DOUBLE),
            entry("var_pop", DOUBLE),
            entry("var_samp", DOUBLE),
            entry("variance", DOUBLE));

    ListAggregate(String name) {
        super(
                name,
                SqlKind.OTHER_FUNCTION,
                binding -> named(binding).orElse(DOUBLE).inferReturnType(binding),
                null,
                new Operands(),
                SqlFunctionCategory.USER_DEFINED_FUNCTION);
    }

    private static Optional<SqlReturnTypeInference> named(SqlOperatorBinding binding) {
        @Nullable
        String name = binding.getOperandCount() > 1 && binding.isOperandLiteral(1, false)
                ? binding.getOperandLiteralValue(1, String.class)
                : null;
        return name == null ? Optional.empty() : Optional.ofNullable(TYPES.get(name.toLowerCase(Locale.ROOT)));
    }

    /** A list, the name of an aggregate written out, and what that takes besides. */
    private record Operands() implements SqlOperandTypeChecker {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            boolean taken = binding.getOperandType(0).getComponentType() != null
                    && named(binding).isPresent();
            if (!taken && throwOnFailure) {
                throw binding.newValidationSignatureError();
            }
            return taken;
        }

        @Override
        public SqlOperandCountRange getOperandCountRange() {
            return SqlOperandCountRanges.between(2, 3);
        }

        @Override
        public String getAllowedSignatures(SqlOperator operator, String name) {
            return "%s(<ARRAY>, '%s')".formatted(name, String.join("' | '", new TreeSet<>(TYPES.keySet())));
        }
    }
}
