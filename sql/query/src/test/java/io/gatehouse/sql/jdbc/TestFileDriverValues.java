package io.gatehouse.sql.jdbc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.sample.routing.SyntheticRun;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.JDBCType;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.TimeZone;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What comes out of the driver and what goes into it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestFileDriverValues {
    private Connection connection;

    @BeforeAll
    void open(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("routing.duckdb");
        SyntheticRun.write(file, 100_000);
        connection = DriverManager.getConnection("jdbc:gatehouse:" + file);
    }

    @AfterAll
    void close() throws Exception {
        connection.close();
    }

    /** Intervals, and times that Java has not, are the texts of SQL. */
    @Test
    void whatJavaHasNoValueForIsAText() throws Exception {
        String sql = """
                SELECT INTERVAL '1 year 2 months 3 days 04:05:06.7' AS i, INTERVAL '-1 hour' AS j, to_days(0) AS k,
                    CAST('infinity' AS TIMESTAMP) AS t, CAST('-infinity' AS DATE) AS d,
                    CAST('infinity' AS TIMESTAMPTZ) AS z, CAST('24:00:00' AS TIME) AS e, CAST(255 AS UTINYINT) AS u,
                    CAST('18446744073709551615' AS UBIGINT) AS v, [INTERVAL 1 DAY] AS l
                """;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            List<String> texts = new ArrayList<>();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                texts.add(rows.getString(i));
            }
            assertThat(texts)
                    .containsExactly(
                            "1 year 2 months 3 days 04:05:06.7",
                            "-01:00:00",
                            "00:00:00",
                            "infinity",
                            "-infinity",
                            "infinity",
                            "24:00:00",
                            "255",
                            "18446744073709551615",
                            "[1 day]");
            assertThat(rows.getMetaData().getColumnTypeName(1)).isEqualTo("INTERVAL");
            assertThat(rows.getObject("i")).isEqualTo("1 year 2 months 3 days 04:05:06.7");
            assertThat(rows.getObject("u")).isEqualTo(255);
            assertThat(rows.getObject("v")).isEqualTo(new BigDecimal("18446744073709551615"));
            assertThatThrownBy(() -> rows.getTimestamp("t")).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> rows.getTime("e")).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void valuesOfEveryTypeComeAsJdbcSays() throws Exception {
        String sql = """
                SELECT TRUE AS b, CAST(1 AS TINYINT), CAST(2 AS SMALLINT), 3, CAST(4 AS BIGINT), sum(5), 1.50,
                    CAST(0.25 AS FLOAT), 1e0, 'text', DATE '2026-01-02', TIME '03:04:05',
                    TIMESTAMP '2026-01-02 03:04:05.123456', CAST('2026-01-02 03:04:05+00' AS TIMESTAMP WITH LOCAL TIME ZONE),
                    [1, NULL], CAST(NULL AS INTEGER) AS nothing
                """;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            ResultSetMetaData columns = rows.getMetaData();
            List<Integer> types = new ArrayList<>();
            List<String> names = new ArrayList<>();
            List<Object> values = new ArrayList<>();
            assertThat(rows.next()).isTrue();
            for (int i = 1; i < columns.getColumnCount() - 1; i++) {
                types.add(columns.getColumnType(i));
                names.add(columns.getColumnTypeName(i));
                values.add(rows.getObject(i));
                assertThat(columns.getColumnClassName(i))
                        .isEqualTo(rows.getObject(i).getClass().getName());
            }
            assertThat(types)
                    .containsExactly(
                            Types.BOOLEAN,
                            Types.TINYINT,
                            Types.SMALLINT,
                            Types.INTEGER,
                            Types.BIGINT,
                            Types.DECIMAL,
                            Types.DECIMAL,
                            Types.REAL,
                            Types.DOUBLE,
                            Types.VARCHAR,
                            Types.DATE,
                            Types.TIME,
                            Types.TIMESTAMP,
                            Types.TIMESTAMP_WITH_TIMEZONE);
            assertThat(names).startsWith("BOOLEAN", "TINYINT").contains("HUGEINT", "DECIMAL(3,2)");
            assertThat(values.subList(0, 13))
                    .containsExactly(
                            true,
                            1,
                            2,
                            3,
                            4L,
                            new BigDecimal(5),
                            new BigDecimal("1.50"),
                            0.25f,
                            1.0,
                            "text",
                            Date.valueOf("2026-01-02"),
                            Time.valueOf("03:04:05"),
                            Timestamp.valueOf("2026-01-02 03:04:05.123456"));
            assertThat(rows.getObject(14, OffsetDateTime.class).toInstant()).hasToString("2026-01-02T03:04:05Z");
            Array list = rows.getArray(15);
            assertThat((Object[]) list.getArray()).containsExactly(1, null);
            assertThat(list.getBaseTypeName()).isEqualTo("INTEGER");
            assertThat(rows.getInt("NOTHING")).isZero();
            assertThat(rows.wasNull()).isTrue();
            assertThat(rows.getObject("nothing")).isNull();
            assertThat(rows.getObject(13, LocalDateTime.class)).isEqualTo("2026-01-02T03:04:05.123456");
            assertThat(rows.getString(13)).isEqualTo("2026-01-02 03:04:05.123456");
            assertThat(rows.getLong(7)).isEqualTo(1);
            assertThat(rows.next()).isFalse();
        }
    }

    @Test
    void whatDoesNotFitIsAnError() throws Exception {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 3000000000, 'text', [1], NULL")) {
            assertThat(failure(() -> rows.getInt(1)).getSQLState()).isEqualTo("24000");
            rows.next();
            SQLException range = failure(() -> rows.getInt(1));
            assertThat((Throwable) range)
                    .isInstanceOf(SQLDataException.class)
                    .hasMessage("3000000000 is out of the range of int.");
            assertThat(range.getSQLState()).isEqualTo("22003");
            assertThat(failure(() -> rows.getLong(2)).getSQLState()).isEqualTo("22018");
            assertThat(failure(() -> rows.getDouble(3)).getSQLState()).isEqualTo("22018");
            assertThat(failure(() -> rows.getInt(5)).getSQLState()).isEqualTo("07009");
            assertThat(failure(() -> rows.getInt("missing")).getSQLState()).isEqualTo("42703");
            assertThat(failure(() -> rows.updateInt(1, 5)).getSQLState()).isEqualTo("25006");
            assertThatThrownBy(rows::previous).isInstanceOf(SQLFeatureNotSupportedException.class);
        }
    }

    @Test
    void whatIsFinerThanATypeIsCutAndWhatIsLargerIsAnError() throws Exception {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT TIME '03:04:05.678901', 1e39, '1e999999999', '1e-999999999', '1e400', -0.5, 'NaN'")) {
            rows.next();
            Time time = new Time(Timestamp.valueOf("1970-01-01 03:04:05.678").getTime());
            assertThat(rows.getTime(1).getTime()).isEqualTo(time.getTime());
            assertThat(((Time) rows.getObject(1)).getTime()).isEqualTo(time.getTime());
            assertThat(rows.getObject(1, LocalTime.class)).isEqualTo("03:04:05.678901");
            assertThat(rows.getTime(1, Calendar.getInstance(TimeZone.getTimeZone("UTC")))
                            .getTime())
                    .isEqualTo(Duration.between(LocalTime.MIN, LocalTime.of(3, 4, 5, 678_000_000))
                            .toMillis());
            assertThat(failure(() -> rows.getFloat(2)).getSQLState()).isEqualTo("22003");
            assertThat(rows.getDouble(2)).isEqualTo(1e39);
            for (int column : new int[] {3, 5}) {
                assertThat(failure(() -> rows.getInt(column)).getSQLState()).isEqualTo("22003");
                assertThat(failure(() -> rows.getDouble(column)).getSQLState()).isEqualTo("22003");
                assertThat(failure(() -> rows.getObject(column, BigInteger.class))
                                .getSQLState())
                        .isEqualTo("22003");
            }
            assertThat(rows.getInt(4)).isZero();
            assertThat(rows.getInt(6)).isZero();
            assertThat(rows.getFloat(7)).isNaN();
        }
    }

    /** Any machine stands in one zone or another; the offset of a Timestamp is that of this one. */
    @Test
    void aTimestampIsAMomentWhereTheParameterIs() throws Exception {
        Timestamp timestamp = Timestamp.valueOf("2026-02-03 04:05:06.000007");
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT CAST(? AS TIMESTAMP WITH LOCAL TIME ZONE), CAST(? AS TIMESTAMP), CAST(? AS TIMESTAMP)")) {
            statement.setTimestamp(1, timestamp);
            statement.setObject(2, timestamp, JDBCType.TIMESTAMP);
            statement.setTimestamp(3, timestamp, Calendar.getInstance(TimeZone.getTimeZone("UTC")));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                assertThat(rows.getObject(1, OffsetDateTime.class).toInstant()).isEqualTo(timestamp.toInstant());
                assertThat(rows.getTimestamp(2)).isEqualTo(timestamp);
                assertThat(rows.getObject(3, LocalDateTime.class))
                        .isEqualTo(
                                timestamp.toInstant().atOffset(ZoneOffset.UTC).toLocalDateTime());
            }
            statement.setObject(1, timestamp, JDBCType.TIMESTAMP_WITH_TIMEZONE, 6);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                assertThat(rows.getTimestamp(1)).isEqualTo(timestamp);
            }
        }
    }

    @Test
    void preparedStatementsTakeParametersAndDescribeThem() throws Exception {
        String sql = "SELECT count(*) FROM activations WHERE layer = ? AND weight > ? AND "
                + "CASE WHEN is_last_prompt THEN 'last_prompt' ELSE 'prompt' END = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            ParameterMetaData parameters = statement.getParameterMetaData();
            assertThat(parameters.getParameterCount()).isEqualTo(3);
            assertThat(parameters.getParameterTypeName(1)).isEqualTo("BIGINT");
            assertThat(parameters.getParameterType(2)).isEqualTo(Types.REAL);
            assertThat(parameters.getParameterClassName(3)).isEqualTo("java.lang.String");
            assertThat(statement.getMetaData().getColumnTypeName(1)).isEqualTo("BIGINT");
            statement.setInt(1, 3);
            statement.setDouble(2, 0);
            assertThat(failure(statement::executeQuery).getMessage()).contains("3 parameters, but 2 values");
            statement.setString(3, "prompt");
            long prompt = number(statement);
            statement.setString(3, "last_prompt");
            assertThat(number(statement)).isPositive().isLessThan(prompt);
            statement.setObject(1, 0.5, Types.INTEGER);
            SQLException refused = failure(statement::executeQuery);
            assertThat((Throwable) refused).hasMessage("Parameter 1 is of type BIGINT, but 0.5 is not.");
            assertThat(refused.getSQLState()).isEqualTo("22023");
            statement.clearParameters();
            statement.setString(3, "prompt");
            assertThatThrownBy(statement::executeQuery).hasMessage("Parameter 1 has no value.");
        }
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT CAST(? AS DATE), CAST(? AS TIMESTAMP), CAST(? AS INTEGER)")) {
            statement.setDate(1, Date.valueOf("2026-02-03"));
            statement.setTimestamp(2, Timestamp.valueOf("2026-02-03 04:05:06.000007"));
            statement.setNull(3, Types.INTEGER);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                assertThat(rows.getObject(1, LocalDate.class)).isEqualTo("2026-02-03");
                assertThat(rows.getTimestamp(2)).isEqualTo(Timestamp.valueOf("2026-02-03 04:05:06.000007"));
                assertThat(rows.getObject(3)).isNull();
            }
        }
    }

    private static long number(PreparedStatement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static SQLException failure(ThrowingCallable call) {
        return requireNonNull(catchThrowableOfType(SQLException.class, call));
    }
}
