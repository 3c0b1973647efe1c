package io.gatehouse.sql.function;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;

/** How long the text or list that a function returns can be, relative to its operands. */
public sealed interface Growth {
    /** As long as the longest operand. */
    record Longest() implements Growth {}

    /** As long as all operands together. */
    record Together() implements Growth {}

    /** As long as all operands but the first together, with the first between them. */
    record Joined() implements Growth {}

    /** A fixed multiple of the longest operand. */
    record Times(int factor) implements Growth {}

    /**
     * As the first operand with another put into it as often as that is long: of replace what each match becomes, of
     * array_to_string what stands between two elements.
     *
     * @param between whether it may also be put where the first operand has nothing: a pattern can match between two
     *     letters
     */
    record PutInto(int operand, boolean between) implements Growth {}

    /** Elements of the first operand, each as often as the other one, a list, names its place. */
    record Selected() implements Growth {}

    /** The first operand, repeated as often as a number operand says. */
    record Repeated(int count) implements Growth {}

    /** As many characters as a number operand says, or a default if that operand is left out. */
    record Filled(int length, int otherwise) implements Growth {}

    /** The other operands, formatted by the first. */
    record Formatted() implements Growth {}

    Growth LONGEST = new Longest();

    /** By name. A function that is not listed returns nothing longer than its operands. */
    Map<String, Growth> BY_NAME = Stream.of(
                    named(
                            new Together(),
                            "concat",
                            "list_concat",
                            "list_cat",
                            "array_concat",
                            "array_cat",
                            "list_append",
                            "array_append",
                            "array_push_back",
                            "list_prepend",
                            "array_prepend",
                            "array_push_front"),
                    named(new Joined(), "concat_ws"),
                    named(new Selected(), "list_select", "array_select"),
                    named(new Times(2), "hex", "to_hex", "regexp_escape"),
                    named(new Times(3), "url_encode", "nfc_normalize"),
                    named(new Times(8), "bin", "to_binary"),
                    // %c, of two characters, becomes a date and a time.
                    named(new Times(10), "strftime"),
                    named(new PutInto(2, false), "replace"),
                    named(new PutInto(2, true), "regexp_replace"),
                    named(new PutInto(1, false), "array_to_string", "array_to_string_comma_default"),
                    named(
                            new PutInto(2, false),
                            "list_aggregate",
                            "list_aggr",
                            "array_aggregate",
                            "array_aggr",
                            "aggregate"),
                    named(new Repeated(1), "repeat"),
                    named(new Filled(1, 0), "lpad", "rpad"),
                    named(new Filled(3, 80), "bar"),
                    named(new Filled(2, 0), "to_base"),
                    named(new Formatted(), "printf", "format"))
            .flatMap(map -> map.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    static Growth of(SqlOperator operator) {
        boolean joins = operator.equals(SqlStdOperatorTable.CONCAT)
                || operator.equals(SqlStdOperatorTable.ARRAY_VALUE_CONSTRUCTOR);
        return joins ? new Together() : BY_NAME.getOrDefault(operator.getName(), LONGEST);
    }

    private static Map<String, Growth> named(Growth growth, String... names) {
        return Stream.of(names).collect(Collectors.toMap(name -> name, name -> growth));
    }
}
