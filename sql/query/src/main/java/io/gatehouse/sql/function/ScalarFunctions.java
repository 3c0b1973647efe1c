package io.gatehouse.sql.function;

import static io.gatehouse.sql.function.Signatures.BIGINT;
import static io.gatehouse.sql.function.Signatures.BOOLEAN;
import static io.gatehouse.sql.function.Signatures.DOUBLE;
import static io.gatehouse.sql.function.Signatures.FIRST;
import static io.gatehouse.sql.function.Signatures.FLOATING;
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
import static io.gatehouse.sql.function.Signatures.takesUpTo;
import static org.apache.calcite.sql.type.SqlTypeFamily.ANY;
import static org.apache.calcite.sql.type.SqlTypeFamily.ARRAY;
import static org.apache.calcite.sql.type.SqlTypeFamily.CHARACTER;
import static org.apache.calcite.sql.type.SqlTypeFamily.DATETIME;
import static org.apache.calcite.sql.type.SqlTypeFamily.NUMERIC;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlTypeFamily;

/** DuckDB's functions of numbers and texts. */
final class ScalarFunctions {
    private ScalarFunctions() {}

    static List<SqlOperator> all() {
        List<SqlOperator> all = new ArrayList<>();
        numbers(all);
        texts(all);
        longTexts(all);
        all.add(scalar("hash", HUGEINT, anythingFrom(1)));
        all.add(scalar("ifnull", FIRST, anything(2)));
        return all;
    }

