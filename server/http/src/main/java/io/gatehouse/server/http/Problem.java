package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * An RFC 9457 problem document.
 *
 * @param code the error of ours; empty for an error of HTTP itself, such as a wrong path
 * @param position where in the SQL text the error is
 */
public record Problem(String title, int status, String detail, Optional<ErrorCode> code, Optional<TextRange> position) {
    public static final String CONTENT_TYPE = "application/problem+json";

    private static final JsonFactory JSON = new JsonFactory();
    private static final Set<ErrorCode> KINDS_OF_ERROR =
            EnumSet.of(ErrorCode.SQL_SYNTAX, ErrorCode.SQL_VALIDATION, ErrorCode.SQL_EXECUTION);

    public Problem {
        requireNonNull(title, "title is null");
        requireNonNull(detail, "detail is null");
        requireNonNull(code, "code is null");
        requireNonNull(position, "position is null");
    }

    public static Problem of(GatehouseException error) {
        ErrorCode code = error.code();
        return new Problem(title(code), code.httpStatus(), message(error), Optional.of(code), error.position());
    }

    /** An error of HTTP itself; the exception's message is the detail. */
    public static Problem of(HttpResponseException error) {
        HttpStatus status = HttpStatus.forStatus(error.getStatus());
        return ofStatus(
                error.getStatus(), Optional.ofNullable(error.getMessage()).orElse(status.getMessage()));
    }

    public static Problem ofStatus(int status, String detail) {
        return new Problem(
                HttpStatus.forStatus(status).getMessage(), status, detail, Optional.empty(), Optional.empty());
    }

    /** What a client may know of a defect of ours; the rest is in the log. */
    public static Problem ofDefect() {
        ErrorCode code = ErrorCode.INTERNAL_ERROR;
        return new Problem(
                title(code),
                code.httpStatus(),
                "Gatehouse failed to serve this request; its log says more.",
                Optional.of(code),
                Optional.empty());
    }

    public void send(Context context) {
        if (status == HttpStatus.TOO_MANY_REQUESTS.getCode()) {
            context.header("Retry-After", "1");
        }
        context.status(status).contentType(CONTENT_TYPE).result(toJson(QueryId.of(context), SqlText.of(context)));
    }

    /** Answers for a handler that ended with an {@link Error}, of which Javalin hands on the bare response. */
    public void send(HttpServletResponse response) {
        response.setStatus(status);
        response.setContentType(CONTENT_TYPE);
        try {
            response.getOutputStream().write(toJson(Optional.empty(), Optional.empty()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The document.
     *
     * @param queryId the query that failed, if there was one
     * @param sql its text
     */
    byte[] toJson(Optional<String> queryId, Optional<String> sql) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("type", code.map(Problem::type).orElse("about:blank"));
            json.writeStringField("title", title);
            json.writeNumberField("status", status);
            json.writeStringField("detail", detail);
            if (code.isPresent()) {
                json.writeStringField("code", code.get().name());
                json.writeStringField("sqlState", code.get().sqlState());
            }
            if (position.isPresent()) {
                writePosition(json, position.get(), sql);
            }
            if (queryId.isPresent()) {
                json.writeStringField("instance", "/v1/queries/" + queryId.get());
                json.writeStringField("queryId", queryId.get());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writePosition(JsonGenerator json, TextRange position, Optional<String> sql) throws IOException {
        json.writeObjectFieldStart("position");
        json.writeNumberField("line", position.line());
        json.writeNumberField("column", position.column());
        json.writeNumberField("endLine", position.endLine());
        json.writeNumberField("endColumn", position.endColumn());
        if (sql.isPresent()) {
            json.writeNumberField("offset", SqlText.offset(sql.get(), position.line(), position.column()));
        }
        json.writeEndObject();
    }

    private static String type(ErrorCode code) {
        return "/problems/" + code.name().toLowerCase(Locale.ROOT).replace('_', '-');
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
