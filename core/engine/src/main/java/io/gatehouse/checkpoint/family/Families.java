package io.gatehouse.checkpoint.family;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ForeignKeys;
import io.gatehouse.checkpoint.config.ModelConfig;
import java.util.List;
import java.util.stream.Collectors;

/** The families that Gatehouse runs. */
public final class Families {
    /** A model as its config.json describes it. */
    public record Described(ModelConfig config, TensorNames names) {}

    private static final List<Family> ALL = List.of(
            new Olmoe(),
            new Mixtral(),
            new Qwen2Moe(),
            new Qwen3Moe(),
            new DeepSeekV2(),
            new DeepSeekV3(),
            new Glm4MoeLite(),
            new Mistral4(),
            new AxK1(),
            new AxK2(),
            new DeepSeekV32(),
            new GlmMoeDsa(),
            new Qwen3Next(),
            new LaraMini(),
            new KimiLinear(),
            new BailingHybrid(),
            new MiniMax(),
            new Jamba(),
            new NemotronH(),
            new GraniteMoeHybrid(),
            new Lfm2Moe(),
            new GptOss(),
            new Glm4Moe(),
            new MiniMaxM2(),
            new Dots1(),
            new GraniteMoe(),
            new Ernie45Moe(),
            new HunyuanMoe(),
            new HyV3(),
            new Llama4(),
            new Gemma4(),
            new FlexOlmo(),
            new Afmoe(),
            new Phimoe(),
            new ExaoneMoe(),
            new SolarOpen(),
            new Mellum(),
            new Cohere2Moe(),
            new Dbrx(),
            new MiMoV2Flash(),
            new Step3p7(),
            new Laguna(),
            new Aria(),
            new Kolibri1(),
            new Flint(),
            new Beam(),
            new MuseSpark(),
            new LongcatFlash(),
            new JetMoe(),
            new MiniMaxM3(),
            new Dots3Note(),
            new MistralLarge4(),
            new HyV4(),
            new Glm5Next());

    private Families() {}

    /** All of them. */
    public static List<Family> all() {
        return ALL;
    }

    /**
     * Reads a config.json with the family that its "architectures" name.
     *
     * @throws io.gatehouse.error.GatehouseException UNSUPPORTED_MODEL if there is no such family, or for a key that asks
     *     for something that is not implemented; CORRUPT_CHECKPOINT
     */
    public static Described read(ConfigFile file) {
        Family family = of(file);
        ConfigFile keys = file;
        for (String key : family.textConfig()) {
            ConfigFile outer = keys;
            keys = outer.findObject(key).orElse(outer);
        }
        ModelConfig config = family.config(keys);
        ForeignKeys.refuse(keys);
        return new Described(config, family.names(config));
    }

    private static Family of(ConfigFile file) {
        String wanted = file.architecture();
        return ALL.stream()
                .filter(family -> family.architectures().contains(wanted))
                .findFirst()
                .orElseThrow(() -> file.unsupported(
                        "architectures",
                        wanted,
                        ALL.stream()
                                .flatMap(family -> family.architectures().stream())
                                .collect(Collectors.joining(", "))));
    }
}
