package io.gatehouse.sql.function;

import static io.gatehouse.sql.function.Signatures.BIGINT;
import static io.gatehouse.sql.function.Signatures.BOOLEAN;
import static io.gatehouse.sql.function.Signatures.DOUBLE;
import static io.gatehouse.sql.function.Signatures.ELEMENT;
import static io.gatehouse.sql.function.Signatures.FIRST;
import static io.gatehouse.sql.function.Signatures.FLOATING_ELEMENT;
import static io.gatehouse.sql.function.Signatures.INTEGER;
import static io.gatehouse.sql.function.Signatures.VARCHAR;
import static io.gatehouse.sql.function.Signatures.anything;
import static io.gatehouse.sql.function.Signatures.scalar;
import static io.gatehouse.sql.function.Signatures.takes;
import static org.apache.calcite.sql.type.SqlTypeFamily.ANY;
import static org.apache.calcite.sql.type.SqlTypeFamily.ARRAY;
import static org.apache.calcite.sql.type.SqlTypeFamily.CHARACTER;
import static org.apache.calcite.sql.type.SqlTypeFamily.NUMERIC;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeTransforms;

/** DuckDB's functions of lists. */
public final class ListFunctions {
    /**
     * unnest outside FROM: makes a row of each element of a list, and of several lists at once rows side by side. Not
     * deterministic, so that no rule moves or repeats it.
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

    /** The whole numbers from one to before another. Made by the planner only, which knows how many they are. */
    public static final SqlFunction RANGE = scalar(
            "range",
            binding -> SqlTypeTransforms.TO_ARRAY.transformType(
                    binding, binding.getTypeFactory().createSqlType(SqlTypeName.BIGINT)),
            takes(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER));

    /** The elements from one to another, both included, which list[first:last] is another form of. */
    public static final SqlFunction SLICE = scalar("list_slice", FIRST, takes(ARRAY, NUMERIC, NUMERIC));

    private ListFunctions() {}

    static List<SqlOperator> all() {
        List<SqlOperator> all = new ArrayList<>();
        all.add(UNNEST);
        all.add(RANGE);
        all.add(scalar("len", BIGINT, anything(1)));
        all.add(scalar("array_length", BIGINT, takes(ARRAY)));
        for (String name : List.of("list_unique", "list_count")) {
            all.add(scalar(name, BIGINT, takes(ARRAY)));
        }
        for (String name : List.of("list_contains", "list_has", "array_contains", "array_has")) {
            all.add(scalar(name, BOOLEAN, takes(ARRAY, ANY)));
        }
        for (String name : List.of("list_has_any", "list_has_all")) {
            all.add(scalar(name, BOOLEAN, takes(ARRAY, ARRAY)));
        }
        for (String name : List.of("list_position", "list_indexof", "array_position")) {
            all.add(scalar(name, INTEGER, takes(ARRAY, ANY)));
        }
        for (String name : List.of("list_sum", "list_avg", "list_median", "list_stddev_samp", "list_stddev_pop")) {
            all.add(scalar(name, DOUBLE, takes(ARRAY)));
        }
        for (String name : List.of("list_min", "list_max", "list_first", "list_last", "list_mode")) {
            all.add(scalar(name, ELEMENT, takes(ARRAY)));
        }
        for (String name : List.of("list_sort", "list_reverse_sort", "list_reverse", "list_distinct")) {
            all.add(scalar(name, FIRST, takes(ARRAY)));
        }
        for (String name : List.of(
                "list_cosine_similarity",
                "list_cosine_distance",
                "list_dot_product",
                "list_inner_product",
                "list_distance")) {
            all.add(scalar(name, FLOATING_ELEMENT, takes(ARRAY, ARRAY)));
        }
        all.add(scalar("list_intersect", FIRST, takes(ARRAY, ARRAY)));
        all.add(scalar("list_extract", ELEMENT, takes(ARRAY, NUMERIC)));
        all.add(SLICE);
        all.add(scalar("array_to_string", VARCHAR, takes(ARRAY, CHARACTER)));
        return all;
    }
}
