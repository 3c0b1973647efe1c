package io.gatehouse.store.schema;

import io.gatehouse.store.schema.Rollup.Sum;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statements that follow from the declaration of a rollup. */
public final class RollupSql {
    private RollupSql() {}

    /** Returns the table. */
    static DatabaseSchema.Relation table(Rollup rollup) {
        List<Column> columns = Stream.concat(
                        rollup.keys().stream().map(Rollup.Key::column),
                        rollup.sums().stream().map(Sum::column))
                .toList();
        String definition = "CREATE TABLE %s (%s)".formatted(rollup.name(), list(columns, Column::definition));
        return new DatabaseSchema.Relation(rollup.name(), false, rollup.comment(), columns, definition);
    }

    /** Returns the statement that adds to a run, its parameter, what the relation {@code feed} has. */
    public static String merge(Rollup rollup) {
        return """
                MERGE INTO %s AS r
                USING (SELECT %s, %s FROM %s) AS d
                ON %s
                WHEN MATCHED THEN UPDATE SET %s
                WHEN NOT MATCHED THEN INSERT BY NAME""".formatted(
                        rollup.name(),
                        list(rollup.keys(), key -> "%s AS %s".formatted(key.feed(), key.name())),
                        list(
                                rollup.sums(),
                                sum -> "CAST(%s AS %s) AS %s"
                                        .formatted(sum.feed(), sum.column().type(), sum.name())),
                        rollup.feed(),
                        conjunction(rollup.keys(), key -> match(key.column())),
                        list(rollup.sums(), sum -> "%s = %s".formatted(sum.name(), added(sum))));
    }

    /** Returns the statement that fills the rollup of a run from its facts. */
    public static String insert(Rollup rollup, int runId) {
        return "INSERT INTO %s BY NAME %s ORDER BY ALL"
                .formatted(rollup.name(), ofFacts(rollup, "WHERE run_id = " + runId));
    }

    /** Returns the query that sums rows of the rollup of one run, which lack the run. */
    public static String sumOf(Rollup rollup, String relation) {
        List<Rollup.Key> keys = rollup.keys().stream()
                .filter(key -> !key.name().equals("run_id"))
                .toList();
        return "SELECT %1$s, %2$s FROM %3$s GROUP BY %1$s"
                .formatted(list(keys, Rollup.Key::name), list(rollup.sums(), RollupSql::ofSums), relation);
    }

    /**
     * Returns the query that finds rollups that are not the sum of their facts, or not the sum of a more detailed rollup:
     * rows of a run and a sentence.
     */
    public static String problems() {
        List<Sum> beyondQuestions = Rollup.LAYER_USAGE.sums().stream()
                .filter(sum -> find(Rollup.QUESTION_USAGE, sum).isEmpty())
                .toList();
        return Stream.of(
                        difference(Rollup.LAYER_USAGE, ofFacts(Rollup.LAYER_USAGE, ""), "the sum of its activations"),
                        ofQuestions(Rollup.LAYER_USAGE),
                        ofQuestions(Rollup.SUBJECT_USAGE),
                        ofQuestions(Rollup.OUTCOME_USAGE),
                        difference(
                                Rollup.LAYER_USAGE,
                                beyondQuestions,
                                ofRollup(Rollup.LAYER_USAGE, beyondQuestions, Rollup.SUBJECT_USAGE),
                                "the rollup of subject_usage"),
                        difference(Rollup.LAYER_ENTROPY, ofFacts(Rollup.LAYER_ENTROPY, ""), "the sum of its tokens"))
                .collect(Collectors.joining("\nUNION ALL\n"));
    }

    private static String ofQuestions(Rollup rollup) {
        List<Sum> sums = rollup.sums().stream()
                .filter(sum -> find(Rollup.QUESTION_USAGE, sum).isPresent())
                .toList();
        return difference(rollup, sums, ofRollup(rollup, sums, Rollup.QUESTION_USAGE), "the sum of question_usage");
    }

    /** Returns a query for what the rollup should hold. */
    private static String ofFacts(Rollup rollup, String condition) {
        return "SELECT %s, %s FROM %s %s GROUP BY ALL"
                .formatted(
                        list(rollup.keys(), Rollup.Key::name),
                        list(rollup.sums(), RollupSql::ofFacts),
                        joined(rollup, rollup.facts()),
                        condition);
    }

    /** Returns a query for some sums of the rollup, from one that knows more. */
    private static String ofRollup(Rollup rollup, List<Sum> sums, Rollup detailed) {
        return "SELECT %s, %s FROM %s GROUP BY ALL"
                .formatted(
                        list(rollup.keys(), Rollup.Key::name),
                        list(sums, RollupSql::ofSums),
                        joined(rollup, detailed.name()));
    }

