package io.gatehouse.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.type.SqlType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * JSON schemas of the records that are sent and read, made from their components and the {@link JsonField} of these. A
 * request with a field that its schema does not list is rejected. A response may get fields that an older client does not
 * know, so its schema allows others.
 */
public final class RecordSchemas {
    private static final Map<Class<?>, String> TYPES = Map.ofEntries(
            Map.entry(String.class, "string"),
            Map.entry(Instant.class, "string"),
            Map.entry(SqlType.class, "string"),
            Map.entry(boolean.class, "boolean"),
            Map.entry(Boolean.class, "boolean"),
            Map.entry(int.class, "integer"),
            Map.entry(Integer.class, "integer"),
            Map.entry(long.class, "integer"),
            Map.entry(Long.class, "integer"),
            Map.entry(double.class, "number"),
            Map.entry(Double.class, "number"));

    private final Map<Class<? extends Record>, String> names;

    /** @param names the records in {@code components/schemas}; the schemas of others are written where they are used */
    public RecordSchemas(Map<Class<? extends Record>, String> names) {
        this.names = names;
    }

    /** A reference to the schema of a record, or the schema itself where it has no name. */
    private ObjectNode use(Class<? extends Record> type, boolean request) {
        String name = names.get(type);
        return name == null ? define(type, request) : Json.object().put("$ref", "#/components/schemas/" + name);
    }

    /**
     * The schema of a record.
     *
     * @param request whether clients send it; then only the fields marked as required must be present
     */
    public ObjectNode define(Class<? extends Record> type, boolean request) {
        ObjectNode schema = Json.object().put("type", "object");
        ArrayNode required = schema.putArray("required");
        ObjectNode properties = schema.putObject("properties");
        Json.fields(type).forEach((name, component) -> {
            Optional<JsonField> field = Optional.ofNullable(component.getAnnotation(JsonField.class));
            if (request ? field.filter(JsonField::required).isPresent() : component.getType() != Optional.class) {
                required.add(name);
            }
            properties.set(name, property(component, field, request));
        });
        if (required.isEmpty()) {
            schema.remove("required");
        }
        return request ? schema.put("additionalProperties", false) : schema;
    }

    /** The fields of a request as query parameters; an array or object is written as JSON there. */
    public ArrayNode parameters(Class<? extends Record> type) {
        ArrayNode parameters = Json.object().putArray("parameters");
        Json.fields(type).forEach((name, component) -> {
            Optional<JsonField> field = Optional.ofNullable(component.getAnnotation(JsonField.class));
            ObjectNode schema = property(component, field, true);
            if (AddressFields.isJson(component)) {
                schema.put("type", "string").remove("items");
            }
            parameters
                    .addObject()
                    .put("name", name)
                    .put("in", "query")
                    .put("required", field.filter(JsonField::required).isPresent())
                    .set("schema", schema);
        });
        return parameters;
    }

    private ObjectNode property(RecordComponent component, Optional<JsonField> field, boolean request) {
        ObjectNode schema = schema(component.getGenericType(), request);
        if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
            String type = schema.path("type").asText();
            schema.putArray("type").add(type).add("null");
        }
        field.ifPresent(description -> describe(schema, description));
        return schema;
    }

    private static void describe(ObjectNode schema, JsonField field) {
        if (!field.value().isEmpty()) {
            schema.put("description", field.value());
        }
        if (field.values().length > 0) {
            Arrays.stream(field.values()).forEach(schema.putArray("enum")::add);
        }
        if (field.types().length > 0) {
            Arrays.stream(field.types()).forEach(schema.putArray("type")::add);
        }
        putBound(schema, "minimum", field.minimum());
        putBound(schema, "maximum", field.maximum());
    }

    private static void putBound(ObjectNode schema, String name, double bound) {
        if (Double.isFinite(bound)) {
            schema.put(name, (long) bound);
        }
    }

    private ObjectNode schema(Type type, boolean request) {
        if (type instanceof ParameterizedType generic) {
            Type argument = generic.getActualTypeArguments()[0];
            return generic.getRawType() == List.class ? array(schema(argument, request)) : schema(argument, request);
        }
        Class<?> plain = (Class<?>) type;
        if (plain.isRecord()) {
            return use(plain.asSubclass(Record.class), request);
        }
        if (plain.isEnum()) {
            ObjectNode schema = Json.object().put("type", "string");
            ArrayNode values = schema.putArray("enum");
            for (Object value : plain.getEnumConstants()) {
                values.add(((Enum<?>) value).name().toLowerCase(Locale.ROOT));
            }
            return schema;
        }
        if (plain == ArrayNode.class) {
            return array(Json.object());
        }
        String name = TYPES.get(plain);
        if (name == null && plain != Object.class && plain != JsonNode.class) {
            throw new IllegalArgumentException("A field of the class %s has no schema".formatted(plain.getName()));
        }
        return name == null ? Json.object() : Json.object().put("type", name);
    }

    private static ObjectNode array(ObjectNode items) {
        ObjectNode array = Json.object().put("type", "array");
        array.set("items", items);
        return array;
    }
}
