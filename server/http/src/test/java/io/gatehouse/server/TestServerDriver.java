package io.gatehouse.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.server.query.QueryQuota;
import io.gatehouse.sql.QueryLimits;
import io.gatehouse.sql.QueryResult;
import io.gatehouse.testing.RecordCopy;
import io.gatehouse.testing.jdbc.Clients;
import io.gatehouse.type.SqlType.Scalar;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The JDBC driver over a server: the six clients that are run over a file, and what only a server can do wrong. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestServerDriver {
    private static final String ENDLESS = """
            SELECT sum(a.token_id * b.token_id + c.token_id * d.token_id + e.token_id)
            FROM tokens a, tokens b, tokens c, tokens d, tokens e
            """;

    private TestingServer server;
    private String url;
    private Clients clients;
    private Connection connection;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        server = TestingServer.start(folder);
        url = url(server);
        clients = new Clients(url, new Properties());
        connection = DriverManager.getConnection(url);
    }

    private static String url(TestingServer server) {
        return "jdbc:gatehouse://127.0.0.1:" + server.uri().getPort();
    }

    @AfterAll
    void stop() throws Exception {
        connection.close();
        server.close();
    }

    @Test
    void sqlline() throws Exception {
        clients.sqlline();
    }

    @Test
    void schemaCrawler() {
        clients.schemaCrawler();
    }

    @Test
    void jooqMeta() throws Exception {
        clients.jooqMeta();
    }

    @Test
    void jdbcTemplate() {
        clients.jdbcTemplate();
    }

    @Test
    void jasperReports() throws Exception {
        clients.jasperReports();
    }

    @Test
    void hikariCp() throws Exception {
        clients.hikariCp();
    }

    @Test
    void valuesAreThoseOfTheEngine() throws Exception {
        List<String> statements = new ArrayList<>();
        // Those that are stored: the floats of views are sums, which DuckDB adds in whatever order.
        server.engine().catalog().relations().stream()
                .filter(relation -> server.engine().catalog().isStored(relation))
                .forEach(relation -> statements.add("SELECT * FROM " + relation.name()));
        statements.add("""
                SELECT TRUE, CAST(-1 AS TINYINT), CAST(2 AS SMALLINT), 3, CAST(4 AS BIGINT), sum(5), 1.50,
                    CAST(0.25 AS FLOAT), 1e0, '日本 𝕏', DATE '2026-01-02', TIME '03:04:05.000006',
                    TIMESTAMP '2026-01-02 03:04:05.123456', ARRAY[1, NULL], ARRAY[ARRAY['x'], NULL], NULL, '',
                    CAST('NaN' AS DOUBLE), CAST(NULL AS VARCHAR), DATE '1901-02-03', CAST(-1.5 AS DECIMAL(4, 1)),
                    CAST(123456789012345678901234567890.5 AS DECIMAL(38, 2)), TIMESTAMP '1901-02-03 04:05:06.000007',
                    CAST(-123456789012345678901234567890.5 AS DECIMAL(38, 2))
                """);
        statements.add("EXPLAIN SELECT 1");
        for (String sql : statements) {
            assertThat(driverRows(sql)).as(sql).containsExactlyInAnyOrderElementsOf(engineRows(sql));
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT CAST('2026-01-02 03:04:05.000006+02' AS TIMESTAMP WITH LOCAL TIME ZONE)")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getObject(1, OffsetDateTime.class).toInstant()).hasToString("2026-01-02T01:04:05.000006Z");
        }
    }

    private List<String> driverRows(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            List<String> head = new ArrayList<>();
            for (int i = 1; i <= columns; i++) {
                head.add(result.getMetaData().getColumnName(i) + " "
                        + result.getMetaData().getColumnTypeName(i));
            }
            rows.add(head.toString());
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(String.valueOf(plain(result, i)));
                }
                rows.add(row.toString());
            }
        }
        return rows;
    }

    private static Object plain(ResultSet result, int column) throws SQLException {
        return switch (result.getMetaData().getColumnTypeName(column)) {
            case "TIMESTAMP" -> result.getObject(column, java.time.LocalDateTime.class);
            case "TIME" -> result.getObject(column, java.time.LocalTime.class);
            default -> result.getObject(column);
        };
    }

    private List<String> engineRows(String sql) {
        List<String> rows = new ArrayList<>();
        try (QueryResult result = server.engine().query(sql, new QueryLimits(Duration.ofSeconds(20), 0))) {
            rows.add(result.columns().stream()
                    .map(column ->
                            column.name() + " " + (column.type() == Scalar.NULL ? Scalar.VARCHAR : column.type()))
                    .toList()
                    .toString());
            while (result.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 0; i < result.columns().size(); i++) {
                    Object value = result.value(i);
                    row.add(value instanceof List<?> list ? text(list) : String.valueOf(value));
                }
                rows.add(row.toString());
            }
        }
        return rows;
    }

    private static String text(List<?> list) {
        return list.stream()
                .map(element ->
                        element instanceof List<?> inner ? text(inner) : element == null ? "NULL" : element + "")
                .toList()
                .toString();
    }

    @Test
    void manyRowsComeInTheirOrder() throws Exception {
        String sql = "SELECT row_number() OVER () AS i FROM tokens a, tokens b, tokens c LIMIT 300000";
        try (Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery(sql)) {
                for (long i = 1; i <= 300_000; i++) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getLong(1)).isEqualTo(i);
                }
                assertThat(rows.next()).isFalse();
                assertThat(rows.next()).isFalse();
            }
            statement.setMaxRows(70_000);
            int count = 0;
            try (ResultSet rows = statement.executeQuery(sql)) {
                while (rows.next()) {
                    count++;
                }
            }
            assertThat(count).isEqualTo(70_000);
        }
    }

    @Test
    void parametersAndShapes() throws Exception {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT subject, CAST(? AS DOUBLE) AS x FROM questions WHERE subject > ?")) {
            ParameterMetaData parameters = statement.getParameterMetaData();
            assertThat(parameters.getParameterTypeName(1)).isEqualTo("DOUBLE");
            assertThat(parameters.getParameterCount()).isEqualTo(2);
            assertThat(statement.getMetaData().getColumnName(2)).isEqualTo("x");
            statement.setDouble(1, Double.NaN);
            statement.setString(2, "b");
            try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getDouble(2)).isNaN();
                assertThat(rows.getString(1)).isNotEqualTo("arithmetic");
            }
            statement.setString(1, "seven");
            assertThatThrownBy(statement::executeQuery)
                    .hasMessage("Parameter 1 is of type DOUBLE, but 'seven' is not.");
        }
    }

    @Test
    void aTimestampIsAMomentWhereTheParameterIs() throws Exception {
        Timestamp timestamp = Timestamp.valueOf("2026-02-03 04:05:06.000007");
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT CAST(? AS TIMESTAMP WITH LOCAL TIME ZONE), CAST(? AS TIMESTAMP), CAST(? AS TIMESTAMP)")) {
            statement.setTimestamp(1, timestamp);
            statement.setTimestamp(2, timestamp);
            statement.setTimestamp(3, timestamp, Calendar.getInstance(TimeZone.getTimeZone("UTC")));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                assertThat(rows.getObject(1, OffsetDateTime.class).toInstant()).isEqualTo(timestamp.toInstant());
                assertThat(rows.getTimestamp(2)).isEqualTo(timestamp);
                assertThat(rows.getObject(3, LocalDateTime.class))
                        .isEqualTo(
                                timestamp.toInstant().atOffset(ZoneOffset.UTC).toLocalDateTime());
            }
        }
    }

    @Test
    void closingEndsTheQueryOfTheServer() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Connection other = DriverManager.getConnection(url);
            Statement statement = other.createStatement();
            Future<SQLException> failure = threads.submit(() -> failure(statement, ENDLESS));
            TimeUnit.MILLISECONDS.sleep(500);
            other.close();
            assertThat(failure.get(5, TimeUnit.SECONDS).getSQLState()).isEqualTo("57014");
            assertThat(statement.isClosed()).isTrue();
            assertThat(server.get("v1/health").body()).contains("\"runningQueries\":0");
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void cancelEndsTheQueryOfTheServer() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (Statement statement = connection.createStatement()) {
            Future<SQLException> failure = threads.submit(() -> failure(statement, ENDLESS));
            TimeUnit.MILLISECONDS.sleep(500);
            assertThat(server.get("v1/health").body()).contains("\"runningQueries\":1");
            statement.cancel();
            assertThat(failure.get(5, TimeUnit.SECONDS).getSQLState()).isEqualTo("57014");
            assertThat(server.get("v1/health").body()).contains("\"runningQueries\":0");
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void timeoutsAreTheServers() throws Exception {
        try (Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            SQLException failure = failure(statement, ENDLESS);
            assertThat((Throwable) failure)
                    .isInstanceOf(SQLTimeoutException.class)
                    .hasMessage("The query ran longer than its limit of 1 s.");
        }
        try (Connection limited = DriverManager.getConnection(url + "?queryTimeout=1");
                Statement statement = limited.createStatement()) {
            assertThat((Throwable) failure(statement, ENDLESS)).isInstanceOf(SQLTimeoutException.class);
            assertThat(limited.getMetaData().getURL()).isEqualTo(url);
        }
    }

    /** An answer that breaks off in the middle is no shorter answer. */
    @Test
    void whatFailsInTheMiddleIsSaid(@TempDir Path folder) throws Exception {
        try (TestingServer small =
                        TestingServer.start(folder, RecordCopy.of(QueryQuota.standard(), Map.of("bytes", 3_000_000)));
                Connection limited = DriverManager.getConnection(url(small));
                Statement statement = limited.createStatement();
                ResultSet rows = statement.executeQuery("SELECT a.token, b.token FROM tokens a, tokens b, tokens c")) {
            assertThatThrownBy(() -> {
                        while (rows.next()) {
                            rows.getString(1);
                        }
                    })
                    .isInstanceOf(SQLException.class)
                    .hasMessage("The answer is larger than the limit of 3,000,000 bytes.");
        }
    }

    @Test
    void whatCannotBeReachedIsSaid() {
        assertThatThrownBy(() -> DriverManager.getConnection("jdbc:gatehouse://127.0.0.1:1"))
                .hasMessage("There is no server at http://127.0.0.1:1/.")
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("08001");
        assertThatThrownBy(() -> DriverManager.getConnection(url + "/somewhere"))
                .hasMessageContaining("A server is named //HOST:PORT");
    }

    private static SQLException failure(Statement statement, String sql) {
        try (ResultSet rows = statement.executeQuery(sql)) {
            throw new AssertionError("It ended: " + rows.next());
        } catch (SQLException e) {
            return e;
        }
    }
}
