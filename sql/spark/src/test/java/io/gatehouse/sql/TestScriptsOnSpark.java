package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.GatehouseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scripts of the SQL module on Spark: what Gatehouse accepts gives the same rows there. What does not is listed with
 * the reason.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestScriptsOnSpark {
    private RoutingFile file;
    private QueryEngine duckDb;
    private ConnectServer server;
    private RemoteEngine spark;

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        file = RoutingFile.filled();
        duckDb = file.engine();
        Path exported = directory.resolve("exported");
        ExportedRouting.write(file, directory.resolve("routing.duckdb"), exported);
        server = ConnectServer.start(directory);
        spark = RemoteEngine.connect(server.address(), exported.toString());
    }

    @AfterAll
    void close() throws Exception {
        spark.close();
        server.close();
        duckDb.close();
        file.close();
    }

    @Test
    void statementsGiveTheSameRows() throws Exception {
        int accepted = 0;
        Map<String, String> differences = new TreeMap<>();
        List<String> report = new ArrayList<>();
        for (String feature : TestScripts.FEATURES) {
            for (Script.Block block : Script.read(feature).blocks()) {
                if (block.command().equals("!refused")) {
                    continue;
                }
                accepted++;
                String difference = difference(block.sql());
                if (!difference.isEmpty()) {
                    differences.put(block.sql(), difference);
                    report.add("%s: %s\n    %s".formatted(feature, block.sql(), difference));
                }
            }
        }
        Files.write(Path.of("target", "differences.txt"), report);
        assertThat(accepted - differences.size()).isGreaterThanOrEqualTo(accepted * 95 / 100);
    }

    private String difference(String sql) {
        Rows expected = Rows.of(duckDb, sql);
        try {
            Rows actual = Rows.of(spark.engine(), sql);
            return SameRows.difference(expected, actual, ordered(sql));
        } catch (GatehouseException e) {
            return e.code() + ": " + e.getMessage();
        }
    }

    /** Whether an ORDER BY stands outside all parentheses. */
    private static boolean ordered(String sql) {
        return sql.toUpperCase(Locale.ROOT).matches("(?s).*ORDER BY [^)]*");
    }
}
