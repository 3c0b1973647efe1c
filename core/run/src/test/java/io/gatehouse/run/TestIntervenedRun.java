package io.gatehouse.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.engine.ExpertPlace;
import io.gatehouse.engine.Interventions;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.MmluDirectory;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.ImportedRun;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of the sample model with experts taken away. Only its best expert serves each token, so that some never serve. */
final class TestIntervenedRun {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");

    @TempDir
    private Path directory;

    @Test
    void maskingTheUnusedChangesNoAnswerAndMaskingTheUsedDoes() throws SQLException {
        Quiz quiz = MmluDirectory.read(SAMPLE.resolve("quiz")).limit(2);
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE.resolve("model"));
                Store store = Store.create(directory.resolve("pruned.duckdb"))) {
            run(checkpoint, store, quiz, "free", mask(Set.of()));
            Set<ExpertPlace> unused = ExpertsOfRun.unused(store, "free", Optional.empty());
            run(checkpoint, store, quiz, "pruned", mask(unused));
            assertThat(answers(store, "pruned"))
                    .isEqualTo(answers(store, "free"))
                    .hasSize(2);
            assertThat(values(store, "SELECT interventions FROM runs ORDER BY run_id"))
                    .containsExactly("top-k 1", mask(unused).id());

            Set<ExpertPlace> unusedAtTheAnswer = ExpertsOfRun.unused(store, "free", Optional.of(Scope.LAST_PROMPT));
            assertThat(unusedAtTheAnswer).hasSizeGreaterThan(unused.size()).containsAll(unused);
            run(checkpoint, store, quiz, "less", mask(unusedAtTheAnswer));
            assertThat(answers(store, "less")).isNotEqualTo(answers(store, "free"));
            assertThat(ExpertsOfRun.unused(store, "less", Optional.empty())).containsAll(unusedAtTheAnswer);
        }
    }

    @Test
    void saysWhichRunHasNothingToMask() {
        Quiz quiz = MmluDirectory.read(SAMPLE.resolve("quiz")).limit(1);
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE.resolve("model"));
                Store store = Store.create(directory.resolve("all.duckdb"))) {
            run(checkpoint, store, quiz, "all", new Interventions(Set.of(), Map.of(), OptionalInt.of(16)));
            assertThatThrownBy(() -> ExpertsOfRun.unused(store, "all", Optional.empty()))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessage(
                            "Run \"all\" used every expert at its prompt tokens: there is nothing to mask; the unused scope last_prompt counts the last token of each prompt only.");
            assertThatThrownBy(() -> ExpertsOfRun.unused(store, "other", Optional.empty()))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessageEndingWith("holds no run named \"other\".");
        }
    }

    /** What was not looked at is not unused. */
    @Test
    void masksNothingOfWhatAnImportedRunDoesNotSay() {
        try (Store store = Store.create(directory.resolve("imported.duckdb"))) {
            ExpertCounts counts = new ExpertCounts(Optional.empty(), 0, new long[] {3, 0, 1});
            store.importRun(
                    ImportedRun.of("counted", "imatrix", "m", 1, 3, 1, Map.of(), List.of(), List.of(counts)), "test");
            assertThat(ExpertsOfRun.unused(store, "counted", Optional.empty())).containsExactly(new ExpertPlace(0, 1));
            assertThatThrownBy(() -> ExpertsOfRun.unused(store, "counted", Optional.of(Scope.LAST_PROMPT)))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessage("Run \"counted\" does not say which experts its last_prompt tokens used.");
        }
    }

    private static Interventions mask(Set<ExpertPlace> places) {
        return new Interventions(places, Map.of(), OptionalInt.of(1));
    }

    private static void run(Checkpoint checkpoint, Store store, Quiz quiz, String name, Interventions interventions) {
        try (Engine engine = Engine.load(checkpoint, EngineOptions.EXACT.with(interventions))) {
            new QuizRun(checkpoint, engine, store, "test")
                    .execute(
                            new RunTask(name, quiz, PromptFormat.HENDRYCKS, 0, Recording.decisions(Scope.PROMPT)),
                            new RunListener() {
                                @Override
                                public void progress(RunProgress progress) {}

                                @Override
                                public boolean cancelled() {
                                    return false;
                                }
                            });
        }
    }

    private static List<String> answers(Store store, String run) throws SQLException {
        return values(
                store,
                "SELECT a::VARCHAR FROM (SELECT a.* EXCLUDE (run_id) FROM answers a JOIN runs USING (run_id) WHERE name = '"
                        + run + "') AS a ORDER BY 1");
    }

    private static List<String> values(Store store, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
