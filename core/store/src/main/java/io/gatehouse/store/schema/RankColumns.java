package io.gatehouse.store.schema;

import static java.util.stream.Collectors.joining;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The columns of table {@code decisions} that hold the experts of a decision: one for the expert of each rank up to
 * {@link #COUNT} and one for its weight. The few decisions of more experts have lists of the others. A column per rank is
 * scanned, filtered and left out by itself, which elements of a list cannot be (ADR 26).
 */
public final class RankColumns {
    /** Number of ranks that have columns: the top-k of most models. Each costs the writer time, even where it is NULL. */
    public static final int COUNT = 8;

    /** Column with the list of experts of the ranks above {@link #COUNT}. */
    public static final String MORE_EXPERTS = "more_experts";

    /** Column with the list of their weights. */
    public static final String MORE_WEIGHTS = "more_weights";

    private static final Pattern EACH = Pattern.compile("(?s)\\$\\{ranks ([^:}]*): (.*?)}");
    private static final Pattern LIST = Pattern.compile("\\$\\{list ([^|}]*) \\| ([^}]*)}");

    private RankColumns() {}

    /** Returns the name of the column of the expert of a rank, from 1. */
    public static String expert(int rank) {
        return "expert_" + rank;
    }

    /** Returns the name of the column of the weight of a rank, from 1. */
    public static String weight(int rank) {
        return "weight_" + rank;
    }

    /**
     * Returns SQL in which two placeholders are replaced. {@code ${ranks SEPARATOR: TEXT}} stands for the text once for
     * each rank, with the rank in the place of {@code #}. {@code ${list ELEMENT | REST}} stands for the list of the
     * elements of all ranks that are not NULL, followed by the list REST, and is NULL if there is none.
     */
    static String expand(String sql) {
        String listed =
                LIST.matcher(sql).replaceAll(match -> Matcher.quoteReplacement(list(match.group(1), match.group(2))));
        return EACH.matcher(listed.replace("${ranks}", String.valueOf(COUNT))).replaceAll(match -> {
            String separator =
                    match.group(1).isBlank() ? "\n    " : " " + match.group(1).strip() + "\n    ";
            return Matcher.quoteReplacement(IntStream.rangeClosed(1, COUNT)
                    .mapToObj(rank -> of(rank, match.group(2)))
                    .collect(joining(separator)));
        });
    }

    /** The first branch that holds is that of most rows, because DuckDB evaluates a branch for all rows at once. */
    private static String list(String element, String rest) {
        String branches = IntStream.iterate(COUNT, rank -> rank > 0, rank -> rank - 1)
                .mapToObj(last -> "WHEN %s IS NOT NULL THEN [%s]"
                        .formatted(
                                of(last, element),
                                IntStream.rangeClosed(1, last)
                                        .mapToObj(rank -> of(rank, element))
                                        .collect(joining(", "))))
                .collect(joining(" "));
        String all = IntStream.rangeClosed(1, COUNT)
                .mapToObj(rank -> of(rank, element))
                .collect(joining(", "));
        return "CASE WHEN %1$s IS NOT NULL THEN list_concat([%2$s], %1$s) %3$s END".formatted(rest, all, branches);
    }

    private static String of(int rank, String text) {
        return text.replace("#", String.valueOf(rank));
    }
}
