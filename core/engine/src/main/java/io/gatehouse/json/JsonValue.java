package io.gatehouse.json;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A JSON value of a file. Its typed readers name the field that is missing or wrong. */
public final class JsonValue {
    private static final int MAX_SHOWN = 40;
    private static final Pattern CONTROLS = Pattern.compile("\\p{C}");

    /** File, or file and line or row. */
    private final String source;

    /**
     * Fields and indices from the source to the value, empty for the source itself. Made only when it is needed, because
     * there are millions of values.
     */
    private final Optional<Supplier<String>> path;

    private final JsonNode node;
    private final ErrorCode code;

    /** A whole file, or a record of a file. */
    public JsonValue(String source, JsonNode node, ErrorCode code) {
        this(source, Optional.empty(), node, code);
    }

    private JsonValue(String source, Optional<Supplier<String>> path, JsonNode node, ErrorCode code) {
        this.source = source;
        this.path = path;
        this.node = node;
        this.code = code;
    }

    /** The same value, whose errors have another code. */
    public JsonValue withErrors(ErrorCode other) {
        return new JsonValue(source, path, node, other);
    }

    /** Source and path, for messages. */
    public String place() {
        return path.map(steps -> "%s, field '%s'".formatted(source, steps.get()))
                .orElse(source);
    }

    /** The path of a field of this object. */
    public String path(String field) {
        return path.map(steps -> steps.get() + "." + field).orElse(field);
    }

    public JsonNode node() {
        return node;
    }

    /** The first of the fields that is there. */
    public JsonValue field(String... names) {
        return find(names).orElseThrow(() -> corrupt("has no field '%s'".formatted(String.join("' or '", names))));
    }

    /** The first of the fields that is there and not null. */
    public Optional<JsonValue> find(String... names) {
        return Arrays.stream(names)
                .filter(node::hasNonNull)
                .map(name -> new JsonValue(source, Optional.of(() -> path(name)), node.get(name), code))
                .findFirst();
    }

    public JsonValue item(int index) {
        return path.map(steps -> new JsonValue(
                        source, Optional.of(() -> "%s[%d]".formatted(steps.get(), index)), node.get(index), code))
                .orElseGet(() -> new JsonValue("%s[%d]".formatted(source, index), node.get(index), code));
    }

    /** The fields of an object. */
    public Set<Map.Entry<String, JsonNode>> properties() {
        return object().node.properties();
    }

    /** This value, if it is an object. */
    public JsonValue object() {
        if (!node.isObject()) {
            throw instead("an object");
        }
        return this;
    }

    /** The number of items of a list. */
    public int size() {
        if (!node.isArray()) {
            throw instead("a list");
        }
        return node.size();
    }

    public int integer() {
        if (!node.isIntegralNumber() || !node.canConvertToInt()) {
            throw instead("a whole number");
        }
        return node.intValue();
    }

    /** A whole number between two bounds, inclusive. */
    public int integer(int min, int max) {
        if (!node.isIntegralNumber()) {
            throw instead("a whole number");
        }
        if (!node.canConvertToInt() || node.intValue() < min || node.intValue() > max) {
            throw instead("a number from %d to %,d".formatted(min, max));
        }
        return node.intValue();
    }

    /** An index from 0. */
    public int index() {
        int value = integer();
        if (value < 0) {
            throw corrupt("is %d, below 0".formatted(value));
        }
        return value;
    }

    /** A finite number. */
    public float number() {
        float value = node.isNumber() ? node.floatValue() : Float.NaN;
        if (!Float.isFinite(value)) {
            throw instead("a number");
        }
        return value;
    }

    /** Any number that JSON can write. */
    public double anyNumber() {
        if (!node.isNumber()) {
            throw instead("a number");
        }
        return node.doubleValue();
    }

    public boolean isText() {
        return node.isTextual();
    }

    public String text() {
        if (!node.isTextual()) {
            throw instead("a text");
        }
        return node.textValue();
    }

    /** The bytes of a text in base64. */
    public byte[] bytes() {
        try {
            return Base64.getDecoder().decode(text());
        } catch (IllegalArgumentException e) {
            throw corrupt("is not base64: " + e.getMessage());
        }
    }

    public boolean truth() {
        if (!node.isBoolean()) {
            throw instead("true or false");
        }
        return node.booleanValue();
    }

    /** A list of indices. */
    public int[] indices() {
        int[] values = new int[size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = item(i).index();
        }
        return values;
    }

    /** A list of texts. */
    public List<String> texts() {
        return IntStream.range(0, size()).mapToObj(i -> item(i).text()).toList();
    }

    /** The error of a value that is not what it should be. */
    public GatehouseException instead(String expected) {
        return corrupt("is %s instead of %s".formatted(shown(), expected));
    }

    /** An error about this value. */
    public GatehouseException corrupt(String what) {
        return new GatehouseException(code, "%s %s".formatted(place(), what));
    }

    /** The value as it may stand in a message. */
    public String shown() {
        return shown(node.toString());
    }

    /** Text of a file as it may stand in a message: cut short and without characters that steer terminals. */
    public static String shown(String text) {
        String cut = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
        return CONTROLS.matcher(cut).replaceAll("\uFFFD");
    }
}
