package io.gatehouse.engine;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** Interventions that any model takes, of every kind. */
enum SomeInterventions {
    /** As many experts as can be spared, the first ones of each layer. */
    MASK,
    /** Two experts of each layer, one of them against its direction. */
    SCALE,
    TOP_K,
    ALL;

    Interventions of(ModelConfig config) {
        OptionalInt topK = this == TOP_K || this == ALL ? OptionalInt.of(1) : OptionalInt.empty();
        Set<ExpertPlace> masked = new HashSet<>();
        Map<ExpertPlace, Float> scales = new HashMap<>();
        for (int layer = 0; layer < config.layers().size(); layer++) {
            if (config.layers().get(layer).feedForward() instanceof FeedForward.Sparse sparse) {
                int spared = sparse.experts() - topK.orElse(sparse.topK());
                for (int expert = 0; expert < spared && (this == MASK || this == ALL); expert++) {
                    masked.add(new ExpertPlace(layer, expert));
                }
                if (this == SCALE || this == ALL) {
                    scales.put(new ExpertPlace(layer, 0), -0.5f);
                    scales.put(new ExpertPlace(layer, sparse.experts() - 1), 1.5f);
                }
            }
        }
        return new Interventions(masked, scales, topK);
    }
}
