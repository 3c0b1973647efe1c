package io.gatehouse.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunProgress;
import io.gatehouse.run.RunRequest;
import io.gatehouse.store.ExportListener;
import io.gatehouse.store.RunStatus;
import io.gatehouse.store.RunSummary;
import io.gatehouse.store.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestClusterRun {
    private static final List<String> RELATIONS = List.of(
            "answers",
            "tokens",
            "routing",
            "gates",
            "expert_norms",
            "usage",
            "subject_usage",
            "layer_usage",
            "outcome_usage",
            "layer_entropy",
            "experts",
            "questions",
            "run_definitions");

    @TempDir
    private Path directory;

    @Test
    void holdsWhatOneMachineHolds() throws Exception {
        Path file = directory.resolve("alone.duckdb");
        Path divided = directory.resolve("divided");
        RunRequest request = SampleStudy.request("sample", 200, 2);
        RunOutcome alone = SampleStudy.alone(file, request);
        RunOutcome outcome =
                SampleStudy.divided(divided, request, SampleStudy.PATIENT, step -> new FailingAtFirst(step, 2, 2));
        assertThat(outcome.correct()).isEqualTo(alone.correct());
        assertThat(outcome.tokens()).isEqualTo(alone.tokens());
        assertSame(file, divided, "sample");
        assertThat(files(divided.resolve("_unfinished"))).isEmpty();

        // A second run in the same directory leaves the first one as it is.
        SampleStudy.divided(
                divided, SampleStudy.request("second", 70, 0), SampleStudy.PATIENT, UnaryOperator.identity());
        try (Store store = Store.open(divided);
                Store first = Store.open(file)) {
            assertThat(store.runs()).extracting(RunSummary::name).containsExactly("sample", "second");
            assertThat(store.verify().problems()).isEmpty();
            assertThat(store.verify().runs().get(0))
                    .isEqualTo(first.verify().runs().get(0));
        }
        assertThatThrownBy(() -> SampleStudy.divided(
                        divided, SampleStudy.request("second", 70, 0), SampleStudy.PATIENT, UnaryOperator.identity()))
                .isInstanceOfSatisfying(
                        GatehouseException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RUN_EXISTS));
    }

    @Test
    void goesOnWithARunThatGaveUpOrWasCancelled() throws Exception {
        Path file = directory.resolve("alone.duckdb");
        Path divided = directory.resolve("divided");
        RunRequest request = SampleStudy.request("sample", 200, 0);
        SampleStudy.alone(file, request);

        assertThatThrownBy(() -> SampleStudy.divided(
                        divided, request, SampleStudy.PATIENT, step -> new FailingAtFirst(step, 3, 99)))
                .isInstanceOfSatisfying(GatehouseException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.CLUSTER_FAILED);
                    assertThat(e.getMessage()).contains("is lost");
                });
        assertThat(statuses(divided)).containsExactly(RunStatus.FAILED);

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
        assertThat(statuses(divided)).containsExactly(RunStatus.CANCELLED);
        try (Store store = Store.open(divided)) {
            assertThat(store.verify().problems()).isEmpty();
            assertThat(store.runs().get(0).answered()).isBetween(1, 199);
        }

        SampleStudy.divided(divided, request, SampleStudy.PATIENT, UnaryOperator.identity());
        assertSame(file, divided, "sample");
    }

    /** With {@code -Dtest.kills=10} for an evening; each kill comes at a moment of its own. */
    @Test
    void holdsTheSameHoweverOftenItsDriverIsKilled() throws Exception {
        long seed = Long.getLong("test.seed", System.nanoTime());
        int kills = Integer.getInteger("test.kills", 2);
        Random random = new Random(seed);
        Path file = directory.resolve("alone.duckdb");
        Path divided = directory.resolve("divided");
        int questions = 64 * (2 * kills + 2);
        RunRequest request = SampleStudy.request("sample", questions, 0);
        SampleStudy.alone(file, request);
        for (int kill = 0; kill < kills; kill++) {
            try (Driver driver = Driver.start(divided, questions)) {
                // One that finds nothing left to do has lived long enough.
                if (!driver.commits()) {
                    break;
                }
                Thread.sleep(random.nextInt(1_500));
            }
            try (Store store = Store.open(divided)) {
                assertThat(store.verify().problems())
                        .as("after kill %d, -Dtest.seed=%d", kill, seed)
                        .isEmpty();
            }
        }
        if (!statuses(divided).equals(List.of(RunStatus.COMPLETE))) {
            SampleStudy.divided(divided, request, SampleStudy.PATIENT, step -> new FailingAtFirst(step, 2, 1));
        }
        assertSame(file, divided, "sample");
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

    /** The directory verifies, has the file's hash, and the same rows in every relation as an export of the file. */
    private void assertSame(Path file, Path divided, String run) throws Exception {
        Path exported = directory.resolve("exported");
        Store.export(file, exported, ExportListener.none());
        try (Store expected = Store.open(exported);
                Store store = Store.open(divided)) {
            assertThat(store.verify().problems()).isEmpty();
            assertThat(store.verify()).isEqualTo(expected.verify());
            assertThat(store.run(run).status()).isEqualTo(RunStatus.COMPLETE);
            for (String relation : RELATIONS) {
                String rows = "FROM %s ORDER BY ALL".formatted(relation);
                assertThat(rows(store, rows))
                        .as(relation)
                        .isEqualTo(rows(expected, rows))
                        .isNotEmpty();
            }
        }
    }

    private static List<RunStatus> statuses(Path divided) {
        try (Store store = Store.open(divided)) {
            return store.runs().stream().map(RunSummary::status).toList();
        }
    }

    private static List<String> rows(Store store, String sql) throws SQLException {
        try (Connection reader = store.reader();
                Statement statement = reader.createStatement();
                ResultSet result = statement.executeQuery("SELECT CAST(t AS VARCHAR) FROM (%s) AS t".formatted(sql))) {
            List<String> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(result.getString(1));
            }
            return rows;
        }
    }

    private static List<String> files(Path root) throws Exception {
        try (var paths = Files.walk(root)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> root.relativize(path).toString())
                    .toList();
        }
    }
}
