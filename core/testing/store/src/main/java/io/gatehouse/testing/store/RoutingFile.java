package io.gatehouse.testing.store;

import io.gatehouse.store.schema.DatabaseSchema;
import io.gatehouse.store.schema.Rollup;
import io.gatehouse.store.schema.RollupSql;
import io.gatehouse.store.schema.SqlText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Properties;
import org.duckdb.DuckDBConnection;

/** A DuckDB in memory with the schema of a Gatehouse file. */
public final class RoutingFile implements AutoCloseable {
    private final DuckDBConnection owner;

    private RoutingFile(DuckDBConnection owner) {
        this.owner = owner;
    }

    /** Without rows. */
    public static RoutingFile empty() throws SQLException, IOException {
        Properties properties = new Properties();
        properties.setProperty("memory_limit", "500MB");
        properties.setProperty("max_temp_directory_size", "0KB");
        properties.setProperty("max_expression_depth", "250");
        RoutingFile file = new RoutingFile((DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:", properties));
        file.run(DatabaseSchema.definition());
        file.run(resource("facts.sql"));
        return file;
    }

    /** With the two runs of routing.data.sql. */
    public static RoutingFile filled() throws SQLException, IOException {
        RoutingFile file = empty();
        file.execute(resource("routing.data.sql"));
        return file;
    }

    /** With those and a third run that can be compared with the first. */
    public static RoutingFile comparable() throws SQLException, IOException {
        RoutingFile file = filled();
        file.execute(resource("comparable.data.sql"));
        file.run(resource("comparable.details.sql"));
        return file;
    }

    /** With those, but fewer rows and stranger ones, and a fourth run that was imported without weights. */
    public static RoutingFile strange() throws SQLException, IOException {
        RoutingFile file = comparable();
        file.execute(resource("random.data.sql"));
        file.run(resource("random.imported.sql"));
        file.run(resource("routing-to-usage.sql").replace("$1", "4"));
        file.addRollups(4);
        return file;
    }

    /** Returns a resource as text. A name that begins with a slash is that of a resource of any module. */
    public static String resource(String name) throws IOException {
        try (InputStream in = RoutingFile.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Runs statements and brings the routing tables up to date with what they put into {@code facts}. */
    public void execute(String sql) throws SQLException, IOException {
        run(sql);
        run(resource("facts-to-routing.sql"));
        addRollups();
        // The routing has this entropy of the rounded weights only.
        run("""
                UPDATE layer_entropy AS e SET top_k_entropy_sum = f.top_k_entropy_sum
                FROM (
                    SELECT
                        run_id, layer, is_generated, is_last_prompt,
                        sum(CAST(top_k_entropy AS DOUBLE)) AS top_k_entropy_sum
                    FROM facts_of_phases
                    GROUP BY ALL
                ) AS f
                WHERE f.run_id = e.run_id AND f.layer = e.layer AND f.is_last_prompt = e.is_last_prompt
                    AND f.is_generated = (e.phase = 'generated')
                """);
    }

    /** Runs statements that fill the routing tables themselves, {@code decisions} and {@code usage}, and adds the rollups. */
    public void executeImport(String sql) throws SQLException, IOException {
        run(sql);
        addRollups();
    }

    private void addRollups() throws SQLException, IOException {
        try (Statement runs = owner.createStatement();
                ResultSet rows = runs.executeQuery("SELECT run_id FROM runs ORDER BY run_id")) {
            while (rows.next()) {
                addRollups(rows.getInt(1));
            }
        }
    }

    /** As the store does for an imported run. */
    private void addRollups(int run) throws SQLException, IOException {
        for (Rollup rollup : Rollup.OF_FACTS) {
            run(RollupSql.insert(rollup, run));
        }
        run(resource("/io/gatehouse/store/transfer/import_experts.sql").replace("$1", Integer.toString(run)));
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            statement.execute(SqlText.withUnits(sql));
        }
    }

    /** For what {@code facts} cannot say. */
    public Connection writer() throws SQLException {
        return owner.duplicate();
    }

    /** For queries. */
    public Connection reader() throws SQLException {
        return owner.duplicate();
    }

    @Override
    public void close() throws SQLException {
        owner.close();
    }
}
