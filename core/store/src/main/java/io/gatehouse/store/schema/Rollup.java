package io.gatehouse.store.schema;

import static io.gatehouse.store.schema.Rollup.Aggregate.INEXACT_SUM;
import static io.gatehouse.store.schema.Rollup.Aggregate.MAX;
import static io.gatehouse.store.schema.Rollup.Aggregate.MIN;
import static io.gatehouse.store.schema.Rollup.Aggregate.SQUARE_SUM;
import static io.gatehouse.store.schema.Rollup.Aggregate.SUM;
import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table of sums. Each row stands for all rows of the facts that are equal in its keys. This is the one definition of a
 * rollup: the table, the merge of new shards, the verification, the sum on a cluster ({@link RollupSql}) and
 * the planner's use of it follow. Only the package {@code write}, which computes the sums of a shard ({@code ExpertSums},
 * {@code EntropySums}) and makes rows of them ({@code ShardRollups}), must know a new column.
 *
 * <p>Sums are whole numbers of a unit, so the order in which they are added does not matter.
 *
 * @param facts the relation whose rows it counts
 * @param joined relations that the facts are joined with, for their columns among the keys
 * @param feed what a shard adds, as the FROM clause of a SELECT: {@code feed} has the sums of the shard in units
 */
public record Rollup(
        String name, String comment, String facts, List<Joined> joined, String feed, List<Key> keys, List<Sum> sums) {
    /** The column that counts the rows of the facts. */
    public static final String COUNT = "n";

    private static final String UNKNOWN = "; NULL if an import has no value";

    private static final Key RUN = key("run_id", "INTEGER", "The run", "CAST(? AS INTEGER)");
    private static final Key QUESTION = key("question_id", "INTEGER", "The question", "f.question_id");
    private static final Key SUBJECT = key("subject", "VARCHAR", "Subject within the quiz", "q.subject");
    private static final Key LAYER = key("layer", "SMALLINT", "Layer of the model, from 0", "f.layer");
    private static final Key EXPERT = key("expert", "SMALLINT", "Expert of the layer, from 0", "f.expert");
    private static final Key PHASE = key(
            "phase",
            "VARCHAR",
            "prompt where tokens of prompts are counted, generated where tokens that the model sampled are",
            "CASE WHEN f.is_generated = 1 THEN 'generated' ELSE 'prompt' END");
    private static final Key IS_LAST_PROMPT = key(
            "is_last_prompt",
            "BOOLEAN",
            "Whether the last token of each prompt is counted; else the other tokens of the phase",
            "f.is_last_prompt = 1");

    private static final Sum ACTIVATIONS = count(COUNT, "Number of activations");
    private static final Sum WEIGHT_SUM =
            sum("weight_sum", "Sum of their weights" + UNKNOWN, SUM, "weight", "f.weight / ${weight}.0");

    /** All that is kept of the weights of activations. */
    private static final List<Sum> WEIGHTS = List.of(
            ACTIVATIONS,
            WEIGHT_SUM,
            sum(
                    "weight_square_sum",
                    "Sum of the squares of their weights" + UNKNOWN,
                    SQUARE_SUM,
                    "weight",
                    "f.weight_square / (${weight}.0 * ${weight}.0)"),
            sum("weight_min", "Smallest of their weights" + UNKNOWN, MIN, "weight", "f.weight_min / ${weight}.0"),
            sum("weight_max", "Largest of their weights" + UNKNOWN, MAX, "weight", "f.weight_max / ${weight}.0"));

    private static final Joined QUESTIONS = new Joined("questions", List.of("question_id"), Optional.empty());
    private static final Joined ANSWERS =
            new Joined("answers", List.of("run_id", "question_id"), Optional.of("correct"));

    /** The view over the table {@code usage}, which the other rollups of activations sum up. */
    static final Rollup QUESTION_USAGE = new Rollup(
            "question_usage",
            "",
            "activations",
            List.of(),
            "",
            List.of(RUN, QUESTION, LAYER, EXPERT, PHASE, IS_LAST_PROMPT),
            List.of(ACTIVATIONS, WEIGHT_SUM));

    public static final Rollup SUBJECT_USAGE = new Rollup(
            "subject_usage",
            "One row per run, subject, layer, phase, is_last_prompt and expert that fired: the rollup of question_usage",
            "activations",
            List.of(QUESTIONS),
            "feed AS f JOIN questions AS q ON q.question_id = f.question_id",
            List.of(RUN, SUBJECT, LAYER, EXPERT, PHASE, IS_LAST_PROMPT),
            WEIGHTS);

    public static final Rollup LAYER_USAGE = new Rollup(
            "layer_usage",
            "One row per run, layer, phase, is_last_prompt and expert that fired: the rollup of subject_usage",
            "activations",
            List.of(),
            "feed AS f",
            List.of(RUN, LAYER, EXPERT, PHASE, IS_LAST_PROMPT),
            WEIGHTS);

    /** Relates experts to answers in few rows, because it knows neither subjects nor questions. */
    public static final Rollup OUTCOME_USAGE = new Rollup(
            "outcome_usage",
            "One row per run, correct answer, whether the run gave it, layer, phase, is_last_prompt and expert that fired: the rollup of question_usage",
            "activations",
            List.of(QUESTIONS, ANSWERS),
            "feed AS f JOIN questions AS q ON q.question_id = f.question_id",
            List.of(
                    RUN,
                    key("answer", "VARCHAR", "Letter of the correct choice of the questions", "q.answer"),
                    new Key(
                            new Column(
                                    "correct",
                                    "BOOLEAN",
                                    true,
                                    "Whether the run answered them correctly; NULL where an imported run has no answer"),
                            "f.correct = 1"),
                    LAYER,
                    EXPERT,
                    PHASE,
                    IS_LAST_PROMPT),
            List.of(ACTIVATIONS, WEIGHT_SUM));

    public static final Rollup LAYER_ENTROPY = new Rollup(
            "layer_entropy",
            "One row per run, layer, phase and is_last_prompt: the rollup of token_routing",
            "token_routing",
            List.of(),
            "feed AS f",
            List.of(RUN, LAYER, PHASE, IS_LAST_PROMPT),
            List.of(
                    count(COUNT, "Number of tokens"),
                    sum(
                            "entropy_sum",
                            "Sum of the entropies of the gate over all experts, in nats" + UNKNOWN,
                            SUM,
                            "entropy",
                            "f.entropy / ${entropy}.0"),
                    sum(
                            "top_k_entropy_sum",
                            "Sum of the entropies over the top-k experts, in nats, from weights before rounding"
                                    + UNKNOWN,
                            INEXACT_SUM,
                            "top_k_entropy",
                            "f.top_k_entropy / ${margin}.0"),
                    sum(
                            "mass_sum",
                            "Sum of the probabilities of the top-k experts together" + UNKNOWN,
                            SUM,
                            "mass",
                            "f.weight / ${weight}.0 + f.spare_mass / ${entropy}.0"),
                    sum("margin_sum", "Sum of the margins" + UNKNOWN, SUM, "margin", "f.margin / ${margin}.0")));

    /** The whole grid of experts, in which an expert that never fires is a row with 0 and not a missing row. */
    public static final Rollup EXPERTS = new Rollup(
            "experts",
            "One row per run, scope, layer and expert, including experts that never fired. Scope prompt counts every prompt token, the last one included; last_prompt only the last one, and has no rows if an import does not say which token that is; generated the tokens that the model sampled, where the run has any",
            "layer_usage",
            List.of(),
            """
            (
                SELECT s.scope, u.layer, u.expert, sum(u.n) AS n, sum(u.weight) AS weight
                FROM feed AS u
                JOIN scopes AS s
                    ON s.phase = CASE WHEN u.is_generated = 1 THEN 'generated' ELSE 'prompt' END
                        AND s.is_last_prompt = (u.is_last_prompt = 1)
                WHERE s.scope <> 'prompt' OR u.whole_prompts = 1
                GROUP BY s.scope, u.layer, u.expert
            ) AS f""",
            List.of(
                    RUN,
                    key(
                            "scope",
                            "VARCHAR",
                            "Tokens counted: prompt (all of them, where the run recorded them), last_prompt (the last one, at which the model answers) or generated (those that the model sampled)",
                            "f.scope"),
                    key(
                            "layer",
                            "SMALLINT",
                            "Layer of the model, from 0; layers without experts have no rows",
                            "f.layer"),
                    EXPERT),
            List.of(
                    count("activations", "Number of tokens that were routed to the expert; 0 if it never fired"),
                    sum(
                            "weight_sum",
                            "Sum of the weights of those activations" + UNKNOWN,
                            SUM,
                            "weight",
                            "f.weight / ${weight}.0")));

    /** Those that follow from the facts of a run alone. */
    public static final List<Rollup> OF_FACTS = List.of(SUBJECT_USAGE, LAYER_USAGE, OUTCOME_USAGE, LAYER_ENTROPY);

    /** Those that are tables. */
    public static final List<Rollup> STORED =
            Stream.concat(OF_FACTS.stream(), Stream.of(EXPERTS)).toList();

    /** Those that can take the place of the facts in a query, the smallest first. */
    public static final List<Rollup> CANDIDATES =
            List.of(LAYER_ENTROPY, LAYER_USAGE, OUTCOME_USAGE, SUBJECT_USAGE, QUESTION_USAGE);

    /**
     * A relation that the facts are joined with. It has one row for each of their questions, or none.
     *
     * @param keys columns that the join compares with those of the facts
     * @param present a key of the rollup that is NULL in the rows that stand for facts without a row in the relation;
     *     empty where all facts have one
     */
    public record Joined(String relation, List<String> keys, Optional<String> present) {
        public Joined {
            requireNonNull(relation, "relation is null");
            keys = List.copyOf(keys);
            requireNonNull(present, "present is null");
        }
    }

    /**
     * A column in which all rows are equal that a row of the rollup stands for.
     *
     * @param feed its value over the columns of the feed
     */
    public record Key(Column column, String feed) {
        public Key {
            requireNonNull(column, "column is null");
            requireNonNull(feed, "feed is null");
        }

        public String name() {
            return column.name();
        }
    }

    /** How values become one. */
    public enum Aggregate {
        COUNT,
        SUM,
        /** A sum that the facts give only approximately: its values were added before they were rounded. */
        INEXACT_SUM,
        SQUARE_SUM,
        MIN,
        MAX
    }

    /**
     * What is kept of a column of the facts.
     *
     * @param fact the column of the facts; empty for a count
     * @param feed its value over the columns of the feed, which are in units
     */
    public record Sum(Column column, Aggregate aggregate, String fact, String feed) {
        public Sum {
            requireNonNull(column, "column is null");
            requireNonNull(aggregate, "aggregate is null");
            requireNonNull(fact, "fact is null");
            feed = SqlText.withUnits(feed);
        }

        public String name() {
            return column.name();
        }

        /** Whether the facts give the same number to the last digit. */
        boolean isExact() {
            return aggregate != Aggregate.INEXACT_SUM;
        }
    }

    public Rollup {
        requireNonNull(name, "name is null");
        requireNonNull(comment, "comment is null");
        requireNonNull(facts, "facts is null");
        requireNonNull(feed, "feed is null");
        joined = List.copyOf(joined);
        keys = List.copyOf(keys);
        sums = List.copyOf(sums);
    }

    private static Key key(String name, String type, String comment, String feed) {
        return new Key(new Column(name, type, false, comment), feed);
    }

    private static Sum count(String name, String comment) {
        return new Sum(new Column(name, "BIGINT", false, comment), Aggregate.COUNT, "", "f.n");
    }

    /** The smallest and the largest value have the type of the facts. */
    private static Sum sum(String name, String comment, Aggregate aggregate, String fact, String feed) {
        String type = aggregate == MIN || aggregate == MAX ? "FLOAT" : "DOUBLE";
        return new Sum(new Column(name, type, true, comment), aggregate, fact, feed);
    }

    /** Returns the names of its keys. */
    public Set<String> dimensions() {
        return keys.stream().map(Key::name).collect(Collectors.toUnmodifiableSet());
    }

    /** Returns the sums that are exactly those of a column of the facts. */
    public List<Sum> kept(String fact) {
        return sums.stream()
                .filter(sum -> sum.fact().equals(fact) && sum.isExact())
                .toList();
    }
}
