package io.gatehouse.checkpoint.family;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ForeignKeys;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.family.attention.Afmoe;
import io.gatehouse.checkpoint.family.attention.Aria;
import io.gatehouse.checkpoint.family.attention.Beam;
import io.gatehouse.checkpoint.family.attention.Cohere2Moe;
import io.gatehouse.checkpoint.family.attention.Dbrx;
import io.gatehouse.checkpoint.family.attention.Dots1;
import io.gatehouse.checkpoint.family.attention.Ernie45Moe;
import io.gatehouse.checkpoint.family.attention.ExaoneMoe;
import io.gatehouse.checkpoint.family.attention.FlexOlmo;
import io.gatehouse.checkpoint.family.attention.Flint;
import io.gatehouse.checkpoint.family.attention.Gemma4;
import io.gatehouse.checkpoint.family.attention.Glm4Moe;
import io.gatehouse.checkpoint.family.attention.GptOss;
import io.gatehouse.checkpoint.family.attention.GraniteMoe;
import io.gatehouse.checkpoint.family.attention.HunyuanMoe;
import io.gatehouse.checkpoint.family.attention.HyV3;
import io.gatehouse.checkpoint.family.attention.JetMoe;
import io.gatehouse.checkpoint.family.attention.Kolibri1;
import io.gatehouse.checkpoint.family.attention.Laguna;
import io.gatehouse.checkpoint.family.attention.Llama4;
import io.gatehouse.checkpoint.family.attention.Mellum;
import io.gatehouse.checkpoint.family.attention.MiMoV2Flash;
import io.gatehouse.checkpoint.family.attention.MiniMaxM2;
import io.gatehouse.checkpoint.family.attention.MiniMaxM3;
import io.gatehouse.checkpoint.family.attention.Mixtral;
import io.gatehouse.checkpoint.family.attention.MuseSpark;
import io.gatehouse.checkpoint.family.attention.Olmoe;
import io.gatehouse.checkpoint.family.attention.Phimoe;
import io.gatehouse.checkpoint.family.attention.Qwen2Moe;
import io.gatehouse.checkpoint.family.attention.Qwen3Moe;
import io.gatehouse.checkpoint.family.attention.SolarOpen;
import io.gatehouse.checkpoint.family.attention.Step3p7;
import io.gatehouse.checkpoint.family.hybrid.BailingHybrid;
import io.gatehouse.checkpoint.family.hybrid.Dots3Note;
import io.gatehouse.checkpoint.family.hybrid.Glm5Next;
import io.gatehouse.checkpoint.family.hybrid.GraniteMoeHybrid;
import io.gatehouse.checkpoint.family.hybrid.Jamba;
import io.gatehouse.checkpoint.family.hybrid.KimiLinear;
import io.gatehouse.checkpoint.family.hybrid.LaraMini;
import io.gatehouse.checkpoint.family.hybrid.Lfm2Moe;
import io.gatehouse.checkpoint.family.hybrid.MiniMax;
import io.gatehouse.checkpoint.family.hybrid.NemotronH;
import io.gatehouse.checkpoint.family.hybrid.Qwen3Next;
import io.gatehouse.checkpoint.family.keys.Family;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import io.gatehouse.checkpoint.family.latent.AxK1;
import io.gatehouse.checkpoint.family.latent.AxK2;
import io.gatehouse.checkpoint.family.latent.DeepSeekV2;
import io.gatehouse.checkpoint.family.latent.DeepSeekV3;
import io.gatehouse.checkpoint.family.latent.DeepSeekV32;
import io.gatehouse.checkpoint.family.latent.Glm4MoeLite;
import io.gatehouse.checkpoint.family.latent.GlmMoeDsa;
import io.gatehouse.checkpoint.family.latent.HyV4;
import io.gatehouse.checkpoint.family.latent.LongcatFlash;
import io.gatehouse.checkpoint.family.latent.Mistral4;
import io.gatehouse.checkpoint.family.latent.MistralLarge4;
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
