package io.gatehouse.bench.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Draws statements that want to stop a server, each with a format, a limit of time and long texts for parameters. */
final class HostileStatements {
    private static final Pattern RANGE = Pattern.compile("\\{(\\d+)-(\\d+)}");
    private static final List<String> FORMATS = List.of("json", "ndjson", "csv", "arrow", "parquet");
    private static final int MOST_SECONDS = 6;
    private static final int LONGEST_TEXT = 400_000;

    private final Random random;

    HostileStatements(Random random) {
        this.random = random;
    }

    /** The body of a request. */
    ObjectNode next() {
        String form = BenchStatements.HOSTILE.get(random.nextInt(BenchStatements.HOSTILE.size()));
        String sql = RANGE.matcher(form).replaceAll(this::drawn);
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("sql", sql)
                .put("format", FORMATS.get(random.nextInt(FORMATS.size())))
                .put("timeout", 1 + random.nextInt(MOST_SECONDS));
        // One length for all, so that no body is larger than a server takes.
        int length = 1 + random.nextInt(LONGEST_TEXT);
        for (long left = sql.chars().filter(c -> c == '?').count(); left > 0; left--) {
            body.withArray("parameters").add("a".repeat(length));
        }
        return body;
    }

    private String drawn(MatchResult range) {
        int from = Integer.parseInt(range.group(1));
        return String.valueOf(from + random.nextInt(Integer.parseInt(range.group(2)) - from + 1));
    }
}
