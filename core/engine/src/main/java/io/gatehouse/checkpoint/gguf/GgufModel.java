package io.gatehouse.checkpoint.gguf;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.checkpoint.file.OpenFile;
import io.gatehouse.checkpoint.quantised.GgmlType;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The GGUF files of a model: one, or several that are named {@code NAME-00001-of-00003.gguf} and so on, the first of which
 * has the metadata.
 */
public final class GgufModel {
    private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    private static final int MAX_PARTS = 10_000;

    /** A file of the model. */
    public record Part(OpenFile file, GgufHeader header) {
        /** Everything before the data, which can be tens of megabytes of vocabulary. */
        public byte[] headerContent() {
            byte[] content = new byte[Math.toIntExact(Math.min(header.dataStart(), file.size()))];
            file.read(0, ByteBuffer.wrap(content), "its header");
            return content;
        }
    }

    /**
     * A tensor as it is in a file.
     *
     * @param bytes where it lies; of a type that DType has, or else as bytes [rows, bytes of a row]
     */
    record Stored(GgufHeader.Tensor tensor, TensorInfo bytes) {}

    private final List<Part> parts;
    private final JsonValue metadata;
    private final SortedMap<String, Stored> tensors = new TreeMap<>();

    private GgufModel(List<Part> parts) {
        this.parts = List.copyOf(parts);
        Part first = parts.get(0);
        this.metadata =
                new JsonValue(first.file().path().toString(), first.header().metadata(), ErrorCode.CORRUPT_CHECKPOINT);
    }

    /**
     * Opens the files of a model and checks their headers. The caller closes {@link #parts}.
     *
     * @param file any of them
     * @throws GatehouseException FILE_NOT_FOUND, UNSUPPORTED_MODEL or CORRUPT_CHECKPOINT
     */
    public static GgufModel open(Path file) {
        requireNonNull(file, "file is null");
        List<Part> parts = new ArrayList<>();
        try {
            for (Path path : paths(file)) {
                parts.add(part(path));
            }
            GgufModel model = new GgufModel(parts);
            model.checkParts(file);
            model.addTensors();
            return model;
        } catch (RuntimeException e) {
            parts.forEach(part -> part.file().close());
            throw e;
        }
    }

