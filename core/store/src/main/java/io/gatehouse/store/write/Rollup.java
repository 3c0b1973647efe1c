package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

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

/**
 * The rollups of some shards, summed in the units of the file. Summed here and not in SQL: DuckDB's aggregate over the
 * same rows takes a quarter of the time to write them, this is hardly visible. Whole numbers make the sums the same
 * whatever the order.
 *
 * <p>Activations are added up once, by question and by {@link Group}; all other rollups are sums of groups.
 */
final class Rollup {
    private final int layers;
    private final int experts;
    private final List<UsageColumns> usage = new ArrayList<>();
    private final Map<Group, ExpertSums> groups = new HashMap<>();
    private final EntropySums entropies;

    /**
     * Questions that all rollups but the one per question take together.
     *
     * @param subject a question that stands for its subject
     */
    record Group(int subject, Outcome outcome) {}

    /**
     * What came of a question.
     *
     * @param answer letter of the right choice
     * @param correct whether the run gave it
     */
    record Outcome(char answer, boolean correct) implements Comparable<Outcome> {
        private static final Comparator<Outcome> ORDER =
                Comparator.comparing(Outcome::answer).thenComparing(Outcome::correct);

        @Override
        public int compareTo(Outcome other) {
            return ORDER.compare(this, other);
        }
    }

    /** Of no rows. */
    private Rollup(int layers, int experts) {
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
    static Rollup of(int layers, int experts, List<Segment<RoutingUnits>> segments, Map<Integer, Group> groupOf) {
        Rollup rollup = new Rollup(layers, experts);
        UsageColumns usage = new UsageColumns();
        ExpertSums sums = new ExpertSums(1, experts);
        for (int i = 0; i < segments.size(); i++) {
            Segment<RoutingUnits> segment = segments.get(i);
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

    /** Of several together, in their order. */
    static Rollup of(int layers, int experts, List<Rollup> parts) {
        Rollup whole = new Rollup(layers, experts);
        for (Rollup part : parts) {
            whole.usage.addAll(part.usage);
            part.groups.forEach((group, sums) -> whole.sums(group).add(sums, 0));
            whole.entropies.add(part.entropies);
        }
        return whole;
    }

    /** Rollup rows per question. */
    UsageFeed questionUsage() {
        return new UsageFeed(usage);
    }

    /** Rollup rows per subject, which a question stands for. */
    LongFeed subjectUsage() {
        LongFeed feed = new LongFeed(
                "question_id",
                "layer",
                "is_last_prompt",
                "expert",
                "n",
                "weight",
                "weight_square",
                "weight_min",
                "weight_max");
        by(Group::subject)
                .forEach((subject, sums) -> sums.fired()
                        .forEach(slot -> feed.add(
                                subject,
                                sums.layer(slot),
                                sums.isLast(slot) ? 1 : 0,
                                sums.expert(slot),
                                sums.count(slot),
                                sums.weight(slot),
                                sums.square(slot),
                                sums.smallest(slot),
                                sums.largest(slot))));
        return feed;
    }

    /** Rollup rows per layer and kind of token of all experts, those that did not fire included. */
    LongFeed expertUsage(RunDescription run) {
        ExpertSums all = total();
        LongFeed feed = new LongFeed("layer", "is_last_prompt", "whole_prompts", "expert", "n", "weight");
        int wholePrompts = run.scope() == Scope.PROMPT ? 1 : 0;
        for (int layer = 0; layer < layers; layer++) {
            // A layer without a router has no experts.
            boolean routed = entropies.tokens(layer, true) + entropies.tokens(layer, false) > 0;
            for (int expert = 0; routed && expert < run.modelLayers().get(layer).experts(); expert++) {
                for (boolean last : new boolean[] {true, false}) {
                    int slot = all.slot(layer, last, expert);
                    feed.add(layer, last ? 1 : 0, wholePrompts, expert, all.count(slot), all.weight(slot));
                }
            }
        }
        return feed;
    }

    /** Rollup rows per right answer and outcome. */
    LongFeed outcomeUsage() {
        LongFeed feed = new LongFeed("answer", "correct", "layer", "is_last_prompt", "expert", "n", "weight");
        by(Group::outcome)
                .forEach((outcome, sums) -> sums.fired()
                        .forEach(slot -> feed.add(
                                outcome.answer(),
                                outcome.correct() ? 1 : 0,
                                sums.layer(slot),
                                sums.isLast(slot) ? 1 : 0,
                                sums.expert(slot),
                                sums.count(slot),
                                sums.weight(slot))));
        return feed;
    }

    /** Rollup rows per layer of what is said about tokens. */
    LongFeed layerEntropy() {
        ExpertSums all = total();
        LongFeed feed = new LongFeed(
                "layer", "is_last_prompt", "n", "entropy", "top_k_entropy", "weight", "spare_mass", "margin");
        for (int layer = 0; layer < layers; layer++) {
            for (boolean last : new boolean[] {false, true}) {
                if (entropies.tokens(layer, last) > 0) {
                    feed.add(
                            layer,
                            last ? 1 : 0,
                            entropies.tokens(layer, last),
                            entropies.entropy(layer, last),
                            entropies.topKEntropy(layer, last),
                            all.weight(layer, last),
                            entropies.spareMass(layer, last),
                            entropies.margin(layer, last));
                }
            }
        }
        return feed;
    }

    private ExpertSums sums(Group group) {
        return groups.computeIfAbsent(group, missing -> new ExpertSums(layers, experts));
    }

    private ExpertSums total() {
        ExpertSums total = new ExpertSums(layers, experts);
        groups.values().forEach(sums -> total.add(sums, 0));
        return total;
    }

    private <K> SortedMap<K, ExpertSums> by(Function<Group, K> key) {
        SortedMap<K, ExpertSums> totals = new TreeMap<>();
        groups.forEach(
                (group, sums) -> totals.computeIfAbsent(key.apply(group), missing -> new ExpertSums(layers, experts))
                        .add(sums, 0));
        return totals;
    }
}
