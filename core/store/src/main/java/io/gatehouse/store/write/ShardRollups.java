package io.gatehouse.store.write;

import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.Scope;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The rows of the rollups of some shards, which are written together. */
final class ShardRollups {
    /** Tokens as they follow each other in a sequence. */
    private static final List<TokenKind> IN_ORDER_OF_SEQUENCE =
            List.of(TokenKind.OTHER_PROMPT, TokenKind.LAST_PROMPT, TokenKind.GENERATED);

    private final RunDescription run;
    private final List<LayerSums> sumsOfLayer;
    private final List<ExpertSums> allOfLayer;
    private final EntropySums entropies;

    ShardRollups(RunDescription run, List<ShardSums> shards) {
        this.run = run;
        ExpertSums sums = new ExpertSums(run.experts());
        this.sumsOfLayer = IntStream.range(0, run.layers())
                .mapToObj(layer -> sum(layer, shards, sums))
                .toList();
        this.allOfLayer =
                sumsOfLayer.stream().map(ofLayer -> ofLayer.all(run.experts())).toList();
        this.entropies = new EntropySums(run.layers());
        shards.forEach(shard -> entropies.add(shard.entropies()));
    }

    private static LayerSums sum(int layer, List<ShardSums> shards, ExpertSums sums) {
        LayerSums.Builder builder = new LayerSums.Builder();
        shards.forEach(shard -> builder.add(shard.layers().get(layer)));
        return builder.build(sums);
    }

    /** Returns the rows of subject_usage, with a question in place of its subject. */
    LongFeed subjectUsage() {
        return weights(layer -> sumsOfLayer.get(layer).subjects());
    }

    /** Returns the rows of layer_usage; their question has no meaning. */
    LongFeed layerUsage() {
        return weights(layer -> Map.of(0, allOfLayer.get(layer).toFired()));
    }

    private LongFeed weights(IntFunction<Map<Integer, FiredExperts>> byQuestion) {
        return new LongFeed(
                run.layers(),
                (feed, layer) ->
                        byQuestion.apply(layer).forEach((question, fired) -> addWeights(feed, question, layer, fired)),
                "question_id",
                "layer",
                "is_generated",
                "is_last_prompt",
                "expert",
                "n",
                "weight",
                "weight_square",
                "weight_min",
                "weight_max");
    }

    private static void addWeights(LongFeed feed, int question, int layer, FiredExperts fired) {
        for (int row = 0; row < fired.rows(); row++) {
            feed.add(
                    question,
                    layer,
                    generated(fired.kind(row)),
                    last(fired.kind(row)),
                    fired.experts()[row],
                    fired.counts()[row],
                    fired.orAbsent(row, fired.weights()[row]),
                    fired.orAbsent(row, fired.squares()[row]),
                    fired.orAbsent(row, fired.smallest()[row]),
                    fired.orAbsent(row, fired.largest()[row]));
        }
    }

    /**
     * Returns the rows that experts sums by scope, including those of experts that did not fire. Of layers whose last
     * tokens an import does not have there are none for last tokens, and none for generated ones without such tokens.
     */
    LongFeed expertUsage() {
        return new LongFeed(
                run.layers(),
                this::addExperts,
                "layer",
                "is_generated",
                "is_last_prompt",
                "whole_prompts",
                "expert",
                "n",
                "weight");
    }

    private void addExperts(LongFeed feed, int layer) {
        ExpertSums sums = allOfLayer.get(layer);
        int wholePrompts = run.scope() == Scope.PROMPT ? 1 : 0;
        // A layer without a router has no experts.
        int experts = run.modelLayers().get(layer).experts();
        long unfired = sums.isWeighed() ? 0 : LongFeed.ABSENT;
        for (TokenKind kind : TokenKind.values()) {
            if (entropies.tokens(layer, kind) > 0) {
                for (int expert = 0; expert < experts; expert++) {
                    int slot = sums.slot(kind, expert);
                    long weight = sums.count(slot) == 0 ? unfired : sums.weight(slot);
                    feed.add(layer, generated(kind), last(kind), wholePrompts, expert, sums.count(slot), weight);
                }
            }
        }
    }

    /** Returns the rows of outcome_usage, with a question in place of its correct answer. */
    LongFeed outcomeUsage() {
        return new LongFeed(
                run.layers(),
                (feed, layer) -> sumsOfLayer
                        .get(layer)
                        .outcomes()
                        .forEach((outcome, fired) -> addCounts(feed, outcome, layer, fired)),
                "question_id",
                "correct",
                "layer",
                "is_generated",
                "is_last_prompt",
                "expert",
                "n",
                "weight");
    }

    private static void addCounts(LongFeed feed, QuestionGroups.Outcome outcome, int layer, FiredExperts fired) {
        for (int row = 0; row < fired.rows(); row++) {
            feed.add(
                    outcome.answer(),
                    outcome.correct(),
                    layer,
                    generated(fired.kind(row)),
                    last(fired.kind(row)),
                    fired.experts()[row],
                    fired.counts()[row],
                    fired.orAbsent(row, fired.weights()[row]));
        }
    }

    /** Returns the rows of layer_entropy. */
    LongFeed layerEntropy() {
        return new LongFeed(
                run.layers(),
                this::addEntropies,
                "layer",
                "is_generated",
                "is_last_prompt",
                "n",
                "entropy",
                "top_k_entropy",
                "weight",
                "spare_mass",
                "margin");
    }

    private void addEntropies(LongFeed feed, int layer) {
        for (TokenKind kind : IN_ORDER_OF_SEQUENCE) {
            if (entropies.tokens(layer, kind) > 0) {
                feed.add(
                        layer,
                        generated(kind),
                        last(kind),
                        entropies.tokens(layer, kind),
                        entropies.entropy(layer, kind),
                        entropies.topKEntropy(layer, kind),
                        allOfLayer.get(layer).weight(kind),
                        entropies.spareMass(layer, kind),
                        entropies.margin(layer, kind));
            }
        }
    }

    private static long generated(TokenKind kind) {
        return kind.isGenerated() ? 1 : 0;
    }

    private static long last(TokenKind kind) {
        return kind.isLast() ? 1 : 0;
    }
}
