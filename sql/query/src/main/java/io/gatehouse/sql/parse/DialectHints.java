package io.gatehouse.sql.parse;

import com.google.common.base.Throwables;
import com.google.re2j.Pattern;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.sql.catalog.SqlResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What to write instead of a form of DuckDB's that is refused. The forms are looked for only in statements that have
 * failed, in the message and around the place of the error, by expressions of RE2, for which no text takes long.
 */
public final class DialectHints {
    /** Stands in the text where the error is. */
    private static final String PLACE = "¦";

    private static final List<Hint> ALL = read();

    /**
     * One form.
     *
     * @param pattern found in the message, a new line, and the text with {@link #PLACE} at the error
     * @param message what is refused and what to write
     */
    private record Hint(Pattern pattern, String message) {}

    private DialectHints() {}

    /** Returns the failure with a hint what to write instead, if there is one. */
    public static GatehouseException explain(GatehouseException failure, StatementText text) {
        if (failure.code() == ErrorCode.SQL_TOO_LARGE || failure.code() == ErrorCode.SQL_READ_ONLY) {
            return failure;
        }
        String messages = Throwables.getCausalChain(failure).stream()
                .map(Throwable::toString)
                .collect(Collectors.joining(" "));
        String searched = messages + "\n" + marked(text.text(), failure.position());
        return ALL.stream()
                .filter(form -> form.pattern().matcher(searched).find())
                .findFirst()
                .map(form -> failure.position()
                        .map(place ->
                                new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, form.message(), place, failure))
                        .orElseGet(() -> new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, form.message(), failure)))
                .orElse(failure);
    }

    private static String marked(String text, Optional<TextRange> place) {
        int at = place.map(range -> new Lines(text).offset(range.line(), range.column()))
                .orElse(0);
        return text.substring(0, at) + PLACE + text.substring(at);
    }

    /** Lines of a pattern and a message, between them " => ". */
    private static List<Hint> read() {
        List<Hint> forms = new ArrayList<>();
        for (String line : SqlResource.lines("dialect-hints.txt")) {
            String[] parts = line.split(" +=> ", 2);
            forms.add(new Hint(Pattern.compile(parts[0], Pattern.CASE_INSENSITIVE | Pattern.DOTALL), parts[1]));
        }
        return List.copyOf(forms);
    }
}
