package io.gatehouse.sql.function;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlOperator;

/**
 * The cost of a function call in terms of its text and list arguments, measured in DuckDB with slow inputs. A list
 * counts as {@value #ELEMENT_BYTES} bytes per element. DuckDB cannot be interrupted within a vector of rows, and does
 * not account for the memory of expressions; this cost bounds both. The size of the result is declared by
 * {@link Growth}.
 *
 * @param each nanoseconds for each byte of all arguments
 * @param product nanoseconds for each pair of a byte of the first and a byte of the second
 * @param square nanoseconds for each pair of two bytes of the first
 * @param pattern whether the second argument is a regular expression, whose size then counts
 */
public record Cost(double each, double product, double square, boolean pattern) {
    /** The bytes that count for one element of a list. */
    public static final int ELEMENT_BYTES = 16;

    /** Reads only the length, or numbers. */
    private static final Cost NONE = each(0);

    /** The highest cost of a function that reads its arguments once; used for functions that declare no cost. */
    private static final Cost UNKNOWN = each(200);

    private static final Map<String, Cost> BY_NAME = Stream.of(
                    named(NONE, "strlen bit_length array_length cardinality ascii unicode ord typeof chr"),
                    named(NONE, "list_extract list_element array_extract list_first list_last unnest range"),
                    named(NONE, "as row values lateral unnest $scalar_query exists cube rollup grouping_sets desc"),
                    named(NONE, "nulls_first nulls_last \"grouping sets\" \"nulls first\" \"nulls last\" interval"),
                    named(NONE, "union \"union all\" except \"except all\" intersect \"intersect all\" over filter"),
                    named(
                            NONE,
                            "\"within group\" \"ignore nulls\" \"respect nulls\" literal_chain $literalchain escape"),
                    named(NONE, "case coalesce ifnull nullif and or not \"is null\" \"is not null\" \"is true\""),
                    named(NONE, "\"is not true\" \"is false\" \"is not false\" \"is unknown\" \"is not unknown\""),
                    named(NONE, numbers()),
                    named(NONE, times()),
                    named(each(1), "= <> > >= < <= \"is distinct from\" \"is not distinct from\" in \"not in\""),
                    named(each(1), "\"= some\" \"<> some\" \"< some\" \"<= some\" \"> some\" \">= some\" \"= all\""),
                    named(each(1), "\"<> all\" \"< all\" \"<= all\" \"> all\" \">= all\" \"between asymmetric\""),
                    named(each(1), "\"not between asymmetric\" between \"not between\" greatest least"),
                    named(each(2), "|| concat concat_ws length len char_length character_length left right substr"),
                    named(each(2), "substring item list_slice array_slice starts_with ends_with prefix suffix"),
                    named(each(2), "array list_concat list_cat array_concat array_cat list_append array_append"),
                    named(each(2), "array_push_back list_prepend array_prepend array_push_front array_pop_back"),
                    named(each(2), "array_pop_front repeat lpad rpad printf format bar to_base flatten"),
                    named(each(5), "cast try_cast hash md5 sha1 sha256 upper lower ucase lcase hex to_hex bin"),
                    named(each(5), "to_binary list_contains list_has array_contains array_has list_position"),
                    named(each(5), "list_indexof array_position array_indexof list_min list_max list_any_value"),
                    named(each(8), "collate trim ltrim rtrim reverse translate jaccard"),
                    named(each(8), "hamming mismatches url_encode url_decode"),
                    named(each(8), "parse_dirname parse_dirpath parse_filename list_sum list_avg list_median"),
                    named(each(8), "list_count list_product list_bool_and list_bool_or list_bit_and list_bit_or"),
                    named(each(8), "list_bit_xor list_cosine_similarity list_cosine_distance list_dot_product"),
                    named(each(8), "list_inner_product list_negative_dot_product list_distance list_reverse"),
                    named(each(8), "list_negative_inner_product array_reverse list_where array_where list_select"),
                    named(each(8), "array_select array_to_string array_to_string_comma_default list_string_agg"),
                    named(each(10), "list_stddev_samp list_stddev_pop list_var_samp list_var_pop list_sem"),
                    named(each(10), "list_skewness list_kurtosis list_kurtosis_pop"),
                    named(each(40), "list_sort array_sort list_reverse_sort array_reverse_sort list_grade_up"),
                    named(each(40), "array_grade_up grade_up list_distinct array_distinct list_unique"),
                    named(each(40), "array_unique list_mad list_approx_count_distinct regexp_escape"),
                    // Marks after a letter are put into their order by insertion.
                    named(new Cost(40, 0, 1.5, false), "nfc_normalize strip_accents"),
                    named(each(80), "list_mode list_entropy list_intersect array_intersect list_has_any"),
                    named(each(80), "list_has_all array_has_any array_has_all list_aggregate list_aggr"),
                    named(each(80), "array_aggregate array_aggr aggregate left_grapheme right_grapheme"),
                    named(each(80), "substring_grapheme length_grapheme strptime try_strptime"),
                    named(pairs(8, 0.06), "contains strpos instr position replace like \"not like\""),
                    named(pairs(8, 0.06), "ilike \"not ilike\" string_split str_split split string_to_array"),
                    named(pairs(8, 0.06), "split_part"),
                    named(pairs(0, 1), "jaro_similarity jaro_winkler_similarity"),
                    named(pairs(0, 4), "levenshtein editdist3"),
                    // It allocates eight bytes for each pair.
                    named(pairs(0, 60), "damerau_levenshtein"),
                    named(pattern(35), "regexp_matches regexp_full_match regexp_extract regexp_replace"),
                    named(pattern(35), "\"similar to\" \"not similar to\" \"posix regex case sensitive\""),
                    named(pattern(200), "regexp_extract_all regexp_split_to_array string_split_regex"),
                    named(pattern(200), "str_split_regex"))
            .flatMap(map -> map.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue, (one, same) -> one));

    /** Returns the cost of an operator. */
    public static Cost of(SqlOperator operator) {
        return find(operator).orElse(UNKNOWN);
    }

    /** Returns the declared cost of an operator, if there is one. */
    static Optional<Cost> find(SqlOperator operator) {
        return Optional.ofNullable(BY_NAME.get(operator.getName().toLowerCase(Locale.ROOT)));
    }

    private static Cost each(double nanos) {
        return new Cost(nanos, 0, 0, false);
    }

    private static Cost pairs(double each, double product) {
        return new Cost(each, product, 0, false);
    }

    private static Cost pattern(double each) {
        return new Cost(each, 0, 0, true);
    }

    private static String numbers() {
        return "sqrt cbrt ln log2 log10 exp sin cos tan cot asin acos atan sinh cosh tanh asinh acosh atanh degrees"
                + " radians gamma lgamma even power pow atan2 fdiv fmod isinf isfinite isnan signbit floor ceil ceiling"
                + " pi random log abs sign round trunc round_even roundbankers nextafter binom xor divide factorial bit_count"
                + " gcd greatest_common_divisor lcm least_common_multiple format_bytes formatreadablesize"
                + " formatreadabledecimalsize + - * / // % mod & | << >> ** datetime_plus minus_date";
    }

    private static String times() {
        return "year quarter month week weekofyear day dayofmonth dayofweek weekday isodow dayofyear isoyear yearweek"
                + " century decade millennium era hour minute second millisecond microsecond epoch_us epoch_ns dayname"
                + " monthname date_trunc datetrunc date_part datepart epoch epoch_ms julian last_day days_in_month"
                + " strftime make_date make_time make_timestamp make_timestamp_ms make_timestamptz to_timestamp timezone"
                + " time_bucket date_diff datediff date_sub datesub date_add age normalized_interval now"
                + " transaction_timestamp get_current_timestamp current_localtimestamp today ago current_date"
                + " current_timestamp extract to_millennia to_centuries to_decades to_years to_quarters to_months"
                + " to_weeks to_days to_hours to_minutes to_seconds to_milliseconds to_microseconds";
    }

    /** @param names divided by spaces; one with a space in it stands in quotes */
    private static Map<String, Cost> named(Cost cost, String names) {
        return Stream.of(names.split(" (?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1))
                .map(name -> name.replace("\"", ""))
                .distinct()
                .collect(Collectors.toMap(name -> name, name -> cost));
    }
}
