package io.gatehouse.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.javalin.http.Context;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The query string of a request as the fields of a JSON object. */
public final class AddressFields {
    private AddressFields() {}

    /**
     * Returns the fields of an address.
     *
     * @param fields those that it may have
     * @throws GatehouseException INVALID_ARGUMENT if it has another one, or one twice
     */
    public static ObjectNode of(Context context, Map<String, RecordComponent> fields) {
        ObjectNode found = Json.object();
        context.queryParamMap().forEach((name, values) -> {
            RecordComponent field = fields.get(name);
            if (field == null) {
                throw Json.invalid("The address has a parameter \"%s\"; it may have %s."
                        .formatted(name, Json.listed(fields.keySet())));
            }
            if (values.size() != 1) {
                throw Json.invalid("The address has the parameter \"%s\" %d times.".formatted(name, values.size()));
            }
            put(found, name, field, values.get(0));
        });
        return found;
    }

    private static void put(ObjectNode fields, String name, RecordComponent field, String value) {
        if (Json.isWholeNumber(field)) {
            fields.put(name, wholeNumber(name, value));
        } else if (isJson(field)) {
            fields.set(name, Json.tree(value.getBytes(StandardCharsets.UTF_8), "The parameter \"%s\"".formatted(name)));
        } else {
            fields.put(name, value);
        }
    }

    /** Whether a field is written as JSON in an address. */
    static boolean isJson(RecordComponent field) {
        return field.getType() == ArrayNode.class || field.getType() == JsonNode.class;
    }

    private static long wholeNumber(String name, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The parameter \"%s\" must be a whole number, but is \"%s\".".formatted(name, value),
                    e);
        }
    }
}
