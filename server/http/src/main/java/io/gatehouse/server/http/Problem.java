package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.JsonField;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.sql.parse.Lines;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** An RFC 9457 problem document. An error of HTTP itself, such as a wrong path, has no code. */
public record Problem(
        @JsonField("Address of the kind of problem; about:blank for an error of HTTP itself.")
        String type,

        @JsonField("The kind of problem in words.") String title,
        @JsonField("Status of the response.") int status,

        @JsonField("What was wrong, with the value that was wrong.")
        String detail,

        @JsonField("Code of the error.") Optional<String> code,
        @JsonField("SQLSTATE of the error.") Optional<String> sqlState,
        @JsonField("Place of the error in the SQL text.") Optional<Position> position,
        @JsonField("Path of the query that failed.") Optional<String> instance,
        @JsonField("The query that failed.") Optional<String> queryId) {
    public static final String CONTENT_TYPE = "application/problem+json";

    private static final String SQL = "gatehouse.sql";
    private static final Set<ErrorCode> KINDS_OF_ERROR =
            EnumSet.of(ErrorCode.SQL_SYNTAX, ErrorCode.SQL_VALIDATION, ErrorCode.SQL_EXECUTION);

    public Problem {
        requireNonNull(type, "type is null");
        requireNonNull(title, "title is null");
        requireNonNull(detail, "detail is null");
        requireNonNull(code, "code is null");
        requireNonNull(sqlState, "sqlState is null");
        requireNonNull(position, "position is null");
        requireNonNull(instance, "instance is null");
        requireNonNull(queryId, "queryId is null");
    }

    /** A place in a SQL text; lines and columns count from 1. */
    public record Position(
            int line,
            int column,
            int endLine,
            int endColumn,

            @JsonField("UTF-16 units of the text before it.")
            Optional<Integer> offset) {
        static Position of(TextRange range) {
            return new Position(range.line(), range.column(), range.endLine(), range.endColumn(), Optional.empty());
        }

        private Position in(String sql) {
            int found = Math.min(new Lines(sql).offset(line, column), sql.length());
            return new Position(line, column, endLine, endColumn, Optional.of(found));
        }
    }

    /** Why something failed, in a response that is not itself an error. */
    public record Reason(String code, String sqlState, String detail) {
        public static Reason of(GatehouseException error) {
            return new Reason(error.code().name(), error.code().sqlState(), message(error));
        }
    }

    public static Problem of(GatehouseException error) {
        return of(error.code(), message(error), error.position().map(Position::of));
    }

    /** What a client may know of an internal error; the rest is in the log. */
    public static Problem ofDefect() {
        return of(
                ErrorCode.INTERNAL_ERROR,
                "Gatehouse failed to serve this request; its log says more.",
                Optional.empty());
    }

    private static Problem of(ErrorCode code, String detail, Optional<Position> position) {
        return new Problem(
                "/problems/" + code.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                title(code),
                code.httpStatus(),
                detail,
                Optional.of(code.name()),
                Optional.of(code.sqlState()),
                position,
                Optional.empty(),
                Optional.empty());
    }

    /** An error of HTTP itself; the exception's message is the detail. */
    public static Problem of(HttpResponseException error) {
        HttpStatus status = HttpStatus.forStatus(error.getStatus());
        return ofStatus(
                error.getStatus(), Optional.ofNullable(error.getMessage()).orElse(status.getMessage()));
    }

    public static Problem ofStatus(int status, String detail) {
        return new Problem(
                "about:blank",
                HttpStatus.forStatus(status).getMessage(),
                status,
                detail,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Remembers the SQL of a request, so that a problem can give its position as an offset, too. */
    public static void rememberSql(Context context, String sql) {
        context.attribute(SQL, sql);
    }

    /** Sends the problem, with the query of the request. */
    public void send(Context context) {
        sendAs(context, CONTENT_TYPE, inRequest(context));
    }

    /** Sends the problem in another form. */
    public void sendAs(Context context, String contentType, Record form) {
        if (status == HttpStatus.TOO_MANY_REQUESTS.getCode()) {
            context.header("Retry-After", "1");
        }
        context.status(status).contentType(contentType).result(Json.bytes(form));
    }

    private Problem inRequest(Context context) {
        Optional<String> sql = Optional.ofNullable(context.attribute(SQL));
        Optional<String> query = QueryId.of(context);
        return new Problem(
                type,
                title,
                status,
                detail,
                code,
                sqlState,
                position.map(place -> sql.map(place::in).orElse(place)),
                query.map(id -> "/v1/queries/" + id),
                query);
    }

    /** Sends the problem for a handler that ended with an {@link Error}, for which Javalin gives only the response. */
    public void send(HttpServletResponse response) {
        response.setStatus(status);
        response.setContentType(CONTENT_TYPE);
        try {
            response.getOutputStream().write(Json.bytes(this));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SQL_SYNTAX reads "SQL syntax error", SQL_NOT_SUPPORTED "SQL not supported", QUERY_TIMEOUT "Query timeout". */
    private static String title(ErrorCode code) {
        String words = code.name().toLowerCase(Locale.ROOT).replace('_', ' ');
        String noun = KINDS_OF_ERROR.contains(code) ? words + " error" : words;
        return noun.startsWith("sql ")
                ? "SQL" + noun.substring(3)
                : noun.substring(0, 1).toUpperCase(Locale.ROOT) + noun.substring(1);
    }

    private static String message(GatehouseException error) {
        return Optional.ofNullable(error.getMessage()).orElse("");
    }
}
