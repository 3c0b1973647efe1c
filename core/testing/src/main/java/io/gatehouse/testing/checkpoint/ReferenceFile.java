package io.gatehouse.testing.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the outputs that another engine wrote as safetensors; trusts the file. */
public final class ReferenceFile {
    private final ByteBuffer data;
    private final JsonNode header;

    public ReferenceFile(Path file) throws IOException {
        ByteBuffer content = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] json = new byte[Math.toIntExact(content.getLong())];
        content.get(json);
        this.header = new ObjectMapper().readTree(json);
        this.data = content.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The values of an F32, I32 or I64 tensor. */
    public double[] values(String name) {
        JsonNode tensor = header.get(name);
        int from = tensor.get("data_offsets").get(0).asInt();
        int bytes = tensor.get("data_offsets").get(1).asInt() - from;
        String type = tensor.get("dtype").asText();
        int size = type.equals("I64") ? Long.BYTES : Float.BYTES;
        double[] values = new double[bytes / size];
        for (int i = 0; i < values.length; i++) {
            int at = from + i * size;
            values[i] = switch (type) {
                case "F32" -> data.getFloat(at);
                case "I32" -> data.getInt(at);
                case "I64" -> data.getLong(at);
                default -> throw new IllegalArgumentException(type);
            };
        }
        return values;
    }

    /** Whether the file has a tensor of this name. */
    public boolean has(String name) {
        return header.has(name);
    }

    /** The sizes of a tensor. */
    public List<Integer> shape(String name) {
        List<Integer> shape = new ArrayList<>();
        header.get(name).get("shape").forEach(size -> shape.add(size.asInt()));
        return shape;
    }

    /** The names of the tensors. */
    public Iterable<String> names() {
        return () -> header.properties().stream()
                .map(entry -> entry.getKey())
                .filter(name -> !name.startsWith("__"))
                .iterator();
    }
}
