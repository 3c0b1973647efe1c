package io.gatehouse.engine;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Interventions that any model takes, of every kind. */
enum SomeInterventions {
    /** As many experts as can be spared, the first ones of each layer. */
    MASK,
    /** Two experts of each layer, one of them against its direction. */
    SCALE,
    TOP_K,
    /** Every second expert of each layer. */
    RESIDENT,
    ALL;

    Interventions of(ModelConfig config) {
        OptionalInt topK = this == TOP_K || this == ALL ? OptionalInt.of(1) : OptionalInt.empty();
        Set<ExpertPlace> masked = new HashSet<>();
        Map<ExpertPlace, Float> scales = new HashMap<>();
        Set<ExpertPlace> resident = new HashSet<>();
        for (int layer = 0; layer < config.layers().size(); layer++) {
            if (config.layers().get(layer).feedForward() instanceof FeedForward.Sparse sparse) {
                int spared = sparse.experts() - topK.orElse(sparse.topK());
                // With residents, some are left to choose from.
                int masks = this == ALL ? Math.min(1, spared) : this == MASK ? spared : 0;
                for (int expert = 0; expert < masks; expert++) {
                    masked.add(new ExpertPlace(layer, expert));
                }
                for (int expert = 1; expert < sparse.experts(); expert += 2) {
                    resident.add(new ExpertPlace(layer, expert));
                }
                if (this == SCALE || this == ALL) {
                    scales.put(new ExpertPlace(layer, 0), -0.5f);
                    scales.put(new ExpertPlace(layer, sparse.experts() - 1), 1.5f);
                }
            }
        }
        return new Interventions(
                masked,
                scales,
                topK,
                this == RESIDENT || this == ALL
                        ? Optional.of(new ResidentExperts(resident, this == ALL ? 0 : 1, 3))
                        : Optional.empty());
    }
}
