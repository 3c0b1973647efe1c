package io.gatehouse.sql.driver;

import io.gatehouse.duckdb.Damage;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Translates DuckDB's errors. Its driver sets neither SQLSTATE nor a code, so the kind is taken from the first words of
 * the message. SQL that DuckDB cannot parse was written by us: that is our defect and is logged with DuckDB's message,
 * while the user is told which form of the statement is affected.
 */
public final class DuckDbErrors {
    private static final Logger LOG = LoggerFactory.getLogger(DuckDbErrors.class);
    private static final String TOO_DEEP = "Max expression depth limit";

    /** DuckDB turns two comparisons into BETWEEN, which it does not support for rows. */
    private static final String ROWS_BETWEEN = "Invalid type for BETWEEN";

    /** Types of DuckDB's SQL by the names that its errors give them. */
    private static final Map<String, String> TYPES = Map.of(
            "INT8", "TINYINT",
            "INT16", "SMALLINT",
            "INT32", "INTEGER",
            "INT64", "BIGINT",
            "INT128", "HUGEINT",
            "UINT8", "UTINYINT",
            "UINT16", "USMALLINT",
            "UINT32", "UINTEGER",
            "UINT64", "UBIGINT");

    /** Or a value in quotes, which stays as it is. */
    private static final Pattern INTERNAL_TYPE = Pattern.compile("'[^']*'|\\bU?INT(?:8|16|32|64)\\b|\\bINT128\\b");

    private DuckDbErrors() {}

    public static GatehouseException translate(SQLException e) {
        String message = e.getMessage() == null ? "no message" : e.getMessage();
        String line = message.lines().findFirst().orElse(message).strip();
        int colon = line.indexOf(": ");
        String kind = colon < 0 ? "" : line.substring(0, colon);
        String detail = typed(colon < 0 ? line : line.substring(colon + 2));
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
                    "BETWEEN does not support rows; write x BETWEEN 1 AND 2 AND (x > 1 OR y >= 1) AND (x < 2 OR y <= 2).",
                    e);
        }
        if (Damage.isIn(line)) {
            return new GatehouseException(
                    ErrorCode.CORRUPT_DATABASE, "What the query reads is damaged: " + sentence(kind, detail), e);
        }
        if (isOfValue(kind, detail)) {
            return new GatehouseException(ErrorCode.SQL_EXECUTION, sentence(kind, detail), e);
        }
        if (Fault.isIn(kind, detail)) {
            LOG.error("DuckDB cannot read what was written for a statement", e);
            return new GatehouseException(
                    ErrorCode.SQL_NOT_SUPPORTED, Fault.of(message).sentence(), e);
        }
        return new GatehouseException(code(kind), sentence(kind, detail), e);
    }

    /** Replaces DuckDB's internal names of types by those of its SQL. */
    private static String typed(String detail) {
        return INTERNAL_TYPE
                .matcher(detail)
                .replaceAll(found -> Matcher.quoteReplacement(TYPES.getOrDefault(found.group(), found.group())));
    }

    /** Whether the error is about a value: the pattern of LIKE, its escape character, or a time zone. */
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
            case "INTERNAL Error" ->
                "DuckDB failed with an internal error, which is a defect of DuckDB: %s. Write the statement in another form."
                        .formatted(detail.replaceFirst("[.!]$", ""));
            default -> withoutAdvice(detail).replaceFirst("[.!]$", "") + ".";
        };
    }

    /** Replaces DuckDB's advice about division by zero, which does not work here. */
    private static String withoutAdvice(String detail) {
        int advice = detail.startsWith("Division by zero") ? detail.indexOf(" Use TRY(") : -1;
        return advice < 0 ? detail : detail.substring(0, advice) + " Write nullif(x, 0) for the divisor.";
    }

    /**
     * The position in written SQL that DuckDB could not parse. Its message shows a line of that SQL with a mark below;
     * from these the user's clause or function can be identified.
     *
     * @param form the word before the place that opens what stands there, such as FROM or CAST
     * @param place what stands at the place
     */
    private record Fault(Optional<String> form, Optional<String> place) {
        /**
         * Errors about unknown names. Only we can have written those, because the user's names were resolved before.
         */
        private static final Pattern OF_NAMES = Pattern.compile(
                "Referenced (column|table) .* not found|does not have a column named|Ambiguous reference"
                        + "|GROUP BY (term|clause)|Duplicate alias|ORDER term out of range",
                Pattern.CASE_INSENSITIVE);

        private static final Pattern FORM = Pattern.compile(
                "\\b(SELECT|FROM|JOIN|LATERAL|UNNEST|VALUES|WHERE|GROUP BY|HAVING|QUALIFY|OVER|PARTITION BY|ORDER BY|LIMIT"
                        + "|TABLESAMPLE|UNION|INTERSECT|EXCEPT|FILTER|WITHIN GROUP|CASE|CAST|TRY_CAST|INTERVAL|LIKE|BETWEEN"
                        + "|[A-Z_][A-Z_0-9]*(?=\\())",
                Pattern.CASE_INSENSITIVE);

        private static final Pattern WORD = Pattern.compile("\\G(\"?[\\w$ ]+\"|\\w+|\\S)");
        private static final Pattern TEXT = Pattern.compile("'[^']*'?|\"[^\"]*\"?");

        /** Whether a message says that DuckDB cannot read the written SQL. */
        static boolean isIn(String kind, String detail) {
            return switch (kind) {
                case "Parser Error", "Syntax Error", "Catalog Error" -> true;
                case "Binder Error" -> OF_NAMES.matcher(detail).find();
                default -> false;
            };
        }

        static Fault of(String message) {
            List<String> lines = message.lines().toList();
            for (int i = 0; i + 1 < lines.size(); i++) {
                int mark = lines.get(i + 1).indexOf('^');
                if (lines.get(i).startsWith("LINE ") && mark >= 0) {
                    return at(lines.get(i), Math.min(mark, lines.get(i).length()));
                }
            }
            return new Fault(Optional.empty(), Optional.empty());
        }

        private static Fault at(String line, int place) {
            Matcher word = WORD.matcher(line);
            String before = TEXT.matcher(line.substring(line.indexOf(':') + 1, Math.max(line.indexOf(':') + 1, place)))
                    .replaceAll("x");
            Matcher form = FORM.matcher(before);
            Optional<String> last = Optional.empty();
            while (form.find()) {
                last = Optional.of(form.group());
            }
            return new Fault(last, word.find(place) ? Optional.of(word.group().strip()) : Optional.empty());
        }

        String sentence() {
            String where = form.map(name -> " in " + name).orElse("")
                    + place.map(name -> " at " + name).orElse("");
            return where.isEmpty()
                    ? "This form of statement is not supported."
                    : "This form of statement is not supported; the fault is%s.".formatted(where);
        }
    }
}
