package io.gatehouse.testing.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** What the driver answers, the same over a file and over a server. */
public final class DriverAnswers {
    private final String url;

    public DriverAnswers(String url) {
        this.url = url;
    }

    /** A day is its begin, and a moment what the clock here shows then. */
    public void daysAndMomentsAreTimestamps() throws SQLException {
        Instant begin = Timestamp.valueOf("1970-01-02 00:00:00").toInstant();
        List<Object> days = List.of(
                Date.valueOf("1970-01-02"),
                LocalDate.of(1970, 1, 2),
                java.util.Date.from(begin),
                begin,
                begin.atOffset(ZoneOffset.ofHours(3)),
                "1970-01-02");
        String sql =
                "SELECT CAST(? AS TIMESTAMP) = TIMESTAMP '1970-01-02 00:00:00', count(*) FROM runs WHERE started_at >= ?";
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Object day : days) {
                statement.setObject(1, day);
                statement.setObject(2, day);
                assertThat(rows(statement.executeQuery()))
                        .as("%s", day.getClass())
                        .first()
                        .extracting(row -> row.get(0))
                        .isEqualTo(true);
            }
            statement.setDate(1, Date.valueOf("1970-01-02"));
            statement.setObject(2, LocalDate.of(1970, 1, 2), Types.DATE);
            assertThat(rows(statement.executeQuery()).get(0).get(0)).isEqualTo(true);
        }
    }

    /** What stands around a parameter, or its function, tells its type. */
    /** Says in both ways of running a statement what to write instead. */
    public void parametersHaveNoNames() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                PreparedStatement prepared =
                        connection.prepareStatement("SELECT name FROM runs WHERE run_id = :run AND name = :name")) {
            assertThatThrownBy(() -> statement.executeQuery("SELECT name FROM runs WHERE run_id = :run"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("have names, :run; give their values by name, or write ? for them");
            assertThatThrownBy(prepared::getParameterMetaData)
                    .isInstanceOf(SQLException.class)
                    .hasMessage("Parameters have no names in JDBC; write ? in the place of :run.");
            prepared.setInt(1, 1);
            prepared.setString(2, "first");
            assertThatThrownBy(prepared::executeQuery).hasMessageContaining("or write ? for them");
        }
    }

    public void parametersAreTypedByWhatStandsAroundThem() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            assertThat(rows(
                            connection,
                            "SELECT coalesce(?, name), CASE WHEN run_id = ? THEN ? ELSE ? END, concat('%', ?, '%') FROM runs LIMIT 1",
                            "a",
                            1,
                            "b",
                            "b",
                            7))
                    .containsExactly(List.of("a", "b", "%7%"));
            assertThat(rows(
                            connection,
                            "SELECT date_trunc(?, TIMESTAMP '2024-02-03 04:05:06'), substring('router', ?, ?), [5, 6][?], round(1.25, ?)",
                            "month",
                            2,
                            3,
                            2,
                            1))
                    .containsExactly(List.of(
                            Timestamp.valueOf("2024-02-01 00:00:00"), "out", 6, new java.math.BigDecimal("1.3")));
            assertThat(rows(connection, "SELECT quantile_cont(x, ?), ? FROM (VALUES (10), (20)) AS t(x)", 0.5, "text"))
                    .containsExactly(List.of(15.0, "text"));
            assertThat(rows(
                            connection,
                            "SELECT lag(x, ?) OVER (ORDER BY x) AS y FROM (VALUES (1), (2)) AS t(x) ORDER BY x",
                            1))
                    .containsExactly(Arrays.asList((Object) null), List.of(1));
            assertThat(rows(connection, "SELECT count(*) FROM runs WHERE (? IS NULL OR run_id = ?)", 1, 1))
                    .containsExactly(List.of(1L));
            assertThatThrownBy(() -> rows(connection, "SELECT name FROM runs ORDER BY ?", 1))
                    .hasMessageStartingWith("A parameter cannot be a key of ORDER BY");
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT ? AS x, quantile_cont(run_id, ?) AS y FROM runs")) {
                assertThat(statement.getParameterMetaData().getParameterTypeName(1))
                        .isEqualTo("VARCHAR");
                assertThat(statement.getMetaData().getColumnTypeName(2)).isEqualTo("DOUBLE");
            }
        }
    }

    /** A column of nothing but NULL is a text, which every tool takes. */
    public void nullHasAType() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT NULL AS x, 1 AS y")) {
            ResultSetMetaData columns = rows.getMetaData();
            assertThat(columns.getColumnTypeName(1)).isEqualTo("VARCHAR");
            assertThat(columns.getColumnType(1)).isEqualTo(Types.VARCHAR);
            assertThat(columns.getColumnClassName(1)).isEqualTo("java.lang.String");
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isNull();
        }
    }

    public void anEmptyResultHasNoPlaceBeforeItsFirstRow() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            try (ResultSet none = statement.executeQuery("SELECT 1 FROM runs WHERE run_id < 0")) {
                assertThat(none.isBeforeFirst()).isFalse();
                assertThat(none.next()).isFalse();
                assertThat(none.isAfterLast()).isFalse();
            }
            try (ResultSet two = statement.executeQuery("SELECT * FROM (VALUES (1), (2)) AS t(x) ORDER BY x")) {
                assertThat(two.isBeforeFirst()).isTrue();
                assertThat(two.isBeforeFirst()).isTrue();
                assertThat(two.next()).isTrue();
                assertThat(two.getInt(1)).isEqualTo(1);
                assertThat(two.isBeforeFirst()).isFalse();
                assertThat(two.next()).isTrue();
                assertThat(two.next()).isFalse();
                assertThat(two.isAfterLast()).isTrue();
            }
        }
    }

    public void textsComeAndGoInEveryForm() throws Exception {
        String text = "日本 𝕏 'router'";
        try (Connection connection = DriverManager.getConnection(url);
                PreparedStatement statement = connection.prepareStatement("SELECT ? AS x, NULL AS y, [1, 2] AS z")) {
            statement.setCharacterStream(1, new StringReader(text + "…"), text.length());
            try (ResultSet rows = statement.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).isEqualTo(text);
                assertThat(new BufferedReader(rows.getCharacterStream("x")).readLine())
                        .isEqualTo(text);
                assertThat(new BufferedReader(rows.getNCharacterStream(1)).readLine())
                        .isEqualTo(text);
                assertThat(rows.getClob(1).getSubString(4, 2)).isEqualTo("𝕏");
                assertThat(rows.getNClob(1).length()).isEqualTo(text.length());
                assertThat(rows.getClob(1).position("router", 1)).isEqualTo(8);
                assertThat(rows.getBytes(1)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
                assertThat(rows.getAsciiStream(1)).hasContent("?? ? 'router'");
                assertThat(rows.getBytes(2)).isNull();
                assertThat(rows.getClob(2)).isNull();
                assertThat(rows.getCharacterStream(2)).isNull();
                assertThat(rows.wasNull()).isTrue();
                assertThat(rows.getBytes("z")).asString().isEqualTo("[1, 2]");
            }
            try (Statement other = connection.createStatement();
                    ResultSet rows = other.executeQuery("SELECT 'a'")) {
                assertThat(rows.next()).isTrue();
                statement.setClob(1, rows.getClob(1));
            }
            assertThat(rows(statement.executeQuery()).get(0).get(0)).isEqualTo("a");
        }
    }

    public void listsAreTextsWhereAsked() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("lists", "varchar");
        try (Connection connection = DriverManager.getConnection(url, properties);
                Statement statement = connection.createStatement()) {
            try (ResultSet rows = statement.executeQuery("SELECT [1, NULL] AS l, 1 AS x")) {
                assertThat(rows.getMetaData().getColumnType(1)).isEqualTo(Types.VARCHAR);
                assertThat(rows.next()).isTrue();
                assertThat(rows.getObject(1)).isEqualTo("[1, NULL]");
                assertThat(rows.getObject(2)).isEqualTo(1);
            }
            try (PreparedStatement prepared = connection.prepareStatement("SELECT experts FROM token_routing")) {
                assertThat(prepared.getMetaData().getColumnTypeName(1)).isEqualTo("VARCHAR");
            }
            try (ResultSet columns = connection.getMetaData().getColumns(null, null, "token_routing", "experts")) {
                assertThat(columns.next()).isTrue();
                assertThat(columns.getInt("DATA_TYPE")).isEqualTo(Types.VARCHAR);
            }
        }
        properties.setProperty("lists", "struct");
        assertThatThrownBy(() -> DriverManager.getConnection(url, properties))
                .hasMessage("lists is array or varchar, not \"struct\".");
    }

    public void textColumnsHaveALengthInBytes() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                ResultSet columns = connection.getMetaData().getColumns(null, null, "runs", "name")) {
            assertThat(columns.next()).isTrue();
            assertThat(columns.getInt("CHAR_OCTET_LENGTH")).isEqualTo(Integer.MAX_VALUE);
        }
    }

    /** 99 is none of JDBC's constants; what the constants mean is done, or is what holds anyway. */
    public void unknownConstantsAreRefused() throws SQLException {
        String sql = "SELECT 1";
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> connection.createStatement(99, ResultSet.CONCUR_READ_ONLY),
                    () -> connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, 99),
                    () -> connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, 99),
                    () -> connection.prepareStatement(sql, 99, ResultSet.CONCUR_READ_ONLY),
                    () -> connection.prepareStatement(sql, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, 99),
                    () -> connection.prepareStatement(sql, 99),
                    () -> connection.setTransactionIsolation(99),
                    () -> connection.setHoldability(99),
                    () -> statement.execute(sql, 99),
                    () -> statement.getMoreResults(99))) {
                assertThatThrownBy(call)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                refusal -> assertThat(refusal.getSQLState()).startsWith("22"))
                        .hasMessageMatching("There is no .* 99\\.");
            }
            assertThatThrownBy(() -> statement.setFetchDirection(99)).isInstanceOf(SQLException.class);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            connection.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
            assertThat(statement.execute(sql, Statement.NO_GENERATED_KEYS)).isTrue();
            assertThat(statement.getMoreResults(Statement.CLOSE_ALL_RESULTS)).isFalse();
        }
    }

    private static List<List<@Nullable Object>> rows(Connection connection, String sql, Object... values)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return rows(statement.executeQuery());
        }
    }

    private static List<List<@Nullable Object>> rows(ResultSet result) throws SQLException {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        while (result.next()) {
            List<@Nullable Object> row = new ArrayList<>();
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                row.add(result.getObject(i));
            }
            rows.add(row);
        }
        return rows;
    }
}
