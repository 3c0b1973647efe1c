package io.gatehouse.pg.wire;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the values of parameters, in text or in binary. */
public final class ParameterReader {
    private static final int NUMERIC_NEGATIVE = 0x4000;
    private static final int NUMERIC_NAN = 0xc000;
    private static final int GROUP = 4;
    private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);

    private ParameterReader() {}

    /**
     * The value as the engine takes it: Boolean, Long, Double, BigDecimal, String, {@code java.time}, or a List of these.
     *
     * @param number of the parameter, from 1
     */
    public static Object read(int number, WireType type, boolean binary, byte[] bytes) {
        try {
            return binary
                    ? binary(type, ByteBuffer.wrap(bytes), bytes.length)
                    : text(type, Message.decode(ByteBuffer.wrap(bytes)));
        } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Parameter %d is not a value of type %s.".formatted(number, type.sqlName()),
                    e);
        }
    }

    private static Object text(WireType type, String text) {
        if (type.array()) {
            List<@Nullable Object> values = new ArrayList<>();
            for (String element : ArrayText.elements(text)) {
                values.add(element == null ? null : scalar(type.base(), element));
            }
            return values;
        }
        return scalar(type.base(), text);
    }

    private static Object scalar(PgType type, String text) {
        return switch (type) {
            case BOOL -> bool(text.strip().toLowerCase(Locale.ROOT));
            case INT2, INT4, INT8, OID -> Long.valueOf(text.strip());
            case FLOAT4, FLOAT8 -> real(text.strip());
            case NUMERIC -> text.strip().equalsIgnoreCase("nan") ? (Object) Double.NaN : new BigDecimal(text.strip());
            default -> text;
        };
    }

    private static Double real(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "nan" -> Double.NaN;
            case "infinity", "inf" -> Double.POSITIVE_INFINITY;
            case "-infinity", "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.valueOf(text);
        };
    }

    private static Boolean bool(String text) {
        return switch (text) {
            case "t", "true", "1", "on", "yes", "y" -> true;
            case "f", "false", "0", "off", "no", "n" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Object binary(WireType type, ByteBuffer bytes, int length) {
        return type.array() ? array(type.base(), bytes) : scalar(type.base(), bytes, length);
    }

    private static Object scalar(PgType type, ByteBuffer bytes, int length) {
        int end = bytes.position() + length;
        Object value = switch (type) {
            case BOOL -> bytes.get() != 0;
            case INT2 -> (long) bytes.getShort();
            case INT4 -> (long) bytes.getInt();
            case OID, REGCLASS, REGTYPE -> bytes.getInt() & 0xffff_ffffL;
            case INT8 -> bytes.getLong();
            case FLOAT4 -> bytes.getFloat();
            case FLOAT8 -> bytes.getDouble();
            case NUMERIC -> numeric(bytes);
            case DATE -> EPOCH.plusDays(bytes.getInt());
            case TIME -> LocalTime.ofNanoOfDay(Math.multiplyExact(bytes.getLong(), 1000L));
            case TIMESTAMP -> moment(bytes.getLong());
            case TIMESTAMPTZ -> moment(bytes.getLong()).atOffset(ZoneOffset.UTC);
            case TEXT, VARCHAR, BPCHAR, NAME, CHAR, UNKNOWN, JSON -> {
                ByteBuffer text = bytes.slice(bytes.position(), length);
                bytes.position(end);
                yield Message.decode(text);
            }
            default -> throw new IllegalArgumentException(type.sqlName());
        };
        if (bytes.position() != end) {
            throw new IllegalArgumentException(type.sqlName());
        }
        return value;
    }

    private static LocalDateTime moment(long micros) {
        return EPOCH.atStartOfDay().plus(micros, ChronoUnit.MICROS);
    }

    private static Object numeric(ByteBuffer bytes) {
        int groups = bytes.getShort() & 0xffff;
        int weight = bytes.getShort();
        int sign = bytes.getShort() & 0xffff;
        int scale = bytes.getShort() & 0xffff;
        if (sign == NUMERIC_NAN) {
            return Double.NaN;
        }
        if (groups * 2 > bytes.remaining()) {
            throw new IllegalArgumentException("numeric");
        }
        BigInteger digits = BigInteger.ZERO;
        for (int i = 0; i < groups; i++) {
            digits = digits.multiply(BigInteger.valueOf(10_000)).add(BigInteger.valueOf(bytes.getShort()));
        }
        BigDecimal value = new BigDecimal(digits).scaleByPowerOfTen((weight - groups + 1) * GROUP);
        BigDecimal scaled = value.setScale(scale, RoundingMode.DOWN);
        return sign == NUMERIC_NEGATIVE ? scaled.negate() : scaled;
    }

    private static List<@Nullable Object> array(PgType type, ByteBuffer bytes) {
        int dimensions = bytes.getInt();
        bytes.getInt();
        bytes.getInt();
        List<@Nullable Object> values = new ArrayList<>();
        if (dimensions == 0) {
            return values;
        }
        int count = bytes.getInt();
        bytes.getInt();
        if (dimensions != 1 || count < 0 || count > bytes.remaining()) {
            throw new IllegalArgumentException("array");
        }
        for (int i = 0; i < count; i++) {
            int length = bytes.getInt();
            values.add(length < 0 ? null : scalar(type, bytes, length));
        }
        return values;
    }
}
