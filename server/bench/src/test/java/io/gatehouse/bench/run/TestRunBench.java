package io.gatehouse.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.engine.Engine;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestRunBench {
    @TempDir
    private Path directory;

    @Test
    void keepsEverythingAndLeavesNothingBehind() {
        Path sample = Path.of(System.getProperty("gatehouse.root"), "core", "sample", "model");
        try (Checkpoint checkpoint = Checkpoint.open(sample);
                Engine engine = Engine.load(checkpoint)) {
            long start = System.nanoTime();
            RunBench.Measured measured = new RunBench(checkpoint, engine, 2).measure(directory, 2, 3, 5);
            double seconds = (System.nanoTime() - start) / 1e9;
            assertThat(measured.tokens()).isEqualTo(30);
            long layers = checkpoint.config().layers().size();
            assertThat(measured.writing().activations()).isPositive().isEqualTo(30 * layers * topK(checkpoint));
            // The median of two rounds is their mean, so that all four fit into the time that they took together.
            assertThat(2 * (measured.keptSeconds() + measured.droppedSeconds())).isBetween(0.0, seconds);
            assertThat(measured.writing().busy().toNanos() / 1e9).isBetween(0.0, 2 * measured.keptSeconds());
            assertThat(new RunBench.Measured(1, 3, 2, measured.writing()).overhead())
                    .isEqualTo(0.5);
            assertThat(directory).isEmptyDirectory();
        }
    }

    private static int topK(Checkpoint checkpoint) {
        return ((FeedForward.Sparse) checkpoint.config().feedForwards().get(0)).topK();
    }
}
