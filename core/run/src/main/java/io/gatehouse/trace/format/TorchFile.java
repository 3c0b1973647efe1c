package io.gatehouse.trace.format;

import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import io.gatehouse.memory.FileMemory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What {@code torch.save} writes since version 1.6: a zip with a pickle and the storages that its tensors lie in. Nothing
 * is executed, as in {@link Pickle}.
 */
public final class TorchFile {
    private static final Map<String, DType> STORAGES = Map.of(
            "torch.DoubleStorage", DType.F64,
            "torch.FloatStorage", DType.F32,
            "torch.HalfStorage", DType.F16,
            "torch.BFloat16Storage", DType.BF16,
            "torch.LongStorage", DType.I64,
            "torch.IntStorage", DType.I32,
            "torch.ShortStorage", DType.I16,
            "torch.CharStorage", DType.I8,
            "torch.ByteStorage", DType.U8,
            "torch.BoolStorage", DType.U8);
    /** As PyTorch has it. */
    private static final int MAX_RANK = 64;

    private static final String PICKLE = "/data.pkl";

    private TorchFile() {}

    /**
     * The value in a file, its tensors as {@link NamedArray}.
     *
     * @throws GatehouseException FILE_NOT_FOUND; CORRUPT_DATASET if the file is damaged or holds more than tensors and
     *     plain data
     */
    public static Object read(Path file) {
        FileFailure.requireFile(file);
        requireMemory(file);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry pickle = zip.stream()
                    .filter(entry -> entry.getName().endsWith(PICKLE))
                    .findFirst()
                    .orElseThrow(() ->
                            new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s holds no data.pkl".formatted(file)));
            String root = pickle.getName().substring(0, pickle.getName().length() - PICKLE.length());
            Inflation inflation = Inflation.of(file);
            FileBytes bytes = new FileBytes("%s, data.pkl".formatted(file), content(zip, pickle, inflation));
            FileMemory memory = FileMemory.of(file);
            return new Unpickler(bytes, memory, new Tensors(file, zip, root, inflation, memory)).value();
        } catch (IOException | IllegalArgumentException e) {
            // Java throws the latter for names that are not text.
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** The list of entries is read whole, before one can look at it. */
    private static void requireMemory(Path file) {
        try {
            FileMemory.of(file).take(Files.size(file));
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }

    private static byte[] content(ZipFile zip, ZipEntry entry, Inflation inflation) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            return inflation.read(in);
        }
    }

    private record Storage(String name, DType element, byte[] content) {}

    private static final class Tensors extends Pickle.Plain {
        private final Path file;
        private final ZipFile zip;
        private final String root;
        private final Inflation inflation;
        /** Tensors may share one; it is inflated once. */
        private final Map<String, Storage> storages = new HashMap<>();

        Tensors(Path file, ZipFile zip, String root, Inflation inflation, FileMemory memory) {
            super(memory);
            this.file = file;
            this.zip = zip;
            this.root = root;
            this.inflation = inflation;
        }

        @Override
        public Object build(String constructor, List<Object> arguments, FileBytes bytes) {
            return constructor.equals("torch._utils._rebuild_tensor_v2")
                    ? tensor(arguments, bytes)
                    : super.build(constructor, arguments, bytes);
        }

        /** ("storage", type, key, device, elements). */
        @Override
        public Object outside(Object id, FileBytes bytes) {
            if (!(id instanceof List<?> parts)
                    || parts.size() < 3
                    || !(parts.get(2) instanceof String || parts.get(2) instanceof Long)) {
                throw bytes.corrupt("points outside of itself: " + Pickle.shown(id));
            }
            String key = String.valueOf(parts.get(2));
            String type = Unpickler.nameOf(parts.get(1));
            DType element = STORAGES.get(type);
            ZipEntry entry = zip.getEntry("%s/data/%s".formatted(root, key));
            if (element == null || entry == null) {
                throw bytes.corrupt("has a storage %s of type %s".formatted(JsonValue.shown(key), type));
            }
            Storage known = storages.get(key);
            if (known != null && known.element() == element) {
                return known;
            }
            try {
                Storage storage = new Storage(key, element, content(zip, entry, inflation));
                storages.put(key, storage);
                return storage;
            } catch (IOException e) {
                throw bytes.corrupt("has a storage that cannot be read: " + e.getMessage());
            }
        }

        private NamedArray tensor(List<Object> arguments, FileBytes bytes) {
            if (arguments.size() < 4
                    || !(arguments.get(0) instanceof Storage storage)
                    || !(arguments.get(1) instanceof Long offset)) {
                throw bytes.corrupt("has a tensor without storage, offset, shape and strides");
            }
            List<Integer> shape = sizes(arguments.get(2), bytes);
            requireRowMajor(shape, sizes(arguments.get(3), bytes), bytes);
            FileBytes content = new FileBytes("%s, storage %s".formatted(file, storage.name()), storage.content());
            // Whatever is beyond the storage is refused as such, without a product that might wrap around.
            content.position(Math.min(Math.max(offset, -1), Integer.MAX_VALUE)
                    * storage.element().bytes());
            return content.array("tensor", storage.element(), shape);
        }

        private static void requireRowMajor(List<Integer> shape, List<Integer> strides, FileBytes bytes) {
            long stride = 1;
            for (int i = shape.size() - 1; i >= 0; i--) {
                if (strides.size() != shape.size() || (shape.get(i) > 1 && strides.get(i) != stride)) {
                    throw bytes.corrupt("has a tensor of shape %s and strides %s, which is not row-major"
                            .formatted(shape, strides));
                }
                stride *= shape.get(i);
            }
        }

        private static List<Integer> sizes(Object value, FileBytes bytes) {
            List<Integer> sizes = new ArrayList<>();
            if (value instanceof List<?> list && list.size() <= MAX_RANK) {
                for (Object size : list) {
                    if (size instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
                        sizes.add(number.intValue());
                    } else {
                        throw bytes.corrupt("has a tensor with a dimension of " + Pickle.shown(size));
                    }
                }
                return sizes;
            }
            throw bytes.corrupt("has a tensor whose shape is %s, which is not a list of at most %d numbers"
                    .formatted(Pickle.shown(value), MAX_RANK));
        }
    }
}
