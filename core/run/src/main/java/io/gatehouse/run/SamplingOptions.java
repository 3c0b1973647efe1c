package io.gatehouse.run;

import io.gatehouse.checkpoint.GenerationDefaults;
import io.gatehouse.engine.prefill.Sampling;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.DoublePredicate;

/**
 * How a request has the tokens of texts chosen.
 *
 * @param sampling greedy, random or model
 */
record SamplingOptions(
        String sampling,
        Optional<Double> temperature,
        Optional<Integer> topK,
        Optional<Double> topP,
        Optional<Double> minP,
        Optional<Double> repetitionPenalty,
        Optional<Long> seed) {
    private static final GenerationDefaults GREEDY = new GenerationDefaults(false, 1, 0, 1, 0, 1);
    private static final GenerationDefaults RANDOM = new GenerationDefaults(true, 1, 0, 1, 0, 1);

    /** Whether anything is said about it. */
    boolean isGiven() {
        return !sampling.equals(RunRequest.SAMPLING)
                || repetitionPenalty.isPresent()
                || firstOfRandom().isPresent();
    }

    /**
     * The sampling that results.
     *
     * @throws GatehouseException INVALID_ARGUMENT with the option that is wrong; what {@link GenerationDefaults#of} throws
     */
    Sampling of(Path model) {
        GenerationDefaults defaults = switch (sampling) {
            case "greedy" -> GREEDY;
            case "random" -> RANDOM;
            case "model" -> GenerationDefaults.of(model);
            default -> throw invalid("--sampling takes greedy, random or model, not '%s'".formatted(sampling));
        };
        if (!defaults.random()) {
            firstOfRandom().ifPresent(option -> {
                throw invalid("%s needs --sampling random%s"
                        .formatted(
                                option,
                                sampling.equals("model")
                                        ? ": generation_config.json chooses the most probable token"
                                        : ""));
            });
        }
        return new Sampling(
                defaults.random(),
                checked(
                                "--temperature",
                                temperature,
                                SamplingBounds::isTemperature,
                                "a number " + SamplingBounds.TEMPERATURES)
                        .orElse(defaults.temperature()),
                checked("--sample-top-k", topK.map(Integer::doubleValue), value -> value >= 0, "a number from 0")
                        .map(Double::intValue)
                        .orElse(defaults.topK()),
                checked("--top-p", topP, value -> value > 0 && value <= 1, "a number above 0 and up to 1")
                        .orElse(defaults.topP()),
                checked("--min-p", minP, value -> value >= 0 && value <= 1, "a number from 0 to 1")
                        .orElse(defaults.minP()),
                checked(
                                "--repetition-penalty",
                                repetitionPenalty,
                                SamplingBounds::isPenalty,
                                "a number " + SamplingBounds.PENALTIES)
                        .orElse(defaults.repetitionPenalty()),
                seed.orElse(0L));
    }

    /** An option that is only for tokens that are drawn. */
    private Optional<String> firstOfRandom() {
        return temperature
                .map(value -> "--temperature")
                .or(() -> topK.map(value -> "--sample-top-k"))
                .or(() -> topP.map(value -> "--top-p"))
                .or(() -> minP.map(value -> "--min-p"))
                .or(() -> seed.map(value -> "--seed"));
    }

    private static Optional<Double> checked(
            String option, Optional<Double> value, DoublePredicate allowed, String expected) {
        value.filter(number -> !allowed.test(number)).ifPresent(number -> {
            throw invalid("%s takes %s, not %s".formatted(option, expected, number));
        });
        return value;
    }

    private static GatehouseException invalid(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
