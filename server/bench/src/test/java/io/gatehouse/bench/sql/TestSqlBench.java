package io.gatehouse.bench.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sample.routing.SyntheticRun;
import io.gatehouse.store.Store;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestSqlBench {
    @Test
    void everyQueryIsMeasuredInAllThreeWays(@TempDir Path directory) {
        Path file = directory.resolve("bench.duckdb");
        SyntheticRun.write(file, 250_000);
        try (Store store = Store.open(file);
                SqlBench bench = new SqlBench(store, 1)) {
            List<SqlBench.Measured> measured = bench.run();
            assertThat(measured)
                    .extracting(SqlBench.Measured::query)
                    .containsExactly(
                            "layer, expert",
                            "count",
                            "rollup(layer, expert)",
                            "accuracy per expert",
                            "subject, layer, expert",
                            "experts that fire",
                            "answer, expert of a layer");
            assertThat(measured).allSatisfy(query -> {
                assertThat(query.duckDb()).isPositive();
                assertThat(query.facts()).isPositive();
                assertThat(query.rollups()).isPositive();
            });
        }
    }

    @Test
    void planningIsMeasuredOverTablesAndViews(@TempDir Path directory) {
        Path file = directory.resolve("bench.duckdb");
        SyntheticRun.write(file, 1);
        try (Store store = Store.open(file)) {
            List<PlanningBench.Measured> measured = new PlanningBench(store, 2).run();
            assertThat(measured)
                    .extracting(PlanningBench.Measured::statement)
                    .contains("small: one token", "views: two", "accuracy per expert", "refused: a keyword");
            assertThat(measured).allSatisfy(statement -> {
                assertThat(statement.first()).isPositive();
                assertThat(statement.warm()).isPositive();
            });
        }
    }

    @Test
    void analysesAnswerOnMadeUpRouting(@TempDir Path directory) {
        Path file = directory.resolve("bench.duckdb");
        SyntheticRun.write(file, 250_000);
        try (Store store = Store.open(file)) {
            List<AnalysisBench.Measured> measured = new AnalysisBench(
                            store,
                            Duration.ofMinutes(1),
                            Pattern.compile(".*(load|cache|accuracy|cache_in_bytes|dropped_choices)"))
                    .run();
            assertThat(measured)
                    .extracting(AnalysisBench.Measured::analysis)
                    .contains(
                            "layer_load",
                            "expert_accuracy",
                            "expert_cache",
                            "expert_cache_in_bytes",
                            "dropped_choices");
            assertThat(measured).allSatisfy(analysis -> {
                assertThat(analysis.failure()).isEmpty();
                assertThat(analysis.rows()).isPositive();
                assertThat(analysis.duration()).isPositive();
            });
            assertThatThrownBy(() -> new AnalysisBench(store, Duration.ofMinutes(1), Pattern.compile("nothing")).run())
                    .hasMessage("No view and no table function has a name like nothing.");
        }
    }

    @Test
    void roundsMustBePositive(@TempDir Path directory) {
        Path file = directory.resolve("bench.duckdb");
        SyntheticRun.write(file, 1);
        try (Store store = Store.open(file)) {
            assertThatThrownBy(() -> new SqlBench(store, 0))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessage("The number of rounds must be positive, not 0.");
        }
    }
}
