package io.gatehouse.sql.function;

import static io.gatehouse.sql.function.Signatures.BIGINT;
import static io.gatehouse.sql.function.Signatures.BOOLEAN;
import static io.gatehouse.sql.function.Signatures.DOUBLE;
import static io.gatehouse.sql.function.Signatures.FIRST;
import static io.gatehouse.sql.function.Signatures.HUGEINT;
import static io.gatehouse.sql.function.Signatures.INTEGER;
import static io.gatehouse.sql.function.Signatures.LIST_OF_VARCHAR;
import static io.gatehouse.sql.function.Signatures.ROUNDED;
import static io.gatehouse.sql.function.Signatures.TINYINT;
import static io.gatehouse.sql.function.Signatures.VARCHAR;
import static io.gatehouse.sql.function.Signatures.WHOLE;
import static io.gatehouse.sql.function.Signatures.anything;
import static io.gatehouse.sql.function.Signatures.anythingFrom;
import static io.gatehouse.sql.function.Signatures.scalar;
import static io.gatehouse.sql.function.Signatures.takes;
import static io.gatehouse.sql.function.Signatures.takesOptional;
import static org.apache.calcite.sql.type.SqlTypeFamily.ANY;
import static org.apache.calcite.sql.type.SqlTypeFamily.CHARACTER;
import static org.apache.calcite.sql.type.SqlTypeFamily.NUMERIC;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.type.SqlTypeFamily;

/**
 * DuckDB's functions of numbers and texts. Left out on purpose are those that make much out of little, such as
 * repeat, lpad, format and range: DuckDB's memory limit does not stop them.
 */
final class ScalarFunctions {
    private ScalarFunctions() {}

    static List<SqlOperator> all() {
        List<SqlOperator> all = new ArrayList<>();
        numbers(all);
        texts(all);
        all.add(scalar("hash", HUGEINT, anythingFrom(1)));
        all.add(scalar("ifnull", FIRST, anything(2)));
        return all;
    }

    private static void numbers(List<SqlOperator> all) {
        for (String name : List.of(
                "sqrt", "cbrt", "ln", "log2", "log10", "exp", "sin", "cos", "tan", "cot", "asin", "acos", "atan",
                "sinh", "cosh", "tanh", "degrees", "radians", "gamma", "lgamma")) {
            all.add(scalar(name, DOUBLE, takes(NUMERIC)));
        }
        for (String name : List.of("power", "pow", "atan2")) {
            all.add(scalar(name, DOUBLE, takes(NUMERIC, NUMERIC)));
        }
        for (String name : List.of("isnan", "isinf", "isfinite")) {
            all.add(scalar(name, BOOLEAN, takes(NUMERIC)));
        }
        for (String name : List.of("floor", "ceil", "ceiling")) {
            all.add(scalar(name, WHOLE, takes(NUMERIC)));
        }
        all.add(scalar("pi", DOUBLE, takes()));
        all.add(scalar("log", DOUBLE, takesOptional(NUMERIC, NUMERIC)));
        all.add(scalar("abs", FIRST, takes(NUMERIC)));
        all.add(scalar("sign", INTEGER, takes(NUMERIC)));
        all.add(scalar("round", ROUNDED, takesOptional(NUMERIC, SqlTypeFamily.INTEGER)));
        all.add(scalar("trunc", ROUNDED, takesOptional(NUMERIC, SqlTypeFamily.INTEGER)));
        all.add(scalar("divide", FIRST, takes(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER)));
        all.add(scalar("factorial", HUGEINT, takes(SqlTypeFamily.INTEGER)));
        all.add(scalar("bit_count", TINYINT, takes(SqlTypeFamily.INTEGER)));
        all.add(scalar("gcd", BIGINT, takes(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER)));
        all.add(scalar("lcm", BIGINT, takes(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER)));
    }

    private static void texts(List<SqlOperator> all) {
        for (String name : List.of("ltrim", "rtrim")) {
            all.add(scalar(name, VARCHAR, takesOptional(CHARACTER, CHARACTER)));
        }
        for (String name : List.of("reverse", "md5", "strip_accents")) {
            all.add(scalar(name, VARCHAR, takes(CHARACTER)));
        }
        for (String name : List.of("left", "right")) {
            all.add(scalar(name, VARCHAR, takes(CHARACTER, NUMERIC)));
        }
        for (String name : List.of("starts_with", "ends_with", "contains", "prefix", "suffix", "regexp_full_match")) {
            all.add(scalar(name, BOOLEAN, takes(CHARACTER, CHARACTER)));
        }
        for (String name : List.of("levenshtein", "hamming", "strpos", "instr")) {
            all.add(scalar(name, BIGINT, takes(CHARACTER, CHARACTER)));
        }
        for (String name : List.of("jaccard", "jaro_similarity", "jaro_winkler_similarity")) {
            all.add(scalar(name, DOUBLE, takes(CHARACTER, CHARACTER)));
        }
        all.add(scalar("length", BIGINT, anything(1)));
        all.add(scalar("ascii", INTEGER, takes(CHARACTER)));
        all.add(scalar("unicode", INTEGER, takes(CHARACTER)));
        all.add(scalar("chr", VARCHAR, takes(NUMERIC)));
        all.add(scalar("substr", VARCHAR, takesOptional(CHARACTER, NUMERIC, NUMERIC)));
        all.add(scalar("split_part", VARCHAR, takes(CHARACTER, CHARACTER, NUMERIC)));
        all.add(scalar("string_split", LIST_OF_VARCHAR, takes(CHARACTER, CHARACTER)));
        all.add(scalar("regexp_matches", BOOLEAN, takesOptional(CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("regexp_extract", VARCHAR, takesOptional(CHARACTER, CHARACTER, ANY)));
        all.add(scalar("regexp_extract_all", LIST_OF_VARCHAR, takesOptional(CHARACTER, CHARACTER, ANY)));
        all.add(scalar("regexp_replace", VARCHAR, takesOptional(CHARACTER, CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("replace", VARCHAR, takes(CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("concat", VARCHAR, anythingFrom(1)));
        all.add(scalar("concat_ws", VARCHAR, anythingFrom(2)));
    }
}
