package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.sample.random.Blueprint;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestSampleRandomCommand {
    private static final Path QUIZ = Path.of(System.getProperty("gatehouse.root"), "core", "sample", "quiz");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void makesAModelThatRunsAQuizAtOnce() throws IOException {
        Path model = folder.resolve("model");
        CommandOutcome made = CommandOutcome.of(
                "sample", "random", "--like", "tiny-olmoe", "--layers", "2", "--output", model.toString(), "--json");
        assertThat(made.exitCode()).as(made.err()).isZero();
        JsonNode figures = new ObjectMapper().readTree(made.out());
        assertThat(figures.path("layers").asInt()).isEqualTo(2);
        assertThat(figures.path("parameters").asLong()).isEqualTo(173_632);
        assertThat(figures.path("bytes").asLong()).isEqualTo(347_264);

        CommandOutcome run = CommandOutcome.of(
                "run",
                "--model",
                model.toString(),
                "--quiz",
                QUIZ.toString(),
                "--db",
                folder.resolve("random.duckdb").toString(),
                "--limit",
                "13",
                "--json");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(new ObjectMapper()
                        .readTree(run.out())
                        .path("questions_answered")
                        .asInt())
                .isEqualTo(13);
    }

    @Test
    void namesTheModelsThereAre() {
        CommandOutcome outcome = CommandOutcome.of(
                "sample",
                "random",
                "--like",
                "olmo",
                "--output",
                folder.resolve("model").toString());
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .isEqualTo("error: Unknown model 'olmo' of --like; it must be one of "
                        + String.join(", ", Blueprint.titles()) + ".\n");
        assertThat(Blueprint.titles()).contains("olmoe-1b-7b", "gpt-oss-20b", "deepseek-v3", "tiny-qwen3-moe");
        assertThat(CommandOutcome.of("sample", "random", "--help").out().replaceAll("\\s+", ""))
                .contains(String.join(",", Blueprint.titles()))
                .contains("BF16,FP16,FP32");
    }

    @Test
    void saysWhyItWritesNothing() {
        assertThat(random("--layers", "0"))
                .isEqualTo(new CommandOutcome(1, "", "error: --layers is 0; it must be from 1 to 10,000.\n"));
        CommandOutcome missing =
                random("--tokenizer", folder.resolve("none.json").toString());
        assertThat(missing)
                .isEqualTo(new CommandOutcome(1, "", "error: " + folder.resolve("none.json") + " does not exist.\n"));
        assertThat(random("--layers", "10000").exitCode()).isEqualTo(4);
        assertThat(folder).isEmptyDirectory();
    }

    private CommandOutcome random(String option, String value) {
        return CommandOutcome.of(
                "sample",
                "random",
                "--like",
                "mixtral-8x7b",
                "--output",
                folder.resolve("model").toString(),
                option,
                value);
    }
}
