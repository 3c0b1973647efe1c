package io.gatehouse.checkpoint.config;

import java.util.Optional;

/**
 * The rotary embedding's keys in both dialects: "rope_theta" beside "rope_scaling", and the newer "rope_parameters"
 * that holds both, either once or for each kind of layer.
 */
public final class RopeKeys {
    private static final double DEFAULT_BETA_FAST = 32;
    private static final double DEFAULT_BETA_SLOW = 1;

    private final ConfigFile file;
    private final int maxPositions;
    private final int headDim;

    /** @param maxPositions what "max_position_embeddings" says */
    public RopeKeys(ConfigFile file, int maxPositions, int headDim) {
        this.file = file;
        this.maxPositions = maxPositions;
        this.headDim = headDim;
    }

    public Rope read(double defaultTheta) {
        requireWhole(file);
        double theta = file.findPositive("rope_theta").orElse(defaultTheta);
        // Hugging Face, too, lets the older key win where both are there.
        return nonEmpty("rope_scaling")
                .or(() -> nonEmpty("rope_parameters"))
                .map(keys -> readEither(keys, theta))
                .orElseGet(() -> new Rope(theta, new RopeScaling.None()));
    }

    private Optional<ConfigFile> nonEmpty(String key) {
        return file.findObject(key).filter(keys -> !keys.isEmpty());
    }

    private Rope readEither(ConfigFile keys, double theta) {
        var kinds = keys.objects();
        if (kinds.isEmpty()) {
            return readOne(keys, theta);
        }
        var ropes = kinds.values().stream()
                .map(kind -> readOne(kind, theta))
                .distinct()
                .toList();
        if (ropes.size() > 1) {
            throw keys.unsupported(
                    String.join("', '", kinds.keySet()), "different rotary embeddings", "one for all layers");
        }
        return ropes.get(0);
    }

    private Rope readOne(ConfigFile keys, double otherTheta) {
        requireWhole(keys);
        double theta = keys.findPositive("rope_theta").orElse(otherTheta);
        String key = keys.has("rope_type") ? "rope_type" : "type";
        String type = keys.findText(key).orElse("default");
        return new Rope(
                theta,
                switch (type) {
                    case "default" -> new RopeScaling.None();
                    case "linear" -> new RopeScaling.Linear(keys.positive("factor"));
                    case "dynamic" -> dynamic(keys);
                    case "llama3" -> llama3(keys);
                    case "yarn" -> yarn(keys, theta);
                    default -> throw keys.unsupported(key, type, "default, linear, dynamic, llama3 and yarn");
                });
    }

    private RopeScaling dynamic(ConfigFile keys) {
        if (headDim == 2) {
            throw keys.unsupported("rope_type", "dynamic", "it for heads larger than 2");
        }
        return new RopeScaling.Dynamic(keys.positive("factor"), maxPositions);
    }

    private RopeScaling llama3(ConfigFile keys) {
        double low = keys.positive("low_freq_factor");
        double high = keys.positive("high_freq_factor");
        if (high <= low) {
            throw keys.wrong("high_freq_factor", high, "a number larger than the low_freq_factor " + low);
        }
        return new RopeScaling.Llama3(keys.positive("factor"), low, high, originalPositions(keys));
    }

    private RopeScaling yarn(ConfigFile keys, double theta) {
        if (theta <= 1) {
            throw keys.wrong("rope_theta", theta, "a number larger than 1, which yarn needs");
        }
        int original = originalPositions(keys);
        double factor = keys.has("factor")
                ? keys.findPositive("factor").orElse((double) maxPositions / original)
                : keys.positive("factor");
        return new RopeScaling.Yarn(
                factor,
                positiveOr(keys, "beta_fast", DEFAULT_BETA_FAST),
                positiveOr(keys, "beta_slow", DEFAULT_BETA_SLOW),
                original,
                keys.findPositive("attention_factor").orElseGet(() -> attentionFactor(keys, factor)),
                keys.flag("truncate", true));
    }

    /** The ratio of two temperatures where both "mscale" and "mscale_all_dim" are there, or else the paper's one. */
    private static double attentionFactor(ConfigFile keys, double factor) {
        double mscale = keys.findNumber("mscale").orElse(0.0);
        double all = keys.findNumber("mscale_all_dim").orElse(0.0);
        return mscale != 0 && all != 0
                ? temperature(factor, mscale) / temperature(factor, all)
                : temperature(factor, 1);
    }

    /** 0.1 m ln(s) + 1 (Peng et al., equation 22); 1 where nothing is stretched. */
    private static double temperature(double factor, double mscale) {
        return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }

    private int originalPositions(ConfigFile keys) {
        String key = "original_max_position_embeddings";
        return file.findSize(key, Integer.MAX_VALUE)
                .or(() -> keys.findSize(key, Integer.MAX_VALUE))
                .orElse(maxPositions);
    }

    /** A zero counts as absent, as in Hugging Face's code. */
    private static double positiveOr(ConfigFile keys, String key, double absent) {
        return keys.isOn(key) ? keys.positive(key) : absent;
    }

    private static void requireWhole(ConfigFile keys) {
        keys.findPositive("partial_rotary_factor").filter(factor -> factor != 1).ifPresent(factor -> {
            throw keys.unsupported("partial_rotary_factor", factor.toString(), "1");
        });
    }
}
