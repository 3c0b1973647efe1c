package io.gatehouse.sql.plan;

import io.gatehouse.sql.parse.PlainNumber;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Values of parameters written into a statement of DuckDB's that we wrote: in it {@code $1} stands in a cast. */
final class ParameterText {
    /** A text or a name, in which a parameter is none; or a parameter. */
    private static final Pattern PARAMETER = Pattern.compile("'(?:[^']|'')*+'|\"(?:[^\"]|\"\")*+\"|\\$(\\d++)");

    private ParameterText() {}

    /** How many parameters a statement holds, each counted once. */
    static long in(String sql) {
        return PARAMETER
                .matcher(sql)
                .results()
                .map(match -> match.group(1))
                .filter(Objects::nonNull)
                .distinct()
                .count();
    }

    static String replace(String sql, List<? extends @Nullable Object> values) {
        return PARAMETER
                .matcher(sql)
                .replaceAll(match -> Matcher.quoteReplacement(
                        match.group(1) == null ? match.group() : of(values.get(Integer.parseInt(match.group(1)) - 1))));
    }

    private static String of(@Nullable Object value) {
        return value == null ? "NULL" : "'%s'".formatted(text(value).replace("'", "''"));
    }

    private static String text(Object value) {
        if (value instanceof BigDecimal number) {
            return PlainNumber.of(number);
        }
        return value instanceof LocalDateTime || value instanceof OffsetDateTime
                ? value.toString().replace('T', ' ')
                : value.toString();
    }
}
