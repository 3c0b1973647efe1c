package io.gatehouse.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A config.json, or an object inside it, read key by key with type and range checked. A key that is null counts as
 * absent, as in Hugging Face's own reader.
 */
final class ConfigFile {
    private static final int MAX_BYTES = 4 << 20;

    private final Path path;
    private final String prefix;
    private final JsonNode object;

    private ConfigFile(Path path, String prefix, JsonNode object) {
        this.path = path;
        this.prefix = prefix;
        this.object = object;
    }

    static byte[] content(Path path) {
        return ModelFiles.read(path, MAX_BYTES);
    }

    static ConfigFile parse(Path path, byte[] content) {
        return new ConfigFile(path, "", JsonFile.object(path, content));
    }

    /** A whole number from 1 to {@code max} that must be there. */
    int size(String key, int max) {
        return findSize(key, max).orElseThrow(() -> corrupt("%s has no key '%s'".formatted(path, prefix + key)));
    }

    /** A whole number from 1 to {@code max}, if there is one. */
    Optional<Integer> findSize(String key, int max) {
        return find(key).map(value -> {
            if (!value.isIntegralNumber()) {
                throw wrong(key, value, "a whole number");
            }
            if (!value.canConvertToInt() || value.intValue() < 1 || value.intValue() > max) {
                throw wrong(key, value, "a number from 1 to %,d".formatted(max));
            }
            return value.intValue();
        });
    }

    /** A positive, finite number, if there is one. */
    Optional<Double> findPositive(String key) {
        return find(key).map(value -> {
            if (!value.isNumber()) {
                throw wrong(key, value, "a number");
            }
            // The engine computes in 32 bits: what is zero or infinite there is as wrong as a zero in the file.
            float rounded = (float) value.doubleValue();
            if (!(rounded > 0) || Float.isInfinite(rounded)) {
                throw wrong(key, value, "a positive number");
            }
            return value.doubleValue();
        });
    }

    double positive(String key) {
        return findPositive(key).orElseThrow(() -> corrupt("%s has no key '%s'".formatted(path, prefix + key)));
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

    Optional<ConfigFile> findObject(String key) {
        return find(key).map(value -> {
            if (!value.isObject()) {
                throw wrong(key, value, "an object");
            }
            return new ConfigFile(path, prefix + key + ".", value);
        });
    }

    /** The first entry of "architectures", which decides how all other keys are read. */
    String architecture() {
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

    GatehouseException corrupt(String message) {
        return new GatehouseException(ErrorCode.CORRUPT_CHECKPOINT, message);
    }

    GatehouseException wrong(String key, Object value, String expected) {
        return corrupt("%s has '%s': %s, which is not %s"
                .formatted(path, prefix + key, JsonFile.shown(value.toString()), expected));
    }

    Path path() {
        return path;
    }

    private Optional<JsonNode> find(String key) {
        return Optional.ofNullable(object.get(key)).filter(value -> !value.isNull());
    }
}
