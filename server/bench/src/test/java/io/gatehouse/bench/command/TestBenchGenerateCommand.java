package io.gatehouse.bench.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is printed and what is refused; how fast it is depends on the machine. */
final class TestBenchGenerateCommand {
    private static final Path SAMPLE = Path.of(System.getProperty("gatehouse.root", ".."), "core", "sample", "model");

    @Test
    void printsOneRowForEachNumberOfTexts() throws Exception {
        CommandOutcome outcome = bench(
                "--texts", "3", "--texts", "1", "--prompt-tokens", "20", "--tokens", "4", "--rounds", "2", "--json");
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        JsonNode rows = new ObjectMapper().readTree(outcome.out()).path("generation");
        assertThat(rows).hasSize(2);
        for (JsonNode row : rows) {
            for (String figure : List.of("prefill_per_s", "decode_per_s", "decode_of_prefill", "alone_per_s")) {
                assertThat(row.path(figure).doubleValue()).as(figure).isPositive();
            }
            assertThat(row.path("decode_of_prefill").doubleValue())
                    .isBetween(
                            row.path("decode_least").doubleValue(),
                            row.path("decode_most").doubleValue());
        }
    }

    @Test
    void refusesNumbersThatMeasureNothing() {
        for (List<String> wrong :
                List.of(List.of("--texts", "0"), List.of("--tokens", "1"), List.of("--rounds", "0"))) {
            CommandOutcome outcome = bench(wrong.toArray(String[]::new));
            assertThat(outcome.exitCode()).as(wrong.toString()).isEqualTo(1);
            assertThat(outcome.err()).contains(wrong.get(0) + " must be at least");
        }
    }

    private static CommandOutcome bench(String... options) {
        List<String> words = new ArrayList<>(List.of("bench", "generate", "--model", SAMPLE.toString()));
        words.addAll(List.of(options));
        return CommandOutcome.of(words.toArray(String[]::new));
    }
}
