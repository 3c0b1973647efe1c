package io.gatehouse.pg;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.Tls;
import io.gatehouse.testing.RecordCopy;
import io.gatehouse.testing.SelfSigned;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;

/** PostgreSQL's JDBC driver: the same rows as over HTTP, in text, in binary, and through a cursor. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class TestPgJdbc {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PgPort server;

    @BeforeAll
    void start(@TempDir Path folder) {
        server = PgPort.start(folder);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private String url(String options) {
        return "jdbc:postgresql://127.0.0.1:%d/gatehouse?user=tester&%s".formatted(server.port(), options);
    }

    @Test
    void theSameRowsAsOverHttp() throws Exception {
        for (String options : List.of(
                "preferQueryMode=simple", "binaryTransfer=false", "prepareThreshold=1", "defaultRowFetchSize=7")) {
            try (Connection connection = DriverManager.getConnection(url(options))) {
                connection.setAutoCommit(!options.startsWith("defaultRowFetchSize"));
                for (String sql : statements()) {
                    // A prepared statement is read in binary from its third time on.
                    for (int time = 0; time < (options.startsWith("prepareThreshold") ? 3 : 1); time++) {
                        assertThat(rows(connection, sql))
                                .as("%s, %s", options, sql)
                                .isEqualTo(http(sql.replaceAll("\"?public\"?\\.", "")));
                    }
                }
            }
        }
    }

    /** One on a line; {@code clients/check_clients.py} runs the same ones through other clients. */
    private static List<String> statements() throws IOException {
        try (InputStream in = requireNonNull(TestPgJdbc.class.getResourceAsStream("statements.sql"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("--"))
                    .map(line -> line.substring(0, line.length() - 1))
                    .toList();
        }
    }

    private static List<List<@Nullable String>> rows(Connection connection, String sql) throws SQLException {
        List<List<@Nullable String>> rows = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                List<@Nullable String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(canonical(value(result, i)));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private static @Nullable Object value(ResultSet result, int column) throws SQLException {
        Object value = result.getObject(column);
        return switch (result.getMetaData().getColumnTypeName(column)) {
            case "date" -> result.getObject(column, LocalDate.class);
            case "time" -> result.getObject(column, LocalTime.class);
            case "timestamp" -> result.getObject(column, LocalDateTime.class);
            case "timestamptz" -> result.getObject(column, OffsetDateTime.class);
            default -> value;
        };
    }

    /** One text for a value, whichever way it came. */
    private static @Nullable String canonical(@Nullable Object value) throws SQLException {
        if (value == null) {
            return null;
        }
        if (value instanceof Array array) {
            List<@Nullable String> elements = new ArrayList<>();
            for (Object element : (Object[]) array.getArray()) {
                elements.add(canonical(element));
            }
            return elements.toString();
        }
        if (value instanceof Number || value instanceof BigDecimal) {
            String text = value.toString();
            return text.matches("-?[0-9].*") ? number(new BigDecimal(text)) : text;
        }
        if (value instanceof java.sql.Date date) {
            return date.toLocalDate().toString();
        }
        return value.toString();
    }

    private static String number(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }

    private List<List<@Nullable String>> http(String sql) throws Exception {
        String body = JSON.writeValueAsString(Map.of("sql", sql));
        JsonNode answer = JSON.readTree(server.queryJson(body));
        List<List<@Nullable String>> rows = new ArrayList<>();
        for (JsonNode row : answer.at("/rows")) {
            List<@Nullable String> values = new ArrayList<>();
            for (int i = 0; i < row.size(); i++) {
                values.add(text(
                        row.get(i), answer.at("/columns/%d/type".formatted(i)).asText()));
            }
            rows.add(values);
        }
        assertThat(answer.has("rows")).as("%s: %s", sql, answer).isTrue();
        return rows;
    }

    private static @Nullable String text(JsonNode node, String type) {
        if (node.isNull()) {
            return null;
        }
        if (node.isArray()) {
            List<@Nullable String> elements = new ArrayList<>();
            node.forEach(element -> elements.add(text(element, type.substring(0, type.length() - 2))));
            return elements.toString();
        }
        boolean number = type.matches("(DECIMAL.*|.*INT|.*INTEGER|FLOAT|DOUBLE)")
                && node.asText().matches("-?[0-9].*");
        if (number) {
            String digits = type.equals("FLOAT") ? Float.toString(Float.parseFloat(node.asText())) : node.asText();
            return number(new BigDecimal(digits));
        }
        return type.startsWith("TIMESTAMP") ? time(node.asText()) : node.asText();
    }

    private static String time(String iso) {
        return LocalDateTime.parse(iso.replace(' ', 'T')).toString();
    }

    @Test
    void parametersHaveNoNames() throws Exception {
        try (Connection connection = DriverManager.getConnection(url("preferQueryMode=simple"));
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.executeQuery("SELECT name FROM runs WHERE run_id = :run"))
                    .hasMessageContaining("$1");
            assertThatThrownBy(() -> statement.executeQuery("SELECT relname FROM pg_class WHERE relname = :name"))
                    .hasMessageContaining("write $1 in the place of :name");
        }
    }

    @Test
    void parameters() throws Exception {
        for (String options :
                List.of("prepareThreshold=1", "binaryTransfer=false", "preferQueryMode=extendedForPrepared")) {
            try (Connection connection = DriverManager.getConnection(url(options));
                    PreparedStatement statement = connection.prepareStatement(
                            "SELECT count(*) FROM experts WHERE layer = ? AND scope LIKE ? AND activations >= ?")) {
                for (int layer = 0; layer < 4; layer++) {
                    statement.setInt(1, layer);
                    statement.setString(2, "%prompt");
                    statement.setDouble(3, 0);
                    try (ResultSet result = statement.executeQuery()) {
                        result.next();
                        assertThat(result.getLong(1)).isEqualTo(32);
                    }
                }
            }
        }
        try (Connection connection = DriverManager.getConnection(url("prepareThreshold=1"));
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT ?::BIGINT, ?::VARCHAR, ?::DOUBLE, ?::BOOLEAN, ?::DATE, ?::TIMESTAMP, ?::DECIMAL(9,2), ?::INTEGER")) {
            for (int time = 0; time < 3; time++) {
                statement.setLong(1, -5);
                statement.setString(2, "ü");
                statement.setDouble(3, 1.5);
                statement.setBoolean(4, true);
                statement.setObject(5, LocalDate.of(2026, 1, 2));
                statement.setObject(6, LocalDateTime.of(2026, 1, 2, 3, 4));
                statement.setBigDecimal(7, new BigDecimal("12.30"));
                statement.setNull(8, Types.INTEGER);
                try (ResultSet result = statement.executeQuery()) {
                    result.next();
                    assertThat(Arrays.asList(
                                    result.getLong(1),
                                    result.getString(2),
                                    result.getDouble(3),
                                    result.getBoolean(4),
                                    result.getObject(5, LocalDate.class),
                                    result.getObject(6, LocalDateTime.class),
                                    result.getBigDecimal(7),
                                    result.getObject(8)))
                            .isEqualTo(Arrays.asList(
                                    -5L,
                                    "ü",
                                    1.5,
                                    true,
                                    LocalDate.of(2026, 1, 2),
                                    LocalDateTime.of(2026, 1, 2, 3, 4),
                                    new BigDecimal("12.30"),
                                    null));
                }
            }
        }
    }

    @Test
    void copies() throws Exception {
        try (Connection connection = DriverManager.getConnection(url(""))) {
            StringWriter copied = new StringWriter();
            long rows = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut(
                            "COPY (SELECT layer, 'a,b' AS t, NULL FROM experts ORDER BY layer LIMIT 2) TO STDOUT (FORMAT csv, HEADER)",
                            copied);
            assertThat(rows).isEqualTo(2);
            assertThat(copied.toString()).isEqualTo("layer,t,NULL\n0,\"a,b\",\n0,\"a,b\",\n");
        }
    }

    @Test
    void cancelsAndTimesOut() throws Exception {
        String endless = "SELECT sum(a.token_id + b.token_id + c.token_id + d.token_id + e.token_id + f.token_id) "
                + "FROM tokens a, tokens b, tokens c, tokens d, tokens e, tokens f";
        try (Connection connection = DriverManager.getConnection(url(""));
                Statement statement = connection.createStatement()) {
            CompletableFuture<SQLException> failure = CompletableFuture.supplyAsync(
                    () -> catchThrowableOfType(SQLException.class, () -> statement.executeQuery(endless)));
            TimeUnit.MILLISECONDS.sleep(500);
            long start = System.nanoTime();
            statement.cancel();
            assertThat(failure.get(10, TimeUnit.SECONDS).getSQLState()).isEqualTo("57014");
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(2));
            statement.execute("SET statement_timeout = 300");
            SQLException late = catchThrowableOfType(SQLException.class, () -> statement.executeQuery(endless));
            assertThat(late.getSQLState()).isEqualTo("57014");
            assertThat(late.getMessage()).contains("limit");
        }
    }

    @Test
    void transactionsAndCursors() throws Exception {
        try (Connection connection = DriverManager.getConnection(url(""));
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            connection.setReadOnly(true);
            statement.execute("DECLARE c CURSOR FOR SELECT layer, expert FROM experts ORDER BY 1, 2");
            int rows = 0;
            for (int fetched = 1; fetched > 0; ) {
                fetched = 0;
                try (ResultSet result = statement.executeQuery("FETCH FORWARD 50 FROM c")) {
                    while (result.next()) {
                        fetched++;
                    }
                }
                rows += fetched;
            }
            assertThat(rows).isEqualTo(128);
            connection.rollback();
            SQLException gone = catchThrowableOfType(SQLException.class, () -> statement.execute("FETCH ALL FROM c"));
            assertThat(gone.getSQLState()).isEqualTo("34000");
            connection.rollback();
            Savepoint savepoint = connection.setSavepoint();
            assertThat(catchThrowableOfType(SQLException.class, () -> statement.execute("SELECT nothing"))
                            .getSQLState())
                    .isEqualTo("42000");
            connection.rollback(savepoint);
            assertThat(statement.execute("SELECT 1")).isTrue();
            connection.commit();
        }
    }

    @Test
    void historyAndMetricsHaveItsQueries() throws Exception {
        String sql = "SELECT count(*) AS only_over_pg FROM experts";
        try (Connection connection = DriverManager.getConnection(url(""))) {
            rows(connection, sql);
        }
        assertThat(server.get("v1/history")).contains("only_over_pg");
        assertThat(server.get("v1/queries")).contains("\"format\":\"pg\"");
        assertThat(server.get("metrics")).containsPattern("gatehouse_queries_total\\{state=\"finished\"} [1-9]");
    }

    @Test
    void theTokenIsThePassword(@TempDir Path folder) throws Exception {
        try (PgPort guarded = PgPort.start(
                folder, settings -> RecordCopy.of(settings, Map.of("token", Optional.of("correct-horse"))))) {
            String url = "jdbc:postgresql://127.0.0.1:%d/x?user=anyone&password=".formatted(guarded.port());
            try (Connection connection = DriverManager.getConnection(url + "correct-horse")) {
                assertThat(rows(connection, "SELECT 7")).isEqualTo(List.of(List.of("7")));
            }
            assertThat(catchThrowableOfType(SQLException.class, () -> DriverManager.getConnection(url + "wrong"))
                            .getSQLState())
                    .isEqualTo("28P01");
        }
    }

    @Test
    void tlsWhereThereIsACertificate(@TempDir Path folder) throws Exception {
        SelfSigned certificate = SelfSigned.in(folder);
        try (PgPort secured = PgPort.start(
                folder,
                settings -> RecordCopy.of(
                        settings,
                        Map.of("tls", Optional.of(new Tls(certificate.keystore(), SelfSigned.PASSWORD).context()))))) {
            String url = "jdbc:postgresql://127.0.0.1:%d/x?user=anyone&sslmode=".formatted(secured.port());
            try (Connection connection = DriverManager.getConnection(url + "require")) {
                assertThat(rows(connection, "SELECT 7")).isEqualTo(List.of(List.of("7")));
            }
            assertThat(catchThrowableOfType(SQLException.class, () -> DriverManager.getConnection(url + "disable"))
                            .getMessage())
                    .contains("TLS");
        }
        assertThat(catchThrowableOfType(SQLException.class, () -> DriverManager.getConnection(url("sslmode=require")))
                        .getMessage())
                .contains("SSL");
    }
}
