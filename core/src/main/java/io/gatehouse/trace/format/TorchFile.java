package io.gatehouse.trace.format;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * What {@code torch.save} writes since version 1.6: a zip with a pickle and the storages that its tensors lie in. Nothing
 * is executed, as in {@link Pickle}.
 */
public final class TorchFile {
    private static final Map<String, Element> STORAGES = Map.of(
            "torch.DoubleStorage", Element.F64,
            "torch.FloatStorage", Element.F32,
            "torch.HalfStorage", Element.F16,
            "torch.BFloat16Storage", Element.BF16,
            "torch.LongStorage", Element.I64,
            "torch.IntStorage", Element.I32,
            "torch.ShortStorage", Element.I16,
            "torch.CharStorage", Element.I8,
            "torch.ByteStorage", Element.U8,
            "torch.BoolStorage", Element.U8);
    private static final String PICKLE = "/data.pkl";
    private static final int MAX_BYTES = 1 << 30;

    private TorchFile() {}

    /**
     * The value in a file, its tensors as {@link NamedArray}.
     *
     * @throws GatehouseException FILE_NOT_FOUND; CORRUPT_DATASET if the file is damaged or holds more than tensors and
     *     plain data
     */
    public static Object read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new GatehouseException(ErrorCode.FILE_NOT_FOUND, "There is no file %s".formatted(file));
        }
        try (ZipFile zip = new ZipFile(file.toFile())) {
            ZipEntry pickle = zip.stream()
                    .filter(entry -> entry.getName().endsWith(PICKLE))
                    .findFirst()
                    .orElseThrow(() ->
                            new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s holds no data.pkl".formatted(file)));
            String root = pickle.getName().substring(0, pickle.getName().length() - PICKLE.length());
            FileBytes bytes = new FileBytes("%s, data.pkl".formatted(file), content(zip, pickle));
            return new Unpickler(bytes, new Tensors(file, zip, root)).value();
        } catch (IOException | IllegalArgumentException e) {
            // The latter is what Java says of names that are no text.
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static byte[] content(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream in = zip.getInputStream(entry)) {
            return in.readNBytes(MAX_BYTES);
        }
    }

    private record Storage(String name, Element element, byte[] content) {}

    private static final class Tensors extends Pickle.Plain {
        private final Path file;
        private final ZipFile zip;
        private final String root;

        Tensors(Path file, ZipFile zip, String root) {
            this.file = file;
            this.zip = zip;
            this.root = root;
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
            if (!(id instanceof List<?> parts) || parts.size() < 3) {
                throw bytes.corrupt("points outside of itself: " + id);
            }
            String type = Unpickler.nameOf(parts.get(1));
            Element element = STORAGES.get(type);
            ZipEntry entry = zip.getEntry("%s/data/%s".formatted(root, parts.get(2)));
            if (element == null || entry == null) {
                throw bytes.corrupt("has a storage %s of type %s".formatted(parts.get(2), type));
            }
            try {
                return new Storage(String.valueOf(parts.get(2)), element, content(zip, entry));
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
            content.position(offset * storage.element().bytes());
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
            if (value instanceof List<?> list) {
                for (Object size : list) {
                    if (size instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
                        sizes.add(number.intValue());
                    } else {
                        throw bytes.corrupt("has a tensor with a dimension of " + size);
                    }
                }
                return sizes;
            }
            throw bytes.corrupt("has a tensor of shape " + value);
        }
    }
}
