package io.gatehouse.bench.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is printed and what is refused; how fast it is depends on the machine. */
final class TestBenchEngineCommand {
    private static final Path SAMPLE = Path.of(System.getProperty("gatehouse.root", ".."), "core", "sample", "model");

    @Test
    void printsOneRowForEachBatch() throws Exception {
        JsonNode rows = json("--batch", "2x16", "--batch", "1x40").path("prefill");
        assertThat(rows).hasSize(2);
        assertThat(rows.get(1).path("batch").textValue()).isEqualTo("1x40");
        for (String time : List.of("tokens_per_s", "ms_nothing", "ms_routing", "ms_everything", "ms_ceiling")) {
            assertThat(rows.get(0).path(time).doubleValue()).as(time).isPositive();
        }
        JsonNode row = rows.get(0);
        assertThat(row.path("share_of_ceiling").doubleValue())
                .isEqualTo(row.path("ms_ceiling").doubleValue()
                        / row.path("ms_everything").doubleValue());
        assertThat(row.path("capture_overhead").doubleValue())
                .isEqualTo(row.path("ms_everything").doubleValue()
                                / row.path("ms_nothing").doubleValue()
                        - 1);
    }

    @Test
    void comparesWithinRounds() throws Exception {
        JsonNode row = json("--batch", "2x16", "--rounds", "3").path("prefill").get(0);
        assertSpread(row, "share_least", "share_of_ceiling", "share_most");
        assertSpread(row, "overhead_least", "capture_overhead", "overhead_most");
    }

    private static void assertSpread(JsonNode row, String least, String median, String most) {
        assertThat(row.path(median).doubleValue())
                .isBetween(row.path(least).doubleValue(), row.path(most).doubleValue());
    }

    @Test
    void measuresWithoutCapture() throws Exception {
        JsonNode row =
                json("--batch", "2x16", "--capture", "none").path("prefill").get(0);
        assertThat(row.has("ms_everything")).isFalse();
        assertThat(row.path("share_of_ceiling").doubleValue())
                .isEqualTo(row.path("ms_ceiling").doubleValue()
                        / row.path("ms_nothing").doubleValue());
    }

    @Test
    void measuresWhatASharedPrefixGains() throws Exception {
        JsonNode row = json("--batch", "3x40", "--shared-prefix", "32")
                .path("prompts_with_a_shared_prefix")
                .get(0);
        assertThat(row.path("prefix").intValue()).isEqualTo(32);
        assertThat(row.path("times_faster").doubleValue())
                .isCloseTo(
                        row.path("shared_prompts_per_s").doubleValue()
                                / row.path("naive_prompts_per_s").doubleValue(),
                        within(1e-9));
    }

    @Test
    void comparesTheLayersWithThoseOfAResidentModel() throws Exception {
        JsonNode row = json("--batch", "2x16", "--resident", SAMPLE.toString())
                .path("layers_beside_resident_ones")
                .get(0);
        assertThat(row.path("ms_resident").doubleValue()).isPositive();
        assertThat(row.path("share_of_speed").doubleValue())
                .isEqualTo(row.path("ms_resident").doubleValue()
                        / row.path("ms_model").doubleValue());
    }

    @Test
    void refusesWhatIsNoBatch() {
        for (String batch : List.of("0x16", "16x0", "16", "4by4", "-1x4")) {
            CommandOutcome outcome = bench("--batch=" + batch);
            assertThat(outcome.exitCode()).as(batch).isEqualTo(1);
            assertThat(outcome.err())
                    .isEqualTo("error: --batch is '%s'; it must be PROMPTSxTOKENS such as 16x256.%n", batch);
        }
        assertThat(bench("--batch", "2x16", "--shared-prefix", "16").err())
                .isEqualTo(
                        "error: --shared-prefix is 16; it must be less than the 16 tokens of a prompt.%n".formatted());
        assertThat(bench("--rounds", "0").err()).isEqualTo("error: --rounds must be at least 1, not 0.%n".formatted());
    }

    private static JsonNode json(String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.add("--json");
        if (!all.contains("--rounds")) {
            all.addAll(List.of("--rounds", "1"));
        }
        CommandOutcome outcome = bench(all.toArray(String[]::new));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        return new ObjectMapper().readTree(outcome.out());
    }

    private static CommandOutcome bench(String... options) {
        List<String> words = new ArrayList<>(List.of("bench", "engine", "--model", SAMPLE.toString()));
        words.addAll(List.of(options));
        return CommandOutcome.of(words.toArray(String[]::new));
    }
}
