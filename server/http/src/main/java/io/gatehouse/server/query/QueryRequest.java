package io.gatehouse.server.query;

import static io.gatehouse.server.http.Json.invalid;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.client.Bindings;
import io.gatehouse.client.Query;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.server.http.AddressFields;
import io.gatehouse.server.http.Json;
import io.gatehouse.server.http.RequestBody;
import io.javalin.http.Context;
import io.javalin.http.UnsupportedMediaTypeResponse;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks, from the body and the address of its request. The address has the same fields as a JSON body, and
 * whichever a field is in counts; it may not be in both.
 *
 * @param parameters the values of the statement's parameters
 * @param limit rows of the result at most; empty for the server's default
 * @param timeout empty for the server's
 * @param format of the rows
 * @param filename for a client that saves the answer
 * @param forSpreadsheets whether CSV puts an apostrophe before texts that a spreadsheet would run as formulas
 */
public record QueryRequest(
        String sql,
        Bindings parameters,
        OptionalLong limit,
        Optional<Duration> timeout,
        ResultFormat format,
        Optional<String> filename,
        boolean forSpreadsheets) {
    private static final Pattern FILENAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9 ._()-]{0,99}");

    /** Describes the field of parameters. */
    public static final String PARAMETERS =
            "Values of the statement's parameters, numbers, texts, booleans, null: an array with one for each ?, or an object"
                    + " with one for each :name.";

    /** The fields of a request as they are sent. */
    public record Fields(
            @JsonField(value = "One statement.", required = true)
            Optional<String> sql,

            @JsonField(
                    value = PARAMETERS,
                    types = {"array", "object"})
            JsonNode parameters,

            @JsonField(value = "Maximum number of rows. JSON has a default, other formats have no limit.", minimum = 1)
            Optional<Long> limit,

            @JsonField(value = "Seconds; the server's limit holds where it is less.", minimum = 1)
            Optional<Long> timeout,

            @JsonField(
                    value = "Format of the rows; Accept decides where it is missing.",
                    values = {"json", "ndjson", "csv", "arrow", "parquet", "latex"})
            Optional<String> format,

            @JsonField("Name under which a client saves the response.")
            Optional<String> filename,

            @JsonField(
                    value =
                            "keep writes texts in CSV as they are, the default; escape puts an apostrophe before those that a"
                                    + " spreadsheet would run as formulas.",
                    values = {"keep", "escape"})
            Optional<String> formulas) {}

    private static final Map<String, RecordComponent> FIELDS = Json.fields(Fields.class);

    public QueryRequest {
        requireNonNull(sql, "sql is null");
        requireNonNull(parameters, "parameters is null");
        requireNonNull(limit, "limit is null");
        requireNonNull(timeout, "timeout is null");
        requireNonNull(format, "format is null");
        if (sql.isBlank()) {
            throw invalid("The request holds no SQL.");
        }
        if (limit.isPresent() && limit.getAsLong() < 1) {
            throw invalid("The limit must be 1 or more, but is %d.".formatted(limit.getAsLong()));
        }
        if (filename.isPresent() && !FILENAME.matcher(filename.get()).matches()) {
            throw invalid("A file cannot be named \"%s\" here: use letters, digits, blanks and ._-()."
                    .formatted(filename.get()));
        }
    }

    /** What is to be run: rows as many as asked for, or the server's default for what a person looks at. */
    Query query(QueryQuota quota) {
        long maxRows = limit.orElse(format == ResultFormat.JSON ? quota.rows() : 0);
        return new Query(sql, parameters, timeout, maxRows);
    }

    /** Reads a request without a body. */
    static QueryRequest ofAddress(Context context) {
        return of(AddressFields.of(context, FIELDS), context);
    }

    /**
     * Reads the body as the Content-Type says. Only types that a page of another origin cannot send unasked are taken:
     * text/plain and forms need no preflight.
     */
    static QueryRequest ofBody(Context context) {
        ObjectNode fields = AddressFields.of(context, FIELDS);
        ObjectNode body = switch (Json.mediaType(context)) {
            case "application/json" -> Json.body(context, FIELDS.keySet());
            case "application/sql" -> Json.object().put("sql", text(RequestBody.of(context)));
            default ->
                throw new UnsupportedMediaTypeResponse(
                        "A query is sent as application/json or application/sql, not as \"%s\"."
                                .formatted(Json.contentType(context)));
        };
        body.properties().forEach(field -> {
            if (fields.has(field.getKey())) {
                throw invalid("\"%s\" is in both the address and the body.".formatted(field.getKey()));
            }
            fields.set(field.getKey(), field.getValue());
        });
        return of(fields, context);
    }

    private static QueryRequest of(ObjectNode object, Context context) {
        Fields fields = Json.read(object, Fields.class);
        return new QueryRequest(
                fields.sql().orElseThrow(() -> invalid("The request has no \"sql\".")),
                bindings(fields.parameters()),
                fields.limit().map(OptionalLong::of).orElse(OptionalLong.empty()),
                fields.timeout().map(QueryRequest::seconds),
                fields.format().map(ResultFormat::of).orElseGet(() -> ResultFormat.accepted(context)),
                fields.filename(),
                forSpreadsheets(fields.formulas().orElse("keep")));
    }

    private static Duration seconds(long seconds) {
        if (seconds < 1) {
            throw invalid("The timeout must be 1 second or more, but is %d.".formatted(seconds));
        }
        return Duration.ofSeconds(Math.min(seconds, Integer.MAX_VALUE));
    }

    /** The values of parameters, as {@link Query} takes them. */
    public static Bindings bindings(JsonNode values) {
        if (values.isMissingNode() || values.isNull()) {
            return Bindings.none();
        }
        if (values instanceof ObjectNode object) {
            Map<String, @Nullable Object> named = new LinkedHashMap<>();
            object.properties().forEach(field -> named.put(field.getKey(), parameter(field.getValue())));
            return new Bindings.ByName(named);
        }
        if (!values.isArray()) {
            throw invalid("The parameters must be a JSON array or object, but are %s.".formatted(values));
        }
        List<@Nullable Object> ordered = new ArrayList<>();
        values.forEach(value -> ordered.add(parameter(value)));
        return new Bindings.InOrder(ordered);
    }

    private static @Nullable Object parameter(JsonNode value) {
        return switch (value.getNodeType()) {
            case NULL -> null;
            case BOOLEAN -> value.booleanValue();
            case STRING -> value.textValue();
            case NUMBER -> value.decimalValue();
            default -> throw invalid("A parameter is a number, a text, a boolean or null, not %s.".formatted(value));
        };
    }

    private static boolean forSpreadsheets(String choice) {
        return switch (choice) {
            case "keep" -> false;
            case "escape" -> true;
            default -> throw invalid("\"formulas\" is keep or escape, not \"%s\".".formatted(choice));
        };
    }

    private static String text(byte[] body) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new GatehouseException(ErrorCode.INVALID_ARGUMENT, "The body is not text in UTF-8.", e);
        }
    }
}
