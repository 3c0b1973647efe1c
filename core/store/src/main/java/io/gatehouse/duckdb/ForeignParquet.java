package io.gatehouse.duckdb;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks Parquet files of others before DuckDB reads them. */
public final class ForeignParquet {
    private ForeignParquet() {}

    /**
     * Rejects files with chunks in Brotli, by which a file can write outside of the memory of DuckDB 2.0.0
     * (CVE-2026-111497). The footer names the codec that DuckDB will use. Files whose footer cannot be read are accepted,
     * because DuckDB cannot read them either.
     *
     * @param pattern of files as DuckDB has it, the inside of a string literal
     * @throws GatehouseException with the code, naming the file
     */
    public static void requireReadable(Connection database, String pattern, ErrorCode code) throws SQLException {
        Optional<String> brotli;
        try {
            brotli = findBrotli(database, pattern);
        } catch (SQLException e) {
            brotli = findAmongDamaged(database, pattern);
        }
        if (brotli.isPresent()) {
            throw new GatehouseException(
                    code,
                    "%s is compressed with Brotli, which is not read: write it with zstd, snappy or gzip"
                            .formatted(brotli.get()));
        }
    }

    private static Optional<String> findAmongDamaged(Connection database, String pattern) throws SQLException {
        List<String> files = new ArrayList<>();
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery("SELECT file FROM glob('%s')".formatted(pattern))) {
            while (rows.next()) {
                files.add(rows.getString(1));
            }
        }
        for (String file : files) {
            try {
                // Brackets make the characters of a pattern plain characters.
                String name = file.replaceAll("[*?\\[]", "[$0]").replace("'", "''");
                Optional<String> brotli = findBrotli(database, name);
                if (brotli.isPresent()) {
                    return brotli;
                }
            } catch (SQLException e) {
                // It is damaged.
            }
        }
        return Optional.empty();
    }

    private static Optional<String> findBrotli(Connection database, String pattern) throws SQLException {
        // A query that fails closes its statement.
        try (Statement statement = database.createStatement();
                ResultSet chunks = statement.executeQuery(
                        "SELECT file_name FROM parquet_metadata('%s') WHERE upper(compression) = 'BROTLI' LIMIT 1"
                                .formatted(pattern))) {
            return chunks.next() ? Optional.of(chunks.getString(1)) : Optional.empty();
        }
    }
}
