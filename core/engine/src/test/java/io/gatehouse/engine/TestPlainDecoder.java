package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.PlainOutcome.PlainRouting;
import io.gatehouse.testing.SharedData;
import io.gatehouse.testing.checkpoint.ReferenceFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The judge is judged first: by the outputs that Hugging Face's own model code gives, in fp32. */
final class TestPlainDecoder {
    /** Of values up to 1; of larger ones relative. Hidden states of 9, with fp32 steps of 1e-6, went into each. */
    private static final double TOLERANCE = 3e-5;

    private record Inputs(List<int[]> prompts) {}

    @ParameterizedTest
    @ValueSource(strings = {"olmoe_a", "mixtral_a", "qwen2_moe_a", "qwen3_moe_a"})
    void givesTheSameAsHuggingFace(String fixture) throws IOException {
        Path directory = SharedData.path("reference/" + fixture);
        List<int[]> prompts = new ObjectMapper()
                .readValue(directory.resolve("inputs.json").toFile(), Inputs.class)
                .prompts();
        ReferenceFile expected = new ReferenceFile(directory.resolve("expected.safetensors"));
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            PlainDecoder decoder = new PlainDecoder(checkpoint);
            for (int prompt = 0; prompt < prompts.size(); prompt++) {
                PlainOutcome outcome = decoder.run(prompts.get(prompt));
                String own = "p" + prompt + ".";
                close(expected, own + "last_logits", DoubleStream.of(outcome.lastLogits()));
                if (prompt < 3) {
                    close(expected, own + "hidden_states", flat(outcome.hiddenStates().stream()));
                }
                List<PlainRouting> routers = outcome.routers();
                close(expected, own + "router_logits", flat(routers.stream().map(PlainRouting::logits)));
                close(expected, own + "topk_weights", flat(routers.stream().map(PlainRouting::weights)));
                assertThat(routers.stream()
                                .flatMap(router -> Arrays.stream(router.experts()))
                                .flatMapToInt(Arrays::stream)
                                .asDoubleStream()
                                .toArray())
                        .isEqualTo(expected.values(own + "topk_ids"));
            }
        }
    }

    private static DoubleStream flat(Stream<double[][]> parts) {
        return parts.flatMap(Arrays::stream).flatMapToDouble(Arrays::stream);
    }

    private static void close(ReferenceFile expected, String name, DoubleStream actual) {
        double[] values = actual.toArray();
        double[] reference = expected.values(name);
        assertThat(values).as(name).hasSameSizeAs(reference);
        for (int i = 0; i < values.length; i++) {
            double tolerance = TOLERANCE * Math.max(1, Math.abs(reference[i]));
            assertThat(values[i]).as("%s[%d]", name, i).isCloseTo(reference[i], within(tolerance));
        }
    }
}
