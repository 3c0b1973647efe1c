package io.gatehouse.store.write;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The experts of a layer that fired, for each subject and for each outcome.
 *
 * @param subjects the key is a question that stands for the subject
 */
record LayerSums(SortedMap<Integer, FiredExperts> subjects, SortedMap<QuestionGroups.Outcome, FiredExperts> outcomes) {
    LayerSums {
        subjects = Collections.unmodifiableSortedMap(subjects);
        outcomes = Collections.unmodifiableSortedMap(outcomes);
    }

    /**
     * Collects what to add up, and adds it up at the end: there may be as many subjects and outcomes as questions, and
     * sums of all experts for each of them would take far more memory than the few experts that fire for a question.
     */
    static final class Builder {
        private final SortedMap<Integer, List<FiredExperts>> subjects = new TreeMap<>();
        private final SortedMap<QuestionGroups.Outcome, List<FiredExperts>> outcomes = new TreeMap<>();

        /** Adds a question. */
        void add(QuestionGroups.Group group, FiredExperts question) {
            add(subjects, group.subject(), question);
            add(outcomes, group.outcome(), question);
        }

        /** Adds sums of other questions. */
        void add(LayerSums others) {
            others.subjects.forEach((subject, fired) -> add(subjects, subject, fired));
            others.outcomes.forEach((outcome, fired) -> add(outcomes, outcome, fired));
        }

        private static <K> void add(SortedMap<K, List<FiredExperts>> parts, K key, FiredExperts fired) {
            parts.computeIfAbsent(key, missing -> new ArrayList<>()).add(fired);
        }

        /**
         * Adds up what was collected.
         *
         * @param sums empty sums to add up in; empty again afterwards
         */
        LayerSums build(ExpertSums sums) {
            return new LayerSums(sum(subjects, sums), sum(outcomes, sums));
        }

        private static <K> SortedMap<K, FiredExperts> sum(SortedMap<K, List<FiredExperts>> parts, ExpertSums sums) {
            SortedMap<K, FiredExperts> totals = new TreeMap<>();
            parts.forEach((key, ofKey) -> totals.put(key, ofKey.size() == 1 ? ofKey.get(0) : sum(ofKey, sums)));
            return totals;
        }

        private static FiredExperts sum(List<FiredExperts> parts, ExpertSums sums) {
            parts.forEach(sums::add);
            FiredExperts fired = sums.toFired();
            sums.clear();
            return fired;
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
