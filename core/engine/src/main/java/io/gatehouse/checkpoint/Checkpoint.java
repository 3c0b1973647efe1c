package io.gatehouse.checkpoint;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.family.Families;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model directory in Hugging Face's layout, checked when it is opened: the config can be run, and every weight that it
 * implies is there with its shape. Reading is thread-safe; an interrupt of a reading thread closes the file it reads.
 */
public final class Checkpoint implements AutoCloseable {
    private final Path directory;
    private final ModelConfig config;
    private final WeightFiles weights;
    private final Map<String, TensorInfo> byName;
    private final Footprint footprint;
    private final String fingerprint;

    private Checkpoint(
            Path directory,
            ModelConfig config,
            WeightFiles weights,
            Map<String, TensorInfo> byName,
            Footprint footprint,
            String fingerprint) {
        this.directory = directory;
        this.config = config;
        this.weights = weights;
        this.byName = Map.copyOf(byName);
        this.footprint = footprint;
        this.fingerprint = fingerprint;
    }

    /**
     * Opens a model directory. The config is read before the weights, so that a model that cannot be run is refused
     * without them.
     *
     * @throws io.gatehouse.error.GatehouseException FILE_NOT_FOUND, UNSUPPORTED_MODEL or CORRUPT_CHECKPOINT
     */
    public static Checkpoint open(Path directory) {
        requireNonNull(directory, "directory is null");
        ModelFiles.requireDirectory(directory);
        Path configFile = directory.resolve("config.json");
        byte[] content = ConfigFile.content(configFile);
        Families.Described described = Families.read(ConfigFile.parse(configFile, content));
        WeightFiles weights = WeightFiles.open(directory, described.names());
        try {
            ModelConfig config = withOwnHead(described.config(), weights);
            List<TensorInfo> found = ExpectedWeights.check(config, weights);
            Footprint footprint = Footprint.of(config, found);
            Fingerprint fingerprint = new Fingerprint();
            fingerprint.add(configFile, content.length, content);
            fingerprint.addIfPresent(tokenizerFile(directory), Tokenizer.MAX_BYTES);
            weights.addTo(fingerprint);
            return new Checkpoint(directory, config, weights, byName(found), footprint, fingerprint.hex());
        } catch (RuntimeException e) {
            weights.close();
            throw e;
        }
    }

    /** Name of the directory. */
    public String name() {
        Path name = directory.toAbsolutePath().normalize().getFileName();
        return name == null ? directory.toString() : name.toString();
    }

    public Path directory() {
        return directory;
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
     * Returns where a weight lies.
     *
     * @param name as the graph calls it ({@link io.gatehouse.checkpoint.family.TensorNames}), or as the files do
     * @throws io.gatehouse.error.GatehouseException CORRUPT_CHECKPOINT if there is none of that name
     */
    public TensorInfo tensor(String name) {
        TensorInfo weight = byName.get(name);
        return weight == null ? weights.tensor(name) : weight;
    }

    /** Reads the tensor's little-endian bytes into {@code target}, which must have exactly that many remaining. */
    public void read(TensorInfo tensor, ByteBuffer target) {
        weights.read(tensor, target);
    }

    /** Reads the tensor's little-endian bytes from {@code offset} on into all that remains of {@code target}. */
    public void read(TensorInfo tensor, long offset, ByteBuffer target) {
        weights.read(tensor, offset, target);
    }

    /** Opens the model's tokenizer, which the caller closes. */
    public Tokenizer openTokenizer() {
        return Tokenizer.open(tokenizerFile(directory));
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

    private static Map<String, TensorInfo> byName(List<TensorInfo> weights) {
        Map<String, TensorInfo> byName = new HashMap<>();
        weights.forEach(weight -> byName.put(weight.name(), weight));
        return byName;
    }

    private static Path tokenizerFile(Path directory) {
        return directory.resolve("tokenizer.json");
    }
}
