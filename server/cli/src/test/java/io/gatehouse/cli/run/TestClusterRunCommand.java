package io.gatehouse.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.cli.CommandOutcome;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The distribution has no Spark; what the command does with one is tried where one is. */
final class TestClusterRunCommand {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void saysWhatToDoWithoutSpark() {
        Path written = directory.resolve("routing");
        CommandOutcome outcome =
                CommandOutcome.of("cluster", "run", "--output", written.toString(), "--model", "any", "--quiz", "any");
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("set SPARK_HOME").contains("docs/cluster.md");
        assertThat(written).doesNotExist();
    }

    @Test
    void explainsItself() {
        assertThat(CommandOutcome.of("cluster", "run", "--help").out())
                .contains("--master")
                .contains("--output");
    }
}
