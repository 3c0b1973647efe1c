package io.gatehouse.checkpoint;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.config.ConfigFile;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A model directory in Hugging Face's layout, checked when it is opened: the config can be run, and every weight that it
 * implies is there with its shape. Reading is thread-safe; an interrupt of a reading thread closes the file it reads.
 */
public final class Checkpoint implements AutoCloseable {
    private final Path directory;
    private final ModelConfig config;
    private final WeightFiles weights;
    private final Footprint footprint;
    private final String fingerprint;

    private Checkpoint(
            Path directory, ModelConfig config, WeightFiles weights, Footprint footprint, String fingerprint) {
        this.directory = directory;
        this.config = config;
        this.weights = weights;
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
        ModelConfig described = ConfigFile.parse(configFile, content).model();
        WeightFiles weights = WeightFiles.open(directory, described.expertNames());
        try {
            ModelConfig config = withOwnHead(described, weights);
            Footprint footprint = Footprint.of(config, ExpectedWeights.check(config, weights));
            Fingerprint fingerprint = new Fingerprint();
            fingerprint.add(configFile, content.length, content);
            fingerprint.addIfPresent(tokenizerFile(directory), Tokenizer.MAX_BYTES);
            weights.addTo(fingerprint);
            return new Checkpoint(directory, config, weights, footprint, fingerprint.hex());
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

    public boolean has(String tensor) {
        return weights.find(tensor).isPresent();
    }

    public Footprint footprint() {
        return footprint;
    }

    /** All tensors of the files in the order of their names, also those that the config does not imply. */
    public List<TensorInfo> tensors() {
        return weights.tensors();
    }

    /** Returns where the tensor lies; CORRUPT_CHECKPOINT if there is none of that name. */
    public TensorInfo tensor(String name) {
        return weights.tensor(name);
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
        return config.tieWordEmbeddings() && weights.find(DecoderTensors.HEAD).isPresent()
                ? config.withOwnHead()
                : config;
    }

    private static Path tokenizerFile(Path directory) {
        return directory.resolve("tokenizer.json");
    }
}
