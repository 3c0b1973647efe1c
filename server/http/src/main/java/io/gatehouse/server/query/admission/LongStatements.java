package io.gatehouse.server.query.admission;

import io.gatehouse.base.LruCache;
import io.gatehouse.base.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Which statements computed for long when they last ran. A statement is known by its form: two that differ only in numbers
 * and string literals have the same one. Safe for use by many threads.
 */
final class LongStatements {
    /** More than one that is only just long, so that an ordinary one that was slow once is not remembered. */
    private static final long REMEMBERED_NANOS = 400_000_000;

    private static final long FORGOTTEN_NANOS = 100_000_000;
    private static final int MOST_FORMS = 1000;

    /** The form is made of the beginning of a statement, so that it takes no time to make. */
    private static final int FORM_CHARACTERS = 20_000;

    private final LruCache<String, Boolean> forms = new LruCache<>(MOST_FORMS);

    /** What statements have in common that differ only in numbers and string literals. */
    static String form(String sql) {
        StringBuilder form = new StringBuilder();
        boolean literal = false;
        char last = 0;
        int length = Math.min(sql.length(), FORM_CHARACTERS);
        for (int i = 0; i < length; i++) {
            char c = sql.charAt(i);
            char shown = literal || c == '\'' ? '\'' : Character.isDigit(c) ? '0' : c;
            literal ^= c == '\'';
            if (shown != last || (shown != '\'' && shown != '0')) {
                form.append(shown);
            }
            last = shown;
        }
        return HexFormat.of().formatHex(Sha256.digest().digest(form.toString().getBytes(StandardCharsets.UTF_8)));
    }

    boolean contains(String form) {
        return forms.find(form).isPresent();
    }

    /**
     * A statement has ended.
     *
     * @param computedNanos time for which it had a slot for long queries; 0 for a short query
     */
    void ended(String form, long computedNanos) {
        if (computedNanos >= REMEMBERED_NANOS) {
            forms.put(form, true);
        } else if (computedNanos < FORGOTTEN_NANOS) {
            forms.remove(form);
        }
    }
}
