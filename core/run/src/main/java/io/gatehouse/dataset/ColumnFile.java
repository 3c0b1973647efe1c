package io.gatehouse.dataset;

import io.gatehouse.duckdb.DuckDb;
import io.gatehouse.duckdb.ForeignParquet;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.duckdb.DuckDBConnection;

/** Files of columns, read by DuckDB in an empty database in memory that writes each row as JSON. */
final class ColumnFile {
    /** Arrow's buffers are as long as the file says, which has them once; the reader has them once or twice. */
    private static final int ARROW_SHARE = 3;

    private static final long ARROW_SPARE = 1 << 24;
    private static final long MEMORY_LIMIT = 512L << 20;
    /** What has a meaning in the patterns that DuckDB takes paths for; in brackets it has none. */
    private static final Pattern WILD = Pattern.compile("[*?\\[]");

    private ColumnFile() {}

    static void readParquet(Path file, Consumer<JsonValue> reader) {
        String path = WILD.matcher(file.toString()).replaceAll("[$0]");
        try (DuckDBConnection database = open()) {
            ForeignParquet.requireReadable(database, path.replace("'", "''"), ErrorCode.CORRUPT_DATASET);
            try (PreparedStatement rows =
                    database.prepareStatement("SELECT CAST(to_json(t) AS VARCHAR) FROM read_parquet(?) AS t")) {
                rows.setString(1, path);
                give(file, rows, reader);
            }
        } catch (SQLException e) {
            throw damaged(file, e);
        }
    }

    static void readArrow(Path file, Consumer<JsonValue> reader) {
        try (FileChannel channel = FileChannel.open(file)) {
            ArrowMessages messages = ArrowMessages.of(file, channel);
            messages.requireWhole();
            BufferAllocator allocator = new RootAllocator(ARROW_SPARE + ARROW_SHARE * channel.size());
            try (CheckedBatches batches = new CheckedBatches(messages.open(), allocator);
                    ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
                    DuckDBConnection database = open()) {
                batches.getVectorSchemaRoot();
                Data.exportArrayStream(allocator, batches, stream);
                database.registerArrowStream("records", stream);
                try (PreparedStatement rows =
                        database.prepareStatement("SELECT CAST(to_json(t) AS VARCHAR) FROM records AS t")) {
                    give(file, rows, reader);
                }
            }
            // Where reading failed, Arrow holds what it was reading, and would log that for each file.
            allocator.close();
        } catch (GatehouseException e) {
            throw e;
        } catch (IOException | SQLException | RuntimeException e) {
            // Of the latter Arrow throws many kinds at what it does not understand.
            throw damaged(file, e);
        }
    }

    private static void give(Path file, PreparedStatement statement, Consumer<JsonValue> reader) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            for (int row = 1; rows.next(); row++) {
                String place = "%s, row %d".formatted(file, row);
                reader.accept(
                        new JsonValue(place, JsonLines.parse(place, rows.getString(1)), ErrorCode.CORRUPT_DATASET));
            }
        }
    }

    /** Results stream, so that DuckDB's limit holds for all that a file inflates to. */
    private static DuckDBConnection open() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", "true");
        properties.setProperty("memory_limit", "%sMiB".formatted(MEMORY_LIMIT >> 20));
        // Each thread has a batch of rows of its own.
        properties.setProperty("threads", "1");
        return DuckDb.inMemory(properties);
    }

    private static GatehouseException damaged(Path file, Exception cause) {
        String what = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s cannot be read: %s".formatted(file, what), cause);
    }
}
