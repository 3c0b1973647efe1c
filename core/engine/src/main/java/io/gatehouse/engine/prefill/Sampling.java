package io.gatehouse.engine.prefill;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How each token of a text is chosen: the most probable one, or one that is drawn from the softmax over the logits after
 * the changes below, in the order of Hugging Face's {@code generate}: repetition penalty, temperature, top-k, top-p, min-p.
 *
 * @param random whether tokens are drawn; if not, only the repetition penalty changes anything
 * @param temperature divides the logits
 * @param topK so many of the most probable tokens can be drawn; 0 for all
 * @param topP the most probable tokens can be drawn that have this probability together; 1 for all
 * @param minP tokens can be drawn whose probability is at least this share of the highest; 0 for all
 * @param repetitionPenalty divides the logits of tokens that prompt and text have already where they are positive, and
 *     multiplies them where they are negative; 1 for no change
 * @param seed decides the draws, together with the text and the place in it
 */
public record Sampling(
        boolean random, double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed) {
    /** The most probable token each time. */
    public static final Sampling GREEDY = new Sampling(false, 1, 0, 1, 0, 1, 0);

    private static final String GREEDY_ID = "greedy";
    private static final String RANDOM_ID = "random";

    /** Constants of SplitMix64 (Steele et al. 2014). */
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private static final double UNIT = 0x1p-53;

    public Sampling {
        if (!(temperature > 0) || Double.isInfinite(temperature) || topK < 0 || !(topP > 0 && topP <= 1)) {
            throw new IllegalArgumentException("Temperature %s, top-k %d, top-p %s".formatted(temperature, topK, topP));
        }
        if (!(minP >= 0 && minP <= 1) || !(repetitionPenalty > 0) || Double.isInfinite(repetitionPenalty)) {
            throw new IllegalArgumentException("Min-p %s, repetition penalty %s".formatted(minP, repetitionPenalty));
        }
    }

    /** Draws from the whole softmax. */
    public static Sampling random(long seed) {
        return new Sampling(true, 1, 0, 1, 0, 1, seed);
    }

    /** The sampling of an {@link #id}. */
    public static Sampling of(String id) {
        String[] words = id.split(" ", -1);
        Map<String, String> values = new TreeMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            values.put(words[i].substring(0, Math.max(0, equals)), words[i].substring(equals + 1));
        }
        return new Sampling(
                words[0].equals(RANDOM_ID),
                Double.parseDouble(values.getOrDefault("temperature", "1")),
                Integer.parseInt(values.getOrDefault("top_k", "0")),
                Double.parseDouble(values.getOrDefault("top_p", "1")),
                Double.parseDouble(values.getOrDefault("min_p", "0")),
                Double.parseDouble(values.getOrDefault("repetition_penalty", "1")),
                Long.parseLong(values.getOrDefault("seed", "0")));
    }

    /** As users and the database write it: greedy, or random with its settings, such as top_p=0.9. */
    public String id() {
        List<String> words = new ArrayList<>(List.of(random ? RANDOM_ID : GREEDY_ID));
        if (random) {
            words.add("temperature=" + temperature);
        }
        if (topK != GREEDY.topK) {
            words.add("top_k=" + topK);
        }
        if (topP != GREEDY.topP) {
            words.add("top_p=" + topP);
        }
        if (minP != GREEDY.minP) {
            words.add("min_p=" + minP);
        }
        if (repetitionPenalty != GREEDY.repetitionPenalty) {
            words.add("repetition_penalty=" + repetitionPenalty);
        }
        if (random) {
            words.add("seed=" + seed);
        }
        return String.join(" ", words);
    }

    /** The logits with the repetition penalty. */
    float[] penalised(float[] logits, BitSet seen) {
        if (repetitionPenalty == 1) {
            return logits;
        }
        float penalty = (float) repetitionPenalty;
        float[] changed = logits.clone();
        for (int token = seen.nextSetBit(0); token >= 0 && token < changed.length; token = seen.nextSetBit(token + 1)) {
            changed[token] = changed[token] < 0 ? changed[token] * penalty : changed[token] / penalty;
        }
        return changed;
    }

    /**
     * The number that decides the choice of a token, from 0 to below 1. It depends on nothing else.
     *
     * @param stream of the text
     * @param index of the token among the generated ones
     */
    double uniform(long stream, int index) {
        long mixed = mix(mix(mix(seed + GAMMA) ^ stream) + index * GAMMA);
        return (mixed >>> 11) * UNIT;
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
