package io.gatehouse.trace;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes what {@code torch.save} writes: a zip with a pickle of protocol 2 and the storages of its tensors. */
final class SavedTensors {
    private final List<byte[]> storages = new ArrayList<>();

    /** Values of a tensor, row-major; type is that of its storage, such as {@code Int}. */
    record Tensor(String type, List<Integer> shape, double... values) {}

    private SavedTensors() {}

    static Tensor ints(List<Integer> shape, int... values) {
        return new Tensor("Int", shape, Arrays.stream(values).asDoubleStream().toArray());
    }

    /** Writes a value of maps, lists, strings, numbers, truths and tensors. */
    static Path write(Path file, Object value) throws IOException {
        SavedTensors saved = new SavedTensors();
        String pickle = "\u0080\2" + saved.pickled(value) + ".";
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            entry(zip, "archive/data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1));
            for (int i = 0; i < saved.storages.size(); i++) {
                entry(zip, "archive/data/" + i, saved.storages.get(i));
            }
        }
        return file;
    }

    private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }

    private String pickled(Object value) {
        if (value instanceof Map<?, ?> map) {
            StringBuilder items = new StringBuilder("}(");
            map.forEach((key, item) -> items.append(pickled(key)).append(pickled(item)));
            return items.append("u").toString();
        }
        if (value instanceof List<?> list) {
            StringBuilder items = new StringBuilder("](");
            list.forEach(item -> items.append(pickled(item)));
            return items.append("e").toString();
        }
        if (value instanceof Tensor tensor) {
            return pickled(tensor);
        }
        if (value instanceof Boolean truth) {
            return truth ? "\u0088" : "\u0089";
        }
        if (value instanceof Integer number) {
            return "J" + latin(little(Integer.BYTES).putInt(number));
        }
        if (value instanceof Double number) {
            return "G" + latin(ByteBuffer.allocate(Double.BYTES).putDouble(number));
        }
        String text = value.toString();
        return value == TestRollouts.NONE
                ? "N"
                : "X" + latin(little(Integer.BYTES).putInt(text.length())) + text;
    }

    private String pickled(Tensor tensor) {
        ByteBuffer storage = little(tensor.values().length * Double.BYTES);
        for (double value : tensor.values()) {
            switch (tensor.type()) {
                case "Int" -> storage.putInt((int) value);
                case "Short" -> storage.putShort((short) value);
                case "Float" -> storage.putFloat((float) value);
                default -> storage.putLong((long) value);
            }
        }
        byte[] content = new byte[storage.position()];
        storage.get(0, content);
        storages.add(content);
        StringBuilder shape = new StringBuilder("(");
        StringBuilder strides = new StringBuilder("(");
        int stride = Arrays.stream(
                        tensor.shape().stream().mapToInt(Integer::intValue).toArray())
                .reduce(1, (one, other) -> one * other);
        for (int size : tensor.shape()) {
            stride /= Math.max(size, 1);
            shape.append(pickled(size));
            strides.append(pickled(stride));
        }
        return "ctorch._utils\n_rebuild_tensor_v2\n((" + pickled("storage") + "ctorch\n" + tensor.type() + "Storage\n"
                + pickled(String.valueOf(storages.size() - 1)) + pickled("cpu") + "K\1tQK\0" + shape + "t" + strides
                + "ttR";
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String latin(ByteBuffer bytes) {
        byte[] content = new byte[bytes.capacity()];
        bytes.get(0, content);
        return new String(content, StandardCharsets.ISO_8859_1);
    }
}
