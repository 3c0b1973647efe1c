package io.gatehouse.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.config.Rope;
import io.gatehouse.checkpoint.config.RopeScaling;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Rotary embeddings from config key to frequency, against the papers' formulas worked out here. */
final class TestRope {
    private static final Path FILE = Path.of("model/config.json");
    private static final Offset<Double> EXACT = within(1e-12);

    @Test
    void turnsPairsByPowersOfTheta() {
        double[] frequencies = frequencies(new Rope(10_000, new RopeScaling.None(), 8), 8, 5);
        assertThat(frequencies).containsExactly(new double[] {1, 0.1, 0.01, 0.001}, EXACT);
        assertThat(new Rope(10_000, new RopeScaling.None(), 8).attentionFactor(1))
                .isEqualTo(1);
    }

    @Test
    void dividesAllFrequenciesWhenLinear() {
        Rope rope = rope("\"rope_scaling\": {\"type\": \"linear\", \"factor\": 4}");
        assertThat(rope).isEqualTo(new Rope(10_000, new RopeScaling.Linear(4), 8));
        assertThat(frequencies(rope, 8, 5)).containsExactly(new double[] {0.25, 0.025, 0.0025, 0.00025}, EXACT);
        assertThat(rope.attentionFactor(1)).isEqualTo(1);
    }

    @Test
    void growsThetaWithTheTextWhenDynamic() {
        Rope rope = rope("\"rope_scaling\": {\"rope_type\": \"dynamic\", \"factor\": 2.0}");
        assertThat(rope).isEqualTo(new Rope(10_000, new RopeScaling.Dynamic(2, 64), 8));
        double[] plain = frequencies(new Rope(10_000, new RopeScaling.None(), 8), 8, 1);
        assertThat(frequencies(rope, 8, 1)).isEqualTo(plain);
        assertThat(frequencies(rope, 8, 64)).isEqualTo(plain);
        // At twice the length: 2 x 2 - 1 = 3, to the power of 8 / 6.
        double theta = 10_000 * Math.cbrt(3 * 3 * 3 * 3);
        double root = Math.sqrt(Math.sqrt(theta));
        assertThat(frequencies(rope, 8, 128))
                .containsExactly(new double[] {1, 1 / root, 1 / (root * root), 1 / (root * root * root)}, EXACT);
    }

    @Test
    void keepsShortWavesAndDividesLongOnesInLlama3() {
        // The values of Llama 3.1 8B: heads of 128, theta 500,000.
        Rope rope = rope("\"rope_theta\": 500000.0, \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0,"
                + " \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 8192}");
        assertThat(rope).isEqualTo(new Rope(500_000, new RopeScaling.Llama3(8, 1, 4, 8192), 8));
        double[] frequencies = frequencies(rope, 128, 1);
        int kept = 0;
        int divided = 0;
        for (int i = 0; i < 64; i++) {
            double plain = Math.exp(-Math.log(500_000) * i / 64);
            double turns = 8192 * plain / (2 * Math.PI);
            double share = Math.min(1, Math.max(0, (turns - 1) / 3));
            assertThat(frequencies[i]).as("pair %d", i).isCloseTo(plain * (share + (1 - share) / 8), EXACT);
            kept += share == 1 ? 1 : 0;
            divided += share == 0 ? 1 : 0;
        }
        assertThat(List.of(kept, divided)).containsExactly(29, 29);
    }

    @Test
    void dividesWavesFromOneLengthOnInLlama4() {
        // The values of Llama 4 Scout: heads of 128, both factors 1, so that nothing is interpolated.
        double[] frequencies = frequencies(
                rope("\"rope_theta\": 500000.0, \"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 16.0,"
                        + " \"low_freq_factor\": 1.0, \"high_freq_factor\": 1.0,"
                        + " \"original_max_position_embeddings\": 8192}"),
                128,
                1);
        // 8192 500000^(-i / 64) / (2 pi) falls below 1 at i = 35.
        for (int i = 0; i < 64; i++) {
            double plain = Math.exp(-Math.log(500_000) * i / 64);
            assertThat(frequencies[i]).as("pair %d", i).isCloseTo(i < 35 ? plain : plain / 16, EXACT);
        }
    }

    @Test
    void dividesTheWaveOfTheBorderItselfInLlama4() {
        // The wave of the first pair has a length of 2 pi.
        double factor = 64 / (2 * Math.PI);
        Rope rope = new Rope(10_000, new RopeScaling.Llama3(16, factor, factor, 64), 8);
        assertThat(frequencies(rope, 8, 1)[0]).isIn(1.0 / 16, 1.0);
    }

