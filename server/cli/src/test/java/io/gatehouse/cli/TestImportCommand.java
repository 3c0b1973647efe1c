package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestImportCommand {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void takesOverARunThatSqlCanAskFor() throws IOException {
        Path responses = Files.writeString(
                directory.resolve("responses.jsonl"), "{\"prompt_routed_experts\": [[[3, 1]], [[0, 3]]]}");
        String file = directory.resolve("a.duckdb").toString();
        CommandOutcome imported =
                CommandOutcome.of("import", "--from", "vllm", "--db", file, "--name", "served", responses.toString());
        assertThat(imported.err()).isEmpty();
        assertThat(imported.out()).containsPattern("Sequences +1").containsPattern("Weights recorded +false");
        assertThat(CommandOutcome.of(
                                "sql",
                                "--db",
                                file,
                                "--format",
                                "csv",
                                "-c",
                                "SELECT expert, count(*) AS n, sum(weight) AS w FROM activations GROUP BY expert ORDER BY expert")
                        .out())
                .isEqualToNormalizingNewlines("expert,n,w\n0,1,\n1,1,\n3,2,\n");
        assertThat(CommandOutcome.of("verify", "--db", file).exitCode()).isZero();
    }

    @Test
    void listsWhatAnImportHasInsteadOfAnswers() throws IOException {
        Path responses = Files.writeString(
                directory.resolve("responses.jsonl"),
                "{\"prompt_routed_experts\": [[[3, 1]], [[0, 3]]]}\n{\"prompt_routed_experts\": [[[2, 1]], [[0, 3]]]}");
        String file = directory.resolve("a.duckdb").toString();
        CommandOutcome.of("import", "--from", "vllm", "--db", file, "--name", "served", responses.toString());
        assertThat(CommandOutcome.of("runs", "list", "--db", file).out())
                .containsPattern("1 +served +complete +2 sequences +not recorded +.* from vllm ")
                .doesNotContain("answered,", " 0 of 2");
    }

    @Test
    void refusesADamagedFileAndMakesNoDatabase() throws IOException {
        Path responses = Files.writeString(directory.resolve("responses.jsonl"), "{\"choices\": []}");
        Path file = directory.resolve("a.duckdb");
        CommandOutcome outcome = CommandOutcome.of(
                "import", "--from", "vllm", "--db", file.toString(), "--name", "served", responses.toString());
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err())
                .isEqualToNormalizingNewlines(
                        "error: %s, line 1 has no field 'prompt_routed_experts'.\n".formatted(responses));
        assertThat(file).doesNotExist();
    }
}
