package io.gatehouse.run;

import static io.gatehouse.run.SampleRuns.count;
import static io.gatehouse.run.SampleRuns.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.Precision;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.Subject;
import io.gatehouse.run.SampleRuns.Watcher;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.RunStatus;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** How a run of the sample model ends before its time, what is kept of it then, and how it goes on. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestEndedRun {
    private final SampleRuns sample = new SampleRuns();
    private final Checkpoint checkpoint = sample.checkpoint();
    private final Quiz quiz = sample.quiz();

    @TempDir
    private Path directory;

    @AfterAll
    void close() {
        sample.close();
    }

    @Test
    void aCancelledRunKeepsWholeShards() throws SQLException {
        try (Store store = Store.create(directory.resolve("cancelled.duckdb"))) {
            AtomicReference<String> message = new AtomicReference<>();
            assertThatThrownBy(() -> sample.run(store, request("cancelled", quiz.limit(500), 0), new Watcher(64)))
                    .isInstanceOfSatisfying(GatehouseException.class, failure -> {
                        assertThat(failure.code()).isEqualTo(ErrorCode.CANCELLED_BY_USER);
                        message.set(failure.getMessage());
                    });
            // What was computed when the word came is written yet.
            long kept = count(store, "FROM answers");
            assertThat(kept).isPositive().isLessThan(500);
            assertThat(kept % 64).isZero();
            assertThat(message.get())
                    .isEqualTo(
                            "The run was cancelled; the answers to %d of 500 questions are kept. Repeat the command with --name cancelled to resume."
                                    .formatted(kept));
            assertThat(count(store, "FROM run_shards")).isEqualTo(kept / 64);
            assertThat(store.runs().get(0).status()).isEqualTo(RunStatus.CANCELLED);
            assertThat(store.verify().problems()).isEmpty();
            RunOutcome outcome =
                    sample.run(store, request("cancelled", quiz.limit(500), 0), new Watcher(Integer.MAX_VALUE));
            assertThat(outcome.questions()).isEqualTo(500);
            assertThat(count(store, "FROM answers")).isEqualTo(500);
        }
    }

    @Test
    void anErrorOfTheWriterEndsTheRunAndKeepsWhatIsCommitted() throws SQLException {
        try (Store store = Store.create(directory.resolve("broken.duckdb"))) {
            Watcher watcher = new Watcher(Integer.MAX_VALUE) {
                private boolean broken;

                @Override
                public void progress(RunProgress progress) {
                    super.progress(progress);
                    if (progress.questionsDone() >= 64 && !broken) {
                        broken = true;
                        execute(store, "ALTER TABLE run_shards RENAME TO elsewhere");
                    }
                }
            };
            assertThatThrownBy(() -> sample.run(store, request("broken", quiz.limit(500), 0), watcher))
                    .hasMessageContaining("run_shards does not exist");
            execute(store, "ALTER TABLE elsewhere RENAME TO run_shards");
            assertThat(store.runs().get(0).status()).isEqualTo(RunStatus.FAILED);
            assertThat(count(store, "FROM answers")).isPositive().isLessThan(500);
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    @Test
    void goesOnInThePlanThatItWasBegunIn() {
        EngineOptions asked = EngineOptions.of(Precision.FAST);
        try (Store store = Store.create(directory.resolve("plan.duckdb"))) {
            RunTask request = request("plan", quiz.limit(500), 0);
            try (Engine rounded = Engine.loadExactly(checkpoint, asked)) {
                assertThatThrownBy(
                                () -> new QuizRun(checkpoint, rounded, store, "test").execute(request, new Watcher(64)))
                        .isInstanceOf(GatehouseException.class)
                        .hasMessageStartingWith("The run was cancelled");
            }
            assertThatThrownBy(() -> sample.run(store, request, new Watcher(Integer.MAX_VALUE)))
                    .hasMessageContaining("precision was fast and is exact");
            Precision begun = UnfinishedRun.find(store, "plan")
                    .flatMap(UnfinishedRun::precision)
                    .orElseThrow();
            assertThat(begun).isEqualTo(Precision.FAST);
            assertThat(asked.supports(begun)).isTrue();
            assertThat(asked.supports(Precision.EXACT)).isTrue();
            assertThat(asked.supports(Precision.BALANCED)).isFalse();
            assertThat(EngineOptions.EXACT.supports(begun)).isFalse();
            try (Engine again = Engine.loadExactly(checkpoint, asked.withPrecision(begun))) {
                RunOutcome outcome =
                        new QuizRun(checkpoint, again, store, "test").execute(request, new Watcher(Integer.MAX_VALUE));
                assertThat(outcome.questions()).isEqualTo(500);
            }
            assertThat(UnfinishedRun.find(store, "plan")).isEmpty();
        }
    }

    @Test
    void whatIsComputedIsKeptWhenMemoryRunsOut() throws SQLException {
        try (Store store = Store.create(directory.resolve("memory.duckdb"))) {
            Watcher watcher = new Watcher(Integer.MAX_VALUE) {
                private int ticks;

                @Override
                public void progress(RunProgress progress) {
                    // The second shard, whether or not the first is in the file by now.
                    if (progress.tokensDone() > progress.tokens() * 3 / 4 && ticks++ == 0) {
                        throw new OutOfMemoryError("made up");
                    }
                }
            };
            assertThatThrownBy(() -> sample.run(store, request("memory", quiz.limit(128), 0), watcher))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessage("made up");
            assertThat(store.runs().get(0).status()).isEqualTo(RunStatus.FAILED);
            assertThat(count(store, "FROM answers")).isEqualTo(64);
            assertThat(store.verify().problems()).isEmpty();
        }
    }

    @Test
    void refusesAPromptThatIsTooLongBeforeTheRunBegins() {
        Quiz first = quiz.limit(1);
        try (Store store = Store.create(directory.resolve("long.duckdb"))) {
            String question = "word ".repeat(400);
            Quiz tooLong = new Quiz(
                    "long",
                    List.of(new Subject(
                            "addition",
                            first.subjects().get(0).dev(),
                            List.of(new Question("addition", 1, question, List.of("1", "2", "3", "4"), 'A')))));
            assertThatThrownBy(() -> sample.run(store, request("long", tooLong, 0), new Watcher(Integer.MAX_VALUE)))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessageStartingWith("The prompt of question 1 of addition has ");
            assertThat(store.runs()).isEmpty();
        }
    }

    private static void execute(Store store, String sql) {
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
