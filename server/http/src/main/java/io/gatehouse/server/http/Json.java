package io.gatehouse.server.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.gatehouse.base.JsonField;
import io.gatehouse.base.SurrogateHalf;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.type.SqlType;
import io.javalin.http.Context;
import io.javalin.http.UnsupportedMediaTypeResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** JSON in requests and responses. */
public final class Json {
    /** Writes floats in their shortest digits, which Java 17 itself does not always. */
    public static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
            .build();

    /** An empty Optional is left out; a component that is null is written as null. */
    private static final ObjectMapper MAPPER = mapper();

    private static final Pattern CHARSET = Pattern.compile("(?i)\\s*charset\\s*=\\s*\"?([^\"]*?)\"?\\s*");

    private Json() {}

    private static ObjectMapper mapper() {
        ObjectMapper mapper = JsonMapper.builder(FACTORY)
                .addModule(new Jdk8Module())
                .addModule(new SimpleModule()
                        .addSerializer(Instant.class, ToStringSerializer.instance)
                        .addSerializer(SqlType.class, ToStringSerializer.instance))
                .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
                // Only the components of a record are fields.
                .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
                // Keep the digits of a parameter as they were sent.
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .build();
        JsonInclude.Value present = JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, null);
        mapper.configOverride(Optional.class).setInclude(present).setIncludeAsProperty(present);
        return mapper;
    }

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static void send(Context context, int status, Record body) {
        context.status(status).contentType("application/json").result(bytes(body));
    }

    public static String string(Object body) {
        try {
            return MAPPER.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] bytes(Object body) {
        try {
            return MAPPER.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The components of a record by the names of their fields in JSON, in their order. An unwrapped record stands for its
     * own components.
     */
    public static Map<String, RecordComponent> fields(Class<? extends Record> type) {
        Map<String, RecordComponent> fields = new LinkedHashMap<>();
        components(type).forEach((name, component) -> {
            if (isUnwrapped(component)) {
                fields.putAll(fields(component.getType().asSubclass(Record.class)));
            } else {
                fields.put(name, component);
            }
        });
        return Collections.unmodifiableMap(fields);
    }

    private static Map<String, RecordComponent> components(Class<? extends Record> type) {
        Map<String, String> names =
                MAPPER.getSerializationConfig().introspect(MAPPER.constructType(type)).findProperties().stream()
                        .collect(Collectors.toMap(
                                BeanPropertyDefinition::getInternalName, BeanPropertyDefinition::getName));
        Map<String, RecordComponent> components = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            components.put(requireNonNull(names.get(component.getName()), "a component has no field"), component);
        }
        return components;
    }

    private static boolean isUnwrapped(RecordComponent component) {
        return component.getAccessor().isAnnotationPresent(JsonUnwrapped.class);
    }

    /**
     * The object that a request carries, as a record.
     *
     * @param type as {@link #read} takes it
     */
    public static <T extends Record> T body(Context context, Class<T> type) {
        return read(body(context, fields(type).keySet()), type);
    }

    /**
     * Reads an object into a record.
     *
     * @param type has components of the types String and int, for fields that must be there, Optional of String, Long,
     *     Double, Boolean or a list of String, ArrayNode, which is empty if the field is missing, JsonNode, which may be a missing one, and unwrapped
     *     records of such components
     */
    public static <T extends Record> T read(ObjectNode object, Class<T> type) {
        Map<String, RecordComponent> components = components(type);
        Class<?>[] types =
                components.values().stream().map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] values = components.entrySet().stream()
                .map(field -> value(object, field.getKey(), field.getValue()))
                .toArray();
        try {
            Constructor<T> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object value(ObjectNode object, String name, RecordComponent component) {
        if (isUnwrapped(component)) {
            return read(object, component.getType().asSubclass(Record.class));
        }
        if (component.getType() == String.class) {
            return text(object, name);
        }
        if (component.getType() == int.class) {
            return wholeNumber(object, name);
        }
        if (component.getType() == ArrayNode.class) {
            return array(object, name);
        }
        if (isOptionalList(component)) {
            return findTexts(object, name);
        }
        if (component.getType() == JsonNode.class) {
            return object.path(name);
        }
        if (isOptionalOf(component, Double.class)) {
            return findDouble(object, name);
        }
        if (isOptionalOf(component, Boolean.class)) {
            return findBoolean(object, name);
        }
        return isWholeNumber(component) ? findLong(object, name) : findText(object, name);
    }

    /** Refuses an object that lacks a text which a record requires. */
    public static void requireTexts(ObjectNode object, Class<? extends Record> type) {
        fields(type).forEach((name, component) -> {
            JsonField field = component.getAnnotation(JsonField.class);
            if (field != null && field.required()) {
                text(object, name);
            }
        });
    }

    /** Whether a component is an Optional of Long. */
    public static boolean isWholeNumber(RecordComponent component) {
        return isOptionalOf(component, Long.class);
    }

    private static boolean isOptionalOf(RecordComponent component, Class<?> type) {
        return component.getGenericType() instanceof ParameterizedType generic
                && generic.getActualTypeArguments()[0] == type;
    }

    private static boolean isOptionalList(RecordComponent component) {
        return component.getGenericType() instanceof ParameterizedType generic
                && generic.getActualTypeArguments()[0] instanceof ParameterizedType list
                && list.getRawType() == List.class;
    }

    private static int wholeNumber(ObjectNode body, String field) {
        JsonNode value = body.path(field);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw invalid(
                    value.isMissingNode()
                            ? "The body has no field \"%s\" that is a whole number.".formatted(field)
                            : "The field \"%s\" must be a whole number, but is %s.".formatted(field, value));
        }
        return value.intValue();
    }

    /** A list of texts that may be missing or null. */
    private static Optional<List<String>> findTexts(ObjectNode body, String field) {
        if (!body.hasNonNull(field)) {
            return Optional.empty();
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode text : array(body, field)) {
            if (!text.isTextual()) {
                throw invalid("The field \"%s\" must be a list of texts, but has %s.".formatted(field, text));
            }
            texts.add(text.textValue());
        }
        return Optional.of(texts);
    }

    private static ArrayNode array(ObjectNode body, String field) {
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return MAPPER.createArrayNode();
        }
        if (node instanceof ArrayNode array) {
            return array;
        }
        throw invalid("The %s must be a JSON array, but are %s.".formatted(field, node));
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

    /** The media type of the body, in lower case. Bodies are read as UTF-8; another charset is refused. */
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
        // The servlet's own method fails at an unknown charset.
        return Optional.ofNullable(context.header("Content-Type")).orElse("");
    }

    /** A text field that must be there. */
    private static String text(ObjectNode body, String field) {
        return findText(body, field)
                .orElseThrow(() -> invalid("The body has no field \"%s\" that is a string.".formatted(field)));
    }

    /** A text field that may be missing or null. */
    private static Optional<String> findText(ObjectNode body, String field) {
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isTextual()) {
            throw invalid("The field \"%s\" must be a string, but is %s.".formatted(field, node));
        }
        return Optional.of(node.textValue());
    }

    /** A whole number that may be missing or null. */
    private static Optional<Long> findLong(ObjectNode body, String field) {
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw invalid("The field \"%s\" must be a whole number, but is %s.".formatted(field, node));
        }
        return Optional.of(node.longValue());
    }

    /** A number that may be missing or null. */
    private static Optional<Double> findDouble(ObjectNode body, String field) {
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
            throw invalid("The field \"%s\" must be a number, but is %s.".formatted(field, node));
        }
        return Optional.of(node.doubleValue());
    }

    /** A boolean, or empty where it is missing or null. */
    private static Optional<Boolean> findBoolean(ObjectNode body, String field) {
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isBoolean()) {
            throw invalid("The field \"%s\" must be true or false, but is %s.".formatted(field, node));
        }
        return Optional.of(node.booleanValue());
    }

    /** The tree of a text that comes from a client. */
    public static JsonNode tree(byte[] json, String what) {
        try {
            JsonNode tree = MAPPER.readTree(json);
            requireText(tree, "", what);
            return tree;
        } catch (JsonProcessingException e) {
            // An error of a limit of the parser has no place.
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

    /** Refuses texts that JSON can have and UTF-8 cannot, which would be stored and compared as question marks. */
    private static void requireText(JsonNode node, String place, String what) {
        if (node.isTextual()) {
            requireText(node.textValue(), place, what);
        }
        int index = 0;
        for (JsonNode element : node.isArray() ? node : List.<JsonNode>of()) {
            requireText(element, "%s[%d]".formatted(place, index), what);
            index++;
        }
        node.properties().forEach(field -> {
            String name = place.isEmpty() ? field.getKey() : "%s.%s".formatted(place, field.getKey());
            requireText(field.getKey(), name, what);
            requireText(field.getValue(), name, what);
        });
    }

    private static void requireText(String text, String place, String what) {
        SurrogateHalf.find(text).ifPresent(at -> {
            throw invalid("%s has U+%04X, half of a pair of surrogates, which is not text%s."
                    .formatted(
                            what,
                            (int) text.charAt(at),
                            // The name of a field may be what is wrong.
                            place.isEmpty() ? "" : ", in \"%s\"".formatted(place.replaceAll("\\p{Cs}", "?"))));
        });
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
