package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.store.Store;
import io.gatehouse.store.transfer.ImportedRun;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose weights nobody knows beside one whose weights are known: rollups give what the facts give, NULL included. */
final class TestImportedRuns {
    private static final float[] UNKNOWN = {};

    @TempDir
    private Path directory = Path.of("");

    @Test
    void rollupsKnowWhatIsNotKnown() throws SQLException {
        try (Store store = Store.create(directory.resolve("imported.duckdb"))) {
            store.importRun(run("ids", UNKNOWN, UNKNOWN), "test");
            store.importRun(
                    run("gates", new float[] {0.5f, 0.25f, 0.5f, 0.375f}, new float[] {
                        0.5f, 0.25f, 0.25f, 0.125f, 0.5f, 0.375f
                    }),
                    "test");
            try (QueryEngine engine = new QueryEngine(store);
                    Connection duckDb = store.reader()) {
                for (String sql : List.of(
                        "SELECT count(*) AS n, count(weight) AS known, sum(weight) AS s, avg(weight) AS a FROM activations",
                        "SELECT run_id, count(weight) AS known, avg(weight) AS a FROM activations GROUP BY run_id ORDER BY run_id",
                        "SELECT expert, count(weight) FILTER (WHERE layer = 0) AS known FROM activations GROUP BY expert ORDER BY expert",
                        "SELECT layer, avg(entropy) AS h, count(entropy) AS known, avg(margin) AS m FROM token_routing GROUP BY layer",
                        "SELECT run_id, avg(mass) AS m FROM token_routing GROUP BY run_id ORDER BY run_id")) {
                    assertThat(Rows.of(engine, sql).rows())
                            .as(sql)
                            .isEqualTo(Rows.of(duckDb, sql).rows());
                    assertThat(rollup(engine, sql)).as(sql).doesNotStartWith("none");
                }
            }
        }
    }

    private static String rollup(QueryEngine engine, String sql) {
        return Rows.of(engine, "EXPLAIN " + sql).rows().stream()
                .filter(row -> "rollup".equals(row.get(0)))
                .map(row -> String.valueOf(row.get(1)))
                .findFirst()
                .orElseThrow();
    }

    private static ImportedRun run(String name, float[] weights, float[] gates) {
        TracedLayer layer = new TracedLayer(0, 2, new int[] {0, 1}, new int[] {0, 1, 1, 2}, true, weights, gates);
        TracedSequence sequence = new TracedSequence("s", Optional.empty(), "", new int[0], 2, List.of(layer));
        return ImportedRun.of(name, "router-logits", "m", 1, 3, 2, Map.of(), List.of(sequence), List.of());
    }
}
