package io.gatehouse.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.checkpoint.family.keys.Slice;
import io.gatehouse.checkpoint.family.keys.TensorNames;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.checkpoint.file.OpenFile;
import io.gatehouse.checkpoint.gguf.GgufModel;
import io.gatehouse.checkpoint.gguf.GgufTensors;
import io.gatehouse.checkpoint.quantised.PackedTensors;
import io.gatehouse.checkpoint.quantised.Quantisation;
import io.gatehouse.checkpoint.quantised.StoredTensor;
import io.gatehouse.checkpoint.quantised.TensorBytes;
import io.gatehouse.checkpoint.quantised.TensorIndex;
import io.gatehouse.checkpoint.safetensors.SafetensorsHeader;
import io.gatehouse.checkpoint.safetensors.SafetensorsReader;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The weight files of a model: one model.safetensors, the files that model.safetensors.index.json names, or GGUF files.
 * They stay open, so that what was checked is what is read.
 */
final class WeightFiles implements AutoCloseable, TensorBytes {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final int MAX_INDEX_BYTES = 32 << 20;
    /** A tree of it takes twenty times its bytes. */
    private static final int INDEX_SHARE = 64;
    /** Heap that the entry of a tensor takes. */
    private static final int TENSOR_BYTES = 256;

    /** A sample is a page of the disk; 1,024 of them are 4 MiB, a tenth of a second from a cold disk. */
    private static final int SAMPLE_BYTES = 4096;

    private static final int MAX_SAMPLES_ELSEWHERE = 768;
    private static final int MAX_SAMPLES_OF_EXPERTS = 256;

    /** An open file, and what comes before its data. */
    private record Part(OpenFile file, Supplier<byte[]> header) {}

    private final Path path;

    private final SortedMap<Path, Part> openFiles = new TreeMap<>();
    private final SortedMap<String, TensorInfo> tensors = new TreeMap<>();
    private final TensorNames names;
    private final TensorIndex index;
    /** For the headers of all files, which are kept. */
    private final FileMemory memory;

    private WeightFiles(Path path, Quantisation quantisation, TensorNames names) {
        this.path = path;
        this.names = names;
        this.index = new PackedTensors(tensors, this, quantisation);
        this.memory = FileMemory.of("The list of the weights in %s".formatted(path));
    }

    private WeightFiles(GgufModel model, TensorNames names) {
        this.path = model.path();
        this.names = names;
        this.index = new GgufTensors(model);
        this.memory = FileMemory.of("The list of the weights in %s".formatted(path));
        model.parts().forEach(part -> openFiles.put(part.file().path(), new Part(part.file(), part::headerContent)));
        tensors.putAll(model.tensors());
    }

    /** Opens the safetensors files of a directory. */
    static WeightFiles open(Path directory, Quantisation quantisation, TensorNames names) {
        WeightFiles files = new WeightFiles(directory, quantisation, names);
        try {
            // Hugging Face prefers the single file, too.
            if (Files.exists(directory.resolve(SINGLE))) {
                files.openFile(directory.resolve(SINGLE)).tensors().forEach(files::add);
            } else if (Files.exists(directory.resolve(INDEX))) {
                files.openIndexed(directory.resolve(INDEX));
            } else {
                throw new GatehouseException(
                        ErrorCode.FILE_NOT_FOUND,
                        "Model directory %s has neither %s nor %s".formatted(directory, SINGLE, INDEX));
            }
            return files;
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** The files of a GGUF model, which are closed with it. */
    static WeightFiles of(GgufModel model, TensorNames names) {
        return new WeightFiles(model, names);
    }

    /** The directory, or the first GGUF file. */
    Path path() {
        return path;
    }

    /** The tensor that the files call so. */
    Optional<StoredTensor> find(String name) {
        return index.find(name);
    }

    /** The tensor that the files call so; CORRUPT_CHECKPOINT if there is none. */
    StoredTensor tensor(String name) {
        return find(name).orElseThrow(() -> missing(name));
    }

    /**
     * A weight under the name that the graph has for it.
     *
     * @param shape what the config implies; the weight that is found has another one if it does not fit
     */
    Optional<StoredTensor> find(String weight, List<Long> shape) {
        return names.find(weight, shape, name -> find(name).map(StoredTensor::shape))
                .map(slice -> located(weight, slice));
    }

    /** The same; CORRUPT_CHECKPOINT if there is none. */
    StoredTensor tensor(String weight, List<Long> shape) {
        return find(weight, shape).orElseThrow(() -> missing(published(weight)));
    }

    /** Whether the files have experts that are not the model's. */
    boolean hasFurtherExperts() {
        return names.hasFurtherExperts();
    }

    /** What the published files of the family call a weight. */
    String published(String weight) {
        return names.published(weight);
    }

    private GatehouseException missing(String name) {
        return new GatehouseException(
                ErrorCode.CORRUPT_CHECKPOINT, "The weights in %s have no tensor %s".formatted(path, name));
    }

    private StoredTensor located(String weight, Slice slice) {
        StoredTensor stored = tensor(slice.tensor());
        StoredTensor counted = stored.plain()
                .map(tensor -> StoredTensor.of(new TensorInfo(
                        weight, tensor.dtype(), slice.stored(), tensor.file(), tensor.offset(), tensor.bytes())))
                .orElse(stored);
        StoredTensor turned =
                slice.transposed() ? counted.transposed().orElseThrow(() -> packedOtherwise(stored)) : counted;
        if (turned.columns() != slice.columns() && turned.rows() != 1) {
            throw packedOtherwise(stored);
        }
        return turned.each(slice.step(), slice.firstRow(), slice.shape()).named(weight);
    }

    private GatehouseException packedOtherwise(StoredTensor stored) {
        return new GatehouseException(
                ErrorCode.UNSUPPORTED_MODEL,
                "Tensor %s of %s is stored as %s with shape %s; Gatehouse cannot transpose or split tensors of this format"
                        .formatted(stored.name(), path, stored.format(), stored.shape()));
    }

    /** The file that a tensor is in, or all of them, for errors. */
    Path fileOf(StoredTensor tensor) {
        return tensor.plain().map(TensorInfo::file).orElse(path);
    }

    /** What the shapes of tensors follow from, for errors. */
    String configName() {
        return GgufModel.isNameOfOne(path) ? "its metadata" : "config.json";
    }

    /** All tensors as they are in the files, in the order of their names. */
    List<TensorInfo> tensors() {
        return List.copyOf(tensors.values());
    }

    /** Names, sizes and headers of the files in the order of their names, then samples of their data. */
    void addTo(Fingerprint fingerprint) {
        openFiles.forEach((file, part) ->
                fingerprint.add(file, part.file().size(), part.header().get()));
        addSamples(fingerprint, false, MAX_SAMPLES_ELSEWHERE);
        addSamples(fingerprint, true, MAX_SAMPLES_OF_EXPERTS);
    }

    private void addSamples(Fingerprint fingerprint, boolean ofExperts, int limit) {
        List<TensorInfo> candidates = tensors.values().stream()
                .filter(tensor -> isOfExperts(tensor.name()) == ofExperts)
                .toList();
        Fingerprint.sample(candidates, limit).forEach(tensor -> fingerprint.add(tensor, middle(tensor)));
    }

    private static boolean isOfExperts(String name) {
        return name.contains(".experts.") || name.contains("_exps.");
    }

    /** Reads the whole tensor into {@code target}, which must have exactly its bytes remaining. */
    void read(TensorInfo tensor, ByteBuffer target) {
        if (tensor.bytes() > Integer.MAX_VALUE) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "Tensor %s of %s has %,d bytes; Gatehouse reads tensors of up to %,d"
                            .formatted(tensor.name(), tensor.file(), tensor.bytes(), Integer.MAX_VALUE));
        }
        if (target.remaining() != tensor.bytes()) {
            throw new IllegalArgumentException("Target has %d bytes for the %d of tensor %s"
                    .formatted(target.remaining(), tensor.bytes(), tensor.name()));
        }
        read(tensor, 0, target);
    }

