package io.gatehouse.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCompaction {
    @TempDir
    private Path directory;

    @Test
    void letsNobodyWriteBetweenTheCopyAndItsMove() throws Exception {
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file)) {
            store.importRun(TestStartRun.imported("kept"), "test");
        }
        boolean[] refused = new boolean[2];
        new Compaction(file, () -> {
                    // In this order: POSIX gives up a lock when its process closes the file, however often it has it
                    // open.
                    refused[0] = isInUseForAnotherProcess(file);
                    refused[1] = isInUse(file);
                })
                .run();
        assertThat(refused).containsExactly(true, true);
        try (Store store = Store.open(file)) {
            assertThat(store.runs()).extracting(RunSummary::name).containsExactly("kept");
            assertThat(store.verify().problems()).isEmpty();
        }
        assertThat(directory.toFile().list()).containsExactly("a.duckdb");
    }

    @Test
    void refusesAFileThatSomebodyHas() {
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file)) {
            assertThat(store.runs()).isEmpty();
            assertThatThrownBy(() -> Store.compact(file))
                    .isInstanceOfSatisfying(
                            GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_IN_USE));
        }
    }

    private static boolean isInUse(Path file) {
        try (Store store = Store.open(file)) {
            assertThat(store.file()).isEqualTo(file);
            return false;
        } catch (GatehouseException e) {
            return e.code() == ErrorCode.DATABASE_IN_USE;
        }
    }

    /** The process says "open" once it has the file, and ends with an error otherwise. */
    private static boolean isInUseForAnotherProcess(Path file) {
        try (ChildProcess holder = ChildProcess.start(HoldStore.class, file.toString())) {
            return holder.readLine() == null;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
