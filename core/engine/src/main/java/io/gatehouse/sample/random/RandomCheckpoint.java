package io.gatehouse.sample.random;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter.Entry;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sample.random.DecoderWeights.Weight;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A model of random weights, planned from a config.json and written in Hugging Face's layout. The same config, type and
 * seed always give the same bytes. Writing takes a few megabytes of memory whatever the model's size.
 */
public final class RandomCheckpoint {
    /** What Hugging Face cuts at. */
    public static final long FILE_BYTES = 5_000_000_000L;

    private static final int PIECE_BYTES = 4 << 20;

    /** One file of a checkpoint's weights. */
    private record WeightFile(String name, List<Weight> weights) {
        WeightFile {
            weights = List.copyOf(weights);
        }

        /** Fills one file after the other up to a limit, as Hugging Face does, which may cut a layer in two. */
        static List<WeightFile> plan(List<Weight> weights, StoredType type, long maxBytes) {
            List<List<Weight>> parts = new ArrayList<>();
            List<Weight> part = new ArrayList<>();
            long bytes = 0;
            for (Weight weight : weights) {
                long size = entry(weight, type).bytes();
                if (!part.isEmpty() && bytes + size > maxBytes) {
                    parts.add(part);
                    part = new ArrayList<>();
                    bytes = 0;
                }
                part.add(weight);
                bytes += size;
            }
            parts.add(part);
            List<WeightFile> files = new ArrayList<>();
            for (List<Weight> own : parts) {
                String name = parts.size() == 1
                        ? "model.safetensors"
                        : "model-%05d-of-%05d.safetensors".formatted(files.size() + 1, parts.size());
                files.add(new WeightFile(name, own));
            }
            return files;
        }

        List<Entry> entries(StoredType type) {
            return weights.stream().map(weight -> entry(weight, type)).toList();
        }

        long bytes(StoredType type) {
            return entries(type).stream().mapToLong(Entry::bytes).sum();
        }

        private static Entry entry(Weight weight, StoredType type) {
            return new Entry(weight.name(), type.dtype(), weight.shape());
        }
    }

    private final ObjectNode config;
    private final StoredType type;
    private final long seed;
    private final List<WeightFile> files;

    /**
     * Plans a checkpoint; nothing is written yet.
     *
     * @param config keys of an OLMoE, Mixtral, Qwen2-MoE or Qwen3-MoE; its "torch_dtype" becomes that of {@code type}
     * @param fileBytes bytes of weights in one file, which one tensor alone may exceed
     */
    public RandomCheckpoint(ObjectNode config, StoredType type, long seed, long fileBytes) {
        this.config = config.deepCopy().put("torch_dtype", type.torchName());
        this.type = requireNonNull(type, "type is null");
        this.seed = seed;
        this.files = WeightFile.plan(DecoderWeights.of(config), type, fileBytes);
    }

    /** Number of weights. */
    public long parameters() {
        return files.stream()
                .flatMap(file -> file.weights().stream())
                .mapToLong(Weight::elements)
                .sum();
    }

    /** Bytes of all weights. */
    public long bytes() {
        return files.stream().mapToLong(file -> file.bytes(type)).sum();
    }

    /** Number of files that hold weights. */
    public int files() {
        return files.size();
    }

    /**
     * Writes it to a directory that must not exist. It gets its name when all of it is there; until then it is
     * {@code directory.partial}, which does not stay behind if writing fails.
     *
     * @throws GatehouseException INVALID_ARGUMENT if the directory exists or the tokenizer has more tokens than the
     *     model, INSUFFICIENT_DISK before anything is written, CANCELLED_BY_USER
     */
    public void write(Path directory, TokenizerSource tokenizer, WritingListener listener) {
        tokenizer.requireAtMost(config.required("vocab_size").asInt());
        try (NewDirectory target = NewDirectory.begin(directory, bytes())) {
            target.write("config.json", config.toPrettyString() + "\n");
            target.write("tokenizer.json", tokenizer.content());
            Noise noise = new Noise(type, seed);
            for (WeightFile file : files) {
                write(file, target.file(file.name()), noise, listener);
                listener.written(file.name(), file.bytes(type));
            }
            if (files.size() > 1) {
                target.write("model.safetensors.index.json", index().toPrettyString() + "\n");
            }
            target.complete();
        }
    }

    private void write(WeightFile file, Path path, Noise noise, WritingListener listener) {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, file.entries(type), Map.of("format", "pt"))) {
            for (Weight weight : file.weights()) {
                Noise.Sequence sequence = noise.next(weight.spread());
                long missing = weight.elements() * type.dtype().bytes();
                while (missing > 0) {
                    if (listener.cancelled()) {
                        throw new GatehouseException(
                                ErrorCode.CANCELLED_BY_USER, "Stopped; nothing of the checkpoint is kept");
                    }
                    // A small tensor needs no whole piece, but whole steps of the generator.
                    int bytes = (int) Math.min(missing, PIECE_BYTES);
                    piece.clear().limit((bytes + 15) / 16 * 16);
                    sequence.fill(piece);
                    writer.write(piece.limit(bytes));
                    missing -= bytes;
                }
            }
        }
    }

    private ObjectNode index() {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata").put("total_size", bytes());
        ObjectNode map = index.putObject("weight_map");
        files.forEach(file -> file.weights().forEach(weight -> map.put(weight.name(), file.name())));
        return index;
    }
}