    @Test
    void rampsBetweenKeptAndDividedInYarn() {
        // The values that Qwen publishes for long texts: heads of 128, theta 1,000,000.
        Rope rope = rope("\"rope_theta\": 1000000.0, \"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4.0,"
                + " \"original_max_position_embeddings\": 32768}");
        assertThat(rope.attentionFactor(1)).isCloseTo(1.138629436111989, EXACT);
        double[] frequencies = frequencies(rope, 128, 1);
        // Pairs turn 32 times and once within 32,768 positions at 23.6 and 39.7.
        for (int i = 0; i < 64; i++) {
            double plain = Math.exp(-Math.log(1_000_000) * i / 64);
            double share = Math.min(1, Math.max(0, (i - 23) / 17.0));
            assertThat(frequencies[i]).as("pair %d", i).isCloseTo(plain * (1 - share + share / 4), EXACT);
        }
    }

    @Test
    void readsYarnsFurtherKeys() {
        assertThat(yarn("\"factor\": 2")).isEqualTo(new RopeScaling.Yarn(2, 32, 1, 64, 1 + 0.1 * Math.log(2), true));
        assertThat(
                        yarn(
                                "\"factor\": 2, \"beta_fast\": 16, \"beta_slow\": 2.5, \"attention_factor\": 0.7, \"truncate\": false"))
                .isEqualTo(new RopeScaling.Yarn(2, 16, 2.5, 64, 0.7, false));
        assertThat(yarn("\"factor\": 2, \"beta_fast\": 0, \"beta_slow\": null"))
                .as("zero and null count as absent")
                .isEqualTo(yarn("\"factor\": 2"));
        assertThat(yarn("\"factor\": null, \"original_max_position_embeddings\": 16")
                        .factor())
                .as("what the lengths imply")
                .isEqualTo(4);
        assertThat(yarn("\"factor\": 40, \"mscale\": 1.0, \"mscale_all_dim\": 1.0")
                        .attentionFactor())
                .isEqualTo(1);
        assertThat(yarn("\"factor\": 40, \"mscale\": 0.707, \"mscale_all_dim\": 1.0")
                        .attentionFactor())
                .isCloseTo((0.0707 * Math.log(40) + 1) / (0.1 * Math.log(40) + 1), EXACT);
        assertThat(yarn("\"factor\": 40, \"mscale\": 0.707, \"mscale_all_dim\": 0")
                        .attentionFactor())
                .isCloseTo(0.1 * Math.log(40) + 1, EXACT);
        assertThat(yarn("\"factor\": 0.5").attentionFactor()).isEqualTo(1);
    }

    @Test
    void keepsTheRampWithinThePairsAndOfSomeWidth() {
        RopeScaling.Yarn narrow = new RopeScaling.Yarn(4, 1, 1, 64, 1, false);
        double[] frequencies = frequencies(new Rope(10_000, narrow, 8), 8, 1);
        // One turn within 64 positions is at pair 1.008: what lies beyond is divided, what lies before is kept.
        assertThat(frequencies).containsExactly(new double[] {1, 0.1, 0.0025, 0.00025}, EXACT);
        RopeScaling.Yarn exact = new RopeScaling.Yarn(4, 8, 0.25, 64, 1, false);
        double low = Math.max(0, 4 * Math.log(64 / (16 * Math.PI)) / Math.log(10_000));
        double high = 4 * Math.log(64 / (Math.PI / 2)) / Math.log(10_000);
        double share = (1 - low) / (high - low);
        assertThat(frequencies(new Rope(10_000, exact, 8), 8, 1)[1]).isCloseTo(0.1 * (1 - 0.75 * share), EXACT);
    }

    @Test
    void readsOneSetOfKeysForEachKindOfLayer() {
        String kind = "{\"rope_type\": \"linear\", \"factor\": 2.0, \"rope_theta\": 50.0}";
        Rope rope =
                rope("\"rope_parameters\": {\"full_attention\": %s, \"sliding_attention\": %s}".formatted(kind, kind));
        assertThat(rope).isEqualTo(new Rope(50, new RopeScaling.Linear(2), 8));
        refuses(
                "\"rope_parameters\": {\"full_attention\": %s, \"sliding_attention\": {\"rope_type\": \"default\"}}"
                        .formatted(kind),
                ErrorCode.UNSUPPORTED_MODEL,
                "different rotary embeddings");
    }

