package io.gatehouse.store.write;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Experts of a layer that fired, by what rollups sum together.
 *
 * @param subjects by a question that stands for the subject
 */
record LayerSums(SortedMap<Integer, FiredExperts> subjects, SortedMap<QuestionGroups.Outcome, FiredExperts> outcomes) {
    /** Adds up the sums of a layer. */
    static final class Builder {
        private final int experts;
        private final SortedMap<Integer, ExpertSums> subjects = new TreeMap<>();
        private final SortedMap<QuestionGroups.Outcome, ExpertSums> outcomes = new TreeMap<>();

        /** @param experts of the layer */
        Builder(int experts) {
            this.experts = experts;
        }

        /** Adds a question. */
        void add(QuestionGroups.Group group, ExpertSums question) {
            of(subjects, group.subject()).add(question);
            of(outcomes, group.outcome()).add(question);
        }

        /** Adds sums of other questions. */
        void add(LayerSums others) {
            others.subjects.forEach((subject, fired) -> of(subjects, subject).add(fired));
            others.outcomes.forEach((outcome, fired) -> of(outcomes, outcome).add(fired));
        }

        private <K> ExpertSums of(SortedMap<K, ExpertSums> sums, K key) {
            return sums.computeIfAbsent(key, missing -> new ExpertSums(experts));
        }

        LayerSums build() {
            LayerSums layer = new LayerSums(new TreeMap<>(), new TreeMap<>());
            subjects.forEach((subject, sums) -> layer.subjects.put(subject, sums.toFired()));
            outcomes.forEach((outcome, sums) -> layer.outcomes.put(outcome, sums.toFired()));
            return layer;
        }
    }

    /** Returns the sums of all questions. */
    ExpertSums all(int experts) {
        ExpertSums all = new ExpertSums(experts);
        subjects.values().forEach(all::add);
        return all;
    }

    /** Approximate memory in bytes. */
    long bytes() {
        return subjects.values().stream().mapToLong(FiredExperts::bytes).sum()
                + outcomes.values().stream().mapToLong(FiredExperts::bytes).sum();
    }
}
