package io.gatehouse.sql.rollup;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A table whose rows each stand for n rows of the facts that are equal in the dimensions.
 *
 * @param table the rollup
 * @param facts the relation that it counts
 * @param joined relations with one row per question or none, whose columns it has, too; it takes the place of the facts
 *     only where they are joined with one of them
 * @param dimensions columns that the rollup has in common with the facts or a joined relation
 * @param measures columns of the facts whose sums it has
 */
record Rollup(String table, String facts, List<Joined> joined, Set<String> dimensions, Map<String, Measure> measures) {
    static final String COUNT = "n";

    /**
     * A relation that the facts were joined with.
     *
     * @param keys columns that the join compares with those of the facts
     * @param present a column of the rollup that is NULL in the rows that stand for facts without a row in the relation;
     *     none where every fact has one
     */
    record Joined(String relation, Set<String> keys, Optional<String> present) {}

    /**
     * What is kept of a column: each a column of the rollup. Sums of whole numbers of a unit: adding them up in another
     * order gives the same.
     */
    record Measure(String sum, Optional<Spread> spread) {}

    /** What is kept of a column beyond its sum. */
    record Spread(String squareSum, String smallest, String largest) {}

    private static final Joined QUESTIONS = new Joined("questions", Set.of("question_id"), Optional.empty());
    private static final Joined ANSWERS =
            new Joined("answers", Set.of("run_id", "question_id"), Optional.of("correct"));
    private static final Measure WEIGHT = new Measure("weight_sum", Optional.empty());
    private static final Measure SPREAD_WEIGHT =
            new Measure("weight_sum", Optional.of(new Spread("weight_square_sum", "weight_min", "weight_max")));

    /** The smallest first. Sums of top_k_entropy are not here: they are those before rounding. */
    static final List<Rollup> ALL = List.of(
            new Rollup(
                    "layer_entropy",
                    "token_routing",
                    List.of(),
                    Set.of("run_id", "layer", "phase", "is_last_prompt"),
                    Map.of(
                            "entropy", new Measure("entropy_sum", Optional.empty()),
                            "mass", new Measure("mass_sum", Optional.empty()),
                            "margin", new Measure("margin_sum", Optional.empty()))),
            new Rollup(
                    "layer_usage",
                    "activations",
                    List.of(),
                    Set.of("run_id", "layer", "expert", "phase", "is_last_prompt"),
                    Map.of("weight", SPREAD_WEIGHT)),
            new Rollup(
                    "outcome_usage",
                    "activations",
                    List.of(QUESTIONS, ANSWERS),
                    Set.of("run_id", "answer", "correct", "layer", "expert", "phase", "is_last_prompt"),
                    Map.of("weight", WEIGHT)),
            new Rollup(
                    "subject_usage",
                    "activations",
                    List.of(QUESTIONS),
                    Set.of("run_id", "subject", "layer", "expert", "phase", "is_last_prompt"),
                    Map.of("weight", SPREAD_WEIGHT)),
            new Rollup(
                    "question_usage",
                    "activations",
                    List.of(),
                    Set.of("run_id", "question_id", "layer", "expert", "phase", "is_last_prompt"),
                    Map.of("weight", WEIGHT)));

    Rollup {
        joined = List.copyOf(joined);
        dimensions = Set.copyOf(dimensions);
        measures = Map.copyOf(measures);
    }
}
