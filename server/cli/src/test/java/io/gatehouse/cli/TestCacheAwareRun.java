package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.sql.QueryEngine;
import io.gatehouse.store.Store;
import io.gatehouse.study.Rows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cache-aware routing predicted from gates, and done by the engine. */
final class TestCacheAwareRun {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");

    @TempDir
    private Path directory;

    /**
     * In the first layer the input does not change, so that the run does what {@code cache_route} predicts. Of a run of one
     * question, the other half of the questions is empty, and that function takes the experts with the lowest numbers.
     */
    @Test
    void theFirstLayerDoesWhatCacheRoutePredicts() {
        run("--limit", "1", "--name", "base", "--probabilities", "all");
        String resident = IntStream.range(0, 2)
                .boxed()
                .flatMap(layer -> IntStream.range(0, 6).mapToObj(expert -> layer + ":" + expert))
                .collect(Collectors.joining(","));
        run("--limit", "1", "--name", "cached", "--resident", resident, "--keep", "1", "--candidates", "5");
        List<Double> predicted = row(
                "SELECT hit_rate, routed_hit_rate, mass_lost FROM cache_route(1, 'prompt', 6, 1, 5) WHERE layer = 0");
        List<Double> done = row("SELECT avg(CASE WHEN expert < 6 THEN 1.0 ELSE 0.0 END) FILTER (WHERE run_id = 1),"
                + " avg(CASE WHEN expert < 6 THEN 1.0 ELSE 0.0 END) FILTER (WHERE run_id = 2)"
                + " FROM activations WHERE layer = 0");
        assertThat(done).isEqualTo(predicted.subList(0, 2));
        assertThat(predicted.get(1)).isGreaterThan(predicted.get(0));
        double lost = row("SELECT avg(mass) FILTER (WHERE run_id = 1) - avg(mass) FILTER (WHERE run_id = 2)"
                        + " FROM token_routing WHERE layer = 0")
                .get(0);
        assertThat(predicted.get(2)).isPositive().isCloseTo(lost, within(1e-4));
    }

    @Test
    void theMostUsedExpertsOfARunAreResident() {
        run("--limit", "8", "--name", "base");
        run(
                "--limit",
                "8",
                "--name",
                "cached",
                "--resident-of",
                "base",
                "--resident-experts",
                "3",
                "--candidates",
                "4");
        assertThat(text("SELECT interventions FROM runs WHERE run_id = 2"))
                .matches("resident (\\d:\\d+,){11}\\d:\\d+; keep 1; candidates 4")
                .contains(
                        text(
                                "SELECT string_agg(CAST(layer AS VARCHAR) || ':' || CAST(expert AS VARCHAR), ',' ORDER BY layer, expert) FROM ("
                                        + "SELECT layer, expert FROM experts WHERE run_id = 1 AND scope = 'prompt' "
                                        + "QUALIFY row_number() OVER (PARTITION BY layer ORDER BY activations DESC, expert) <= 3) AS t"));
        assertThat(row("SELECT n FROM intervention_effect WHERE run_id = 2")).containsExactly(8.0);
        assertThat(outcome("runs", "show", "cached", "--db", database(), "--json")
                        .out())
                .contains("\"keep\" : 1", "--candidates 4");
    }

    @Test
    void optionsWithoutTheOthersAreRefused() {
        run("--limit", "1", "--name", "base");
        refused("--resident-of needs --resident-experts", "--resident-of", "base");
        refused("Resident experts need --candidates", "--resident-of", "base", "--resident-experts", "3");
        refused("--keep and --candidates need --resident", "--candidates", "3");
        refused("--resident-experts and --resident-scope need --resident-of", "--resident-experts", "3");
        refused("There is no expert 0:16", "--resident", "0:16", "--candidates", "3");
    }

    private void refused(String message, String... options) {
        CommandOutcome outcome = outcome(words(options));
        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains(message);
    }

    private void run(String... options) {
        CommandOutcome outcome = outcome(words(options));
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    }

    private String[] words(String... options) {
        List<String> words = new ArrayList<>(List.of(
                "run",
                "--model",
                SAMPLE.resolve("model").toString(),
                "--quiz",
                SAMPLE.resolve("quiz").toString(),
                "--db",
                database()));
        words.addAll(List.of(options));
        return words.toArray(String[]::new);
    }

    private static CommandOutcome outcome(String... words) {
        return CommandOutcome.of(words);
    }

    private String database() {
        return directory.resolve("cached.duckdb").toString();
    }

    private List<Double> row(String sql) {
        return query(sql).stream()
                .map(value -> value instanceof Number number ? number.doubleValue() : Double.NaN)
                .toList();
    }

    private String text(String sql) {
        return String.valueOf(query(sql).get(0));
    }

    private List<@Nullable Object> query(String sql) {
        try (Store store = Store.open(Path.of(database()));
                QueryEngine engine = new QueryEngine(store)) {
            return Rows.of(engine, sql).rows().get(0);
        }
    }
}
