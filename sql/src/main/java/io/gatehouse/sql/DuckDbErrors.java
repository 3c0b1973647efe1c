package io.gatehouse.sql;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.sql.SQLException;

/**
 * DuckDB's errors as ours. Its driver sets neither SQLSTATE nor a code, so the kind is read from the first words of
 * the message.
 */
final class DuckDbErrors {
    private static final String TOO_DEEP = "Max expression depth limit";

    private DuckDbErrors() {}

    static GatehouseException translate(SQLException e) {
        String message = e.getMessage() == null ? "no message" : e.getMessage();
        String line = message.lines().findFirst().orElse(message).strip();
        int colon = line.indexOf(": ");
        String kind = colon < 0 ? "" : line.substring(0, colon);
        String detail = colon < 0 ? line : line.substring(colon + 2);
        if (detail.startsWith(TOO_DEEP)) {
            return new GatehouseException(
                    ErrorCode.SQL_TOO_LARGE, "The statement has expressions that are nested too deeply.", e);
        }
        return WorkFunctions.explain(detail)
                .map(text -> new GatehouseException(ErrorCode.SQL_TOO_LARGE, text, e))
                .orElseGet(() -> new GatehouseException(code(kind), sentence(kind, detail), e));
    }

    private static ErrorCode code(String kind) {
        return switch (kind) {
            case "Binder Error" -> ErrorCode.SQL_VALIDATION;
            case "Conversion Error", "Out of Range Error", "Invalid Input Error", "Mismatch Type Error" ->
                ErrorCode.SQL_EXECUTION;
            case "Out of Memory Error" -> ErrorCode.OUT_OF_MEMORY;
            case "INTERRUPT Error" -> ErrorCode.CANCELLED_BY_USER;
            case "Not implemented Error" -> ErrorCode.SQL_NOT_SUPPORTED;
            case "Permission Error" -> ErrorCode.SQL_READ_ONLY;
            default -> ErrorCode.INTERNAL_ERROR;
        };
    }

    private static String sentence(String kind, String detail) {
        return switch (kind) {
            case "Out of Memory Error" -> "The query needs more memory than it may use: %s.".formatted(detail);
            case "INTERRUPT Error" -> "The query was cancelled.";
            default -> detail.endsWith(".") ? detail : detail + ".";
        };
    }
}
