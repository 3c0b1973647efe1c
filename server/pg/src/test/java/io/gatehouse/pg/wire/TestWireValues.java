package io.gatehouse.pg.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.type.SqlType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Values in text and in binary, against the bytes that PostgreSQL 15 sends for them. */
final class TestWireValues {
    @Test
    void textsAreThoseOfPostgres() {
        assertThat(TextValues.text(true)).isEqualTo("t");
        assertThat(TextValues.text(1e20)).isEqualTo("1e+20");
        assertThat(TextValues.text(1e14)).isEqualTo("100000000000000");
        assertThat(TextValues.text(1e15)).isEqualTo("1e+15");
        assertThat(TextValues.text(0.0001)).isEqualTo("0.0001");
        assertThat(TextValues.text(0.00001234)).isEqualTo("1.234e-05");
        assertThat(TextValues.text(-0.0)).isEqualTo("-0");
        assertThat(TextValues.text(Double.NEGATIVE_INFINITY)).isEqualTo("-Infinity");
        assertThat(TextValues.text(1.5e-7f)).isEqualTo("1.5e-07");
        assertThat(TextValues.text(2.0)).isEqualTo("2");
        assertThat(TextValues.text(-0.0021)).isEqualTo("-0.0021");
        assertThat(TextValues.text(1234567.0)).isEqualTo("1234567");
        assertThat(TextValues.text(999_999f)).isEqualTo("999999");
        assertThat(TextValues.text(1e6f)).isEqualTo("1e+06");
        assertThat(TextValues.text(LocalTime.of(1, 2, 3, 4_000))).isEqualTo("01:02:03.000004");
        assertThat(TextValues.text(LocalDate.of(-43, 3, 15))).isEqualTo("0044-03-15 BC");
        assertThat(TextValues.text(LocalDateTime.of(2026, 1, 2, 3, 4, 5, 60_000_000)))
                .isEqualTo("2026-01-02 03:04:05.06");
        assertThat(TextValues.text(OffsetDateTime.parse("2026-01-02T01:00:00+02:00")))
                .isEqualTo("2026-01-01 23:00:00+00");
        assertThat(TextValues.text(Arrays.asList("a b", null, "null", "", "x\"y\\", 1)))
                .isEqualTo("{\"a b\",NULL,\"null\",\"\",\"x\\\"y\\\\\",1}");
    }

