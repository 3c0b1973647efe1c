package io.gatehouse.client;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Converts stored dates, times and intervals, in days and microseconds, to Java values. A value that Java cannot hold is
 * the text of SQL: {@code infinity}, {@code -infinity}, {@code 24:00:00} and every interval.
 */
public final class TemporalValues {
    private static final String INFINITY = "infinity";
    private static final String MINUS_INFINITY = "-infinity";
    private static final String END_OF_DAY = "24:00:00";

    private static final long MICROS = 1_000_000;
    private static final long NANOS_PER_MICRO = 1_000;
    private static final long MICROS_PER_DAY = 86_400 * MICROS;
    private static final int MONTHS = 12;

    /** The years of the infinities; only values of these years are examined further. */
    private static final int LAST_DATE = 5_881_580;

    private static final int FIRST_DATE = -5_877_641;
    private static final int LAST_TIMESTAMP = 294_247;
    private static final int FIRST_TIMESTAMP = -290_308;

    private TemporalValues() {}

    /**
     * A date, or the text of an infinite one.
     *
     * @param day days since 1970
     */
    public static Object date(int day) {
        return switch (day) {
            case Integer.MAX_VALUE -> INFINITY;
            case -Integer.MAX_VALUE -> MINUS_INFINITY;
            default -> LocalDate.ofEpochDay(day);
        };
    }

    /**
     * A time of day, or the text of its end.
     *
     * @param micros microseconds since midnight
     */
    public static Object time(long micros) {
        return micros == MICROS_PER_DAY ? END_OF_DAY : LocalTime.ofNanoOfDay(micros * NANOS_PER_MICRO);
    }

    /**
     * A date and time, or the text of an infinite one.
     *
     * @param micros microseconds since 1970
     */
    public static Object dateTime(long micros) {
        return isInfinite(micros) ? infinity(micros > 0) : localDateTime(micros);
    }

    /**
     * A moment, or the text of an infinite one.
     *
     * @param micros microseconds since 1970, UTC
     */
    public static Object instant(long micros) {
        return isInfinite(micros)
                ? infinity(micros > 0)
                : Instant.ofEpochSecond(Math.floorDiv(micros, MICROS), nanos(micros))
                        .atOffset(ZoneOffset.UTC);
    }

    /** As DuckDB writes it: 1 year 2 months 3 days 04:05:06.7. */
    public static String interval(int months, int days, long micros) {
        StringBuilder text = new StringBuilder();
        unit(text, months / MONTHS, "year");
        unit(text, months % MONTHS, "month");
        unit(text, days, "day");
        if (micros != 0 || text.isEmpty()) {
            text.append(text.isEmpty() ? "" : " ").append(micros < 0 ? "-" : "").append(clock(Math.abs(micros)));
        }
        return text.toString();
    }

    /** Turns a Java value that stands for an infinity into that text; others stay as they are. */
    public static @Nullable Object finite(@Nullable Object value) {
        if (value instanceof LocalDate date && (date.getYear() == LAST_DATE || date.getYear() == FIRST_DATE)) {
            return date((int) date.toEpochDay());
        }
        if (value instanceof LocalDateTime time && isFar(time.getYear())) {
            return isInfinite(micros(time)) ? infinity(time.getYear() > 0) : time;
        }
        if (value instanceof OffsetDateTime time && isFar(time.getYear())) {
            return isInfinite(micros(time.toLocalDateTime())) ? infinity(time.getYear() > 0) : time;
        }
        return value;
    }

    private static boolean isFar(int year) {
        return year == LAST_TIMESTAMP || year == FIRST_TIMESTAMP;
    }

    private static boolean isInfinite(long micros) {
        return micros == Long.MAX_VALUE || micros == -Long.MAX_VALUE;
    }

    private static String infinity(boolean positive) {
        return positive ? INFINITY : MINUS_INFINITY;
    }

    private static LocalDateTime localDateTime(long micros) {
        return LocalDateTime.ofEpochSecond(Math.floorDiv(micros, MICROS), nanos(micros), ZoneOffset.UTC);
    }

    private static int nanos(long micros) {
        return (int) (Math.floorMod(micros, MICROS) * NANOS_PER_MICRO);
    }

    private static long micros(LocalDateTime time) {
        long seconds = time.toEpochSecond(ZoneOffset.UTC);
        return seconds * MICROS + time.get(ChronoField.MICRO_OF_SECOND);
    }

    private static void unit(StringBuilder text, int count, String name) {
        if (count != 0) {
            text.append(text.isEmpty() ? "" : " ").append(count).append(' ').append(name);
            text.append(count == 1 || count == -1 ? "" : "s");
        }
    }

    private static String clock(long micros) {
        long seconds = micros / MICROS;
        String time = String.format(Locale.ROOT, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
        long fraction = micros % MICROS;
        return fraction == 0
                ? time
                : time + String.format(Locale.ROOT, ".%06d", fraction).replaceFirst("0+$", "");
    }
}
