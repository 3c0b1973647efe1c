package io.gatehouse.pg.wire;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values in PostgreSQL's binary formats, which its functions {@code int4send}, {@code numeric_send} … define. */
final class BinaryValues {
    /** Days and microseconds are counted from here. */
    private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);

    private static final LocalDateTime EPOCH_TIME = EPOCH.atStartOfDay();
    private static final long DAY_MICROS = 86_400_000_000L;

    private static final int NUMERIC_NEGATIVE = 0x4000;
    /** Digits of a numeric are four decimal ones each. */
    private static final int GROUP = 4;

    private static final BigInteger BASE = BigInteger.valueOf(10_000);

    private static final Pattern INTERVAL = Pattern.compile(
            "(?:(-?\\d+) years? ?)?(?:(-?\\d+) months? ?)?(?:(-?\\d+) days? ?)?(?:(-?)(\\d+):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,6}))?)?");

    private BinaryValues() {}

    /** Writes a value without its length. */
    static void write(MessageWriter out, WireType type, Object value) {
        if (type.array()) {
            array(out, type.base(), (List<?>) value);
        } else {
            scalar(out, type.base(), value);
        }
    }

    private static void scalar(MessageWriter out, PgType type, Object value) {
        switch (type) {
            case BOOL -> out.int8(Boolean.TRUE.equals(value) ? 1 : 0);
            case INT2 -> out.int16(((Number) value).intValue());
            case INT4, OID, XID, REGPROC, REGCLASS, REGTYPE, REGNAMESPACE ->
                out.int32((int) ((Number) value).longValue());
            case INT8 -> out.int64(((Number) value).longValue());
            case FLOAT4 -> out.int32(Float.floatToIntBits(((Number) value).floatValue()));
            case FLOAT8 -> out.int64(Double.doubleToLongBits(((Number) value).doubleValue()));
            case NUMERIC -> numeric(out, value instanceof BigDecimal exact ? exact : new BigDecimal(value.toString()));
            case DATE -> out.int32(date(value));
            case TIME -> out.int64(time(value));
            case TIMESTAMP, TIMESTAMPTZ -> out.int64(moment(value));
            case INTERVAL -> interval(out, value.toString());
            case INT2VECTOR -> array(out, PgType.INT2, (List<?>) value);
            case OIDVECTOR -> array(out, PgType.OID, (List<?>) value);
            case JSONB -> out.int8(1).text(value.toString());
            default -> out.text(TextValues.text(value));
        }
    }

    /** Number of groups, weight of the first one, sign, digits behind the point, groups. */
    private static void numeric(MessageWriter out, BigDecimal value) {
        int scale = Math.max(0, value.scale());
        int behind = (scale + GROUP - 1) / GROUP;
        BigInteger rest =
                value.abs().setScale(behind * GROUP, RoundingMode.UNNECESSARY).unscaledValue();
        List<Integer> groups = new ArrayList<>();
        while (rest.signum() > 0) {
            BigInteger[] parts = rest.divideAndRemainder(BASE);
            groups.add(0, parts[1].intValue());
            rest = parts[0];
        }
        int weight = groups.size() - behind - 1;
        while (!groups.isEmpty() && groups.get(groups.size() - 1) == 0) {
            groups.remove(groups.size() - 1);
        }
        out.int16(groups.size());
        out.int16(groups.isEmpty() ? 0 : weight);
        out.int16(value.signum() < 0 ? NUMERIC_NEGATIVE : 0);
        out.int16(scale);
        groups.forEach(out::int16);
    }

    private static int date(Object value) {
        return value instanceof LocalDate date
                ? Math.toIntExact(ChronoUnit.DAYS.between(EPOCH, date))
                : value.toString().startsWith("-") ? Integer.MIN_VALUE : Integer.MAX_VALUE;
    }

    /** SQL has the time 24:00:00, which comes as a text. */
    private static long time(Object value) {
        return value instanceof LocalTime time ? time.toNanoOfDay() / 1000 : DAY_MICROS;
    }

    private static long moment(Object value) {
        if (value instanceof LocalDateTime moment) {
            return ChronoUnit.MICROS.between(EPOCH_TIME, moment);
        }
        if (value instanceof OffsetDateTime moment) {
            return ChronoUnit.MICROS.between(
                    EPOCH_TIME, moment.withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime());
        }
        return value.toString().startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE;
    }

    /** Microseconds, days, months. */
    private static void interval(MessageWriter out, String text) {
        Matcher parts = INTERVAL.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("Not an interval: " + text);
        }
        long seconds = number(parts.group(5)) * 3600 + number(parts.group(6)) * 60 + number(parts.group(7));
        String fraction = parts.group(8);
        long micros =
                seconds * 1_000_000 + (fraction == null ? 0 : Long.parseLong((fraction + "00000").substring(0, 6)));
        out.int64("-".equals(parts.group(4)) ? -micros : micros);
        out.int32((int) number(parts.group(3)));
        out.int32((int) (number(parts.group(1)) * 12 + number(parts.group(2))));
    }

    private static long number(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /** Dimensions, whether a NULL is among them, type of the elements, length and first index of each dimension. */
    private static void array(MessageWriter out, PgType type, List<?> list) {
        out.int32(list.isEmpty() ? 0 : 1);
        out.int32(list.contains(null) ? 1 : 0);
        out.int32(type.oid());
        if (list.isEmpty()) {
            return;
        }
        out.int32(list.size()).int32(1);
        for (Object element : list) {
            if (element == null) {
                out.int32(-1);
            } else {
                int begin = out.beginValue();
                scalar(out, type, element);
                out.endValue(begin);
            }
        }
    }
}
