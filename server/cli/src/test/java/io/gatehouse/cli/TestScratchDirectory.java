package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class TestScratchDirectory {
    @Test
    void goesWithWhatIsInItAndHidesNoError() {
        AtomicReference<Path> path = new AtomicReference<>(Path.of(""));
        assertThatThrownBy(() -> {
                    try (ScratchDirectory scratch = ScratchDirectory.make()) {
                        path.set(scratch.path());
                        Files.writeString(scratch.path().resolve("bench.duckdb.wal"), "left behind");
                        throw new IllegalStateException("the reason");
                    }
                })
                .hasMessage("the reason");
        assertThat(path.get()).doesNotExist();
    }
}
