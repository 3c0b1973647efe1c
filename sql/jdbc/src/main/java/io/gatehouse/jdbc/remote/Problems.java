package io.gatehouse.jdbc.remote;

import io.gatehouse.jdbc.SqlErrors;
import java.sql.SQLException;
import java.util.Map;

/** Problem documents of the server as exceptions. */
final class Problems {
    private Problems() {}

    static SQLException sql(int status, Map<String, Object> problem) {
        String detail =
                String.valueOf(problem.getOrDefault("detail", "The server answered with status " + status + "."));
        String message = problem.get("position") instanceof Map<?, ?> place
                ? "%s (line %s, column %s)".formatted(detail, place.get("line"), place.get("column"))
                : detail;
        String state = problem.get("sqlState") instanceof String known ? known : state(status);
        return SqlErrors.of(state, message, "QUERY_TIMEOUT".equals(problem.get("code")), null);
    }

    /** Of errors that are HTTP's own. */
    private static String state(int status) {
        return switch (status) {
            case 401, 403 -> "28000";
            case 413, 414, 431 -> "54000";
            case 429, 503 -> "53300";
            default -> "08004";
        };
    }
}
