package io.gatehouse.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.checkpoint.family.Slice;
import io.gatehouse.checkpoint.family.TensorNames;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
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
import java.util.concurrent.ConcurrentHashMap;

/**
 * The safetensors files of a model: one model.safetensors, or the files that model.safetensors.index.json names. They
 * stay open, so that what was checked is what is read.
 */
final class WeightFiles implements AutoCloseable {
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

    private final Path directory;
    private final SortedMap<Path, SafetensorsReader> openFiles = new TreeMap<>();
    private final SortedMap<String, TensorInfo> tensors = new TreeMap<>();
    private final TensorNames names;
    /** Weights whose elements do not lie one after another, by their names. */
    private final Map<String, StridedTensor> strided = new ConcurrentHashMap<>();
    /** For the headers of all files, which are kept. */
    private final FileMemory memory;

    private WeightFiles(Path directory, TensorNames names) {
        this.directory = directory;
        this.names = names;
        this.memory = FileMemory.of("The list of the weights in %s".formatted(directory));
    }

    static WeightFiles open(Path directory, TensorNames names) {
        WeightFiles files = new WeightFiles(directory, names);
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

    /** The tensor that the files call so. */
    Optional<TensorInfo> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /** The tensor that the files call so; CORRUPT_CHECKPOINT if there is none. */
    TensorInfo tensor(String name) {
        return find(name).orElseThrow(() -> missing(name));
    }

    /**
     * A weight under the name that the graph has for it.
     *
     * @param shape what the config implies; the weight that is found has another one if it does not fit
     */
    Optional<TensorInfo> find(String weight, List<Long> shape) {
        return names.find(weight, shape, name -> find(name).map(TensorInfo::shape))
                .map(slice -> located(weight, slice));
    }

    /** The same; CORRUPT_CHECKPOINT if there is none. */
    TensorInfo tensor(String weight, List<Long> shape) {
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
                ErrorCode.CORRUPT_CHECKPOINT, "The weights in %s have no tensor %s".formatted(directory, name));
    }

    private TensorInfo located(String weight, Slice slice) {
        TensorInfo stored = tensor(slice.tensor());
        int size = stored.dtype().bytes();
        long elements = slice.shape().stream().reduce(1L, Math::multiplyExact);
        long offset =
                slice.isContiguous() ? stored.offset() + slice.firstRow() * slice.columns() * size : stored.offset();
        TensorInfo located =
                new TensorInfo(weight, stored.dtype(), slice.shape(), stored.file(), offset, elements * size);
        if (!slice.isContiguous()) {
            strided.put(weight, new StridedTensor(stored, slice));
        }
        return located;
    }

    /** All tensors as they are in the files, in the order of their names. */
    List<TensorInfo> tensors() {
        return List.copyOf(tensors.values());
    }

    /** Names, sizes and headers of the files in the order of their names, then samples of their data. */
    void addTo(Fingerprint fingerprint) {
        openFiles.forEach((path, file) -> fingerprint.add(path, file.size(), file.headerContent()));
        addSamples(fingerprint, false, MAX_SAMPLES_ELSEWHERE);
        addSamples(fingerprint, true, MAX_SAMPLES_OF_EXPERTS);
    }

    private void addSamples(Fingerprint fingerprint, boolean ofExperts, int limit) {
        List<TensorInfo> candidates = tensors.values().stream()
                .filter(tensor -> tensor.name().contains(".experts.") == ofExperts)
                .toList();
        Fingerprint.sample(candidates, limit).forEach(tensor -> fingerprint.add(tensor, middle(tensor)));
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
        ByteBuffer sample = ByteBuffer.allocate(length);
        read(tensor, (tensor.bytes() - length) / 2, sample);
        return sample.array();
    }

    /** Reads the tensor's bytes from {@code offset} on into all that remains of {@code target}. */
    void read(TensorInfo tensor, long offset, ByteBuffer target) {
        SafetensorsReader file = openFiles.get(tensor.file());
        if (file == null) {
            throw new IllegalArgumentException("Not a tensor of this checkpoint: " + tensor);
        }
        StridedTensor gathered = strided.get(tensor.name());
        if (gathered == null) {
            file.read(tensor, offset, target);
        } else {
            gathered.read(file, offset, target);
        }
    }

    @Override
    public void close() {
        openFiles.values().forEach(SafetensorsReader::close);
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
        openFile(directory.resolve(name)).tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
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

    private SafetensorsReader openFile(Path path) {
        SafetensorsReader file = SafetensorsReader.open(path);
        openFiles.put(path, file);
        memory.take(file.headerContent().length + (long) file.tensors().size() * TENSOR_BYTES);
        return file;
    }

    private void add(TensorInfo tensor) {
        tensors.put(tensor.name(), tensor);
    }
}
