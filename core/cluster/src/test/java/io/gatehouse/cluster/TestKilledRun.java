package io.gatehouse.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.run.RunTask;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills executors and drivers without warning, while shards are lost by themselves. With {@code -Dtest.kills=10} ten
 * times, each at a moment of its own; target/kills.txt says when and what.
 */
final class TestKilledRun {
    private static final int SHARDS = 6;
    private static final int QUESTIONS = 64 * SHARDS;
    private static final int LONGEST_MILLIS = 1_500;

    private final long seed = Long.getLong("test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Path story = Path.of("target", "kills.txt");

    @TempDir
    private Path directory;

    @Test
    void holdsTheSameWhoeverIsKilled() throws Exception {
        Files.writeString(story, "-Dtest.seed=%d%n".formatted(seed));
        Path file = directory.resolve("alone.duckdb");
        RunTask request = SampleStudy.request("sample", QUESTIONS, 0);
        SampleStudy.alone(file, request);
        int kills = Integer.getInteger("test.kills", 2);
        for (int kill = 0; kill < kills; kill += 2) {
            DirectoryContent content = new DirectoryContent(directory.resolve("killed-" + kill));
            killExecutorAndDriver(content);
            if (content.statuses().isEmpty()) {
                SampleStudy.divided(
                        content.directory(), request, SampleStudy.PATIENT, step -> new FailingAtFirst(step, 2, 1));
            }
            content.assertIsThatOf(file);
            tell("gone on with", content);
        }
    }

    /** Spark puts another executor in the place of the one. */
    private void killExecutorAndDriver(DirectoryContent content) throws Exception {
        try (Driver driver = Driver.start(content.directory(), QUESTIONS, directory.resolve("spark"))) {
            await(driver, SHARDS / 2);
            assertThat(driver.killsExecutor(random)).isTrue();
            tell("executor killed", content);
            content.assertShowsNothingInPart();
            await(driver, SHARDS);
            driver.kill();
            tell("driver killed", content);
        }
        content.assertShowsNothingInPart();
    }

    /** Lets some shards be committed, or none, and then some time pass. */
    private void await(Driver driver, int fewer) throws Exception {
        driver.awaitCommits(random.nextInt(fewer));
        Thread.sleep(random.nextInt(LONGEST_MILLIS));
    }

    private void tell(String what, DirectoryContent content) throws Exception {
        String line = "%s: %d of %d shards in the ledger, shown %s%n"
                .formatted(what, content.shards(), SHARDS, content.hashes());
        Files.writeString(story, line, StandardOpenOption.APPEND);
    }
}