    @Test
    void prefersTheOlderKeysAndTheThetaBesideTheType() {
        assertThat(rope("\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 7.0},"
                        + " \"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.0}"))
                .isEqualTo(new Rope(10_000, new RopeScaling.Linear(2), 8));
        assertThat(rope("\"rope_scaling\": {}, \"rope_parameters\": {\"rope_theta\": 7.0}"))
                .isEqualTo(new Rope(7, new RopeScaling.None(), 8));
        assertThat(rope("\"rope_scaling\": {\"type\": \"linear\", \"rope_type\": \"default\"}")
                        .scaling())
                .isEqualTo(new RopeScaling.None());
        assertThat(rope("\"original_max_position_embeddings\": 32, \"rope_scaling\": {\"rope_type\": \"yarn\","
                                + " \"factor\": 2.0, \"original_max_position_embeddings\": 16}")
                        .scaling())
                .isEqualTo(new RopeScaling.Yarn(2, 32, 1, 32, 1 + 0.1 * Math.log(2), true));
    }

    @Test
    void letsTextsBeAsLongAsTheyWereStretched() {
        assertThat(positions("\"type\": \"linear\", \"factor\": 4")).isEqualTo(256);
        assertThat(positions("\"type\": \"dynamic\", \"factor\": 4")).isEqualTo(256);
        assertThat(positions("\"type\": \"yarn\", \"factor\": 4")).isEqualTo(256);
        assertThat(positions("\"type\": \"yarn\", \"factor\": 4, \"original_max_position_embeddings\": 16"))
                .isEqualTo(64);
        assertThat(positions("\"type\": \"llama3\", \"factor\": 4, \"low_freq_factor\": 1, \"high_freq_factor\": 2"))
                .isEqualTo(64);
        assertThat(positions("\"type\": \"linear\", \"factor\": 1e30")).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void namesKeysThatAreWrongOrMissing() {
        wrong("\"type\": \"linear\"", "field 'rope_scaling' has no field 'factor'");
        wrong("\"type\": \"yarn\"", "field 'rope_scaling' has no field 'factor'");
        wrong("\"type\": \"dynamic\", \"factor\": 0", "field 'rope_scaling.factor' is 0 instead of a positive number");
        wrong("\"type\": \"llama3\", \"factor\": 8", "field 'rope_scaling' has no field 'low_freq_factor'");
        wrong(
                "\"type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 4, \"high_freq_factor\": 3",
                "field 'rope_scaling.high_freq_factor' is 3.0 instead of a number not smaller than the low_freq_factor"
                        + " 4.0");
        wrong("\"type\": \"yarn\", \"factor\": 2, \"rope_theta\": 1", "field 'rope_scaling.rope_theta' is 1.0");
        wrong("\"type\": \"yarn\", \"factor\": 2, \"truncate\": 1", "field 'rope_scaling.truncate' is 1");
        refuses(
                "\"head_dim\": 2, \"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2.0}",
                ErrorCode.UNSUPPORTED_MODEL,
                "heads larger than 2");
    }

    /** Of the same embedding in heads of a size. */
    private static double[] frequencies(Rope rope, int headDim, int length) {
        return new Rope(rope.theta(), rope.scaling(), headDim).frequencies(length);
    }

    private static int positions(String scaling) {
        return config("\"rope_scaling\": {" + scaling + "}").maxPositions();
    }

    private static RopeScaling.Yarn yarn(String keys) {
        return (RopeScaling.Yarn) rope("\"rope_parameters\": {\"rope_type\": \"yarn\", " + keys + "}")
                .scaling();
    }

    private static Rope rope(String keys) {
        return config(keys).ropes().get(0);
    }

    private static ModelConfig config(String keys) {
        return TinyModel.olmoe()
                .with("{\"head_dim\": 8, \"rope_theta\": null}")
                .with("{" + keys + "}")
                .read(FILE);
    }

    private static void wrong(String keys, String message) {
        refuses("\"rope_scaling\": {" + keys + "}", ErrorCode.CORRUPT_CHECKPOINT, message);
    }

    private static void refuses(String keys, ErrorCode code, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> TinyModel.olmoe()
                        .with("{\"head_dim\": 8}")
                        .with("{" + keys + "}")
                        .read(FILE))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }
}
