package io.gatehouse.checkpoint.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A config.json, or an object inside it, read key by key with type and range checked. A key that is null counts as
 * absent, as in Hugging Face's own reader.
 */
public final class ConfigFile {
    private static final int MAX_BYTES = 4 << 20;

    private final Path path;
    private final String prefix;
    private final JsonNode object;

    private ConfigFile(Path path, String prefix, JsonNode object) {
        this.path = path;
        this.prefix = prefix;
        this.object = object;
    }

    public static byte[] content(Path path) {
        return ModelFiles.read(path, MAX_BYTES);
    }

    public static ConfigFile parse(Path path, byte[] content) {
        return new ConfigFile(path, "", JsonFile.object(path, content));
    }

    /** A whole number from 1 to {@code max} that must be there. */
    public int size(String key, int max) {
        return findSize(key, max).orElseThrow(() -> missing(key));
    }

    /** A whole number from 1 to {@code max}, if there is one. */
    Optional<Integer> findSize(String key, int max) {
        return findWhole(key, 1, max);
    }

    /** A whole number from {@code min} to {@code max}, if there is one. */
    Optional<Integer> findWhole(String key, int min, int max) {
        return find(key).map(value -> {
            if (!value.isIntegralNumber()) {
                throw wrong(key, value, "a whole number");
            }
            if (!value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
                throw wrong(key, value, "a number from %d to %,d".formatted(min, max));
            }
            return value.intValue();
        });
    }

    /** A positive, finite number, if there is one. */
    Optional<Double> findPositive(String key) {
        return findNumber(key).map(value -> {
            // The engine computes in 32 bits: what is zero or infinite there is as wrong as a zero in the file.
            float rounded = value.floatValue();
            if (!(rounded > 0) || Float.isInfinite(rounded)) {
                throw wrong(key, object.get(key), "a positive number");
            }
            return value;
        });
    }

    double positive(String key) {
        return findPositive(key).orElseThrow(() -> missing(key));
    }

    Optional<Double> findNumber(String key) {
        return find(key).map(value -> {
            if (!value.isNumber()) {
                throw wrong(key, value, "a number");
            }
            return value.doubleValue();
        });
    }

    boolean flag(String key, boolean absent) {
        return find(key)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw wrong(key, value, "true or false");
                    }
                    return value.booleanValue();
                })
                .orElse(absent);
    }

    Optional<String> findText(String key) {
        return find(key).map(value -> {
            if (!value.isTextual()) {
                throw wrong(key, value, "a string");
            }
            return value.textValue();
        });
    }

    /** A list of strings, if there is one. */
    Optional<List<String>> findTexts(String key) {
        return find(key)
                .map(value -> entries(key, value, JsonNode::isTextual, "a list of names").stream()
                        .map(JsonNode::textValue)
                        .toList());
    }

    /** A list of whole numbers; empty if absent. */
    List<Long> wholeNumbers(String key) {
        return find(key)
                .map(value -> entries(key, value, JsonNode::canConvertToLong, "a list of whole numbers").stream()
                        .map(JsonNode::longValue)
                        .distinct()
                        .toList())
                .orElse(List.of());
    }

    /** Whether the key is there, even as null. */
    public boolean has(String key) {
        return object.has(key);
    }

    /** Whether the key is there with a value other than null, false, zero, or nothing. */
    boolean isOn(String key) {
        return find(key)
                .filter(value -> !(value.isBoolean() && !value.booleanValue())
                        && !(value.isNumber() && value.doubleValue() == 0)
                        && !(value.isContainerNode() && value.isEmpty()))
                .isPresent();
    }

    /** The objects inside this one under their names. */
    Map<String, ConfigFile> objects() {
        Map<String, ConfigFile> objects = new LinkedHashMap<>();
        object.properties().stream()
                .filter(entry -> entry.getValue().isObject())
                .forEach(entry -> objects.put(
                        entry.getKey(), new ConfigFile(path, prefix + entry.getKey() + ".", entry.getValue())));
        return objects;
    }

    public boolean isEmpty() {
        return object.isEmpty();
    }

    Optional<ConfigFile> findObject(String key) {
        return find(key).map(value -> {
            if (!value.isObject()) {
                throw wrong(key, value, "an object");
            }
            return new ConfigFile(path, prefix + key + ".", value);
        });
    }

    /** The first entry of "architectures", which decides how all other keys are read. */
    public String architecture() {
        JsonNode list =
                find("architectures").orElseThrow(() -> corrupt("%s has no key 'architectures'".formatted(path)));
        if (!list.isArray() || list.isEmpty() || !list.get(0).isTextual()) {
            throw wrong("architectures", list, "a list of names");
        }
        return list.get(0).textValue();
    }

    /** Refuses a model that asks for {@code found} where only {@code supported} is implemented. */
    GatehouseException unsupported(String key, String found, String supported) {
        return new GatehouseException(
                ErrorCode.UNSUPPORTED_MODEL,
                "%s asks for %s '%s'; Gatehouse supports %s"
                        .formatted(path, prefix + key, JsonFile.shown(found), supported));
    }

    public GatehouseException corrupt(String message) {
        return new GatehouseException(ErrorCode.CORRUPT_CHECKPOINT, message);
    }

    GatehouseException wrong(String key, Object value, String expected) {
        return corrupt("%s has '%s': %s, which is not %s"
                .formatted(path, prefix + key, JsonFile.shown(value.toString()), expected));
    }

    public Path path() {
        return path;
    }

    private GatehouseException missing(String key) {
        return corrupt("%s has no key '%s'".formatted(path, prefix + key));
    }

    private List<JsonNode> entries(String key, JsonNode list, Predicate<JsonNode> valid, String expected) {
        List<JsonNode> entries = new ArrayList<>();
        list.forEach(entries::add);
        if (!list.isArray() || !entries.stream().allMatch(valid)) {
            throw wrong(key, list, expected);
        }
        return entries;
    }

    private Optional<JsonNode> find(String key) {
        return Optional.ofNullable(object.get(key)).filter(value -> !value.isNull());
    }
}
