package io.gatehouse.server.query.admission;

import io.gatehouse.base.LruCache;
import io.gatehouse.base.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Which statements computed for long when they last ran. A statement is known by its fingerprint: two that differ only in
 * numbers, string literals and comments have the same one. Safe for use by many threads.
 */
final class LongStatements {
    /** More than a query that is just long, so that an ordinary one that was slow once is not remembered. */
    private static final long REMEMBERED_NANOS = 2 * ComputeSlot.FIRST_TURN_NANOS;

    private static final int MAX_STATEMENTS = 1000;

    private final LruCache<String, Boolean> fingerprints = new LruCache<>(MAX_STATEMENTS);

    /** What statements have in common that differ only in numbers, string literals and comments. */
    static String fingerprint(String sql) {
        StringBuilder kept = new StringBuilder();
        int i = 0;
        while (i < sql.length()) {
            char c = sql.charAt(i);
            int end;
            if (c == '\'') {
                end = endOfQuoted(sql, i);
                kept.append(c);
            } else if (c == '"') {
                end = endOfQuoted(sql, i);
                kept.append(sql, i, end);
            } else if (sql.startsWith("--", i)) {
                end = after(sql, "\n", i);
                kept.append(' ');
            } else if (sql.startsWith("/*", i)) {
                end = after(sql, "*/", i + 2);
                kept.append(' ');
            } else if (Character.isDigit(c)) {
                end = endOfWord(sql, i);
                kept.append('0');
            } else if (Character.isJavaIdentifierStart(c)) {
                end = endOfWord(sql, i);
                kept.append(sql, i, end);
            } else {
                end = i + 1;
                kept.append(c);
            }
            i = end;
        }
        return HexFormat.of().formatHex(Sha256.digest().digest(kept.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** A quote that is doubled is part of the text. */
    private static int endOfQuoted(String sql, int from) {
        String quote = sql.substring(from, from + 1);
        int end = after(sql, quote, from + 1);
        while (sql.startsWith(quote, end)) {
            end = after(sql, quote, end + 1);
        }
        return end;
    }

    private static int after(String sql, String mark, int from) {
        int at = sql.indexOf(mark, from);
        return at < 0 ? sql.length() : at + mark.length();
    }

    /** Of a name, or of a number such as 1.5e3. */
    private static int endOfWord(String sql, int from) {
        int end = from;
        while (end < sql.length() && (Character.isJavaIdentifierPart(sql.charAt(end)) || isPoint(sql, end))) {
            end++;
        }
        return end;
    }

    /** Whether a number goes on after a point. */
    private static boolean isPoint(String sql, int at) {
        return sql.charAt(at) == '.' && at > 0 && Character.isDigit(sql.charAt(at - 1));
    }

    boolean contains(String fingerprint) {
        return fingerprints.find(fingerprint).isPresent();
    }

    /**
     * A statement has ended.
     *
     * @param computedNanos time for which it last held a slot for long queries; 0 for a short query
     * @param complete whether it reached its last row: another one would have computed for longer
     */
    void ended(String fingerprint, long computedNanos, boolean complete) {
        if (computedNanos >= REMEMBERED_NANOS) {
            fingerprints.put(fingerprint, true);
        } else if (complete && computedNanos < Admission.LONG_NANOS) {
            fingerprints.remove(fingerprint);
        }
    }
}
