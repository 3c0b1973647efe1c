package io.gatehouse.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.testing.SharedData;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Prompts of models with every kind of mixer: alone, among others, and after a shared prefix. */
final class TestPromptsTogether {
    private static final double TOLERANCE = 5e-4;
    private static final int PREFIX = 37;
    private static final int VOCABULARY = 192;

    private static List<String> families() {
        return List.of(
                "axk2_a",
                "bailing_hybrid_a",
                "deepseek_v32_a",
                "deepseek_v3_a",
                "glm_moe_dsa_a",
                "granitemoehybrid_b",
                "jamba_a",
                "kimi_linear_a",
                "lfm2_moe_a",
                "minimax_a",
                "mistral4_a",
                "nemotron_h_a",
                "qwen3_next_a");
    }

    @ParameterizedTest
    @MethodSource("families")
    void giveTheSameAloneAmongOthersAndAfterASharedPrefix(String family) {
        List<int[]> texts = texts();
        List<Prompt> prompts = texts.stream().map(Prompt::new).toList();
        try (Checkpoint checkpoint = Checkpoint.open(SharedData.path("reference/families/" + family));
                Engine engine = Engine.load(checkpoint)) {
            RoutingRows together = run(engine, prompts);
            for (int prompt = 0; prompt < prompts.size(); prompt++) {
                RoutingRows alone = run(engine, List.of(prompts.get(prompt)));
                assertThat(together.lastLogits.get(prompt))
                        .as("logits of prompt %d alone, to the bit", prompt)
                        .isEqualTo(alone.lastLogits.get(0));
            }
            RoutingRows shared = run(
                    engine, texts.stream().map(text -> new Prompt(text, PREFIX)).toList());
            for (int prompt = 0; prompt < texts.size(); prompt++) {
                float[] expected = requireNonNull(together.lastLogits.get(prompt));
                float[] actual = requireNonNull(shared.lastLogits.get(prompt));
                double scale = 1;
                for (float logit : expected) {
                    scale = Math.max(scale, Math.abs(logit));
                }
                for (int i = 0; i < expected.length; i++) {
                    assertThat(Math.abs(actual[i] - expected[i]) / scale)
                            .as("logit %d of prompt %d after a shared prefix", i, prompt)
                            .isLessThan(TOLERANCE);
                }
            }
        }
    }

    /** Texts of several lengths that begin with the same tokens. */
    private static List<int[]> texts() {
        SplittableRandom random = new SplittableRandom(11);
        int[] prefix = random.ints(PREFIX, 20, VOCABULARY).toArray();
        List<int[]> texts = new ArrayList<>();
        for (int rest : new int[] {1, 5, 16, 33, 60, 18}) {
            int[] text = new int[PREFIX + rest];
            System.arraycopy(prefix, 0, text, 0, PREFIX);
            for (int i = PREFIX; i < text.length; i++) {
                text[i] = random.nextInt(20, VOCABULARY);
            }
            texts.add(text);
        }
        return texts;
    }

    private static RoutingRows run(Engine engine, List<Prompt> prompts) {
        RoutingRows rows = new RoutingRows();
        engine.prefill(prompts, Capture.ROUTING, rows);
        return rows;
    }
}