    private byte[] middle(TensorInfo tensor) {
        int length = (int) Math.min(tensor.bytes(), SAMPLE_BYTES);
        return read(tensor, (tensor.bytes() - length) / 2, length);
    }

    /** Reads the tensor's bytes from {@code offset} on into all that remains of {@code target}. */
    @Override
    public void read(TensorInfo tensor, long offset, ByteBuffer target) {
        Part part = openFiles.get(tensor.file());
        if (part == null) {
            throw new IllegalArgumentException("Not a tensor of this checkpoint: " + tensor);
        }
        tensor.read(part.file(), offset, target);
    }

    @Override
    public void close() {
        openFiles.values().forEach(part -> part.file().close());
    }

    private void openIndexed(Path index) {
        JsonNode map = JsonFile.object(index, ModelFiles.read(index, FileMemory.least(MAX_INDEX_BYTES, INDEX_SHARE)))
                .path("weight_map");
        if (!map.isObject() || map.isEmpty()) {
            throw SafetensorsHeader.corrupt(index, "has no weight_map");
        }
        Map<String, Map<String, TensorInfo>> byFile = new HashMap<>();
        map.properties().forEach(entry -> {
            String file = fileName(index, entry.getKey(), entry.getValue());
            TensorInfo tensor =
                    byFile.computeIfAbsent(file, this::tensorsByName).get(entry.getKey());
            if (tensor == null) {
                throw SafetensorsHeader.corrupt(
                        index,
                        "puts tensor %s into %s, which does not have it"
                                .formatted(JsonFile.shown(entry.getKey()), file));
            }
            add(tensor);
        });
    }

    private Map<String, TensorInfo> tensorsByName(String name) {
        Map<String, TensorInfo> byName = new LinkedHashMap<>();
        openFile(path.resolve(name)).tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
        return byName;
    }

    /** A name from the index must be a plain name, so that an index cannot make us read elsewhere. */
    private static String fileName(Path index, String tensor, JsonNode value) {
        String name = value.asText();
        if (!value.isTextual() || !name.matches("[A-Za-z0-9_][A-Za-z0-9_.+-]*\\.safetensors")) {
            throw SafetensorsHeader.corrupt(
                    index,
                    "puts tensor %s into %s, which is not a plain name of a safetensors file"
                            .formatted(JsonFile.shown(tensor), JsonFile.shown(value.toString())));
        }
        return name;
    }

    private SafetensorsReader openFile(Path file) {
        SafetensorsReader reader = SafetensorsReader.open(file);
        openFiles.put(file, new Part(reader.file(), reader::headerContent));
        memory.take(reader.headerContent().length + (long) reader.tensors().size() * TENSOR_BYTES);
        return reader;
    }

    private void add(TensorInfo tensor) {
        tensors.put(tensor.name(), tensor);
    }
}
