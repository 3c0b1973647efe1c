package io.gatehouse.checkpoint.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A config.json, or an object inside it, read key by key with type and range checked. A key that is null counts as
 * absent, as in Hugging Face's own reader.
 */
public final class ConfigFile {
    private static final int MAX_BYTES = 4 << 20;

    private final Path path;
    private final JsonValue root;
    private final JsonValue object;
    /** Keys of this object that a family asked for. */
    private final Set<String> asked = new HashSet<>();

    private ConfigFile(Path path, JsonValue root, JsonValue object) {
        this.path = path;
        this.root = root;
        this.object = object;
    }

    private Optional<JsonValue> find(String key) {
        asked.add(key);
        return object.find(key);
    }

    public static byte[] content(Path path) {
        return ModelFiles.read(path, MAX_BYTES);
    }

    public static ConfigFile parse(Path path, byte[] content) {
        JsonNode root = JsonFile.object(path, content);
        JsonValue object = new JsonValue(path.toString(), root, ErrorCode.CORRUPT_CHECKPOINT);
        return new ConfigFile(path, object, object);
    }

    /** Whether a family asked for the key. */
    public boolean wasAsked(String key) {
        return asked.contains(key);
    }

    /** A whole number from 1 to {@code max} that must be there. */
    public int size(String key, int max) {
        asked.add(key);
        return object.field(key).integer(1, max);
    }

    /** A whole number from 1 to {@code max}, if there is one. */
    public Optional<Integer> findSize(String key, int max) {
        return findWhole(key, 1, max);
    }

    /** A whole number from {@code min} to {@code max}, if there is one. */
    public Optional<Integer> findWhole(String key, int min, int max) {
        return find(key).map(value -> value.integer(min, max));
    }

    /** A positive, finite number, if there is one. */
    public Optional<Double> findPositive(String key) {
        return find(key).map(ConfigFile::positive);
    }

    /** A positive, finite number that must be there. */
    public double positive(String key) {
        asked.add(key);
        return positive(object.field(key));
    }

    private static double positive(JsonValue value) {
        double number = value.anyNumber();
        // The engine computes in 32 bits: what is zero or infinite there is as wrong as a zero in the file.
        float rounded = (float) number;
        if (!(rounded > 0) || Float.isInfinite(rounded)) {
            throw value.instead("a positive number");
        }
        return number;
    }

    /** A number, if there is one. */
    public Optional<Double> findNumber(String key) {
        return find(key).map(JsonValue::anyNumber);
    }

    /** A truth value, or the one that stands for an absent key. */
    public boolean flag(String key, boolean absent) {
        return find(key).map(JsonValue::truth).orElse(absent);
    }

    /** A text, if there is one. */
    public Optional<String> findText(String key) {
        return find(key).map(JsonValue::text);
    }

    /** A list of strings, if there is one. */
    public Optional<List<String>> findTexts(String key) {
        return find(key)
                .map(value -> entries(value, JsonNode::isTextual, "a list of names").stream()
                        .map(JsonNode::textValue)
                        .toList());
    }

    /** A list of whole numbers; empty if absent. */
    public List<Long> wholeNumbers(String key) {
        return find(key)
                .map(value -> entries(value, JsonNode::canConvertToLong, "a list of whole numbers").stream()
                        .map(JsonNode::longValue)
                        .distinct()
                        .toList())
                .orElse(List.of());
    }

    /** A list of numbers, one for each of {@code size}; empty if absent. */
    public List<Double> numbers(String key, int size) {
        return find(key)
                .map(value -> {
                    List<Double> numbers = entries(value, JsonNode::isNumber, "a list of numbers").stream()
                            .map(JsonNode::doubleValue)
                            .toList();
                    if (numbers.size() != size || !numbers.stream().allMatch(number -> Double.isFinite(number))) {
                        throw value.instead("a list of %d numbers".formatted(size));
                    }
                    return numbers;
                })
                .orElse(List.of());
    }

    /**
     * A list of numbers that may be infinite, which Hugging Face writes as {"__float__": "Infinity"}; empty if absent.
     */
    public List<Double> numbersToInfinity(String key) {
        return find(key)
                .map(value -> entries(
                                value,
                                entry -> entry.isNumber()
                                        || entry.path("__float__").asText().equals("Infinity"),
                                "a list of numbers")
                        .stream()
                        .map(entry -> entry.isNumber() ? entry.doubleValue() : Double.POSITIVE_INFINITY)
                        .toList())
                .orElse(List.of());
    }

