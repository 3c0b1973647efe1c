package io.gatehouse.store.write;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What the rollups of a shard are sums of, in the units of the file. They are summed here and not in SQL, because DuckDB's
 * aggregate over the same rows takes a quarter of the time to write them, and this takes next to none. Sums of whole
 * numbers do not depend on the order.
 *
 * @param questions layer by layer, and question by question
 * @param layers of all layers
 */
record ShardSums(List<QuestionUsage> questions, List<LayerSums> layers, EntropySums entropies) {
    /**
     * @param layers layers of the model
     * @param experts experts of a layer
     * @param segments in the order of the disk
     * @param groupOf group of each question
     */
    static ShardSums of(
            int layers, int experts, List<Segment<RoutingBlock>> segments, Map<Integer, QuestionGroups.Group> groupOf) {
        List<QuestionUsage> questions = new ArrayList<>();
        List<LayerSums.Builder> sumsOfLayer = IntStream.range(0, layers)
                .mapToObj(layer -> new LayerSums.Builder(experts))
                .toList();
        EntropySums entropies = new EntropySums(layers);
        ExpertSums sums = new ExpertSums(experts);
        for (int i = 0; i < segments.size(); i++) {
            Segment<RoutingBlock> segment = segments.get(i);
            entropies.add(segment);
            sums.add(segment);
            // A prompt may have come in several chunks.
            if (i + 1 == segments.size() || !segment.isWith(segments.get(i + 1))) {
                questions.add(QuestionUsage.of(segment.questionId(), segment.layer(), sums));
                sumsOfLayer.get(segment.layer()).add(requireNonNull(groupOf.get(segment.questionId())), sums);
                sums.clear();
            }
        }
        return new ShardSums(
                questions, sumsOfLayer.stream().map(LayerSums.Builder::build).toList(), entropies);
    }

    /** Approximate memory in bytes. */
    long bytes() {
        return questions.stream().mapToLong(QuestionUsage::bytes).sum()
                + layers.stream().mapToLong(LayerSums::bytes).sum();
    }
}
