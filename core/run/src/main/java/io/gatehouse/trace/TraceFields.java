package io.gatehouse.trace;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A JSON value of a trace that is asked for its fields, and names the field that is missing or wrong. */
final class TraceFields {
    private static final int MAX_SHOWN = 40;

    /** File and line or row, and the path within it; made when it is asked for, as there are millions of values. */
    private final Supplier<String> place;

    private final JsonNode node;

    TraceFields(String place, JsonNode node) {
        this(() -> place, node);
    }

    private TraceFields(Supplier<String> place, JsonNode node) {
        this.place = place;
        this.node = node;
    }

    String place() {
        return place.get();
    }

    JsonNode node() {
        return node;
    }

    TraceFields field(String name) {
        return find(name).orElseThrow(() -> corrupt("has no field '%s'".formatted(name)));
    }

    Optional<TraceFields> find(String name) {
        return node.hasNonNull(name)
                ? Optional.of(new TraceFields(() -> "%s, field '%s'".formatted(place(), name), node.get(name)))
                : Optional.empty();
    }

    TraceFields item(int index) {
        return new TraceFields(() -> "%s[%d]".formatted(place(), index), node.get(index));
    }

    /** The fields of an object. */
    Set<Map.Entry<String, JsonNode>> properties() {
        if (!node.isObject()) {
            throw corrupt("is %s instead of an object".formatted(shown()));
        }
        return node.properties();
    }

    /** The number of items of a list. */
    int size() {
        if (!node.isArray()) {
            throw corrupt("is %s instead of a list".formatted(shown()));
        }
        return node.size();
    }

    int integer() {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw corrupt("is %s instead of a whole number".formatted(shown()));
        }
        return node.intValue();
    }

    /** An index from 0. */
    int index() {
        int value = integer();
        if (value < 0) {
            throw corrupt("is %d, below 0".formatted(value));
        }
        return value;
    }

    float number() {
        float value = node.isNumber() ? node.floatValue() : Float.NaN;
        if (!Float.isFinite(value)) {
            throw corrupt("is %s instead of a number".formatted(shown()));
        }
        return value;
    }

    String text() {
        if (!node.isTextual()) {
            throw corrupt("is %s instead of a text".formatted(shown()));
        }
        return node.textValue();
    }

    boolean isText() {
        return node.isTextual();
    }

    /** The bytes of a text in base64. */
    byte[] bytes() {
        try {
            return Base64.getDecoder().decode(text());
        } catch (IllegalArgumentException e) {
            throw corrupt("is not base64: " + e.getMessage());
        }
    }

    boolean truth() {
        if (!node.isBoolean()) {
            throw corrupt("is %s instead of true or false".formatted(shown()));
        }
        return node.booleanValue();
    }

    /** A list of indices. */
    int[] indices() {
        int[] values = new int[size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = item(i).index();
        }
        return values;
    }

    GatehouseException corrupt(String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place(), what));
    }

    private String shown() {
        String text = node.toString();
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }
}