    private static void numbers(List<SqlOperator> all) {
        for (String name : List.of(
                "sqrt", "cbrt", "ln", "log2", "log10", "exp", "sin", "cos", "tan", "cot", "asin", "acos", "atan",
                "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "degrees", "radians", "gamma", "lgamma", "even")) {
            all.add(scalar(name, DOUBLE, takes(NUMERIC)));
        }
        for (String name : List.of("power", "pow", "atan2", "fdiv", "fmod")) {
            all.add(scalar(name, DOUBLE, takes(NUMERIC, NUMERIC)));
        }
        for (String name : List.of("isinf", "isfinite")) {
            all.add(scalar(name, BOOLEAN, takes(NUMERIC).or(takes(DATETIME))));
        }
        for (String name : List.of("isnan", "signbit")) {
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
        for (String name : List.of("round_even", "roundbankers")) {
            all.add(scalar(name, ROUNDED, takes(NUMERIC, SqlTypeFamily.INTEGER)));
        }
        all.add(scalar("nextafter", FLOATING, takes(NUMERIC, NUMERIC)));
        all.add(scalar("binom", HUGEINT, takes(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER)));
        all.add(scalar("xor", ReturnTypes.LEAST_RESTRICTIVE, takes(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER)));
        all.add(scalar("divide", FIRST, takes(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER)));
        all.add(scalar("factorial", HUGEINT, takes(SqlTypeFamily.INTEGER)));
        all.add(scalar("bit_count", TINYINT, takes(SqlTypeFamily.INTEGER)));
        for (String name : List.of("gcd", "greatest_common_divisor", "lcm", "least_common_multiple")) {
            all.add(scalar(name, BIGINT, takes(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER)));
        }
        for (String name : List.of("format_bytes", "formatReadableSize", "formatReadableDecimalSize")) {
            all.add(scalar(name, VARCHAR, takes(SqlTypeFamily.INTEGER)));
        }
    }

    private static void texts(List<SqlOperator> all) {
        for (String name : List.of("ltrim", "rtrim")) {
            all.add(scalar(name, VARCHAR, takesOptional(CHARACTER, CHARACTER)));
        }
        for (String name : List.of(
                "reverse",
                "lcase",
                "ucase",
                "md5",
                "sha1",
                "sha256",
                "strip_accents",
                "nfc_normalize",
                "regexp_escape",
                "url_encode",
                "url_decode")) {
            all.add(scalar(name, VARCHAR, takes(CHARACTER)));
        }
        for (String name : List.of("left", "right", "left_grapheme", "right_grapheme")) {
            all.add(scalar(name, VARCHAR, takes(CHARACTER, NUMERIC)));
        }
        for (String name : List.of("starts_with", "ends_with", "prefix", "suffix")) {
            all.add(scalar(name, BOOLEAN, takes(CHARACTER, CHARACTER)));
        }
        for (String name : List.of("strpos", "instr", "hamming", "mismatches")) {
            all.add(scalar(name, BIGINT, takes(CHARACTER, CHARACTER)));
        }
        for (String name : List.of("levenshtein", "editdist3", "damerau_levenshtein")) {
            all.add(scalar(name, BIGINT, takes(CHARACTER, CHARACTER)));
        }
        for (String name : List.of("jaro_similarity", "jaro_winkler_similarity")) {
            all.add(scalar(name, DOUBLE, takesOptional(CHARACTER, CHARACTER, NUMERIC)));
        }
        for (String name : List.of("length_grapheme", "strlen", "bit_length")) {
            all.add(scalar(name, BIGINT, takes(CHARACTER)));
        }
        for (String name : List.of("hex", "to_hex", "bin", "to_binary")) {
            all.add(scalar(name, VARCHAR, takes(CHARACTER).or(takes(NUMERIC))));
        }
        for (String name : List.of("string_split", "str_split", "split", "string_to_array")) {
            all.add(scalar(name, LIST_OF_VARCHAR, takes(CHARACTER, CHARACTER)));
        }
        for (String name : List.of("regexp_split_to_array", "string_split_regex", "str_split_regex")) {
            all.add(scalar(name, LIST_OF_VARCHAR, takesOptional(CHARACTER, CHARACTER, CHARACTER)));
        }
        for (String name : List.of("substr", "substring_grapheme")) {
            all.add(scalar(name, VARCHAR, takesOptional(CHARACTER, NUMERIC, NUMERIC)));
        }
        for (String name : List.of("ascii", "unicode", "ord")) {
            all.add(scalar(name, INTEGER, takes(CHARACTER)));
        }
        for (String name : List.of("parse_dirname", "parse_dirpath", "parse_filename")) {
            all.add(scalar(name, VARCHAR, takes(CHARACTER)));
        }
        all.add(scalar("jaccard", DOUBLE, takes(CHARACTER, CHARACTER)));
        all.add(scalar("length", BIGINT, anything(1)));
        all.add(scalar("chr", VARCHAR, takes(NUMERIC)));
        all.add(scalar("split_part", VARCHAR, takes(CHARACTER, CHARACTER, NUMERIC)));
        all.add(scalar("contains", BOOLEAN, takes(CHARACTER, CHARACTER).or(takes(ARRAY, ANY))));
        all.add(scalar("regexp_matches", BOOLEAN, takesOptional(CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("regexp_full_match", BOOLEAN, takesOptional(CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("regexp_extract", VARCHAR, match()));
        all.add(scalar("regexp_extract_all", LIST_OF_VARCHAR, match()));
        all.add(scalar("translate", VARCHAR, takes(CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("regexp_replace", VARCHAR, takesOptional(CHARACTER, CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("replace", VARCHAR, takes(CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("typeof", VARCHAR, anything(1)));
        all.add(scalar("concat", VARCHAR, anythingFrom(1)));
        all.add(scalar("concat_ws", VARCHAR, anythingFrom(2)));
    }

    /** Those whose result is as long as a number says, which must be written out: see {@link LongTexts}. */
    private static void longTexts(List<SqlOperator> all) {
        for (String name : List.of("lpad", "rpad")) {
            all.add(scalar(name, VARCHAR, takes(CHARACTER, NUMERIC, CHARACTER)));
        }
        for (String name : List.of("printf", "format")) {
            all.add(scalar(name, VARCHAR, anythingFrom(1)));
        }
        all.add(scalar("repeat", FIRST, takes(CHARACTER, NUMERIC).or(takes(ARRAY, NUMERIC))));
        all.add(scalar("bar", VARCHAR, takesOptional(NUMERIC, NUMERIC, NUMERIC, NUMERIC)));
        all.add(scalar(
                "to_base",
                VARCHAR,
                takesOptional(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER)));
    }

    /** A text, a pattern, and which group of it, and options. */
    private static SqlOperandTypeChecker match() {
        return takesUpTo(CHARACTER, CHARACTER, NUMERIC).or(takes(CHARACTER, CHARACTER, NUMERIC, CHARACTER));
    }
}
