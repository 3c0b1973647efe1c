package io.gatehouse.cli;

import io.gatehouse.engine.ExpertPlace;
import io.gatehouse.engine.Interventions;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.UnusedExperts;
import io.gatehouse.store.Scope;
import io.gatehouse.store.Store;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import picocli.CommandLine.Option;

/** What is to be changed about the routing of a run. */
final class InterventionChoice {
    @Option(
            names = "--mask",
            split = ",",
            paramLabel = "LAYER:EXPERT",
            description =
                    "Send no token to these experts, counted from 0; several with commas between. A token that would"
                            + " have met one is routed by the softmax over the rest.")
    private List<String> masked = List.of();

    @Option(
            names = "--mask-unused-of",
            paramLabel = "RUN",
            description = "Mask every expert that this complete run of the same file never used.")
    private Optional<String> unusedOf = Optional.empty();

    @Option(
            names = "--unused-scope",
            paramLabel = "SCOPE",
            description = "Tokens of that run to look at, prompt or last_prompt; by default all that it recorded.")
    private Optional<String> unusedScope = Optional.empty();

    @Option(
            names = "--scale",
            split = ",",
            paramLabel = "LAYER:EXPERT=X",
            description = "Multiply the outputs of these experts; several with commas between.")
    private List<String> scales = List.of();

    @Option(names = "--top-k", paramLabel = "K", description = "Send each token to K experts.")
    private Optional<Integer> topK = Optional.empty();

    /** The experts that the run which the options may name never used. */
    Set<ExpertPlace> unusedExperts(Store store) {
        if (unusedScope.isPresent() && unusedOf.isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "--unused-scope needs --mask-unused-of with the run to look at");
        }
        return unusedOf.map(run -> UnusedExperts.of(store, run, unusedScope.map(Scope::of)))
                .orElse(Set.of());
    }

    /** @param unused what {@link #unusedExperts} found */
    Interventions interventions(Set<ExpertPlace> unused) {
        Set<ExpertPlace> places = new HashSet<>(unused);
        masked.forEach(place -> places.add(ExpertPlace.of(place)));
        return new Interventions(places, scales(), topK.map(OptionalInt::of).orElse(OptionalInt.empty()));
    }

    private Map<ExpertPlace, Float> scales() {
        Map<ExpertPlace, Float> factors = new LinkedHashMap<>();
        for (String scale : scales) {
            int equals = scale.indexOf('=');
            try {
                float factor = Float.parseFloat(scale.substring(equals + 1).strip());
                if (equals < 0 || factors.put(ExpertPlace.of(scale.substring(0, equals)), factor) != null) {
                    throw refused(scale);
                }
            } catch (NumberFormatException e) {
                throw refused(scale);
            }
        }
        return factors;
    }

    private static GatehouseException refused(String scale) {
        return new GatehouseException(
                ErrorCode.INVALID_ARGUMENT,
                "--scale takes LAYER:EXPERT=X such as 3:17=0.5, each expert once, not '%s'".formatted(scale));
    }
}
