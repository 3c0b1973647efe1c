package io.gatehouse.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.javalin.http.Context;
import io.javalin.http.UnsupportedMediaTypeResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** JSON in requests and answers. */
public final class Json {
    /** Writes floats in their shortest digits, which Java 17 itself does not always. */
    public static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();

    private static final ObjectMapper MAPPER = new ObjectMapper(FACTORY)
            // A parameter is to arrive with the digits that were sent.
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);

    private static final Pattern CHARSET = Pattern.compile("(?i)\\s*charset\\s*=\\s*\"?([^\"]*?)\"?\\s*");

    private Json() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static void send(Context context, int status, JsonNode answer) {
        context.status(status).contentType("application/json").result(bytes(answer));
    }

    public static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The object that a request carries.
     *
     * @param fields what it may have
     */
    public static ObjectNode body(Context context, Set<String> fields) {
        if (!mediaType(context).equals("application/json")) {
            throw new UnsupportedMediaTypeResponse(
                    "The body is sent as application/json, not as \"%s\".".formatted(contentType(context)));
        }
        ObjectNode body = object(RequestBody.of(context));
        for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!fields.contains(name)) {
                throw invalid("The body has a field \"%s\"; it may have %s.".formatted(name, listed(fields)));
            }
        }
        return body;
    }

    /** The media type of the body, in lower case; bodies are read as UTF-8 and refused if they say another charset. */
    public static String mediaType(Context context) {
        String[] parts = contentType(context).split(";", -1);
        for (int i = 1; i < parts.length; i++) {
            Matcher charset = CHARSET.matcher(parts[i]);
            if (charset.matches() && !charset.group(1).equalsIgnoreCase("utf-8")) {
                throw new UnsupportedMediaTypeResponse(
                        "The body is read as UTF-8, but its charset is \"%s\".".formatted(charset.group(1)));
            }
        }
        return parts[0].strip().toLowerCase(Locale.ROOT);
    }

    public static String contentType(Context context) {
        // As it was sent: the servlet's own way fails at a charset that it does not know.
        return Optional.ofNullable(context.header("Content-Type")).orElse("");
    }

    /** A text field that must be there. */
    public static String text(ObjectNode body, String field) {
        return findText(body, field)
                .orElseThrow(() -> invalid("The body has no field \"%s\" that is a text.".formatted(field)));
    }

    /** A text field that may be missing or null. */
    public static Optional<String> findText(ObjectNode body, String field) {
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isTextual()) {
            throw invalid("The field \"%s\" must be a text, but is %s.".formatted(field, node));
        }
        return Optional.of(node.textValue());
    }

    /** A whole number that may be missing or null. */
    public static Optional<Long> findLong(ObjectNode body, String field) {
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw invalid("The field \"%s\" must be a whole number, but is %s.".formatted(field, node));
        }
        return Optional.of(node.longValue());
    }

    /** The tree of a text that comes from a client. */
    public static JsonNode tree(byte[] json, String what) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            // What goes over a limit of the parser has no place.
            String place = Optional.ofNullable(e.getLocation())
                    .map(at -> " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr()))
                    .orElse("");
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s is not JSON: %s%s.".formatted(what, e.getOriginalMessage(), place),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static GatehouseException invalid(String message) {
        return new GatehouseException(ErrorCode.INVALID_ARGUMENT, message);
    }

    private static ObjectNode object(byte[] body) {
        if (tree(body, "The body") instanceof ObjectNode object) {
            return object;
        }
        throw invalid("The body is not a JSON object such as {\"sql\": \"SELECT 1\"}.");
    }

    /** The names of fields as an error tells them. */
    public static String listed(Set<String> fields) {
        return fields.stream()
                .sorted()
                .map(field -> "\"" + field + "\"")
                .reduce((a, b) -> a + ", " + b)
                .orElse("none");
    }
}
