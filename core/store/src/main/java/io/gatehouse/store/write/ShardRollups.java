package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.Scope;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The rollups of some shards, in the units of the file. They are summed here and not in SQL, because DuckDB's aggregate
 * over the same rows takes a quarter of the time to write them, and this takes next to none. Sums of whole numbers do not
 * depend on the order.
 *
 * <p>Activations are added up once, by question and by {@link Group}; all other rollups are sums of groups.
 */
final class ShardRollups {
    /** Tokens as they follow each other in a sequence. */
    private static final List<TokenKind> IN_ORDER_OF_SEQUENCE =
            List.of(TokenKind.OTHER_PROMPT, TokenKind.LAST_PROMPT, TokenKind.GENERATED);

    private final int layers;
    private final int experts;
    private final List<UsageFeed.Columns> usage = new ArrayList<>();
    private final Map<Group, ExpertSums> groups = new HashMap<>();
    private final EntropySums entropies;
    private @Nullable ExpertSums total;

    /**
     * Questions that every rollup sums together, except the one per question.
     *
     * @param subject a question that stands for its subject
     */
    record Group(int subject, Outcome outcome) {}

    /**
     * The outcome of a question.
     *
     * @param answer a question that stands for all with the same correct answer
     * @param correct 1 if the run gave it, 0 if it gave another one, {@link LongFeed#ABSENT} if it has no answer
     */
    record Outcome(int answer, long correct) implements Comparable<Outcome> {
        private static final Comparator<Outcome> ORDER =
                Comparator.comparingInt(Outcome::answer).thenComparingLong(Outcome::correct);

        @Override
        public int compareTo(Outcome other) {
            return ORDER.compare(this, other);
        }
    }

    /** The group of each question of a run, once it is answered. Never changes. */
    static final class Groups {
        private final Map<Integer, Integer> subjects = new HashMap<>();
        private final Map<Integer, Integer> answers = new HashMap<>();

        /** @param questionIds ids of the questions in the file, in the same order */
        Groups(List<QuestionRow> questions, int[] questionIds) {
            Map<String, Integer> firstOfSubject = new HashMap<>();
            Map<String, Integer> firstOfAnswer = new HashMap<>();
            for (int i = 0; i < questionIds.length; i++) {
                int id = questionIds[i];
                QuestionRow question = questions.get(i);
                subjects.put(id, firstOfSubject.computeIfAbsent(question.subject(), subject -> id));
                answers.put(id, firstOfAnswer.computeIfAbsent(question.answer(), answer -> id));
            }
        }

        Group of(AnswerRow answer) {
            int questionId = answer.questionId();
            long correct = answer.correct().map(right -> right ? 1L : 0L).orElse(LongFeed.ABSENT);
            return new Group(
                    requireNonNull(subjects.get(questionId)),
                    new Outcome(requireNonNull(answers.get(questionId)), correct));
        }
    }

    /** The rollups of no rows. */
    private ShardRollups(int layers, int experts) {
        this.layers = layers;
        this.experts = experts;
        this.entropies = new EntropySums(layers);
    }

    /**
     * Of the rows of a shard.
     *
     * @param layers layers of the model
     * @param experts experts of a layer
     * @param segments in the order of the disk
     * @param groupOf group of each question
     */
    static ShardRollups of(int layers, int experts, List<Segment<RoutingBlock>> segments, Map<Integer, Group> groupOf) {
        ShardRollups rollup = new ShardRollups(layers, experts);
        UsageFeed.Columns usage = new UsageFeed.Columns(maxUsageRows(experts, segments));
        ExpertSums sums = new ExpertSums(1, experts);
        for (int i = 0; i < segments.size(); i++) {
            Segment<RoutingBlock> segment = segments.get(i);
            rollup.entropies.add(segment);
            sums.add(segment);
            // A prompt may have come in several chunks.
            if (i + 1 == segments.size() || !segment.isWith(segments.get(i + 1))) {
                usage.add(segment.questionId(), segment.layer(), sums);
                rollup.sums(requireNonNull(groupOf.get(segment.questionId()))).add(sums, segment.layer());
                sums.clear();
            }
        }
        rollup.usage.add(usage);
        return rollup;
    }

    /** Returns an upper bound of the rows of usage: each expert may fire for every kind of tokens of a question. */
    private static int maxUsageRows(int experts, List<Segment<RoutingBlock>> segments) {
        int rows = 0;
        int activations = 0;
        for (int i = 0; i < segments.size(); i++) {
            Segment<RoutingBlock> segment = segments.get(i);
            activations += segment.rows() * segment.columns().topK();
            if (i + 1 == segments.size() || !segment.isWith(segments.get(i + 1))) {
                rows = Math.addExact(rows, Math.min(activations, TokenKind.COUNT * experts));
                activations = 0;
            }
        }
        return rows;
    }

    /** Returns the sum of several rollups, in their order. */
    static ShardRollups of(int layers, int experts, List<ShardRollups> parts) {
        ShardRollups whole = new ShardRollups(layers, experts);
        for (ShardRollups part : parts) {
            whole.usage.addAll(part.usage);
            part.groups.forEach((group, sums) -> whole.sums(group).add(sums, 0));
            whole.entropies.add(part.entropies);
        }
        return whole;
    }

