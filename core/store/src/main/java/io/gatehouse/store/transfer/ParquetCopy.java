package io.gatehouse.store.transfer;

import static java.util.Objects.requireNonNull;

import io.gatehouse.store.schema.SqlText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Rows of a query as a Parquet file. */
final class ParquetCopy {
    private ParquetCopy() {}

    static boolean hasRows(String query, Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT EXISTS (%s)".formatted(query))) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** Makes the folders of the file, too. */
    static void write(String query, Path file, Statement statement) throws SQLException, IOException {
        Files.createDirectories(requireNonNull(file.getParent()));
        statement.execute(
                "COPY (%s) TO '%s' (FORMAT parquet, COMPRESSION zstd)".formatted(query, SqlText.quoted(file)));
    }
}