    private static String joined(Rollup rollup, String relation) {
        return relation
                + rollup.joined().stream()
                        .map(joined -> " %sJOIN %s USING (%s)"
                                .formatted(
                                        joined.present().isPresent() ? "LEFT " : "",
                                        joined.relation(),
                                        String.join(", ", joined.keys())))
                        .collect(Collectors.joining());
    }

    private static String difference(Rollup rollup, String expected, String what) {
        return difference(rollup, rollup.sums().stream().filter(Sum::isExact).toList(), expected, what);
    }

    /** Returns a query for the rows of the rollup whose sums differ from those expected, or that only one side has. */
    private static String difference(Rollup rollup, List<Sum> sums, String expected, String what) {
        String differs = sums.stream()
                .map(sum -> "e.%1$s IS DISTINCT FROM r.%1$s".formatted(sum.name()))
                .collect(Collectors.joining(" OR "));
        return """
                SELECT coalesce(e.run_id, r.run_id), '%s of ' || %s || ' is not %s'
                FROM (%s) AS e
                FULL JOIN %1$s AS r ON %5$s
                WHERE %6$s""".formatted(
                        rollup.name(),
                        place(rollup),
                        what,
                        expected,
                        conjunction(rollup.keys(), key -> equality(key.column())),
                        differs);
    }

    /** Returns an expression that names the subject, the layer and the expert of a row, as far as the rollup has them. */
    private static String place(Rollup rollup) {
        return Stream.of("subject", "layer", "expert")
                .filter(rollup.dimensions()::contains)
                .map(key ->
                        "%scoalesce(e.%2$s, r.%2$s)".formatted(key.equals("subject") ? "" : "'" + key + " ' || ", key))
                .collect(Collectors.joining(" || ', ' || "));
    }

    private static String equality(Column column) {
        return column.nullable()
                ? "coalesce(CAST(e.%1$s AS VARCHAR), '') = coalesce(CAST(r.%1$s AS VARCHAR), '')"
                        .formatted(column.name())
                : "e.%1$s = r.%1$s".formatted(column.name());
    }

    /** Returns the declared sum over the facts. */
    private static String ofFacts(Sum sum) {
        String value = "CAST(%s AS DOUBLE)".formatted(sum.fact());
        String expression = switch (sum.aggregate()) {
            case COUNT -> "count(*)";
            case SUM, INEXACT_SUM -> "sum(%s)".formatted(value);
            case SQUARE_SUM -> "sum(%1$s * %1$s)".formatted(value);
            case MIN -> "min(%s)".formatted(sum.fact());
            case MAX -> "max(%s)".formatted(sum.fact());
        };
        return "%s AS %s".formatted(expression, sum.name());
    }

    /** Returns the sum of sums that are already there. */
    private static String ofSums(Sum sum) {
        String function = switch (sum.aggregate()) {
            case COUNT, SUM, INEXACT_SUM, SQUARE_SUM -> "sum";
            case MIN -> "min";
            case MAX -> "max";
        };
        return "%1$s(%2$s) AS %2$s".formatted(function, sum.name());
    }

    private static String match(Column column) {
        return (column.nullable() ? "r.%1$s IS NOT DISTINCT FROM d.%1$s" : "r.%1$s = d.%1$s").formatted(column.name());
    }

    /** Returns the value after a merge. A sum that is NULL adds nothing, as in an aggregate; least and greatest skip NULL. */
    private static String added(Sum sum) {
        return switch (sum.aggregate()) {
            case COUNT, SUM, INEXACT_SUM, SQUARE_SUM ->
                (sum.column().nullable() ? "coalesce(r.%1$s + d.%1$s, r.%1$s, d.%1$s)" : "r.%1$s + d.%1$s")
                        .formatted(sum.name());
            case MIN -> "least(r.%1$s, d.%1$s)".formatted(sum.name());
            case MAX -> "greatest(r.%1$s, d.%1$s)".formatted(sum.name());
        };
    }

    /** Returns the same sum of another rollup, if it keeps it. */
    private static Optional<Sum> find(Rollup rollup, Sum sum) {
        return rollup.sums().stream()
                .filter(other ->
                        other.aggregate() == sum.aggregate() && other.fact().equals(sum.fact()))
                .findFirst();
    }

    private static <T> String list(List<T> parts, Function<T, String> text) {
        return parts.stream().map(text).collect(Collectors.joining(", "));
    }

    private static <T> String conjunction(List<T> parts, Function<T, String> text) {
        return parts.stream().map(text).collect(Collectors.joining(" AND "));
    }
}
