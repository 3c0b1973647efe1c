package io.gatehouse.run;

import io.gatehouse.engine.Device;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.ExpertPlace;
import io.gatehouse.engine.Interventions;
import io.gatehouse.engine.Precision;
import java.io.Serializable;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How a model is to be run, as Java can send it to another machine.
 *
 * @param memory most bytes that a process may take; 0 if not bounded
 * @param topK experts that each token is sent to; 0 if as many as the model says
 */
record SentOptions(
        Precision precision,
        String device,
        long memory,
        Set<ExpertPlace> masked,
        Map<ExpertPlace, Float> scales,
        int topK)
        implements Serializable {
    SentOptions {
        masked = Set.copyOf(masked);
        scales = Map.copyOf(scales);
    }

    static SentOptions of(EngineOptions options) {
        Interventions interventions = options.interventions();
        return new SentOptions(
                options.precision(),
                options.device().id(),
                options.memory().orElse(0),
                interventions.masked(),
                interventions.scales(),
                interventions.topK().orElse(0));
    }

    EngineOptions received() {
        return new EngineOptions(
                precision,
                Device.of(device),
                memory == 0 ? OptionalLong.empty() : OptionalLong.of(memory),
                new Interventions(masked, scales, topK == 0 ? OptionalInt.empty() : OptionalInt.of(topK)));
    }
}