    @Test
    void arraysAreReadBack() {
        assertThat(ArrayText.elements("{\"a b\",NULL,\"null\",\"\",\"x\\\"y\\\\\", 1}"))
                .containsExactly("a b", null, "null", "", "x\"y\\", "1");
        assertThat(ArrayText.elements("{}")).isEmpty();
        for (String wrong : List.of("", "{", "1,2", "{{1},{2}}", "{\"a}")) {
            assertThatThrownBy(() -> ArrayText.elements(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void binaryIsThatOfPostgres() throws Exception {
        assertThat(binary(PgType.NUMERIC, new BigDecimal("12345.6789")))
                .isEqualTo("0003 0001 0000 0004 0001 0929 1a85");
        assertThat(binary(PgType.NUMERIC, new BigDecimal("-0.05"))).isEqualTo("0001 ffff 4000 0002 01f4");
        assertThat(binary(PgType.NUMERIC, new BigDecimal("0.00"))).isEqualTo("0000 0000 0000 0002");
        assertThat(binary(PgType.NUMERIC, new BigDecimal("100000000"))).isEqualTo("0001 0002 0000 0000 0001");
        assertThat(binary(PgType.DATE, LocalDate.of(2000, 1, 2))).isEqualTo("0000 0001");
        assertThat(binary(PgType.TIME, "24:00:00")).isEqualTo("0000 0014 1dd7 6000");
        assertThat(binary(PgType.TIMESTAMP, "infinity")).isEqualTo("7fff ffff ffff ffff");
        assertThat(binary(PgType.INTERVAL, "1 year 2 months 3 days 04:05:06.7"))
                .isEqualTo("0000 0003 6c96 6ee0 0000 0003 0000 000e");
        assertThat(binary(PgType.INTERVAL, "-00:00:01")).isEqualTo("ffff ffff fff0 bdc0 0000 0000 0000 0000");
        assertThat(binary(WireType.arrayOf(PgType.INT2), Arrays.asList(7, null)))
                .isEqualTo("0000 0001 0000 0001 0000 0015 0000 0002 0000 0001 0000 0002 0007 ffff ffff");
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        long seed = Long.getLong("test.seed", 7);
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            BigDecimal number = new BigDecimal(new BigInteger(random.nextInt(130), random), random.nextInt(40));
            BigDecimal signed = random.nextBoolean() ? number : number.negate();
            assertThat(back(PgType.NUMERIC, signed))
                    .as("seed %d, %s", seed, signed)
                    .isEqualTo(signed);
            LocalDateTime moment = LocalDateTime.of(1, 1, 1, 0, 0).plusSeconds(random.nextLong(300_000_000_000L));
            assertThat(back(PgType.TIMESTAMP, moment)).isEqualTo(moment);
            LocalTime time = LocalTime.ofSecondOfDay(random.nextInt(86_400));
            assertThat(back(PgType.TIME, time)).isEqualTo(time);
            double real = Double.longBitsToDouble(random.nextLong());
            assertThat(back(PgType.FLOAT8, real)).isEqualTo(real);
            long whole = random.nextLong();
            assertThat(back(PgType.INT8, whole)).isEqualTo(whole);
        }
    }

    @Test
    void wrongParametersAreNamed() {
        for (byte[] bytes : List.of(new byte[0], new byte[3], new byte[9])) {
            assertThatThrownBy(() -> ParameterReader.read(2, WireType.of(PgType.INT8), true, bytes))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessage("Parameter 2 is not a value of type bigint.");
        }
        assertThatThrownBy(() -> ParameterReader.read(1, WireType.of(PgType.INT4), false, new byte[] {'x'}))
                .hasMessage("Parameter 1 is not a value of type integer.");
        byte[] many = ByteBuffer.allocate(20)
                .putInt(1)
                .putInt(0)
                .putInt(23)
                .putInt(Integer.MAX_VALUE)
                .putInt(1)
                .array();
        assertThatThrownBy(() -> ParameterReader.read(1, WireType.arrayOf(PgType.INT4), true, many))
                .isInstanceOf(GatehouseException.class);
    }

    @Test
    void sqlTypesHaveRoomForTheirValues() {
        assertThat(WireType.of(SqlType.parse("UINTEGER")).base()).isEqualTo(PgType.INT8);
        assertThat(WireType.of(SqlType.parse("UBIGINT")).base()).isEqualTo(PgType.NUMERIC);
        assertThat(WireType.of(SqlType.parse("DECIMAL(18,3)")).sqlName()).isEqualTo("numeric(18,3)");
        assertThat(WireType.of(SqlType.parse("FLOAT[]")).oid()).isEqualTo(1021);
        assertThat(WireType.of(SqlType.parse("FLOAT[][]")).base()).isEqualTo(PgType.TEXT);
        for (PgType type : PgType.values()) {
            assertThat(WireType.find(type.oid())).contains(WireType.of(type));
        }
    }

    private static Object back(PgType type, Object value) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(binary(type, value).replace(" ", ""));
        return ParameterReader.read(1, WireType.of(type), true, bytes);
    }

    private static String binary(PgType type, Object value) throws IOException {
        return binary(WireType.of(type), value);
    }

    /** The bytes in groups of two. */
    private static String binary(WireType type, Object value) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        MessageWriter out = new MessageWriter(bytes);
        BinaryValues.write(out, type, value);
        out.flush();
        return HexFormat.of().formatHex(bytes.toByteArray()).replaceAll("(.{4})(?!$)", "$1 ");
    }
}
