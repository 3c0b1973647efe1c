package io.gatehouse.sql.function;

import static io.gatehouse.sql.function.Signatures.BIGINT;
import static io.gatehouse.sql.function.Signatures.BOOLEAN;
import static io.gatehouse.sql.function.Signatures.DOUBLE;
import static io.gatehouse.sql.function.Signatures.ELEMENT;
import static io.gatehouse.sql.function.Signatures.FIRST;
import static io.gatehouse.sql.function.Signatures.FLOATING_ELEMENT;
import static io.gatehouse.sql.function.Signatures.INTEGER;
import static io.gatehouse.sql.function.Signatures.LIST_OF_BIGINT;
import static io.gatehouse.sql.function.Signatures.VARCHAR;
import static io.gatehouse.sql.function.Signatures.anything;
import static io.gatehouse.sql.function.Signatures.either;
import static io.gatehouse.sql.function.Signatures.scalar;
import static io.gatehouse.sql.function.Signatures.scalars;
import static io.gatehouse.sql.function.Signatures.takes;
import static io.gatehouse.sql.function.Signatures.takesOptional;
import static io.gatehouse.sql.function.Signatures.takesUpTo;
import static java.util.Map.entry;
import static org.apache.calcite.sql.type.SqlTypeFamily.ANY;
import static org.apache.calcite.sql.type.SqlTypeFamily.ARRAY;
import static org.apache.calcite.sql.type.SqlTypeFamily.CHARACTER;
import static org.apache.calcite.sql.type.SqlTypeFamily.NUMERIC;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.fun.SqlItemOperator;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeTransforms;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.checkerframework.checker.nullness.qual.Nullable;

/** DuckDB's list functions. */
public final class ListFunctions {
    /**
     * unnest outside FROM: makes one row per list element; several lists are unnested side by side. Declared as not
     * deterministic so that no rule moves or repeats it.
     */
    public static final SqlFunction UNNEST =
            new SqlFunction(
                    "unnest",
                    SqlKind.OTHER_FUNCTION,
                    ELEMENT,
                    null,
                    takes(ARRAY),
                    SqlFunctionCategory.USER_DEFINED_FUNCTION) {
                @Override
                public boolean isDeterministic() {
                    return false;
                }
            };

    /**
     * The integers from a start up to, but not including, an end. Only the planner makes calls, because it knows how
     * many there are.
     */
    public static final SqlFunction RANGE = scalar(
            "range",
            binding -> SqlTypeTransforms.TO_ARRAY.transformType(
                    binding, binding.getTypeFactory().createSqlType(SqlTypeName.BIGINT)),
            takes(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER));

    private static final SqlOperandTypeChecker SLICE_OPERANDS =
            takesUpTo(ARRAY, NUMERIC, NUMERIC, NUMERIC).or(takes(CHARACTER, NUMERIC, NUMERIC));

    private static final SqlOperandTypeChecker ITEM_OPERANDS =
            takes(ARRAY, NUMERIC).or(takes(CHARACTER, NUMERIC));

    /** list[n], and text[n] for the n-th character. */
    public static final SqlOperator ITEM = new SqlItemOperator("ITEM", OperandTypes.ARRAY_OR_MAP, 1, true) {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            return isText(binding)
                    ? takes(CHARACTER, SqlTypeFamily.INTEGER).checkOperandTypes(binding, throwOnFailure)
                    : super.checkOperandTypes(binding, throwOnFailure);
        }

