package io.gatehouse.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.OpenFile;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The head of a safetensors file: 8 bytes of length, little-endian, then as many bytes of JSON that say where each
 * tensor lies in the rest. Nothing in it is believed: the ranges must be disjoint, cover the data part and have the
 * size of shape × type.
 */
public final class SafetensorsHeader {
    /** Limit of the format's reference implementation. */
    private static final int MAX_BYTES = 100_000_000;

    private static final int LENGTH_BYTES = Long.BYTES;

    private final List<TensorInfo> tensors;
    private final byte[] content;

    private SafetensorsHeader(List<TensorInfo> tensors, byte[] content) {
        this.tensors = tensors;
        this.content = content;
    }

    static SafetensorsHeader read(OpenFile open) {
        Path file = open.path();
        long size = open.size();
        if (size < LENGTH_BYTES) {
            throw corrupt(file, "has %d bytes, too few for a safetensors file".formatted(size));
        }
        long length = read(open, 0, LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
        // Negative is what a length of 2^63 and more looks like.
        if (length < 0 || length > Math.min(MAX_BYTES, size - LENGTH_BYTES)) {
            throw corrupt(
                    file,
                    "says that its header has %s bytes; at most %,d fit in its %,d bytes"
                            .formatted(Long.toUnsignedString(length), Math.min(MAX_BYTES, size - LENGTH_BYTES), size));
        }
        byte[] content = read(open, LENGTH_BYTES, Math.toIntExact(length)).array();
        return parse(file, content, size - LENGTH_BYTES - length);
    }

    /** Parses the JSON of a file whose data part has {@code dataBytes} bytes. */
    static SafetensorsHeader parse(Path file, byte[] content, long dataBytes) {
        // The format wants the brace first. A zero byte after it would make the JSON parser guess at UTF-16.
        if (content.length < 2 || content[0] != '{' || content[1] == 0) {
            throw corrupt(file, "has a header that does not begin as a JSON object");
        }
        List<TensorInfo> tensors = new Parser(file, LENGTH_BYTES + content.length, dataBytes).parse(content);
        requireCovered(file, tensors, LENGTH_BYTES + content.length, dataBytes);
        return new SafetensorsHeader(tensors, content);
    }

    List<TensorInfo> tensors() {
        return tensors;
    }

    /** The JSON as it is in the file. */
    byte[] content() {
        return content;
    }

    private static void requireCovered(Path file, List<TensorInfo> tensors, long dataStart, long dataBytes) {
        List<TensorInfo> inOrder = tensors.stream()
                .sorted(Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::bytes))
                .toList();
        long end = dataStart;
        for (TensorInfo tensor : inOrder) {
            if (tensor.offset() != end) {
                throw corrupt(
                        file,
                        "has tensor %s at data offset %,d, which %s offset %,d where the one before it ends"
                                .formatted(
                                        JsonFile.shown(tensor.name()),
                                        tensor.offset() - dataStart,
                                        tensor.offset() < end ? "overlaps" : "leaves a gap after",
                                        end - dataStart));
            }
            end = tensor.offset() + tensor.bytes();
        }
        if (end - dataStart != dataBytes) {
            throw corrupt(
                    file,
                    "has %,d bytes of data, but its tensors take %,d of them".formatted(dataBytes, end - dataStart));
        }
    }

    private static ByteBuffer read(OpenFile file, long position, int bytes) {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        file.read(position, buffer, "its header");
        return buffer.flip();
    }

    public static GatehouseException corrupt(Path file, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_CHECKPOINT, "%s %s".formatted(file, what));
    }

    /** Reads the entries one by one, without a tree, and checks each by itself. */
    private static final class Parser {
        private static final int MAX_TENSORS = 1 << 18;
        private static final int MAX_METADATA = 1 << 16;
        private static final int MAX_RANK = 16;

        private final Path file;
        private final long dataStart;
        private final long dataBytes;

        Parser(Path file, long dataStart, long dataBytes) {
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
                        "has the data_offsets %s, which are not a range in %,d bytes of data"
                                .formatted(range, dataBytes));
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
}
