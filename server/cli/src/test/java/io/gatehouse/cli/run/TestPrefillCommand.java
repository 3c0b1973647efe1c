package io.gatehouse.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.safetensors.SafetensorsReader;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.cli.CommandOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestPrefillCommand {
    private static final Path SAMPLE = Path.of(System.getProperty("gatehouse.root", ".."), "core", "sample", "model");

    @TempDir
    private Path directory = Path.of("");

    /** Another engine computes a prompt that is too long; to be compared with it, so must we. */
    @Test
    void computesWhatIsLongerThanTheModelWasMadeForAndSaysSo() throws IOException {
        String longer = IntStream.range(0, 400).mapToObj(i -> "7").collect(Collectors.joining(","));
        CommandOutcome outcome = prefill("{\"prompts\": [[1, 2, 3], [" + longer + "]]}");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(outcome.err())
                .isEqualTo("Prompt 1 has 400 tokens; the context length of the model is 384%n".formatted());
        try (SafetensorsReader written = SafetensorsReader.open(directory.resolve("out.safetensors"))) {
            assertThat(written.tensors())
                    .extracting(TensorInfo::name)
                    .contains("p0.logits", "p1.layer0.topk_ids", "p1.layer0.router_probs", "p1.hidden_states");
        }
    }

    @Test
    void generatesAsManyTokensAsItIsAskedFor() throws IOException {
        CommandOutcome outcome = prefill("{\"prompts\": [[1, 2, 3], [4]]}", "--generate", "5");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        try (SafetensorsReader written = SafetensorsReader.open(directory.resolve("out.safetensors"))) {
            assertThat(written.tensors().stream()
                            .filter(tensor -> tensor.name().endsWith(".generated"))
                            .map(tensor -> tensor.name() + tensor.shape()))
                    .containsExactlyInAnyOrder("p0.generated[5]", "p1.generated[5]");
        }
        assertThat(prefill("{\"prompts\": [[1]]}", "--generate", "-1").err())
                .contains("--generate -1 is not a number of tokens");
    }

    @Test
    void saysWhatIsWrongWithThePrompts() throws IOException {
        refused("[1]", "has no list named \"prompts\"");
        refused("{\"prompts\": [[1], null]}", "is null and not a list of token ids");
        refused("{\"prompts\": [[1], [\"a\"]]}", "is not JSON of the form");
        refused("{\"prompts\": [[]]}", "A prompt has no tokens");
        refused("{\"prompts\": [[1, 100000]]}", "Token id 100000 is outside the model's vocabulary");
    }

    private void refused(String prompts, String message) throws IOException {
        CommandOutcome outcome = prefill(prompts);
        assertThat(outcome.exitCode()).as(prompts).isEqualTo(1);
        assertThat(outcome.err()).contains(message).hasLineCount(1);
    }

    private CommandOutcome prefill(String prompts, String... more) throws IOException {
        Path inputs = Files.writeString(directory.resolve("inputs.json"), prompts);
        Path out = directory.resolve("out.safetensors");
        List<String> arguments = new ArrayList<>(List.of(
                "prefill", "--model", SAMPLE.toString(), "--prompts", inputs.toString(), "--output", out.toString()));
        arguments.addAll(List.of(more));
        return CommandOutcome.of(arguments.toArray(String[]::new));
    }
}
