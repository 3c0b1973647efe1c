package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the rollups of a shard are sums of, in the units of the file. They are summed here and not in SQL, because DuckDB's
 * aggregate over the same rows takes a quarter of the time to write them, and this takes next to none. Sums of whole
 * numbers do not depend on the order.
 *
 * @param questions by layer, then by question
 * @param layers sums of each layer of the model
 */
record ShardSums(List<QuestionUsage> questions, List<LayerSums> layers, EntropySums entropies) {
    /**
     * Sums the rows of a shard.
     *
     * @param layers layers of the model
     * @param experts experts of a layer
     * @param segments in the order of the disk
     * @param groupOf group of each question
     */
    static ShardSums of(
            int layers, int experts, List<Segment<RoutingBlock>> segments, Map<Integer, QuestionGroups.Group> groupOf) {
        List<QuestionUsage> questions = new ArrayList<>();
        List<LayerSums> sumsOfLayer = new ArrayList<>();
        EntropySums entropies = new EntropySums(layers);
        ExpertSums sums = new ExpertSums(experts);
        int next = 0;
        for (int layer = 0; layer < layers; layer++) {
            LayerSums.Builder builder = new LayerSums.Builder();
            for (; next < segments.size() && segments.get(next).layer() == layer; next++) {
                Segment<RoutingBlock> segment = segments.get(next);
                entropies.add(segment);
                sums.add(segment);
                // A prompt may have come in several chunks.
                if (next + 1 == segments.size() || !segment.isWith(segments.get(next + 1))) {
                    FiredExperts fired = sums.toFired();
                    sums.clear();
                    questions.add(QuestionUsage.of(segment.questionId(), layer, fired));
                    builder.add(requireNonNull(groupOf.get(segment.questionId())), fired);
                }
            }
            sumsOfLayer.add(builder.build(sums));
        }
        return new ShardSums(List.copyOf(questions), List.copyOf(sumsOfLayer), entropies);
    }

    /** Approximate memory in bytes. */
    long bytes() {
        return questions.stream().mapToLong(QuestionUsage::bytes).sum()
                + layers.stream().mapToLong(LayerSums::bytes).sum();
    }

    /** Returns the most memory in bytes that a question with as many activations takes in a layer. */
    static long maxBytes(int activations, int experts) {
        long rows = Math.min(activations, (long) TokenKind.COUNT * experts);
        long ofSums = FiredExperts.OBJECT_BYTES + rows * FiredExperts.ROW_BYTES;
        // By question, by subject and by outcome.
        return QuestionUsage.OBJECT_BYTES + rows * QuestionUsage.ROW_BYTES + 2 * ofSums;
    }
}
