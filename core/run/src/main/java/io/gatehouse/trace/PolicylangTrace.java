package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.duckdb.DuckDBConnection;

/**
 * Traces of moe-policylang ({@code moe_policylang/integrations/trace_recorder.py} of version 1.15.0), a row for each
 * prompt, token and layer: Parquet with {@code prompt_id}, {@code token_idx}, {@code layer_idx}, {@code selected_experts},
 * and perhaps {@code router_scores}, {@code router_softmax} and {@code phase}; or JSON lines with short names for them
 * after a header that says how many there are. {@link LongTable} reads them. The experts are ranked if those of larger
 * weight come first.
 */
final class PolicylangTrace implements TraceReader, LongTable.Dialect {
    private static final String SELECT = """
            (SELECT coalesce(p, 0) AS prompt_id, t AS token_idx, l AS layer_idx, e AS selected_experts, s AS router_scores,
                sm AS router_softmax, ph AS phase
            FROM %s WHERE model_name IS NULL)""";
    private static final String ENTRIES = """
            columns = {model_name: 'VARCHAR', num_entries: 'BIGINT', p: 'INTEGER', t: 'INTEGER', l: 'INTEGER',
                e: 'INTEGER[]', s: 'FLOAT[]', sm: 'FLOAT[]', ph: 'VARCHAR'}""";

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        new LongTable(this).read(file, shape, listener);
    }

    @Override
    public String rows(Path file, DuckDBConnection database, String table) throws SQLException {
        if (!table.startsWith("read_json(")) {
            return table;
        }
        String lines = "%s, %s)".formatted(table.substring(0, table.length() - 1), ENTRIES);
        try (Statement statement = database.createStatement();
                ResultSet found = statement.executeQuery(
                        "SELECT count(model_name), max(num_entries), count(*) - count(model_name) FROM " + lines)) {
            found.next();
            if (found.getLong(1) != 1) {
                throw corrupt(file, "has %d lines with a model_name instead of one header".formatted(found.getLong(1)));
            }
            if (found.getLong(2) != found.getLong(3)) {
                throw corrupt(
                        file, "has %d entries, but its header says %d".formatted(found.getLong(3), found.getLong(2)));
            }
        }
        return SELECT.formatted(lines);
    }

    @Override
    public Map<String, String> names(DuckDBConnection database, String rows, Map<String, String> types)
            throws SQLException {
        Map<String, String> names = new HashMap<>(Map.of(
                "sequence", "prompt_id", "position", "token_idx", "layer", "layer_idx", "expert", "selected_experts"));
        names.put("phase", has(database, rows, types, "phase") ? "phase" : "");
        if (has(database, rows, types, "router_softmax")) {
            names.put("probabilities", "router_softmax");
        }
        if (has(database, rows, types, "router_scores")) {
            names.put("weight", "router_scores");
            if (holds(
                    database,
                    "SELECT coalesce(bool_and(router_scores = list_sort(router_scores, 'DESC')), false) FROM "
                            + rows)) {
                names.put("rank", LongColumns.ORDER);
            }
        }
        return names;
    }

    /** Whether rows have a value in a column that not all traces have. */
    private static boolean has(DuckDBConnection database, String rows, Map<String, String> types, String column)
            throws SQLException {
        return types.containsKey(column) && holds(database, "SELECT count(%s) > 0 FROM %s".formatted(column, rows));
    }

    private static boolean holds(DuckDBConnection database, String query) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet found = statement.executeQuery(query)) {
            return found.next() && found.getBoolean(1);
        }
    }

    private static GatehouseException corrupt(Path file, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(file, what));
    }
}
