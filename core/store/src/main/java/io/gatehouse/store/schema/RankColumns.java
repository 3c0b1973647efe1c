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

    /** Column with a list of the experts and weights of the ranks above {@link #COUNT}. */
    public static final String MORE_RANKS = "more_ranks";

    /** Column with a list of what some runs record of every rank. */
    public static final String RANK_DETAILS = "rank_details";

    private static final Pattern EACH = Pattern.compile("(?s)\\$\\{ranks ([^:}]*): (.*?)}");
    private static final Pattern LIST = Pattern.compile("\\$\\{list ([^}]*)}");
    private static final Pattern DETAIL = Pattern.compile("\\$\\{detail ([^}]*)}");
    private static final Pattern COLUMN = Pattern.compile("\\b(expert|weight)_#");

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
     * Returns SQL in which three placeholders are replaced. {@code ${ranks SEPARATOR: TEXT}} stands for the text once for
     * each rank, with the rank in the place of {@code #}. {@code ${list ELEMENT}} stands for the list of the elements of all
     * ranks, of which ELEMENT is one, such as {@code expert_#}; it is NULL if the element of the first rank is. {@code
     * ${detail FIELD}} stands for the list of one field of {@link #RANK_DETAILS}; it is NULL if that was not recorded.
     */
    static String expand(String sql) {
        String listed = LIST.matcher(sql.replace("${ranks}", String.valueOf(COUNT)))
                .replaceAll(match -> Matcher.quoteReplacement(list(match.group(1))));
        String detailed = DETAIL.matcher(listed).replaceAll(match -> Matcher.quoteReplacement(detail(match.group(1))));
        return EACH.matcher(detailed).replaceAll(match -> {
            String separator =
                    match.group(1).isBlank() ? "\n    " : " " + match.group(1).strip() + "\n    ";
            return Matcher.quoteReplacement(IntStream.rangeClosed(1, COUNT)
                    .mapToObj(rank -> of(rank, match.group(2)))
                    .collect(joining(separator)));
        });
    }

    /** The first branch that holds is that of most rows, because DuckDB evaluates a branch for all rows at once. */
    private static String list(String element) {
        String branches = IntStream.iterate(COUNT, rank -> rank > 0, rank -> rank - 1)
                .mapToObj(last -> "WHEN %s IS NOT NULL THEN [%s]".formatted(of(last, element), elements(last, element)))
                .collect(joining(" "));
        return "CASE WHEN %s IS NOT NULL THEN list_concat([%s], list_transform(%s, lambda r: %s)) %s END"
                .formatted(
                        COLUMN.matcher(element).replaceAll(MORE_RANKS + "[1].$1"),
                        elements(COUNT, element),
                        MORE_RANKS,
                        COLUMN.matcher(element).replaceAll("r.$1"),
                        branches);
    }

    private static String elements(int ranks, String element) {
        return IntStream.rangeClosed(1, ranks)
                .mapToObj(rank -> of(rank, element))
                .collect(joining(", "));
    }

    private static String detail(String field) {
        return "CASE WHEN %1$s[1].%2$s IS NOT NULL THEN list_transform(%1$s, lambda d: d.%2$s) END"
                .formatted(RANK_DETAILS, field);
    }

    private static String of(int rank, String text) {
        return text.replace("#", String.valueOf(rank));
    }
}
