package io.gatehouse.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.AnswerMatch;
import io.gatehouse.quiz.AnswerRule;
import io.gatehouse.run.GenerationPlan;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunProgress;
import io.gatehouse.run.RunTask;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestClusterRun {
    @TempDir
    private Path directory;

    @Test
    void holdsWhatOneMachineHolds() throws Exception {
        Path file = directory.resolve("alone.duckdb");
        Path divided = directory.resolve("divided");
        RunTask request = SampleStudy.request("sample", 130, 2);
        RunOutcome alone = SampleStudy.alone(file, request);
        RunOutcome outcome =
                SampleStudy.divided(divided, request, SampleStudy.PATIENT, step -> new FailingAtFirst(step, 2, 2));
        assertThat(outcome.correct()).isEqualTo(alone.correct());
        assertThat(outcome.tokens()).isEqualTo(alone.tokens());
        new DirectoryContent(divided).assertIsThatOf(file);
        assertThat(files(divided.resolve("_unfinished"))).isEmpty();

        assertThat(divided.resolve("README.md"))
                .content()
                .contains("| 1 | sample |", "path: answers/run_id=1/shard=*/*.parquet");

        // A second run in the same directory, which answers in generated text, leaves the first one as it is.
        RunTask second = SampleStudy.request("second", 70, 0)
                .generating(new GenerationPlan(4).answeredBy(AnswerRule.of("regex:[ABCD]", AnswerMatch.EXACT)));
        SampleStudy.alone(file, second);
        SampleStudy.divided(divided, second, SampleStudy.PATIENT, UnaryOperator.identity());
        try (Store store = Store.open(divided);
                Store first = Store.open(file)) {
            assertThat(store.runs()).extracting(RunSummary::name).containsExactly("sample", "second");
            assertThat(store.verify().problems()).isEmpty();
            assertThat(store.verify().runs()).isEqualTo(first.verify().runs());
        }
        assertThat(divided.resolve("README.md"))
                .content()
                .contains(
                        "| 1 | sample |",
                        "| 2 | second |",
                        "path: answers/run_id=1/shard=*/*.parquet",
                        "path: answers/run_id=2/shard=*/*.parquet");
        assertThatThrownBy(() -> SampleStudy.divided(divided, second, SampleStudy.PATIENT, UnaryOperator.identity()))
                .isInstanceOfSatisfying(
                        GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RUN_EXISTS));
    }

    @Test
    void goesOnWithARunThatGaveUpOrWasCancelled() throws Exception {
        Path file = directory.resolve("alone.duckdb");
        Path divided = directory.resolve("divided");
        // A driver was killed after it had made folders, and before it had put the files into them.
        for (String folder : List.of("schema_version", "_unfinished/runs/run_id=1", "run_shards/run_id=1/shard=0")) {
            Files.createDirectories(divided.resolve(folder));
        }
        RunTask request = SampleStudy.request("sample", 200, 0);
        SampleStudy.alone(file, request);

        assertThatThrownBy(() -> SampleStudy.divided(
                        divided, request, SampleStudy.PATIENT, step -> new FailingAtFirst(step, 3, 99)))
                .isInstanceOfSatisfying(GatehouseException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.CLUSTER_FAILED);
                    assertThat(e.getMessage()).contains("is lost");
                });
        assertThat(new DirectoryContent(divided).statuses()).containsExactly(RunStatus.FAILED);

        AtomicInteger seen = new AtomicInteger();
        RunListener stopping = new RunListener() {
            @Override
            public void progress(RunProgress progress) {
                seen.incrementAndGet();
            }

            @Override
            public boolean cancelled() {
                return seen.get() > 0;
            }
        };
        assertThatThrownBy(() -> SampleStudy.divided(divided, request, stopping, UnaryOperator.identity()))
                .isInstanceOfSatisfying(
                        GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED_BY_USER));
        assertThat(new DirectoryContent(divided).statuses()).containsExactly(RunStatus.CANCELLED);
        assertThat(divided.resolve("README.md")).content().contains("| cancelled |");
        Files.writeString(divided.resolve("README.md"), "mine");
        try (Store store = Store.open(divided)) {
            assertThat(store.verify().problems()).isEmpty();
            assertThat(store.runs().get(0).answered()).isBetween(1, 199);
        }

        SampleStudy.divided(divided, request, SampleStudy.PATIENT, UnaryOperator.identity());
        new DirectoryContent(divided).assertIsThatOf(file);
        // A card that a user has written.
        assertThat(divided.resolve("README.md")).hasContent("mine");
    }

    @Test
    void refusesADirectoryOfSomethingElse() throws Exception {
        Files.writeString(directory.resolve("mine.txt"), "mine");
        assertThatThrownBy(() -> SampleStudy.divided(
                        directory, SampleStudy.request("sample", 13, 0), SampleStudy.PATIENT, UnaryOperator.identity()))
                .isInstanceOf(GatehouseException.class)
                .hasMessageContaining("neither empty nor a directory that Gatehouse has written");
        assertThat(directory).isDirectoryContaining("glob:**/mine.txt");
        assertThat(files(directory)).containsExactly("mine.txt");
    }

    private static List<String> files(Path root) throws Exception {
        try (var paths = Files.walk(root)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> root.relativize(path).toString())
                    .toList();
        }
    }
}
