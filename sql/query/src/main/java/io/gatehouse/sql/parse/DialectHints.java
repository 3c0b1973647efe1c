package io.gatehouse.sql.parse;

import com.google.common.base.Throwables;
import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
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
    /** Characters of the messages; the longest of ours has 300. */
    private static final int MAX_MESSAGE = 2_000;

    private static final List<Hint> ALL = read();

    /**
     * One form.
     *
     * @param pattern found in the message, a new line, and the text with {@link StatementText#PLACE} at the error
     * @param message what is refused and what to write, with $1 for the first group of the pattern
     */
    private record Hint(Pattern pattern, String message) {
        /** Returns the message if the form is found. */
        Optional<String> find(String searched) {
            Matcher matcher = pattern.matcher(searched);
            return matcher.find() ? Optional.of(filled(matcher)) : Optional.empty();
        }

        private String filled(Matcher matcher) {
            String filled = message;
            for (int group = 1; group <= matcher.groupCount() && message.contains("$" + group); group++) {
                filled = filled.replace("$" + group, String.valueOf(matcher.group(group)));
            }
            return filled;
        }
    }

    private DialectHints() {}

    /** Returns the failure with a hint what to write instead, if there is one. */
    public static GatehouseException explain(GatehouseException failure, StatementText text) {
        if (failure.code() == ErrorCode.SQL_TOO_LARGE || failure.code() == ErrorCode.SQL_READ_ONLY) {
            return failure;
        }
        String messages = Throwables.getCausalChain(failure).stream()
                .map(Throwable::toString)
                .collect(Collectors.joining(" "))
                .replace('\n', ' ');
        String searched = messages.substring(0, Math.min(messages.length(), MAX_MESSAGE)) + "\n"
                + text.around(failure.position());
        return ALL.stream()
                .flatMap(form -> form.find(searched).stream())
                .findFirst()
                .map(message -> failure.position()
                        .map(place -> new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, message, place, failure))
                        .orElseGet(() -> new GatehouseException(ErrorCode.SQL_NOT_SUPPORTED, message, failure)))
                .orElse(failure);
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
