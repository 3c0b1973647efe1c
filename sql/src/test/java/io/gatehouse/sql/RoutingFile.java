package io.gatehouse.sql;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.duckdb.DuckDBConnection;

/** A DuckDB in memory with the schema of a Gatehouse file. */
final class RoutingFile implements AutoCloseable {
    private final DuckDBConnection owner;

    private RoutingFile(DuckDBConnection owner) {
        this.owner = owner;
    }

    static RoutingFile empty() throws SQLException, IOException {
        DuckDBConnection owner = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
        RoutingFile file = new RoutingFile(owner);
        try (InputStream schema = RoutingFile.class.getResourceAsStream("/io/gatehouse/store/schema.sql")) {
            file.execute(new String(schema.readAllBytes(), StandardCharsets.UTF_8));
        }
        return file;
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    Connection reader() throws SQLException {
        return owner.duplicate();
    }

    QueryEngine engine() {
        return new QueryEngine(this::reader);
    }

    @Override
    public void close() throws SQLException {
        owner.close();
    }
}
