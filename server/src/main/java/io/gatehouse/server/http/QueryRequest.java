package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.javalin.http.Context;
import io.javalin.http.UnsupportedMediaTypeResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The body of a query request.
 *
 * @param limit rows of the result at most; empty for the server's default
 */
record QueryRequest(String sql, OptionalLong limit) {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    QueryRequest {
        requireNonNull(sql, "sql is null");
        requireNonNull(limit, "limit is null");
        if (sql.isBlank()) {
            throw invalid("The request holds no SQL.");
        }
        if (limit.isPresent() && limit.getAsLong() < 1) {
            throw invalid("The limit must be 1 or more, but is %d.".formatted(limit.getAsLong()));
        }
    }

    /**
     * Reads the body as the Content-Type says. Only types that a page of another origin cannot send unasked are taken:
     * text/plain and forms need no preflight.
     */
    static QueryRequest read(Context context) {
        String contentType = Optional.ofNullable(context.contentType()).orElse("");
        String mediaType = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return switch (mediaType) {
            case "application/json" -> ofJson(context.bodyAsBytes());
            case "application/sql" -> new QueryRequest(text(context.bodyAsBytes()), OptionalLong.empty());
            default ->
                throw new UnsupportedMediaTypeResponse(
                        "A query is sent as application/json or application/sql, not as \"%s\"."
                                .formatted(contentType));
        };
    }

    private static QueryRequest ofJson(byte[] body) {
        JsonNode root = tree(body);
        if (!root.isObject()) {
            throw invalid("The body is not a JSON object such as {\"sql\": \"SELECT 1\"}.");
        }
        for (Iterator<String> names = root.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!name.equals("sql") && !name.equals("limit")) {
                throw invalid("The body has a field \"%s\"; a query has \"sql\" and \"limit\".".formatted(name));
            }
        }
        JsonNode sql = root.path("sql");
        if (!sql.isTextual()) {
            throw invalid("The body has no field \"sql\" that is a text.");
        }
        return new QueryRequest(sql.textValue(), limit(root.path("limit")));
    }

    private static OptionalLong limit(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return OptionalLong.empty();
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw invalid("The limit must be a whole number, but is %s.".formatted(node));
        }
        return OptionalLong.of(node.longValue());
    }

    private static JsonNode tree(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The body is not JSON: %s at line %d, column %d."
                            .formatted(
                                    e.getOriginalMessage(),
                                    e.getLocation().getLineNr(),
                                    e.getLocation().getColumnNr()),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private static GatehouseException invalid(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
