package io.gatehouse.checkpoint.config;

import java.util.Map;
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

    /** The embedding of a model that rotates whole heads, the same in all layers. */
    public Rope read(double defaultTheta) {
        requireWhole(file);
        double theta = file.findPositive("rope_theta").orElse(defaultTheta);
        // Hugging Face, too, lets the older key win where both are there.
        return parameters()
                .map(keys -> readEither(keys, theta))
                .orElseGet(() -> new Rope(theta, new RopeScaling.None(), headDim));
    }

    /**
     * The embedding of a model that may rotate a part of each head, the same in all layers.
     *
     * @param defaultShare of a head that is rotated, where no key says it
     */
    public Rope readPartial(double defaultTheta, double defaultShare) {
        double theta = file.findPositive("rope_theta").orElse(defaultTheta);
        return readOne(parameters().orElse(file), theta, share(defaultShare));
    }

    /**
     * The embedding of the layers of one kind.
     *
     * @param kind such as {@code full_attention}, under which "rope_parameters" may hold keys of its own
     * @param defaultTheta where no key says it
     * @param defaultShare of a head that is rotated, where no key says it
     * @return none where the kind's own keys are null
     */
    public Optional<Rope> read(String kind, double defaultTheta, double defaultShare) {
        double theta = file.findPositive("rope_theta").orElse(defaultTheta);
        Optional<ConfigFile> all = parameters();
        if (all.isEmpty() || all.get().objects().isEmpty()) {
            return Optional.of(readOne(all.orElse(file), theta, share(defaultShare)));
        }
        return all.get().findObject(kind).map(keys -> readOne(keys, theta, share(defaultShare)));
    }

    /**
     * An embedding whose theta and rotated share of a head are known.
     *
     * @param scaled whether the scaling of the file applies
     */
    public Rope read(double theta, double share, boolean scaled) {
        ConfigFile keys = scaled ? parameters().orElse(file) : file;
        return rope(keys, theta, share);
    }

    private double share(double absent) {
        return file.findPositive("partial_rotary_factor").orElse(absent);
    }

    private Optional<ConfigFile> parameters() {
        return nonEmpty("rope_scaling").or(() -> nonEmpty("rope_parameters"));
    }

    private Optional<ConfigFile> nonEmpty(String key) {
        return file.findObject(key).filter(keys -> !keys.isEmpty());
    }

    private Rope readEither(ConfigFile keys, double theta) {
        Map<String, ConfigFile> kinds = keys.objects();
        if (kinds.isEmpty()) {
            requireWhole(keys);
            return readOne(keys, theta, 1);
        }
        var ropes = kinds.values().stream()
                .map(kind -> {
                    requireWhole(kind);
                    return readOne(kind, theta, 1);
                })
                .distinct()
                .toList();
        if (ropes.size() > 1) {
            throw keys.unsupported(
                    String.join("', '", kinds.keySet()), "different rotary embeddings", "one for all layers");
        }
        return ropes.get(0);
    }

    /** @param keys those of the embedding, or of the whole model where it has no object of its own for them */
    private Rope readOne(ConfigFile keys, double otherTheta, double otherShare) {
        return rope(
                keys,
                keys.findPositive("rope_theta").orElse(otherTheta),
                keys.findPositive("partial_rotary_factor").orElse(otherShare));
    }

    private Rope rope(ConfigFile keys, double theta, double share) {
        String key = keys.has("rope_type") ? "rope_type" : "type";
        String type = keys == file ? "default" : keys.findText(key).orElse("default");
        // Proportional rotation is of whole heads, of whose pairs only some turn.
        int dims = type.equals("proportional") ? headDim : (int) (headDim * share);
        if (dims < 2 || dims > headDim || dims % 2 != 0) {
            throw keys.wrong(
                    "partial_rotary_factor",
                    share,
                    "a share that is an even number of the %d entries of a head".formatted(headDim));
        }
        return new Rope(
                theta,
                switch (type) {
                    case "default" -> new RopeScaling.None();
                    case "linear" -> new RopeScaling.Linear(keys.positive("factor"));
                    case "dynamic" -> dynamic(keys, dims);
                    case "llama3" -> llama3(keys);
                    case "yarn" -> yarn(keys, theta);
                    case "longrope" -> longRope(keys, key, dims);
                    case "proportional" -> new RopeScaling.Proportional(share);
                    default -> throw keys.unsupported(key, type, "default, linear, dynamic, llama3 and yarn");
                },
                dims);
    }

    private RopeScaling dynamic(ConfigFile keys, int dims) {
        if (dims == 2) {
            throw keys.unsupported("rope_type", "dynamic", "it for heads larger than 2");
        }
        return keys.isOn("alpha")
                ? new RopeScaling.Alpha(keys.positive("alpha"))
                : new RopeScaling.Dynamic(keys.positive("factor"), maxPositions);
    }

    private RopeScaling llama3(ConfigFile keys) {
        double low = keys.positive("low_freq_factor");
        double high = keys.positive("high_freq_factor");
        if (high < low) {
            throw keys.wrong("high_freq_factor", high, "a number not smaller than the low_freq_factor " + low);
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

    /** Known only with the factors of cosine and sine that Phi-3.5-MoE gives for short and for long texts. */
    private RopeScaling longRope(ConfigFile keys, String key, int dims) {
        if (!keys.has("short_mscale") || !keys.has("long_mscale")) {
            throw keys.unsupported(key, "longrope", "it with short_mscale and long_mscale");
        }
        return new RopeScaling.LongRope(
                keys.numbers("short_factor", dims / 2),
                keys.numbers("long_factor", dims / 2),
                keys.positive("short_mscale"),
                keys.positive("long_mscale"),
                originalPositions(keys));
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