    /**
     * The first or only file of the model that a path names: a GGUF file, any of several, or a directory that holds one
     * GGUF model and no safetensors files. None if it names another model.
     *
     * @throws GatehouseException INVALID_ARGUMENT if a directory holds several
     */
    public static Optional<Path> find(Path path) {
        if (!Files.isDirectory(path)) {
            return Optional.of(path)
                    .filter(GgufModel::isNameOfOne)
                    .map(file -> paths(file).get(0));
        }
        List<Path> found;
        try (Stream<Path> files = Files.list(path)) {
            List<Path> all = files.sorted().toList();
            boolean others = Files.exists(path.resolve("model.safetensors"))
                    || Files.exists(path.resolve("model.safetensors.index.json"));
            found = others ? List.of() : all.stream().filter(GgufModel::isFirst).toList();
        } catch (IOException e) {
            throw ModelFiles.unreadable(path, e);
        }
        if (found.size() > 1) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s holds %d GGUF models; name the file of one, such as %s"
                            .formatted(path, found.size(), found.get(0)));
        }
        return found.stream().findFirst();
    }

    /** Whether the name is one of a GGUF file. */
    public static boolean isNameOfOne(Path file) {
        return file.toString().endsWith(".gguf");
    }

    /** Whether the file is the first or only one of a model. */
    private static boolean isFirst(Path file) {
        Matcher part = PART.matcher(String.valueOf(file.getFileName()));
        return isNameOfOne(file) && (!part.matches() || part.group(2).equals("00001"));
    }

    /** All files of the model by the name of one. */
    private static List<Path> paths(Path file) {
        Matcher part = PART.matcher(String.valueOf(file.getFileName()));
        if (!part.matches()) {
            return List.of(file);
        }
        int count = Integer.parseInt(part.group(3));
        if (count < 1 || count > MAX_PARTS) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT, "%s says that there are %,d files".formatted(file, count));
        }
        List<Path> paths = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            paths.add(file.resolveSibling("%s-%05d-of-%s.gguf".formatted(part.group(1), number, part.group(3))));
        }
        return paths;
    }

    private static Part part(Path path) {
        OpenFile file = OpenFile.open(path);
        try {
            GgufSource source = new GgufSource(
                    path.toString(),
                    ErrorCode.CORRUPT_CHECKPOINT,
                    file.size(),
                    (position, target) -> file.read(position, target, "its header"));
            return new Part(file, GgufHeader.read(source, GgufModel::isKept));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** What says nothing about the model or its tokens is passed over. */
    private static boolean isKept(String key) {
        return !key.startsWith("tokenizer.ggml.precompiled")
                && !key.startsWith("tokenizer.huggingface")
                && !key.startsWith("quantize.");
    }

    private void checkParts(Path file) {
        int found = parts.size();
        for (int number = 0; number < found; number++) {
            GgufHeader header = parts.get(number).header();
            ObjectNode keys = header.metadata();
            int count = keys.path("split.count").asInt(1);
            int own = keys.path("split.no").asInt(0);
            if (count > 1 && found == 1) {
                throw header.source()
                        .corrupt("is one of %d files; they must be named NAME-00001-of-%05d.gguf and so on"
                                .formatted(count, count));
            }
            if (count != found || own != number) {
                throw header.source()
                        .corrupt("says that it is number %d of %d; by its name it is number %d of %d"
                                .formatted(own, count, number, found));
            }
        }
        int tensorCount =
                parts.stream().mapToInt(part -> part.header().tensors().size()).sum();
        metadata.find("split.tensors.count")
                .map(JsonValue::integer)
                .filter(all -> all != tensorCount)
                .ifPresent(all -> {
                    throw new GatehouseException(
                            ErrorCode.CORRUPT_CHECKPOINT,
                            "%s says that its files have %,d tensors; they have %,d".formatted(file, all, tensorCount));
                });
    }

    private void addTensors() {
        for (Part part : parts) {
            for (GgufHeader.Tensor tensor : part.header().tensors()) {
                if (tensors.put(tensor.name(), stored(part.file().path(), tensor)) != null) {
                    throw part.header()
                            .source()
                            .corrupt("has tensor %s, which another file of the model has"
                                    .formatted(JsonValue.shown(tensor.name())));
                }
            }
        }
    }

    private static Stored stored(Path file, GgufHeader.Tensor tensor) {
        Optional<DType> type = plain(tensor.type());
        List<Long> shape = tensor.shape();
        if (type.isEmpty()) {
            long row = shape.get(shape.size() - 1)
                    / tensor.type().elements()
                    * tensor.type().bytes();
            shape = List.of(tensor.bytes() / row, row);
        }
        TensorInfo bytes =
                new TensorInfo(tensor.name(), type.orElse(DType.U8), shape, file, tensor.offset(), tensor.bytes());
        return new Stored(tensor, bytes);
    }

    /** The type whose elements are stored each by itself. */
    private static Optional<DType> plain(GgmlType type) {
        return switch (type) {
            case F32 -> Optional.of(DType.F32);
            case F16 -> Optional.of(DType.F16);
            case BF16 -> Optional.of(DType.BF16);
            case I8 -> Optional.of(DType.I8);
            case I16 -> Optional.of(DType.I16);
            case I32 -> Optional.of(DType.I32);
            case I64 -> Optional.of(DType.I64);
            case F64 -> Optional.of(DType.F64);
            default -> Optional.empty();
        };
    }

    public List<Part> parts() {
        return parts;
    }

    /** The metadata, whose readers name what is missing or wrong. */
    public JsonValue metadata() {
        return metadata;
    }

    /** Path of the first file. */
    public Path path() {
        return parts.get(0).file().path();
    }

    /** The tensors as they lie in the files, by GGUF's names. */
    public SortedMap<String, TensorInfo> tensors() {
        SortedMap<String, TensorInfo> byName = new TreeMap<>();
        tensors.forEach((name, stored) -> byName.put(name, stored.bytes()));
        return byName;
    }

    Map<String, Stored> stored() {
        return tensors;
    }

    boolean has(String tensor) {
        return tensors.containsKey(tensor);
    }
}
