package io.gatehouse.checkpoint;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.family.Families;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.checkpoint.gguf.GgufConfig;
import io.gatehouse.checkpoint.gguf.GgufModel;
import io.gatehouse.checkpoint.gguf.GgufTokenizer;
import io.gatehouse.checkpoint.quantised.Quantisation;
import io.gatehouse.checkpoint.quantised.QuantisationConfig;
import io.gatehouse.checkpoint.quantised.StoredTensor;
import io.gatehouse.checkpoint.quantised.TensorBytes;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model on disk, checked when it is opened: the config can be run, and every weight that it implies is there with its
 * shape. It is a directory in Hugging Face's layout, or a GGUF file. Reading is thread-safe; an interrupt of a reading
 * thread closes the file it reads.
 */
public final class Checkpoint implements AutoCloseable, TensorBytes {
    private final Path path;
    private final Path tokenizerFile;
    private final ModelConfig config;
    private final WeightFiles weights;
    private final Map<String, StoredTensor> byName;
    private final Footprint footprint;
    private final String fingerprint;

    private Checkpoint(
            Path path,
            Path tokenizerFile,
            ModelConfig config,
            WeightFiles weights,
            Map<String, StoredTensor> byName,
            Footprint footprint,
            String fingerprint) {
        this.path = path;
        this.tokenizerFile = tokenizerFile;
        this.config = config;
        this.weights = weights;
        this.byName = Map.copyOf(byName);
        this.footprint = footprint;
        this.fingerprint = fingerprint;
    }

    /**
     * Opens a model: a directory with config.json and safetensors files, a GGUF file, any one of several that a GGUF model
     * is split into, or a directory that holds one GGUF model. The config is read before the weights, so that a model that
     * cannot be run is refused without them.
     *
     * @throws GatehouseException FILE_NOT_FOUND, UNSUPPORTED_MODEL or CORRUPT_CHECKPOINT
     */
    public static Checkpoint open(Path path) {
        requireNonNull(path, "path is null");
        Optional<Path> gguf = GgufModel.find(path);
        if (gguf.isPresent()) {
            return openGguf(path, gguf.get());
        }
        ModelFiles.requireDirectory(path);
        Path configFile = path.resolve("config.json");
        byte[] content = ConfigFile.content(configFile);
        Families.Described described = Families.read(ConfigFile.parse(configFile, content));
        Quantisation quantisation = QuantisationConfig.read(configFile, content);
        WeightFiles weights = WeightFiles.open(path, quantisation, described.names());
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.add(configFile, content.length, content);
        return checked(path, described.config(), weights, fingerprint);
    }

    private static Checkpoint openGguf(Path path, Path file) {
        GgufModel model = GgufModel.open(file);
        Families.Described described;
        try {
            byte[] content = GgufConfig.of(model).toString().getBytes(StandardCharsets.UTF_8);
            described = Families.read(ConfigFile.parse(model.path(), content));
        } catch (RuntimeException e) {
            model.parts().forEach(part -> part.file().close());
            throw e;
        }
        return checked(path, described.config(), WeightFiles.of(model, described.names()), new Fingerprint());
    }

    private static Checkpoint checked(Path path, ModelConfig described, WeightFiles weights, Fingerprint fingerprint) {
        try {
            ModelConfig config = withOwnHead(described, weights);
            List<StoredTensor> found = ExpectedWeights.check(config, weights);
            Footprint footprint = Footprint.of(config, found);
            Path tokenizerFile =
                    Files.isDirectory(path) ? path.resolve("tokenizer.json") : path.resolveSibling("tokenizer.json");
            fingerprint.addIfPresent(tokenizerFile, Tokenizer.MAX_BYTES);
            weights.addTo(fingerprint);
            return new Checkpoint(path, tokenizerFile, config, weights, byName(found), footprint, fingerprint.hex());
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /** Name of the directory or file. */
    public String name() {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? path.toString() : name.toString();
    }

    /** The directory or file that was opened. */
    public Path directory() {
        return path;
    }

    public ModelConfig config() {
        return config;
    }

    /**
     * SHA-256 of config.json, tokenizer.json, of each weight file in the order of their names its name, size and
     * header, and of the middle 4 KiB of many tensors: of all that do not belong to an expert, and of 256 that do. 64
     * hexadecimal digits. Two trainings of one model differ in it, unless they differ in other experts alone.
     */
    public String fingerprint() {
        return fingerprint;
    }

    /** Whether there is a weight of that name, as the graph or as the files call it. */
    public boolean has(String tensor) {
        return byName.containsKey(tensor) || weights.find(tensor).isPresent();
    }

    public Footprint footprint() {
        return footprint;
    }

    /** All tensors of the files in the order of their names, also those that the config does not imply. */
    public List<TensorInfo> tensors() {
        return weights.tensors();
    }

    /**
     * Returns a weight.
     *
     * @param name as the graph calls it ({@link io.gatehouse.checkpoint.family.keys.TensorNames}), or as the files do
     * @throws GatehouseException CORRUPT_CHECKPOINT if there is none of that name
     */
    public StoredTensor tensor(String name) {
        StoredTensor weight = byName.get(name);
        return weight == null ? weights.tensor(name) : weight;
    }

    /** Reads the tensor's little-endian bytes into {@code target}, which must have exactly that many remaining. */
    public void read(TensorInfo tensor, ByteBuffer target) {
        weights.read(tensor, target);
    }

    /** Reads the tensor's little-endian bytes from {@code offset} on into all that remains of {@code target}. */
    @Override
    public void read(TensorInfo tensor, long offset, ByteBuffer target) {
        weights.read(tensor, offset, target);
    }

    /** Opens the model's tokenizer, which the caller closes: tokenizer.json, or else the vocabulary of a GGUF file. */
    public Tokenizer openTokenizer() {
        Path file = weights.path();
        return GgufModel.isNameOfOne(file) && !Files.exists(tokenizerFile)
                ? Tokenizer.of(file, GgufTokenizer.json(file))
                : Tokenizer.open(tokenizerFile);
    }

    @Override
    public void close() {
        weights.close();
    }

    /** A head with weights of its own is used even where the config ties it to the embeddings, as in transformers 5. */
    private static ModelConfig withOwnHead(ModelConfig config, WeightFiles weights) {
        List<Long> shape = List.of((long) config.vocabSize(), (long) config.hiddenSize());
        return config.tieWordEmbeddings()
                        && weights.find(DecoderTensors.HEAD, shape).isPresent()
                ? config.withOwnHead()
                : config;
    }

    private static Map<String, StoredTensor> byName(List<StoredTensor> weights) {
        Map<String, StoredTensor> byName = new HashMap<>();
        weights.forEach(weight -> byName.put(weight.name(), weight));
        return byName;
    }
}
