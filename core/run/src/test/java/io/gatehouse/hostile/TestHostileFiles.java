package io.gatehouse.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.JavaCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process with little memory reads every hostile file, one after the other, and lives: each ends with one error that
 * names it, or is read, in seconds. The process would end at the first error of memory.
 */
final class TestHostileFiles {
    private static final int MOST_SECONDS = 30;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void noneEndsOrHoldsTheProcess() throws IOException, InterruptedException {
        new HostileFiles(directory).writeAll();
        Path log = directory.resolve(".log");
        List<String> command = JavaCommand.of(
                ReadHostileFiles.class, List.of("-Xmx512m", "-XX:+ExitOnOutOfMemoryError"), directory.toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES))
                    .as(Files.readString(log))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        for (String line : Files.readAllLines(log)) {
            String[] fields = line.split("\t", -1);
            assertThat(fields).as(line).hasSizeGreaterThan(2);
            assertThat(Long.parseLong(fields[1])).as(line).isLessThan(TimeUnit.SECONDS.toMillis(MOST_SECONDS));
            assertThat(fields[2]).as(line).isNotEqualTo("THROWN").isNotEqualTo("INTERNAL_ERROR");
            assertThat(line).doesNotContain("\u001b").hasSizeLessThan(1_000);
        }
    }
}
