package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.testing.store.RoutingFile;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A time without a zone is the same wherever the machine stands that reads it. */
final class TestTimestamps {
    @Test
    void hoursAndDaysThatTheClockHereSkipsAreRead() throws Exception {
        TimeZone before = TimeZone.getDefault();
        try (RoutingFile file = RoutingFile.empty();
                QueryEngine engine = new QueryEngine(file::reader)) {
            TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
            List<@Nullable Object> row = Rows.of(engine, """
                            SELECT TIMESTAMP '2026-03-29 02:30:00.123456', CAST('1582-10-10' AS TIMESTAMP),
                                CAST('1582-10-10' AS DATE), CAST(NULL AS TIMESTAMP), CAST(NULL AS DATE),
                                [TIMESTAMP '2026-03-29 02:30:00.123456', NULL, CAST('1582-10-10 00:00:00.000001' AS TIMESTAMP)],
                                [[TIMESTAMP '1969-03-29 02:30:00.999999']], [CAST('1582-10-10' AS DATE), NULL]
                            """).rows().get(0);
            LocalDateTime skipped = LocalDateTime.of(2026, 3, 29, 2, 30, 0, 123_456_000);
            LocalDate julian = LocalDate.of(1582, 10, 10);
            assertThat(row)
                    .containsExactly(
                            skipped,
                            julian.atStartOfDay(),
                            julian,
                            null,
                            null,
                            Arrays.asList(skipped, null, julian.atTime(0, 0, 0, 1_000)),
                            List.of(List.of(LocalDateTime.of(1969, 3, 29, 2, 30, 0, 999_999_000))),
                            Arrays.asList(julian, null));
        } finally {
            TimeZone.setDefault(before);
        }
    }
}
