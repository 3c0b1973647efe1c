package io.gatehouse.jdbc;

import io.gatehouse.type.SqlType;
import io.gatehouse.type.SqlType.Scalar;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/** A moment in time as a parameter: the instant for a type with a time zone, the local time for others. */
record TimestampParameter(OffsetDateTime instant, LocalDateTime shown) {
    /** @param calendar its time zone is used; null for that of this machine */
    static TimestampParameter of(Instant instant, @Nullable Calendar calendar) {
        ZoneId zone = calendar == null
                ? ZoneId.systemDefault()
                : calendar.getTimeZone().toZoneId();
        return new TimestampParameter(
                instant.atOffset(ZoneOffset.UTC), instant.atZone(zone).toLocalDateTime());
    }

    Object as(SqlType type) {
        return type == Scalar.TIMESTAMP_WITH_TIME_ZONE ? instant : shown;
    }
}
