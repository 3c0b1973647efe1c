package io.gatehouse.checkpoint;

import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * How generation_config.json of a model has its tokens chosen. What it leaves out is as in Hugging Face's code.
 *
 * @param random whether tokens are drawn
 * @param temperature divides the logits
 * @param topK so many of the most probable tokens can be drawn; 0 for all
 * @param topP probability that the tokens have together which can be drawn
 * @param minP least share of the highest probability
 * @param repetitionPenalty of tokens that the text has already
 */
public record GenerationDefaults(
        boolean random, double temperature, int topK, double topP, double minP, double repetitionPenalty) {
    private static final String FILE = "generation_config.json";
    private static final int MAX_BYTES = 4 << 20;
    private static final int TOP_K = 50;

    /** Published files have 1e-6, for the most probable token. */
    private static final double LEAST_TEMPERATURE = 1e-6;

    private static final double MOST_TEMPERATURE = 1000;
    private static final double LEAST_PENALTY = 0.01;
    private static final double MOST_PENALTY = 100;

    /** Keys that change which tokens are chosen and are not implemented, with the values at which they change nothing. */
    private static final Map<String, Double> REFUSED = Map.ofEntries(
            Map.entry("typical_p", 1.0),
            Map.entry("top_h", Double.NaN),
            Map.entry("epsilon_cutoff", 0.0),
            Map.entry("eta_cutoff", 0.0),
            Map.entry("encoder_repetition_penalty", 1.0),
            Map.entry("no_repeat_ngram_size", 0.0),
            Map.entry("encoder_no_repeat_ngram_size", 0.0),
            Map.entry("num_beams", 1.0),
            Map.entry("penalty_alpha", 0.0),
            Map.entry("guidance_scale", 1.0),
            Map.entry("min_length", 0.0),
            Map.entry("min_new_tokens", 0.0),
            Map.entry("bad_words_ids", Double.NaN),
            Map.entry("sequence_bias", Double.NaN),
            Map.entry("suppress_tokens", Double.NaN),
            Map.entry("begin_suppress_tokens", Double.NaN),
            Map.entry("forced_bos_token_id", Double.NaN),
            Map.entry("forced_eos_token_id", Double.NaN),
            Map.entry("exponential_decay_length_penalty", Double.NaN));

    /**
     * Reads them from a directory in Hugging Face's layout.
     *
     * @throws GatehouseException INVALID_ARGUMENT if it has no such file; UNSUPPORTED_MODEL with a key that is not
     *     implemented; CORRUPT_CHECKPOINT
     */
    public static GenerationDefaults of(Path model) {
        Path file = model.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "%s has no %s: use --sampling greedy or random".formatted(model, FILE));
        }
        JsonValue config = new JsonValue(
                file.toString(), JsonFile.object(file, ModelFiles.read(file, MAX_BYTES)), ErrorCode.CORRUPT_CHECKPOINT);
        REFUSED.keySet().stream().sorted().forEach(key -> refuse(config, key));
        boolean random = config.find("do_sample").map(JsonValue::truth).orElse(false);
        int topK = config.find("top_k")
                .map(value -> value.integer(0, Integer.MAX_VALUE))
                .orElse(TOP_K);
        return new GenerationDefaults(
                random,
                random ? within(config, "temperature", LEAST_TEMPERATURE, MOST_TEMPERATURE) : 1,
                random ? topK : 0,
                random ? within(config, "top_p", Double.MIN_VALUE, 1) : 1,
                random ? config.find("min_p").map(value -> number(value, 0, 1)).orElse(0.0) : 0,
                within(config, "repetition_penalty", LEAST_PENALTY, MOST_PENALTY));
    }

    private static void refuse(JsonValue config, String key) {
        config.find(key)
                .filter(value -> !value.node().isNumber() || value.anyNumber() != REFUSED.getOrDefault(key, Double.NaN))
                .ifPresent(value -> {
                    throw new GatehouseException(
                            ErrorCode.UNSUPPORTED_MODEL,
                            "%s has \"%s\": %s, which is not implemented: use --sampling greedy or random"
                                    .formatted(config.place(), key, value.shown()));
                });
    }

    private static double within(JsonValue config, String key, double least, double most) {
        return config.find(key).map(value -> number(value, least, most)).orElse(1.0);
    }

    private static double number(JsonValue value, double least, double most) {
        double number = value.anyNumber();
        if (!(number >= least && number <= most)) {
            throw value.instead(most == 1 ? "a number up to 1" : "a number from %s to %s".formatted(least, most));
        }
        return number;
    }
}