        @Override
        public RelDataType inferReturnType(SqlOperatorBinding binding) {
            return isText(binding) ? VARCHAR.inferReturnType(binding) : super.inferReturnType(binding);
        }
    };

    /** The elements from first to last, both included; also written list[first:last]. */
    public static final SqlFunction SLICE = scalar("list_slice", FIRST, SLICE_OPERANDS);

    private ListFunctions() {}

    static List<SqlOperator> all() {
        List<SqlOperator> all = new ArrayList<>();
        all.add(UNNEST);
        all.add(RANGE);
        all.add(ITEM);
        all.add(SLICE);
        all.add(scalar("array_slice", FIRST, SLICE_OPERANDS));
        counts(all);
        searches(all);
        elements(all);
        lists(all);
        return all;
    }

    private static void counts(List<SqlOperator> all) {
        all.add(scalar("len", BIGINT, anything(1)));
        for (String name :
                List.of("array_length", "list_unique", "array_unique", "list_count", "list_approx_count_distinct")) {
            all.add(scalar(name, BIGINT, takes(ARRAY)));
        }
        scalars(all, INTEGER, takes(ARRAY, ANY), "list_position", "list_indexof", "array_position", "array_indexof");
    }

    private static void searches(List<SqlOperator> all) {
        scalars(all, BOOLEAN, takes(ARRAY, ANY), "list_contains", "list_has", "array_contains", "array_has");
        scalars(all, BOOLEAN, takes(ARRAY, ARRAY), "list_has_any", "list_has_all", "array_has_any", "array_has_all");
    }

    private static void elements(List<SqlOperator> all) {
        all.add(scalar("list_sum", ListFunctions::sum, takes(ARRAY)));
        for (String name : List.of(
                "list_avg",
                "list_median",
                "list_stddev_samp",
                "list_stddev_pop",
                "list_var_samp",
                "list_var_pop",
                "list_sem",
                "list_mad",
                "list_skewness",
                "list_kurtosis",
                "list_kurtosis_pop",
                "list_product",
                "list_entropy")) {
            all.add(scalar(name, DOUBLE, takes(ARRAY)));
        }
        for (String name : List.of(
                "list_min",
                "list_max",
                "list_first",
                "list_last",
                "list_any_value",
                "list_mode",
                "list_bit_and",
                "list_bit_or",
                "list_bit_xor")) {
            all.add(scalar(name, ELEMENT, takes(ARRAY)));
        }
        scalars(all, BOOLEAN, takes(ARRAY), "list_bool_and", "list_bool_or");
        for (String name : List.of("list_extract", "list_element", "array_extract")) {
            all.add(scalar(name, either(ListFunctions::isText, VARCHAR, ELEMENT), ITEM_OPERANDS));
        }
        for (String name : List.of(
                "list_cosine_similarity",
                "list_cosine_distance",
                "list_dot_product",
                "list_inner_product",
                "list_negative_dot_product",
                "list_negative_inner_product",
                "list_distance")) {
            all.add(scalar(name, FLOATING_ELEMENT, takes(ARRAY, ARRAY)));
        }
        all.add(scalar("list_string_agg", VARCHAR, takes(ARRAY)));
        all.add(scalar("array_to_string", VARCHAR, takes(ARRAY, CHARACTER)));
        all.add(scalar("array_to_string_comma_default", VARCHAR, takesOptional(ARRAY, CHARACTER)));
        for (String name : List.of("list_aggregate", "list_aggr", "array_aggregate", "array_aggr", "aggregate")) {
            all.add(new ListAggregate(name));
        }
    }

    private static void lists(List<SqlOperator> all) {
        for (String name : List.of(
                "list_reverse",
                "array_reverse",
                "list_distinct",
                "array_distinct",
                "array_pop_back",
                "array_pop_front")) {
            all.add(scalar(name, FIRST, takes(ARRAY)));
        }
        scalars(all, FIRST, takes(ARRAY).or(takesUpTo(ARRAY, CHARACTER, CHARACTER)), "list_sort", "array_sort");
        scalars(all, FIRST, takesOptional(ARRAY, CHARACTER), "list_reverse_sort", "array_reverse_sort");
        for (String name : List.of("list_grade_up", "array_grade_up", "grade_up")) {
            all.add(scalar(name, LIST_OF_BIGINT, takes(ARRAY).or(takesUpTo(ARRAY, CHARACTER, CHARACTER))));
        }
        scalars(all, FIRST, takes(ARRAY, ARRAY), "list_intersect", "array_intersect");
        scalars(all, FIRST, takes(ARRAY, ARRAY), "list_where", "array_where", "list_select", "array_select");
        for (String name : List.of("list_concat", "list_cat", "array_concat", "array_cat")) {
            all.add(scalar(name, ReturnTypes.LEAST_RESTRICTIVE, new Lists()));
        }
        for (String name : List.of("list_append", "array_append", "array_push_back")) {
            all.add(scalar(name, binding -> with(binding, 0, 1), takes(ARRAY, ANY)));
        }
        scalars(all, binding -> with(binding, 1, 0), takes(ANY, ARRAY), "list_prepend", "array_prepend");
        all.add(scalar("array_push_front", binding -> with(binding, 0, 1), takes(ARRAY, ANY)));
        all.add(scalar("flatten", ELEMENT, takes(ARRAY)));
    }

    private static boolean isText(SqlOperatorBinding binding) {
        return SqlTypeUtil.inCharFamily(binding.getOperandType(0));
    }

    /** The type of the sum of the elements. */
    private static RelDataType sum(SqlOperatorBinding binding) {
        RelDataTypeFactory types = binding.getTypeFactory();
        RelDataType element = binding.getOperandType(0).getComponentType();
        RelDataType type = element == null
                ? types.createSqlType(SqlTypeName.DOUBLE)
                : types.getTypeSystem().deriveSumType(types, element);
        return types.createTypeWithNullability(type, true);
    }

    /** The type of a list with one more element. */
    private static RelDataType with(SqlOperatorBinding binding, int list, int element) {
        RelDataType elements = binding.getOperandType(list).getComponentType();
        RelDataType common = binding.getTypeFactory()
                .leastRestrictive(List.of(
                        elements == null ? binding.getOperandType(list) : elements, binding.getOperandType(element)));
        return common == null
                ? FIRST.inferReturnType(binding)
                : SqlTypeTransforms.TO_ARRAY.transformType(
                        binding, binding.getTypeFactory().createTypeWithNullability(common, true));
    }

    /** Any number of lists. */
    private record Lists() implements SqlOperandTypeChecker {
        @Override
        public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
            boolean lists = binding.collectOperandTypes().stream()
                            .allMatch(type ->
                                    type.getComponentType() != null || type.getSqlTypeName() == SqlTypeName.NULL)
                    && binding.getTypeFactory().leastRestrictive(binding.collectOperandTypes()) != null;
            if (!lists && throwOnFailure) {
                throw binding.newValidationSignatureError();
            }
            return lists;
        }

        @Override
        public SqlOperandCountRange getOperandCountRange() {
            return SqlOperandCountRanges.from(1);
        }

        @Override
        public String getAllowedSignatures(SqlOperator operator, String name) {
            return "%s(<ARRAY>, <ARRAY>)".formatted(name);
        }
    }

    /**
     * list_aggregate(list, 'sum'): an aggregate over the elements. DuckDB finds the aggregate by its name, so only
     * these names are accepted.
     */
    private static final class ListAggregate extends SqlFunction {
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

        /** A list, the name of an aggregate as a literal, and the aggregate's other arguments. */
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
}
