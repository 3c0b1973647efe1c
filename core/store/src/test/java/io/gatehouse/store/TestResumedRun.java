package io.gatehouse.store;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.store.run.QuestionRow;
import io.gatehouse.store.run.RunDescription;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.RunSummary;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.verify.Verification;
import io.gatehouse.store.write.RunWriter;
import io.gatehouse.testing.RecordCopy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestResumedRun {
    private static final RandomRun SHARDS = RandomRun.of("r", 5);
    private static final List<QuestionRow> QUESTIONS = RandomRun.questions(6);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Map<String, String> MORE = Map.of("prompts", "abc");

    @TempDir
    private Path directory;

    @Test
    void goesOnWhereItEndedAndHoldsTheSame() {
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file);
                RunWriter writer = store.startRun(SHARDS.description(), QUESTIONS, MORE)) {
            writer.write(SHARDS.shard(writer, 0, 0, 2));
            writer.write(SHARDS.shard(writer, 2, 4, 6));
        }
        try (Store store = Store.open(file)) {
            try (RunWriter writer = store.resumeRun(SHARDS.description(), QUESTIONS, MORE)) {
                assertThat(writer.runId()).isEqualTo(1);
                assertThat(List.of(writer.isWritten(0), writer.isWritten(1), writer.isWritten(2)))
                        .containsExactly(true, false, true);
                assertThatThrownBy(() -> writer.write(SHARDS.shard(writer, 2, 4, 6)))
                        .hasMessage("Shard 2 was written already");
                writer.write(SHARDS.shard(writer, 1, 2, 4));
                assertThat(writer.correct()).isEqualTo(3);
                writer.finish(RunStatus.COMPLETE);
            }
            Verification verification = store.verify();
            assertThat(verification.problems()).isEmpty();
            assertThat(verification.runs()).isEqualTo(uninterrupted().runs());
        }
    }

    @Test
    void countsAStoppedRunAsUnfinished() {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            try (RunWriter writer = store.startRun(SHARDS.description(), QUESTIONS, MORE)) {
                writer.finish(RunStatus.CANCELLED);
            }
            store.resumeRun(SHARDS.description(), QUESTIONS, MORE).close();
            assertThat(store.runs()).singleElement().satisfies(run -> {
                assertThat(run.status()).isEqualTo(RunStatus.RUNNING);
                assertThat(run.finishedAt()).isEmpty();
            });
        }
    }

    @Test
    void countsNoPauseAsTimeOfComputing() throws Exception {
        Path file = directory.resolve("a.duckdb");
        try (Store store = Store.create(file);
                RunWriter writer = store.startRun(SHARDS.description(), QUESTIONS, MORE)) {
            writer.write(SHARDS.shard(writer, 0, 0, 2));
            assertThat(store.run("r").computeSeconds()).as("not yet ended").isEmpty();
        }
        Thread.sleep(PAUSE.toMillis());
        try (Store store = Store.open(file)) {
            try (RunWriter writer = store.resumeRun(SHARDS.description(), QUESTIONS, MORE)) {
                writer.write(List.of(SHARDS.shard(writer, 1, 2, 4), SHARDS.shard(writer, 2, 4, 6)));
                writer.finish(RunStatus.COMPLETE);
            }
            RunSummary run = store.run("r");
            Duration all = Duration.between(run.startedAt(), run.finishedAt().orElseThrow());
            assertThat(run.computeSeconds().orElseThrow())
                    .isPositive()
                    .isLessThanOrEqualTo(all.minus(PAUSE).toNanos() / 1e9);
            assertThat(Rows.of(store, "SELECT count(DISTINCT seconds) FROM run_shards WHERE shard > 0"))
                    .as("two shards of one commit")
                    .containsExactly("1");
        }
    }

    @Test
    void refusesAChangedDefinitionAndSaysWhatChanged() {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            store.startRun(SHARDS.description(), QUESTIONS, MORE).close();
            assertRefused(
                    () -> store.resumeRun(SHARDS.description(), QUESTIONS, Map.of("prompts", "xyz")),
                    ErrorCode.RUN_EXISTS,
                    "prompts was abc and is xyz.");
            assertRefused(
                    () -> store.resumeRun(
                            SHARDS.description(), QUESTIONS, Map.of("prompts", "98c6f00d98c6f00d98c6f00d98c6f00d")),
                    ErrorCode.RUN_EXISTS,
                    "other settings: not the same prompts. Give");
            assertRefused(
                    () -> store.resumeRun(SHARDS.description(), RandomRun.questions(5), MORE),
                    ErrorCode.RUN_EXISTS,
                    "questions was 6 and is 5; not the same quiz.");
            RunDescription other = RandomRun.description("r", 3, 8, 2, Scope.LAST_PROMPT);
            assertRefused(
                    () -> store.resumeRun(other, QUESTIONS, MORE),
                    ErrorCode.RUN_EXISTS,
                    "recorded was prompt and is last_prompt");
        }
    }

    /** A setting that a run does not have has no row in the file. */
    @Test
    void saysNoneForASettingThatARunDoesNotHave() {
        RunDescription plain = SHARDS.description();
        RunDescription changed = RecordCopy.of(plain, Map.of("interventions", "top-k 4"));
        assertOther(plain, changed, "other settings: interventions was none and is top-k 4. Give");
        assertOther(changed, plain, "other settings: interventions was top-k 4 and is none. Give");
    }

    private void assertOther(RunDescription begun, RunDescription resumed, String reason) {
        Path file = directory.resolve("begun%s.duckdb".formatted(begun.interventions()));
        try (Store store = Store.create(file)) {
            store.startRun(begun, QUESTIONS, MORE).close();
            assertRefused(() -> store.resumeRun(resumed, QUESTIONS, MORE), ErrorCode.RUN_EXISTS, reason);
        }
    }

    @Test
    void refusesACompleteRunAMissingOneAndOneInWriting() {
        try (Store store = Store.create(directory.resolve("a.duckdb"))) {
            assertRefused(
                    () -> store.resumeRun(SHARDS.description(), QUESTIONS, MORE),
                    ErrorCode.RUN_NOT_FOUND,
                    "holds no run named \"r\"");
            try (RunWriter writer = store.startRun(SHARDS.description(), QUESTIONS, MORE)) {
                assertRefused(
                        () -> store.resumeRun(SHARDS.description(), QUESTIONS, MORE),
                        ErrorCode.RUN_EXISTS,
                        "is being written");
                writer.write(SHARDS.shard(writer, 0, 0, 6));
                writer.finish(RunStatus.COMPLETE);
            }
            assertRefused(
                    () -> store.resumeRun(SHARDS.description(), QUESTIONS, MORE), ErrorCode.RUN_EXISTS, "is complete");
        }
    }

    private Verification uninterrupted() {
        try (Store store = Store.create(directory.resolve("whole.duckdb"))) {
            // Another run and another quiz before it, so that no id is the same.
            store.startRun(
                            RandomRun.description("other", 3, 8, 2, Scope.PROMPT),
                            List.of(RandomRun.question("fish", 1)))
                    .close();
            store.deleteRun("other");
            try (RunWriter writer = store.startRun(SHARDS.description(), QUESTIONS, MORE)) {
                for (int shard = 0; shard < 3; shard++) {
                    writer.write(SHARDS.shard(writer, shard, 2 * shard, 2 * shard + 2));
                }
                writer.finish(RunStatus.COMPLETE);
            }
            return store.verify();
        }
    }
}
