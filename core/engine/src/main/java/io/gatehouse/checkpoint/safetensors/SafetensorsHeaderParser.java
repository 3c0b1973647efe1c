package io.gatehouse.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a header's entries one by one, without a tree, and checks each by itself. */
final class SafetensorsHeaderParser {
    private static final int MAX_TENSORS = 1 << 18;
    private static final int MAX_METADATA = 1 << 16;
    private static final int MAX_RANK = 16;

    private final Path file;
    private final long dataStart;
    private final long dataBytes;

    SafetensorsHeaderParser(Path file, long dataStart, long dataBytes) {
        this.file = file;
        this.dataStart = dataStart;
        this.dataBytes = dataBytes;
    }

    List<TensorInfo> parse(byte[] content) {
        List<TensorInfo> tensors = new ArrayList<>();
        try (JsonParser json = JsonFile.FACTORY.createParser(content)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("__metadata__")) {
                    metadata(json);
                } else {
                    tensors.add(tensor(name, json));
                }
                if (tensors.size() > MAX_TENSORS) {
                    throw SafetensorsHeader.corrupt(file, "has more than %,d tensors".formatted(MAX_TENSORS));
                }
            }
            if (json.nextToken() != null) {
                throw SafetensorsHeader.corrupt(file, "has more than one JSON value in its header");
            }
            return tensors;
        } catch (IOException e) {
            throw JsonFile.invalid("The header of " + file, e);
        }
    }

    private void metadata(JsonParser json) throws IOException {
        require(json.currentToken() == JsonToken.START_OBJECT, "__metadata__", "is not an object");
        for (int keys = 1; json.nextToken() == JsonToken.FIELD_NAME; keys++) {
            if (keys > MAX_METADATA) {
                throw corrupt("__metadata__", "has more than %,d keys".formatted(MAX_METADATA));
            }
            if (json.nextToken() != JsonToken.VALUE_STRING) {
                throw corrupt("__metadata__", "has no string at '" + JsonFile.shown(json.currentName()) + "'");
            }
        }
    }

    private TensorInfo tensor(String name, JsonParser json) throws IOException {
        require(json.currentToken() == JsonToken.START_OBJECT, name, "is not an object");
        Optional<DType> type = Optional.empty();
        Optional<List<Long>> shape = Optional.empty();
        Optional<List<Long>> range = Optional.empty();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String key = json.currentName();
            json.nextToken();
            switch (key) {
                case "dtype" -> type = Optional.of(type(name, json));
                case "shape" -> shape = Optional.of(numbers(name, key, json));
                case "data_offsets" -> range = Optional.of(numbers(name, key, json));
                default -> throw corrupt(name, "has the unknown key '" + JsonFile.shown(key) + "'");
            }
        }
        return place(
                name,
                type.orElseThrow(() -> corrupt(name, "has no dtype")),
                shape.orElseThrow(() -> corrupt(name, "has no shape")),
                range.orElseThrow(() -> corrupt(name, "has no data_offsets")));
    }

    private DType type(String name, JsonParser json) throws IOException {
        require(json.currentToken() == JsonToken.VALUE_STRING, name, "has a dtype that is not a string");
        String type = json.getText();
        return DType.find(type)
                .orElseThrow(() -> corrupt(name, "has the unknown dtype '" + JsonFile.shown(type) + "'"));
    }

    private List<Long> numbers(String name, String key, JsonParser json) throws IOException {
        require(json.currentToken() == JsonToken.START_ARRAY, name, "has a " + key + " that is not a list");
        List<Long> numbers = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            boolean whole = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            if (!whole || json.getLongValue() < 0) {
                throw corrupt(name, "has " + JsonFile.shown(json.getText()) + " in its " + key);
            }
            if (numbers.size() == MAX_RANK) {
                throw corrupt(name, "has more than " + MAX_RANK + " numbers in its " + key);
            }
            numbers.add(json.getLongValue());
        }
        return numbers;
    }

    private TensorInfo place(String name, DType type, List<Long> shape, List<Long> range) {
        if (range.size() != 2) {
            throw corrupt(name, "has the data_offsets " + range + ", which are not two");
        }
        long begin = range.get(0);
        long end = range.get(1);
        if (begin > end || end > dataBytes) {
            throw corrupt(
                    name,
                    "has the data_offsets %s, which are no range in %,d bytes of data".formatted(range, dataBytes));
        }
        long bytes = bytes(name, type, shape);
        if (bytes != end - begin) {
            throw corrupt(
                    name, "has %,d bytes, but %s of shape %s takes %,d".formatted(end - begin, type, shape, bytes));
        }
        return new TensorInfo(name, type, shape, file, dataStart + begin, bytes);
    }

    private long bytes(String name, DType type, List<Long> shape) {
        try {
            long bytes = type.bytes();
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw corrupt(name, "has the shape " + shape + ", which is too large");
        }
    }

    private void require(boolean condition, String tensor, String what) {
        if (!condition) {
            throw corrupt(tensor, what);
        }
    }

    private GatehouseException corrupt(String tensor, String what) {
        return SafetensorsHeader.corrupt(file, "is damaged: tensor %s %s".formatted(JsonFile.shown(tensor), what));
    }
}