    /** A list of numbers, one for each layer and perhaps more for what follows the layers, which are left out. */
    public List<Double> numbersUpTo(String key, int layers) {
        return find(key)
                .map(value -> {
                    List<Double> numbers = entries(value, JsonNode::isNumber, "a list of numbers").stream()
                            .map(JsonNode::doubleValue)
                            .toList();
                    if (numbers.size() < layers) {
                        throw value.instead("a list of %d numbers".formatted(layers));
                    }
                    return numbers.subList(0, layers);
                })
                .orElse(List.of());
    }

    /** A whole number from 1 to {@code max} for each layer: the same for all, or a list. */
    public List<Integer> perLayer(String key, int layers, int max) {
        if (!isList(key)) {
            return Collections.nCopies(layers, size(key, max));
        }
        List<JsonNode> entries = entries(object.field(key), JsonNode::canConvertToInt, "a list of whole numbers");
        if (entries.size() != layers
                || !entries.stream().allMatch(entry -> entry.intValue() >= 1 && entry.intValue() <= max)) {
            throw object.field(key).instead("a list of %d numbers from 1 to %d".formatted(layers, max));
        }
        return entries.stream().map(JsonNode::intValue).toList();
    }

    /** A whole number from 0 on of the file itself, of which this may be an object, if there is one. */
    public Optional<Integer> findOfFile(String key) {
        return root.find(key).map(value -> value.integer(0, Integer.MAX_VALUE));
    }

    /** Whether the key is there as a text. */
    public boolean isText(String key) {
        return find(key).filter(JsonValue::isText).isPresent();
    }

    /** Whether the key is there as a list. */
    public boolean isList(String key) {
        return find(key).filter(value -> value.node().isArray()).isPresent();
    }

    private static List<JsonNode> entries(JsonValue list, Predicate<JsonNode> valid, String expected) {
        List<JsonNode> entries = new ArrayList<>();
        list.node().forEach(entries::add);
        if (!list.node().isArray() || !entries.stream().allMatch(valid)) {
            throw list.instead(expected);
        }
        return entries;
    }

    /** Whether the key is there, even as null. */
    public boolean has(String key) {
        asked.add(key);
        return object.node().has(key);
    }

    /** Whether the key is there with a value other than null, false, zero, or nothing. */
    public boolean isOn(String key) {
        return find(key)
                .map(JsonValue::node)
                .filter(value -> !(value.isBoolean() && !value.booleanValue())
                        && !(value.isNumber() && value.doubleValue() == 0)
                        && !(value.isContainerNode() && value.isEmpty()))
                .isPresent();
    }

    /** The objects inside this one under their names. */
    public Map<String, ConfigFile> objects() {
        Map<String, ConfigFile> objects = new LinkedHashMap<>();
        object.properties().stream()
                .filter(entry -> entry.getValue().isObject())
                .forEach(
                        entry -> objects.put(entry.getKey(), new ConfigFile(path, root, object.field(entry.getKey()))));
        return objects;
    }

    /** Whether the object has no keys. */
    public boolean isEmpty() {
        return object.node().isEmpty();
    }

    /** An object inside this one, if there is one. */
    public Optional<ConfigFile> findObject(String key) {
        return find(key).map(value -> new ConfigFile(path, root, value.object()));
    }

    /** The first entry of "architectures", which decides how all other keys are read. */
    public String architecture() {
        JsonValue list = root.field("architectures");
        if (!list.node().isArray() || list.size() == 0 || !list.item(0).isText()) {
            throw list.instead("a list of names");
        }
        return list.item(0).text();
    }

    /** Refuses a model that asks for {@code found} where only {@code supported} is implemented. */
    public GatehouseException unsupported(String key, String found, String supported) {
        return new GatehouseException(
                ErrorCode.UNSUPPORTED_MODEL,
                "%s asks for %s '%s'; Gatehouse supports %s"
                        .formatted(path, object.path(key), JsonFile.shown(found), supported));
    }

    /** Refuses a file that contradicts itself. */
    public GatehouseException corrupt(String message) {
        return new GatehouseException(ErrorCode.CORRUPT_CHECKPOINT, message);
    }

    /** Refuses a value that contradicts other keys. */
    public GatehouseException wrong(String key, Object value, String expected) {
        return corrupt("%s, field '%s' is %s instead of %s".formatted(path, object.path(key), value, expected));
    }

    /** The file. */
    public Path path() {
        return path;
    }
}
