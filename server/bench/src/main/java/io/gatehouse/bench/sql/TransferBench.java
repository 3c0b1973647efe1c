package io.gatehouse.bench.sql;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.ArrowBatches;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.sql.jdbc.EngineConnections;
import io.gatehouse.store.Store;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;

/**
 * Reads the same rows of four columns in four ways, in turns: by DuckDB's JDBC driver and ours, getter by getter, and as
 * Arrow batches from DuckDB and from the engine. Time is from the text to the last row.
 */
public final class TransferBench {
    private static final String SQL = "SELECT question_id, position, layer, entropy FROM token_routing";
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofMinutes(10), 0);
    private static final long ARROW_ROWS = 1 << 16;

    /** How many rows a second come one way, in the median of the rounds. */
    public record Rate(String way, double rowsPerSecond) {}

    private interface Reading {
        /** How many rows there were. */
        long read() throws SQLException, IOException;
    }

    private record Way(String name, Reading reading, List<Double> rates) {}

    private final Store store;
    private final int rounds;

    public TransferBench(Store store, int rounds) {
        this.store = requireNonNull(store, "store is null");
        this.rounds = rounds;
    }

    /** The rates by DuckDB's JDBC, our JDBC, DuckDB's Arrow and our Arrow. */
    public List<Rate> run() {
        try (QueryEngine engine = new QueryEngine(store);
                BufferAllocator allocator = new RootAllocator();
                Connection ours = EngineConnections.over(engine)) {
            List<Way> ways = List.of(
                    way("JDBC of DuckDB", this::duckDbJdbc),
                    way("JDBC of Gatehouse", () -> readAll(ours)),
                    way("Arrow of DuckDB", () -> duckDbArrow(allocator)),
                    way("Arrow of Gatehouse", () -> arrow(engine, allocator)));
            // The first round is not counted: Java has yet to compile what it runs.
            for (int round = 0; round <= rounds; round++) {
                for (Way way : ways) {
                    double rate = measured(way.reading());
                    if (round > 0) {
                        way.rates().add(rate);
                    }
                }
            }
            return ways.stream()
                    .map(way -> new Rate(way.name(), Median.of(way.rates())))
                    .toList();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private static Way way(String name, Reading reading) {
        return new Way(name, reading, new ArrayList<>());
    }

    private static double measured(Reading reading) {
        try {
            long start = System.nanoTime();
            long rows = reading.read();
            return rows * 1e9 / (System.nanoTime() - start);
        } catch (SQLException | IOException e) {
            throw failed(e);
        }
    }

    private static GatehouseException failed(Exception e) {
        return new GatehouseException(ErrorCode.INTERNAL_ERROR, "Reading failed: " + e.getMessage(), e);
    }

    private long duckDbJdbc() throws SQLException {
        try (Connection connection = store.reader()) {
            return readAll(connection);
        }
    }

    private static long readAll(Connection connection) throws SQLException {
        long count = 0;
        double sum = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SQL)) {
            while (rows.next()) {
                sum += rows.getInt(1) + rows.getInt(2) + rows.getInt(3) + rows.getFloat(4);
                count++;
            }
        }
        if (Double.isNaN(sum)) {
            throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "An entropy is not a number.");
        }
        return count;
    }

    private long duckDbArrow(BufferAllocator allocator) throws SQLException, IOException {
        long count = 0;
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SQL);
                ArrowReader reader =
                        (ArrowReader) rows.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, ARROW_ROWS)) {
            while (reader.loadNextBatch()) {
                count += reader.getVectorSchemaRoot().getRowCount();
            }
        }
        return count;
    }

    private static long arrow(QueryEngine engine, BufferAllocator allocator) {
        long count = 0;
        try (QueryResult result = engine.query(SQL, LIMITS);
                ArrowBatches batches = result.batches(allocator)) {
            while (batches.next()) {
                count += batches.root().getRowCount();
            }
        }
        return count;
    }
}
