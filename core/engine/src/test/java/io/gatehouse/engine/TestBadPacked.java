package io.gatehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.error.ErrorCategory;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Damaged and hostile checkpoints, packed in each way: one clear error, and nothing large is allocated for it. */
final class TestBadPacked {
    private static final long MAX_ALLOCATED = 64L << 20;

    @Test
    void eachEndsInOneErrorAndTheSoundOnesLoad() throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.list(SharedData.path("reference/quantised/bad"))) {
            all = files.filter(file -> !file.endsWith("README.md")).sorted().toList();
        }
        List<String> wrong = new ArrayList<>();
        for (Path file : all) {
            String name = file.getFileName().toString();
            boolean sound = name.matches(".*_good(\\.gguf)?");
            com.sun.management.ThreadMXBean threads =
                    (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            try (Checkpoint checkpoint = Checkpoint.open(file);
                    Engine engine = Engine.load(checkpoint)) {
                assertThat(engine).isNotNull();
                if (!sound) {
                    wrong.add(name + " loads");
                }
            } catch (GatehouseException e) {
                if (sound) {
                    wrong.add("%s: %s".formatted(name, e.getMessage()));
                }
                assertThat(e.code().category()).as(name).isIn(ErrorCategory.USER, ErrorCategory.CORRUPT);
                assertThat(e.getMessage())
                        .as(name)
                        .contains(name)
                        .hasLineCount(1)
                        .hasSizeLessThan(600);
                long allocated =
                        threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
                assertThat(allocated).as("bytes allocated for " + name).isLessThan(MAX_ALLOCATED);
            } catch (RuntimeException | Error e) {
                throw new AssertionError(name, e);
            }
        }
        assertThat(all).hasSizeGreaterThan(100);
        assertThat(wrong).isEmpty();
    }
}
