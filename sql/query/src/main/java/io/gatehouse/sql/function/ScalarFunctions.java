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
import static io.gatehouse.sql.function.Signatures.scalars;
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

/** DuckDB's scalar functions of numbers and texts. */
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
        scalars(all, DOUBLE, takes(NUMERIC, NUMERIC), "power", "pow", "atan2", "fdiv", "fmod");
        scalars(all, BOOLEAN, takes(NUMERIC).or(takes(DATETIME)), "isinf", "isfinite");
        scalars(all, BOOLEAN, takes(NUMERIC), "isnan", "signbit");
        scalars(all, WHOLE, takes(NUMERIC), "floor", "ceil", "ceiling");
        all.add(scalar("pi", DOUBLE, takes()));
        all.add(RandomNumbers.RANDOM);
        all.add(scalar("log", DOUBLE, takesOptional(NUMERIC, NUMERIC)));
        all.add(scalar("abs", FIRST, takes(NUMERIC)));
        all.add(scalar("sign", INTEGER, takes(NUMERIC)));
        all.add(scalar("round", ROUNDED, takesOptional(NUMERIC, SqlTypeFamily.INTEGER)));
        all.add(scalar("trunc", ROUNDED, takesOptional(NUMERIC, SqlTypeFamily.INTEGER)));
        scalars(all, ROUNDED, takes(NUMERIC, SqlTypeFamily.INTEGER), "round_even", "roundbankers");
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
        scalars(all, VARCHAR, takesOptional(CHARACTER, CHARACTER), "ltrim", "rtrim");
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
        scalars(all, VARCHAR, takes(CHARACTER, NUMERIC), "left", "right", "left_grapheme", "right_grapheme");
        scalars(all, BOOLEAN, takes(CHARACTER, CHARACTER), "starts_with", "ends_with", "prefix", "suffix");
        scalars(all, BIGINT, takes(CHARACTER, CHARACTER), "strpos", "instr", "hamming", "mismatches");
        scalars(all, BIGINT, takes(CHARACTER, CHARACTER), "levenshtein", "editdist3", "damerau_levenshtein");
        for (String name : List.of("jaro_similarity", "jaro_winkler_similarity")) {
            all.add(scalar(name, DOUBLE, takesOptional(CHARACTER, CHARACTER, NUMERIC)));
        }
        scalars(all, BIGINT, takes(CHARACTER), "length_grapheme", "strlen", "bit_length");
        scalars(all, VARCHAR, takes(CHARACTER).or(takes(NUMERIC)), "hex", "to_hex", "bin", "to_binary");
        for (String name : List.of("string_split", "str_split", "split", "string_to_array")) {
            all.add(scalar(name, LIST_OF_VARCHAR, takes(CHARACTER, CHARACTER)));
        }
        for (String name : List.of("regexp_split_to_array", "string_split_regex", "str_split_regex")) {
            all.add(scalar(name, LIST_OF_VARCHAR, takesUpTo(CHARACTER, CHARACTER, CHARACTER)));
        }
        scalars(all, VARCHAR, takesOptional(CHARACTER, NUMERIC, NUMERIC), "substr", "substring_grapheme");
        scalars(all, INTEGER, takes(CHARACTER), "ascii", "unicode", "ord");
        scalars(all, VARCHAR, takes(CHARACTER), "parse_dirname", "parse_dirpath", "parse_filename");
        all.add(scalar("jaccard", DOUBLE, takes(CHARACTER, CHARACTER)));
        all.add(scalar("length", BIGINT, anything(1)));
        all.add(scalar("chr", VARCHAR, takes(NUMERIC)));
        all.add(scalar("split_part", VARCHAR, takes(CHARACTER, CHARACTER, NUMERIC)));
        all.add(scalar("contains", BOOLEAN, takes(CHARACTER, CHARACTER).or(takes(ARRAY, ANY))));
        all.add(scalar("regexp_matches", BOOLEAN, takesUpTo(CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("regexp_full_match", BOOLEAN, takesUpTo(CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("regexp_extract", VARCHAR, match()));
        all.add(scalar("regexp_extract_all", LIST_OF_VARCHAR, match()));
        all.add(scalar("translate", VARCHAR, takes(CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("regexp_replace", VARCHAR, takesUpTo(CHARACTER, CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("replace", VARCHAR, takes(CHARACTER, CHARACTER, CHARACTER)));
        all.add(scalar("typeof", VARCHAR, anything(1)));
        all.add(scalar("concat", VARCHAR, anythingFrom(1)));
        all.add(scalar("concat_ws", VARCHAR, anythingFrom(2)));
    }

    /** Functions whose result is as long as a number argument says, which must be a literal. */
    private static void longTexts(List<SqlOperator> all) {
        scalars(all, VARCHAR, takes(CHARACTER, NUMERIC, CHARACTER), "lpad", "rpad");
        scalars(all, VARCHAR, anythingFrom(1), "printf", "format");
        all.add(scalar("repeat", FIRST, takes(CHARACTER, NUMERIC).or(takes(ARRAY, NUMERIC))));
        all.add(scalar("bar", VARCHAR, takesOptional(NUMERIC, NUMERIC, NUMERIC, NUMERIC)));
        all.add(scalar(
                "to_base",
                VARCHAR,
                takesOptional(SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER, SqlTypeFamily.INTEGER)));
    }

    /** A text, a pattern, the number of a group, and options. */
    private static SqlOperandTypeChecker match() {
        return takesUpTo(CHARACTER, CHARACTER, NUMERIC).or(takes(CHARACTER, CHARACTER, NUMERIC, CHARACTER));
    }
}