    /** Approximate memory of the sums in bytes. */
    long bytes() {
        return groups.size() * ExpertSums.bytes(layers, experts)
                + usage.stream().mapToLong(UsageFeed.Columns::bytes).sum();
    }

    /** Returns the rows of usage. */
    UsageFeed questionUsage() {
        return new UsageFeed(usage);
    }

    /** Returns the rows of subject_usage, with a question in place of its subject. */
    LongFeed subjectUsage() {
        return weights(by(Group::subject));
    }

    /** Returns the rows of layer_usage; their question has no meaning. */
    LongFeed layerUsage() {
        return weights(Map.of(0, total()));
    }

    private static LongFeed weights(Map<Integer, ExpertSums> byQuestion) {
        LongFeed feed = new LongFeed(
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
        byQuestion.forEach((question, sums) -> sums.fired()
                .forEach(slot -> feed.add(
                        question,
                        sums.layer(slot),
                        generated(sums.kind(slot)),
                        last(sums.kind(slot)),
                        sums.expert(slot),
                        sums.count(slot),
                        sums.weight(slot),
                        sums.square(slot),
                        sums.smallest(slot),
                        sums.largest(slot))));
        return feed;
    }

    /**
     * Returns the rows that experts sums by scope, including those of experts that did not fire. Of layers whose last
     * tokens an import does not have there are none for last tokens, and none for generated ones without such tokens.
     */
    LongFeed expertUsage(RunDescription run) {
        ExpertSums all = total();
        LongFeed feed =
                new LongFeed("layer", "is_generated", "is_last_prompt", "whole_prompts", "expert", "n", "weight");
        int wholePrompts = run.scope() == Scope.PROMPT ? 1 : 0;
        for (int layer = 0; layer < layers; layer++) {
            // A layer without a router has no experts.
            int layerExperts = run.modelLayers().get(layer).experts();
            long unfired = all.isLayerWeighed(layer) ? 0 : LongFeed.ABSENT;
            for (TokenKind kind : TokenKind.values()) {
                if (entropies.tokens(layer, kind) > 0) {
                    for (int expert = 0; expert < layerExperts; expert++) {
                        int slot = all.slot(layer, kind, expert);
                        long weight = all.count(slot) == 0 ? unfired : all.weight(slot);
                        feed.add(layer, generated(kind), last(kind), wholePrompts, expert, all.count(slot), weight);
                    }
                }
            }
        }
        return feed;
    }

    /** Returns the rows of outcome_usage, with a question in place of its correct answer. */
    LongFeed outcomeUsage() {
        LongFeed feed = new LongFeed(
                "question_id", "correct", "layer", "is_generated", "is_last_prompt", "expert", "n", "weight");
        by(Group::outcome)
                .forEach((outcome, sums) -> sums.fired()
                        .forEach(slot -> feed.add(
                                outcome.answer(),
                                outcome.correct(),
                                sums.layer(slot),
                                generated(sums.kind(slot)),
                                last(sums.kind(slot)),
                                sums.expert(slot),
                                sums.count(slot),
                                sums.weight(slot))));
        return feed;
    }

    /** Returns the rows of layer_entropy. */
    LongFeed layerEntropy() {
        ExpertSums all = total();
        LongFeed feed = new LongFeed(
                "layer",
                "is_generated",
                "is_last_prompt",
                "n",
                "entropy",
                "top_k_entropy",
                "weight",
                "spare_mass",
                "margin");
        for (int layer = 0; layer < layers; layer++) {
            for (TokenKind kind : IN_ORDER_OF_SEQUENCE) {
                if (entropies.tokens(layer, kind) > 0) {
                    feed.add(
                            layer,
                            generated(kind),
                            last(kind),
                            entropies.tokens(layer, kind),
                            entropies.entropy(layer, kind),
                            entropies.topKEntropy(layer, kind),
                            all.weight(layer, kind),
                            entropies.spareMass(layer, kind),
                            entropies.margin(layer, kind));
                }
            }
        }
        return feed;
    }

    private static long generated(TokenKind kind) {
        return kind.isGenerated() ? 1 : 0;
    }

    private static long last(TokenKind kind) {
        return kind.isLast() ? 1 : 0;
    }

    private ExpertSums sums(Group group) {
        return groups.computeIfAbsent(group, missing -> new ExpertSums(layers, experts));
    }

    /** Returns the sum of all groups, which several rollups need; the groups do not change any more then. */
    private ExpertSums total() {
        ExpertSums known = total;
        if (known == null) {
            ExpertSums sums = new ExpertSums(layers, experts);
            groups.values().forEach(group -> sums.add(group, 0));
            known = sums;
            total = sums;
        }
        return known;
    }

    private <K> SortedMap<K, ExpertSums> by(Function<Group, K> key) {
        SortedMap<K, ExpertSums> totals = new TreeMap<>();
        groups.forEach(
                (group, sums) -> totals.computeIfAbsent(key.apply(group), missing -> new ExpertSums(layers, experts))
                        .add(sums, 0));
        return totals;
    }
}
