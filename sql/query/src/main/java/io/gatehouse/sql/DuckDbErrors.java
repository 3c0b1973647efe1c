package io.gatehouse.sql;

import io.gatehouse.duckdb.Damage;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.sql.SQLException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DuckDB's errors as ours. Its driver sets neither SQLSTATE nor a code, so the kind is read from the first words of
 * the message. What it cannot read we have written: that is a defect of ours, which goes to the log in DuckDB's words,
 * while the user is told of what form of the statement it is.
 */
final class DuckDbErrors {
    private static final Logger LOG = LoggerFactory.getLogger(DuckDbErrors.class);
    private static final String TOO_DEEP = "Max expression depth limit";

    /** DuckDB makes BETWEEN of two comparisons, and does not know that of rows. */
    private static final String ROWS_BETWEEN = "Invalid type for BETWEEN";

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
        Optional<String> tooMuch = WorkFunctions.explain(detail);
        if (tooMuch.isPresent()) {
            return new GatehouseException(ErrorCode.SQL_TOO_LARGE, tooMuch.get(), e);
        }
        if (detail.endsWith(ROWS_BETWEEN)) {
            return new GatehouseException(
                    ErrorCode.SQL_NOT_SUPPORTED,
                    "Rows take no two bounds; write x BETWEEN 1 AND 2 AND (x > 1 OR y >= 1) AND (x < 2 OR y <= 2).",
                    e);
        }
        if (Damage.isIn(line)) {
            return new GatehouseException(
                    ErrorCode.CORRUPT_DATABASE, "What the query reads is damaged: " + sentence(kind, detail), e);
        }
        if (isOfValue(kind, detail)) {
            return new GatehouseException(ErrorCode.SQL_EXECUTION, sentence(kind, detail), e);
        }
        if (WrittenFault.isIn(kind, detail)) {
            LOG.error("DuckDB cannot read what was written for a statement", e);
            return new GatehouseException(
                    ErrorCode.SQL_NOT_SUPPORTED, WrittenFault.of(message).sentence(), e);
        }
        return new GatehouseException(code(kind), sentence(kind, detail), e);
    }

    /** The pattern of LIKE, its escape character and a time zone are values of the statement. */
    private static boolean isOfValue(String kind, String detail) {
        return (kind.equals("Syntax Error")
                        && (detail.startsWith("Invalid escape string") || detail.startsWith("Like pattern")))
                || (kind.equals("Not implemented Error") && detail.startsWith("Unknown TimeZone"));
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
            default -> withoutAdvice(detail).replaceFirst("[.!]$", "") + ".";
        };
    }

    /** What DuckDB advises against a division by zero cannot be done here. */
    private static String withoutAdvice(String detail) {
        int advice = detail.startsWith("Division by zero") ? detail.indexOf(" Use TRY(") : -1;
        return advice < 0 ? detail : detail.substring(0, advice) + " Write nullif(x, 0) for the divisor.";
    }
}
