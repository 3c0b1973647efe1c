package io.gatehouse.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.testing.SharedData;
import io.gatehouse.trace.reader.TraceShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routing that others recorded, whose figures they published. */
final class TestRealTraces {
    @TempDir
    private Path directory = Path.of("");

    /** The share of a token's experts that the token before it had, of generated tokens (Helldez/BigMoeOnEdge, findings.md). */
    @Test
    void phonesReuseAsManyExpertsAsTheirAuthorsCounted() throws IOException, SQLException {
        Map<String, String> columns = Map.of("sequence", "turn", "position", "step", "rank", "slot");
        for (Map.Entry<String, Double> model :
                Map.of("qwen", 0.3795, "gemma", 0.3571, "gptoss", 0.1788).entrySet()) {
            TraceImport traces =
                    new TraceImport(TraceKind.LONG, TraceShape.unknown().withColumns(columns));
            traces.read(SharedData.path("reference/traces/bigmoe/%s.route.csv.gz".formatted(model.getKey())));
            try (Store store = Store.create(directory.resolve(model.getKey() + ".duckdb"))) {
                store.importRun(traces.run("r", model.getKey(), OptionalInt.of(128)), "test");
                assertThat(store.verify().problems()).isEmpty();
                assertThat(reuse(store)).as(model.getKey()).isEqualTo(model.getValue());
                if (model.getKey().equals("qwen")) {
                    assertThat(sizesOfExperts(store)).isEqualTo("2654208 of 24, 3059712 of 24");
                }
            }
        }
    }

    /** The sizes of experts that the lines before the header say, and the number of layers of each. */
    private static String sizesOfExperts(Store store) throws SQLException {
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT string_agg(expert_bytes || ' of ' || n, ', ' ORDER BY expert_bytes)"
                                + " FROM (SELECT expert_bytes, count(*) AS n FROM layers GROUP BY expert_bytes)")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static double reuse(Store store) throws SQLException {
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT round(avg(len(list_intersect(t.experts, b.experts)) / len(t.experts)), 4)
                        FROM token_routing AS t
                        JOIN token_routing AS b
                            ON b.question_id = t.question_id AND b.layer = t.layer AND b."position" = t."position" - 1
                        WHERE t.phase = 'generated' AND b.phase = 'generated'""")) {
            rows.next();
            return rows.getDouble(1);
        }
    }

    /** The first of eight experts of the same tokens (allenai/OLMoE, scripts/routing_output/olmoe). */
    @Test
    void olmoesCountsOfTheFirstExpertAreAnEighth() throws IOException {
        for (String domain : new String[] {"arxiv", "github", "wikipedia"}) {
            Found eight = olmoe("expert_counts", domain);
            Found first = olmoe("expert_counts_top1", domain);
            assertThat(eight.counts).extracting(ExpertCounts::layer).containsExactly(0, 7, 15);
            for (int i = 0; i < eight.counts.size(); i++) {
                assertThat(sum(eight.counts.get(i))).as(domain).isEqualTo(8 * sum(first.counts.get(i)));
            }
        }
    }

    /** Experts and weights of DeepSeek-V2-Lite on the translation task, of which the authors published the shares and means. */
    @Test
    void esftsScoresAreWhatTheirLinesSay() throws IOException, SQLException {
        TraceImport traces = new TraceImport(TraceKind.ESFT, new TraceShape(OptionalInt.empty(), OptionalInt.of(6)));
        for (int layer = 1; layer <= 26; layer++) {
            traces.read(SharedData.path("reference/traces/esft/expert_weights_%d.txt.gz".formatted(layer)));
        }
        try (Store store = Store.create(directory.resolve("esft.duckdb"))) {
            store.importRun(traces.run("r", "DeepSeek-V2-Lite", OptionalInt.of(64)), "test");
            assertThat(store.verify().problems()).isEmpty();
            assertThat(
                            text(
                                    store,
                                    "SELECT count(*) || ' of ' || count(DISTINCT question_id) FROM token_routing WHERE layer = 1"))
                    .isEqualTo("8251 of 40");
            // Both with four places.
            double[] published = published(SharedData.path("reference/traces/esft/summary.json"));
            try (Connection connection = store.reader()) {
                assertThat(numbers(connection, """
                                SELECT activations / 6 / 8251, weight_sum / 8251
                                FROM experts WHERE scope = 'prompt' ORDER BY layer, expert""")).hasSize(2 * 26 * 64).containsExactly(published, within(0.00006));
            }
        }
    }

    /** The share of the tokens and the mean weight of each expert, layer after layer. */
    private static double[] published(Path summary) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
            return numbers(connection, """
                    SELECT share, gate
                    FROM (
                        SELECT CAST(token.key AS SMALLINT) AS layer, unnest(range(64)) AS expert,
                            unnest(map_values(token.value)) AS share, unnest(map_values(gate.value)) AS gate
                        FROM (
                            SELECT unnest(map_entries(token_scores)) AS token, unnest(map_entries(gate_scores)) AS gate
                            FROM read_json('%s', columns = {
                                token_scores: 'MAP(VARCHAR, MAP(VARCHAR, DOUBLE))',
                                gate_scores: 'MAP(VARCHAR, MAP(VARCHAR, DOUBLE))'})
                        )
                    ) ORDER BY layer, expert""".formatted(summary));
        }
    }

    /** Two numbers of each row. */
    private static double[] numbers(Connection connection, String sql) throws SQLException {
        DoubleStream.Builder numbers = DoubleStream.builder();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                numbers.add(rows.getDouble(1)).add(rows.getDouble(2));
            }
        }
        return numbers.build().toArray();
    }

    /** The share of experts that the step before had, of generated tokens (justinchuby/onnx-genai, scripts). */
    @Test
    void graniteReusesAsManyExpertsAsItsAuthorsCounted() throws IOException, SQLException {
        TraceImport traces = new TraceImport(TraceKind.ONNX_GENAI, TraceShape.unknown());
        traces.read(SharedData.path("reference/traces/granite/moe_expert_trace.json"));
        try (Store store = Store.create(directory.resolve("granite.duckdb"))) {
            store.importRun(traces.run("r", "granite", OptionalInt.of(32)), "test");
            assertThat(store.verify().problems()).isEmpty();
            assertThat(text(store, """
                            SELECT string_agg(round(reuse, 7), ', ' ORDER BY question_id)
                            FROM (
                                SELECT t.question_id, avg(len(list_intersect(t.experts, b.experts)) / 8) AS reuse
                                FROM token_routing AS t
                                JOIN token_routing AS b ON b.question_id = t.question_id AND b.layer = t.layer
                                    AND b."position" = t."position" - 1
                                WHERE t.phase = 'generated' AND b.phase = 'generated'
                                GROUP BY t.question_id
                            )""")).isEqualTo("0.4710648, 0.3587136, 0.4465939");
        }
    }

    private static String text(Store store, String sql) throws SQLException {
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private Found olmoe(String folder, String domain) throws IOException {
        Path file = SharedData.path("reference/traces/olmoe/%s/%s.pkl".formatted(folder, domain));
        assertThat(Files.size(file)).isPositive();
        return Found.in(TraceKind.OLMOE_COUNTS, file, TraceShape.unknown());
    }

    private static long sum(ExpertCounts counts) {
        return LongStream.of(counts.counts()).sum();
    }
}
