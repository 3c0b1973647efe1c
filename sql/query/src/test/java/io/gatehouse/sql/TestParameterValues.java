package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.store.RoutingFile;
import io.gatehouse.type.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Which values a parameter takes, and what becomes of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestParameterValues {
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofSeconds(20), 0);

    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        file.close();
    }

    /** All its digits would be a text of a gigabyte. */
    @Test
    void aNumberOfManyDigitsForATextKeepsItsExponent() throws Exception {
        assertThat(rows("SELECT CAST(? AS VARCHAR)", new BigDecimal("1e999999999")))
                .containsExactly(List.of("1E+999999999"));
        assertThat(rows("SELECT CAST(? AS VARCHAR)", new BigDecimal("1e3"))).containsExactly(List.of("1000"));
    }

    @Test
    void everyTypeArrivesWhole() {
        String sql = """
                SELECT CAST(? AS BOOLEAN), CAST(? AS TINYINT), CAST(? AS SMALLINT), CAST(? AS INTEGER),
                    CAST(? AS BIGINT), CAST(? AS DECIMAL(38, 0)), CAST(? AS DECIMAL(12, 3)), CAST(? AS FLOAT),
                    CAST(? AS DOUBLE), CAST(? AS VARCHAR), CAST(? AS DATE), CAST(? AS TIME), CAST(? AS TIMESTAMP),
                    CAST(? AS TIMESTAMP WITH LOCAL TIME ZONE) = CAST('2026-01-02 03:04:05+00' AS TIMESTAMP WITH LOCAL TIME ZONE)
                """;
        List<String> types = List.of(
                "BOOLEAN",
                "TINYINT",
                "SMALLINT",
                "INTEGER",
                "BIGINT",
                "HUGEINT",
                "DECIMAL(12,3)",
                "FLOAT",
                "DOUBLE",
                "VARCHAR",
                "DATE",
                "TIME",
                "TIMESTAMP",
                "TIMESTAMP WITH TIME ZONE");
        assertThat(engine.shape(sql, LIMITS.timeout()).parameters())
                .map(SqlType::toString)
                .isEqualTo(types);
        BigInteger huge = BigInteger.TWO.pow(126).subtract(BigInteger.ONE);
        List<Object> expected = List.of(
                true,
                -128,
                32_767,
                -5,
                Long.MIN_VALUE,
                new BigDecimal(huge),
                new BigDecimal("123456789.125"),
                0.1f,
                0.1,
                "日本 𝕏",
                LocalDate.of(2026, 1, 2),
                LocalTime.of(3, 4, 5, 678_000),
                LocalDateTime.of(2026, 1, 2, 3, 4, 5, 678_000),
                true);
        LocalDateTime moment = LocalDateTime.of(2026, 1, 2, 3, 4, 5, 678_000);
        assertThat(rows(
                        sql,
                        true,
                        (byte) -128,
                        (short) 32_767,
                        -5,
                        Long.MIN_VALUE,
                        huge,
                        new BigDecimal("123456789.1250"),
                        0.1f,
                        0.1,
                        "日本 𝕏",
                        LocalDate.of(2026, 1, 2),
                        LocalTime.of(3, 4, 5, 678_000),
                        Timestamp.valueOf(moment),
                        OffsetDateTime.parse("2026-01-02T05:04:05+02:00")))
                .containsExactly(expected);
        assertThat(rows(
                        sql,
                        "true",
                        "-128",
                        "32767",
                        -5.0,
                        Long.toString(Long.MIN_VALUE),
                        huge.toString(),
                        "123456789.125",
                        "0.1",
                        "0.1",
                        "日本 𝕏",
                        "2026-01-02",
                        "03:04:05.000678",
                        "2026-01-02 03:04:05.000678",
                        "2026-01-02T05:04:05+02:00"))
                .containsExactly(expected);
    }

    @Test
    void nullIsNull() {
        assertThat(rows("SELECT CAST(? AS INTEGER) IS NULL, CAST(? AS VARCHAR), CAST(? AS DATE)", null, null, null))
                .containsExactly(Arrays.asList(true, null, null));
        assertThat(rows("SELECT count(*) FROM runs WHERE run_id = ?", (Object) null))
                .containsExactly(List.of(0L));
    }

    @Test
    void theNumberOfValuesMustBeRight() {
        assertThat(failure("SELECT 1 FROM runs WHERE 1 = ?"))
                .hasMessage("The statement has 1 parameter, but 0 values were given.");
        assertThat(failure("SELECT 1", 5)).hasMessage("The statement has 0 parameters, but 1 value was given.");
        assertThat(failure("SELECT 1 FROM runs WHERE 1 = ?", 1, 2).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void valuesAreNotRoundedCutOrGuessed() {
        String layer = "SELECT count(*) FROM activations WHERE layer = ?";
        assertThat(failure(layer, 0.5)).hasMessage("Parameter 1 is of type BIGINT, but 0.5 is not.");
        assertThat(failure(layer, "one")).hasMessage("Parameter 1 is of type BIGINT, but 'one' is not.");
        assertThat(failure(layer, "1e999999999")).hasMessageContaining("'1e999999999'");
        assertThat(failure(layer, "1e2147483647")).hasMessageContaining("'1e2147483647'");
        assertThat(failure(layer, "1e-999999999")).hasMessageContaining("'1e-999999999'");
        assertThat(failure("SELECT CAST(? AS DECIMAL(4, 1))", "1e-999999999")).hasMessageContaining("'1e-999999999'");
        assertThat(rows("SELECT CAST(? AS DECIMAL(4, 4))", 0)).containsExactly(List.of(new BigDecimal("0.0000")));
        assertThat(failure(layer, BigInteger.TWO.pow(63))).hasMessageContaining("but 9223372036854775808 is not");
        assertThat(failure(layer, true)).hasMessageContaining("but true is not");
        assertThat(failure(layer, List.of(1))).hasMessageContaining("[1]");
        assertThat(failure("SELECT CAST(? AS TINYINT)", 128)).hasMessageContaining("of type TINYINT, but 128");
        assertThat(failure("SELECT CAST(? AS DECIMAL(4, 1))", "0.25")).hasMessageContaining("'0.25'");
        assertThat(failure("SELECT CAST(? AS DECIMAL(4, 1))", 1000)).hasMessageContaining("1000");
        assertThat(failure("SELECT name FROM runs WHERE name = ?", List.of(7)))
                .hasMessageContaining("of type VARCHAR, but [7]");
        assertThat(failure("SELECT CAST(? AS DATE)", "2026-02-30"))
                .hasMessageContaining("of type DATE, but '2026-02-30'");
        assertThat(failure("SELECT CAST(? AS BOOLEAN)", "yes").code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(rows(layer, 1.0)).isEqualTo(rows(layer, "1"));
    }

    @Test
    void aFractionBecomesTheNearestFloatAndAWholeNumberItselfOrNone() {
        String single = "SELECT CAST(? AS FLOAT)";
        String real = "SELECT CAST(? AS DOUBLE)";
        for (Object tooLarge : List.of("1e39", 1e39, new BigDecimal("-1e39"), "1e-60", 16_777_217)) {
            assertThat(failure(single, tooLarge).code()).as("%s", tooLarge).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        }
        for (Object none : List.of(
                "1e400",
                "1e-400",
                (1L << 53) + 1,
                "9007199254740993",
                "1" + "0".repeat(22) + "1",
                "0x1p3",
                "1f",
                "1d",
                " 1",
                "nan",
                "+Infinity",
                true)) {
            assertThat(failure(real, none).code()).as("%s", none).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        }
        assertThat(rows(single, "0.1")).containsExactly(List.of(0.1f));
        assertThat(rows(single, 0.1)).containsExactly(List.of(0.1f));
        assertThat(rows(single, Float.MAX_VALUE)).containsExactly(List.of(Float.MAX_VALUE));
        assertThat(rows(single, Float.toString(Float.MAX_VALUE))).containsExactly(List.of(Float.MAX_VALUE));
        double named = Double.parseDouble("1e23");
        assertThat(rows(real, named)).containsExactly(List.of(named));
        assertThat(rows(real, "1.0E23")).containsExactly(List.of(named));
        assertThat(rows(real, 1L << 53)).containsExactly(List.of(0x1p53));
        assertThat(rows(real, Double.MIN_VALUE)).containsExactly(List.of(Double.MIN_VALUE));
        assertThat(rows(real, Double.MAX_VALUE)).containsExactly(List.of(Double.MAX_VALUE));
        assertThat(rows(real, "-Infinity")).containsExactly(List.of(Double.NEGATIVE_INFINITY));
        assertThat(rows(real, Double.NaN)).containsExactly(List.of(Double.NaN));
        assertThat(rows(single, Float.POSITIVE_INFINITY)).containsExactly(List.of(Float.POSITIVE_INFINITY));
    }

    @Test
    void aDayIsItsBegin() {
        String count = "SELECT count(*) FROM runs WHERE started_at >= ? AND started_at < ?";
        LocalDate day = LocalDate.of(1970, 1, 1);
        List<List<@Nullable Object>> all = rows("SELECT count(*) FROM runs");
        assertThat(rows(count, day, "2999-01-01")).isEqualTo(all);
        assertThat(rows(count, Date.valueOf(day), Timestamp.valueOf("2999-01-01 00:00:00")))
                .isEqualTo(all);
        assertThat(rows(count, Instant.EPOCH, OffsetDateTime.parse("2999-01-01T00:00:00+02:00")))
                .isEqualTo(all);
        assertThat(rows(count, "1970-01-01T00:00:00Z", "2999-01-01 02:00:00+02:00"))
                .isEqualTo(all);
        String day4 =
                "SELECT CAST(? AS DATE), CAST(? AS TIMESTAMP), CAST(? AS TIMESTAMP WITH LOCAL TIME ZONE) = CAST(? AS TIMESTAMP WITH LOCAL TIME ZONE)";
        List<Object> expected = List.of(LocalDate.of(2026, 1, 2), LocalDateTime.of(2026, 1, 2, 0, 0), true);
        LocalDateTime midnight = LocalDateTime.of(2026, 1, 2, 0, 0);
        assertThat(rows(day4, midnight, midnight.toLocalDate(), midnight, "2026-01-02T00:00:00Z"))
                .containsExactly(expected);
        assertThat(rows(day4, "2026-01-02 00:00:00", "2026-01-02", "2026-01-02", midnight.toLocalDate()))
                .containsExactly(expected);
        assertThat(failure("SELECT CAST(? AS DATE)", midnight.plusSeconds(1)))
                .hasMessageContaining("of type DATE, but 2026-01-02T00:00:01");
        assertThat(failure("SELECT CAST(? AS DATE)", "2026-01-02 00:00:00.5").code())
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    /** Days and microseconds of DuckDB, which its driver would count past their ends. */
    @Test
    void datesAndTimestampsAreWithinWhatIsStored() {
        String date = "SELECT CAST(CAST(? AS DATE) AS VARCHAR)";
        assertThat(rows(date, LocalDate.of(5881580, 7, 10))).containsExactly(List.of("5881580-07-10"));
        assertThat(rows(date, LocalDate.of(-290308, 12, 22))).containsExactly(List.of("290309-12-22 (BC)"));
        assertThat(rows(date, LocalDate.of(-43, 3, 15))).containsExactly(List.of("0044-03-15 (BC)"));
        for (Object far : List.of("-999999999-01-01", "+999999999-12-31", LocalDate.of(5881580, 7, 11))) {
            assertThat(failure(date, far).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
            assertThat(failure("SELECT CAST(? AS TIMESTAMP)", far).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        }
        assertThat(failure(date, LocalDate.MAX))
                .hasMessage("Parameter 1 is out of range: a date goes from -290308-12-22 to +5881580-07-10.");
        String time = "SELECT CAST(CAST(? AS TIMESTAMP) AS VARCHAR)";
        assertThat(rows(time, LocalDateTime.of(294247, 1, 10, 4, 0, 54, 775_806_000)))
                .containsExactly(List.of("294247-01-10 04:00:54.775806"));
        assertThat(failure(time, LocalDateTime.of(294247, 1, 10, 4, 0, 54, 775_807_000))
                        .code())
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(failure(
                                "SELECT CAST(? AS TIMESTAMP WITH LOCAL TIME ZONE)",
                                OffsetDateTime.parse("+294248-01-01T00:00:00Z"))
                        .code())
                .isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    /** The idiom of optional filters: the first of the two is a text as far as anything tells. */
    @Test
    void aTextTakesWhateverCanBeWritten() {
        String optional = "SELECT count(*) FROM runs WHERE (? IS NULL OR run_id = ?)";
        assertThat(rows(optional, 1, 1)).containsExactly(List.of(1L));
        assertThat(rows(optional, null, null)).isEqualTo(rows("SELECT count(*) FROM runs"));
        assertThat(rows("SELECT ?, ?, ?, ?", 7, new BigDecimal("1E+3"), true, LocalDate.of(2026, 1, 2)))
                .containsExactly(List.of("7", "1000", "true", "2026-01-02"));
        assertThat(rows("SELECT ?, concat(?, 'x')", LocalDateTime.of(2026, 1, 2, 3, 4, 5), 1))
                .containsExactly(List.of("2026-01-02 03:04:05", "1x"));
    }

    /** DuckDB's driver would make a question mark of half of a pair. */
    @Test
    void aTextIsWholeCharacters() {
        for (String half : List.of("a\ud800", "a\udc00b", "a\ud800\ud800\udc00")) {
            assertThat(failure("SELECT CAST(? AS VARCHAR)", half))
                    .hasMessage("Parameter 1 is not text: its character 2 is U+%04X, half of a pair of surrogates."
                            .formatted((int) half.charAt(1)));
        }
        assertThat(rows("SELECT CAST(? AS VARCHAR)", "a\ud83d\ude00b")).containsExactly(List.of("a\ud83d\ude00b"));
    }

    @Test
    void aTimeKeepsItsMilliseconds() {
        Time time = new Time(Timestamp.valueOf("1970-01-01 03:04:05.678").getTime());
        assertThat(rows("SELECT CAST(? AS TIME)", time)).containsExactly(List.of(LocalTime.of(3, 4, 5, 678_000_000)));
    }

    private List<List<@Nullable Object>> rows(String sql, @Nullable Object... values) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        try (QueryResult result = engine.query(sql, Arrays.asList(values), LIMITS)) {
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>();
                for (int i = 0; i < result.columns().size(); i++) {
                    row.add(result.value(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private GatehouseException failure(String sql, @Nullable Object... values) {
        return requireNonNull(catchThrowableOfType(GatehouseException.class, () -> rows(sql, values)));
    }
}
