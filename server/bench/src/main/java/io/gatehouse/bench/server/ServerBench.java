package io.gatehouse.bench.server;

import static java.util.Objects.requireNonNull;

import io.gatehouse.bench.Spread;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.GatehouseServer;
import io.gatehouse.server.ListenAddress;
import io.gatehouse.server.ServerSettings;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.sql.ArrowBatches;
import io.gatehouse.sql.QueryEngine;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.store.Store;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.duckdb.DuckDBResultSet;

/**
 * Reads the same rows of seven columns over loopback in each format, and as Arrow from DuckDB and from the engine in the
 * process, in turns. Time is from the request to the last byte; Arrow is decoded, of the other formats the bytes are
 * counted.
 */
public final class ServerBench {
    /** The way of our own driver. */
    public static final String JDBC = "JDBC";

    private static final String COLUMNS = "run_id, question_id, position, layer, rank, expert, weight";
    private static final String VERSION = "bench";
    private static final long ARROW_ROWS = 1 << 16;
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofMinutes(10), 0);

    /**
     * Another way to the same rows by JDBC, to compare with.
     *
     * @param fetchSize rows that come in one answer; 0 for the driver's default
     */
    public record OtherDriver(String way, String jdbcUrl, int fetchSize) {
        public OtherDriver {
            requireNonNull(way, "way is null");
            requireNonNull(jdbcUrl, "jdbcUrl is null");
        }
    }

    /**
     * How one way went, in the median of the rounds.
     *
     * @param rows rows read in each round
     * @param bytes bytes of the answer; 0 where there is no answer of bytes
     * @param timesDuckDb time as a multiple of that of DuckDB's own Arrow in the same round, in the median
     */
    public record Transfer(String way, long rows, long bytes, double seconds, double timesDuckDb) {
        public double rowsPerSecond() {
            return rows / seconds;
        }

        public double bytesPerSecond() {
            return bytes / seconds;
        }
    }

    private record Amount(long rows, long bytes) {}

    private interface Reading {
        Amount read() throws SQLException, IOException;
    }

    private record Way(String name, Reading reading, List<Double> seconds) {}

    private final Store store;
    private final int rounds;
    private final String sql;
    private final long rows;
    private final List<OtherDriver> others;

    /**
     * Reads the first so many activations of a file.
     *
     * @param rows how many, if the file has as many
     */
    public ServerBench(Store store, int rounds, long rows, List<OtherDriver> others) {
        this.store = requireNonNull(store, "store is null");
        this.rounds = rounds;
        this.rows = rows;
        this.others = List.copyOf(others);
        this.sql = "SELECT %s FROM activations LIMIT %d".formatted(COLUMNS, rows);
    }

    /** The ways in the order in which they took their turns: DuckDB's own Arrow first, other drivers last. */
    public List<Transfer> run() {
        ServerSettings settings = ServerSettings.standard(new ListenAddress("127.0.0.1", 0), VERSION);
        try (QueryEngine engine = new QueryEngine(store);
                GatehouseServer server = GatehouseServer.start(store, engine, settings, RunPlanner.NONE);
                BufferAllocator allocator = new RootAllocator()) {
            String url = "jdbc:gatehouse://%s:%d"
                    .formatted(server.uri().getHost(), server.uri().getPort());
            List<Way> ways = new ArrayList<>(List.of(
                    way("Arrow of DuckDB, in process", () -> duckDbArrow(allocator)),
                    way("Arrow of Gatehouse, in process", () -> engineArrow(engine, allocator)),
                    way("Arrow", () -> arrow(server.uri(), allocator)),
                    way("CSV", () -> bytes(server.uri(), "csv")),
                    way("Lines of JSON", () -> bytes(server.uri(), "ndjson")),
                    way("Parquet", () -> bytes(server.uri(), "parquet")),
                    way(JDBC, () -> jdbc(url, 0))));
            others.forEach(other -> ways.add(way(other.way(), () -> jdbc(other.jdbcUrl(), other.fetchSize()))));
            return inTurns(ways);
        }
    }

    private List<Transfer> inTurns(List<Way> ways) {
        List<Amount> amounts = new ArrayList<>();
        // The first round is not counted: Java has yet to compile what it runs.
        for (int round = 0; round <= rounds; round++) {
            amounts.clear();
            for (Way way : ways) {
                amounts.add(measure(way, round > 0));
            }
        }
        List<Double> duckDb = ways.get(0).seconds();
        List<Transfer> transfers = new ArrayList<>();
        for (int i = 0; i < ways.size(); i++) {
            Way way = ways.get(i);
            List<Double> ratios = IntStream.range(0, rounds)
                    .mapToObj(round -> way.seconds().get(round) / duckDb.get(round))
                    .toList();
            transfers.add(new Transfer(
                    way.name(),
                    amounts.get(i).rows(),
                    amounts.get(i).bytes(),
                    Spread.of(way.seconds()).median(),
                    Spread.of(ratios).median()));
        }
        return List.copyOf(transfers);
    }

    private static Way way(String name, Reading reading) {
        return new Way(name, reading, new ArrayList<>());
    }

    private static Amount measure(Way way, boolean counted) {
        try {
            long start = System.nanoTime();
            Amount amount = way.reading().read();
            if (counted) {
                way.seconds().add((System.nanoTime() - start) / 1e9);
            }
            return amount;
        } catch (SQLException | IOException e) {
            throw new GatehouseException(
                    ErrorCode.INTERNAL_ERROR, "Reading %s failed: %s".formatted(way.name(), e.getMessage()), e);
        }
    }

    private Amount duckDbArrow(BufferAllocator allocator) throws SQLException, IOException {
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql);
                ArrowReader reader =
                        (ArrowReader) result.unwrap(DuckDBResultSet.class).arrowExportStream(allocator, ARROW_ROWS)) {
            return new Amount(count(reader), 0);
        }
    }

    private Amount engineArrow(QueryEngine engine, BufferAllocator allocator) {
        long count = 0;
        try (QueryResult result = engine.query(sql, LIMITS);
                ArrowBatches batches = result.batches(allocator)) {
            while (batches.next()) {
                count += batches.root().getRowCount();
            }
        }
        return new Amount(count, 0);
    }

    private Amount arrow(URI server, BufferAllocator allocator) throws IOException {
        try (RawAnswer answer = RawAnswer.get(server, path("arrow"));
                ArrowStreamReader reader = new ArrowStreamReader(answer, allocator)) {
            long count = count(reader);
            return new Amount(count, reader.bytesRead());
        }
    }

    private static long count(ArrowReader reader) throws IOException {
        long count = 0;
        while (reader.loadNextBatch()) {
            count += reader.getVectorSchemaRoot().getRowCount();
        }
        return count;
    }

    private Amount bytes(URI server, String format) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
        long bytes = 0;
        try (RawAnswer answer = RawAnswer.get(server, path(format))) {
            for (int read = answer.read(buffer); read >= 0; read = answer.read(buffer.clear())) {
                bytes += read;
            }
        }
        return new Amount(rows, bytes);
    }

    private String path(String format) {
        return "v1/query?format=%s&sql=%s".formatted(format, URLEncoder.encode(sql, StandardCharsets.UTF_8));
    }

    /** @param frame rows that come in one answer, for a driver that has such; 0 for its default */
    private Amount jdbc(String url, int frame) throws SQLException {
        long count = 0;
        double sum = 0;
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            if (frame > 0) {
                statement.setFetchSize(frame);
            }
            try (ResultSet result = statement.executeQuery(sql)) {
                while (result.next()) {
                    for (int column = 1; column <= 6; column++) {
                        sum += result.getInt(column);
                    }
                    sum += result.getFloat(7);
                    count++;
                }
            }
        }
        if (Double.isNaN(sum)) {
            throw new GatehouseException(ErrorCode.INTERNAL_ERROR, "A weight is not a number.");
        }
        return new Amount(count, 0);
    }
}
