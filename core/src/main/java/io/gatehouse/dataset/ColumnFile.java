package io.gatehouse.dataset;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.InvalidArrowFileException;
import org.duckdb.DuckDBConnection;

/** Files of columns, read by DuckDB in an empty database in memory that writes each row as JSON. */
final class ColumnFile {
    private static final byte[] ARROW_FILE = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    /** What has a meaning in the patterns that DuckDB takes paths for; in brackets it has none. */
    private static final Pattern WILD = Pattern.compile("[*?\\[]");

    private ColumnFile() {}

    static void readParquet(Path file, Consumer<DatasetRecord> reader) {
        try (DuckDBConnection database = open();
                PreparedStatement rows =
                        database.prepareStatement("SELECT CAST(to_json(t) AS VARCHAR) FROM read_parquet(?) AS t")) {
            rows.setString(1, WILD.matcher(file.toString()).replaceAll("[$0]"));
            give(file, rows, reader);
        } catch (SQLException e) {
            throw damaged(file, e);
        }
    }

    static void readArrow(Path file, Consumer<DatasetRecord> reader) {
        try (BufferAllocator allocator = new RootAllocator();
                FileChannel channel = FileChannel.open(file);
                ArrowReader batches =
                        isArrowFile(file) ? new ArrowFileReader(channel, allocator) : streamed(channel, allocator);
                ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
                DuckDBConnection database = open()) {
            batches.getVectorSchemaRoot();
            Data.exportArrayStream(allocator, batches, stream);
            database.registerArrowStream("records", stream);
            try (PreparedStatement rows =
                    database.prepareStatement("SELECT CAST(to_json(t) AS VARCHAR) FROM records AS t")) {
                give(file, rows, reader);
            }
        } catch (IOException | SQLException | InvalidArrowFileException e) {
            throw damaged(file, e);
        }
    }

    private static void give(Path file, PreparedStatement statement, Consumer<DatasetRecord> reader)
            throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            for (int row = 1; rows.next(); row++) {
                String place = "%s, row %d".formatted(file, row);
                reader.accept(new DatasetRecord(place, JsonLines.parse(place, rows.getString(1))));
            }
        }
    }

    private static ArrowReader streamed(FileChannel channel, BufferAllocator allocator) {
        return new ArrowStreamReader(channel, allocator);
    }

    private static boolean isArrowFile(Path file) throws IOException {
        try (var start = Files.newInputStream(file)) {
            return Arrays.equals(start.readNBytes(ARROW_FILE.length), ARROW_FILE);
        }
    }

    private static DuckDBConnection open() throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        return connection.unwrap(DuckDBConnection.class);
    }

    private static GatehouseException damaged(Path file, Exception cause) {
        String what = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s cannot be read: %s".formatted(file, what), cause);
    }
}
