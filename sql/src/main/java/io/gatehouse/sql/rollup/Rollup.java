package io.gatehouse.sql.rollup;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A table whose rows each stand for n rows of the facts that are equal in the dimensions.
 *
 * @param table the rollup
 * @param facts the relation that it counts
 * @param joined a relation that the facts were joined with, by question_id; empty for none
 * @param dimensions columns that the rollup has in common with the facts or the joined relation
 * @param sums columns of the facts, and the column that holds their sum. Sums of whole numbers of a unit: adding them up
 *     in another order gives the same
 */
record Rollup(String table, String facts, String joined, Set<String> dimensions, Map<String, String> sums) {
    static final String COUNT = "n";

    /** The smallest first. Sums of top_k_entropy are not here: they are those before rounding. */
    static final List<Rollup> ALL = List.of(
            new Rollup(
                    "layer_entropy",
                    "token_routing",
                    "",
                    Set.of("run_id", "layer", "scope"),
                    Map.of("entropy", "entropy_sum", "mass", "mass_sum", "margin", "margin_sum")),
            new Rollup(
                    "layer_usage",
                    "activations",
                    "",
                    Set.of("run_id", "layer", "expert", "scope"),
                    Map.of("weight", "weight_sum")),
            new Rollup(
                    "subject_usage",
                    "activations",
                    "questions",
                    Set.of("run_id", "subject", "layer", "expert", "scope"),
                    Map.of("weight", "weight_sum")),
            new Rollup(
                    "question_usage",
                    "activations",
                    "",
                    Set.of("run_id", "question_id", "layer", "expert", "scope"),
                    Map.of("weight", "weight_sum")));

    Rollup {
        dimensions = Set.copyOf(dimensions);
        sums = Map.copyOf(sums);
    }
}
