package io.gatehouse.sample.random;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter;
import io.gatehouse.checkpoint.safetensors.SafetensorsWriter.Entry;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sample.random.DecoderWeights.Weight;
import io.gatehouse.sample.random.StoredForm.Filling;
import io.gatehouse.sample.random.StoredForm.Part;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A model of random weights, planned from a config.json and written in Hugging Face's layout. The same config, type and
 * seed always give the same bytes. Writing takes a few megabytes of memory whatever the model's size.
 */
public final class RandomCheckpoint {
    /** What Hugging Face cuts at. */
    public static final long FILE_BYTES = 5_000_000_000L;

    private static final int PIECE_BYTES = 4 << 20;

    /** One file of a checkpoint's weights. */
    private record WeightFile(String name, List<Part> parts) {
        WeightFile {
            parts = List.copyOf(parts);
        }

        /** Fills one file after the other up to a limit, as Hugging Face does, which may cut a layer in two. */
        static List<WeightFile> plan(List<Part> parts, long maxBytes) {
            List<List<Part>> groups = new ArrayList<>();
            List<Part> group = new ArrayList<>();
            long bytes = 0;
            for (Part part : parts) {
                if (!group.isEmpty() && bytes + part.bytes() > maxBytes) {
                    groups.add(group);
                    group = new ArrayList<>();
                    bytes = 0;
                }
                group.add(part);
                bytes += part.bytes();
            }
            groups.add(group);
            List<WeightFile> files = new ArrayList<>();
            for (List<Part> own : groups) {
                String name = groups.size() == 1
                        ? "model.safetensors"
                        : "model-%05d-of-%05d.safetensors".formatted(files.size() + 1, groups.size());
                files.add(new WeightFile(name, own));
            }
            return files;
        }

        List<Entry> entries() {
            return parts.stream().map(Part::entry).toList();
        }

        long bytes() {
            return parts.stream().mapToLong(Part::bytes).sum();
        }
    }

    private final ObjectNode config;
    private final ModelConfig model;
    private final long seed;
    private final long parameters;
    private final List<WeightFile> files;

    /**
     * Plans a checkpoint; nothing is written yet.
     *
     * @param config keys of a model that Gatehouse runs; its "torch_dtype" becomes that of {@code type}. Where it has a
     *     "quantization_config" of FP8 in blocks, MXFP4 or four bits of compressed-tensors, weights are packed so
     * @param type of the weights that are not packed
     * @param fileBytes bytes of weights in one file, which one tensor alone may exceed
     */
    public RandomCheckpoint(ObjectNode config, StoredType type, long seed, long fileBytes) {
        this.config = config.deepCopy().put("torch_dtype", type.torchName());
        this.seed = seed;
        this.model = DecoderWeights.described(config).config();
        List<Weight> weights = DecoderWeights.of(config);
        this.parameters = weights.stream().mapToLong(Weight::elements).sum();
        StoredForm form = StoredForm.of(config, requireNonNull(type, "type is null"));
        this.files = WeightFile.plan(
                weights.stream().flatMap(weight -> form.parts(weight).stream()).toList(), fileBytes);
    }

    /** Number of weights. */
    public long parameters() {
        return parameters;
    }

    /** Number of decoder layers. */
    public int layers() {
        return model.layers().size();
    }

    /** Bytes of all weights. */
    public long bytes() {
        return files.stream().mapToLong(WeightFile::bytes).sum();
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
        tokenizer.requireAtMost(model.vocabSize());
        try (NewDirectory target = NewDirectory.begin(directory, bytes())) {
            target.write("config.json", config.toPrettyString() + "\n");
            target.write("tokenizer.json", tokenizer.content());
            Noise noise = new Noise(seed);
            for (WeightFile file : files) {
                write(file, target.file(file.name()), noise, listener);
                listener.written(file.name(), file.bytes());
            }
            if (files.size() > 1) {
                target.write("model.safetensors.index.json", index().toPrettyString() + "\n");
            }
            target.complete();
        }
    }

    private void write(WeightFile file, Path path, Noise noise, WritingListener listener) {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (SafetensorsWriter writer = SafetensorsWriter.create(path, file.entries(), Map.of("format", "pt"))) {
            for (Part part : file.parts()) {
                Consumer<ByteBuffer> filling = filling(part.filling(), noise);
                long missing = part.bytes();
                while (missing > 0) {
                    if (listener.cancelled()) {
                        throw new GatehouseException(
                                ErrorCode.CANCELLED_BY_USER, "Stopped; nothing of the checkpoint is kept");
                    }
                    // A small tensor needs no whole piece, but whole steps of the generator.
                    int bytes = (int) Math.min(missing, PIECE_BYTES);
                    piece.clear().limit((bytes + 15) / 16 * 16);
                    filling.accept(piece);
                    writer.write(piece.limit(bytes));
                    missing -= bytes;
                }
            }
        }
    }

    /** Fills buffers whose sizes are multiples of 16 bytes, one after the other. */
    private static Consumer<ByteBuffer> filling(Filling filling, Noise noise) {
        if (filling instanceof Filling.Drawn drawn) {
            return noise.next(drawn)::fill;
        }
        ByteBuffer repeated = ((Filling.Repeated) filling).bytes();
        return piece -> {
            for (int at = 0; at < piece.remaining(); at += repeated.remaining()) {
                piece.put(at, repeated, 0, repeated.remaining());
            }
        };
    }

    private ObjectNode index() {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata").put("total_size", bytes());
        ObjectNode map = index.putObject("weight_map");
        files.forEach(file -> file.parts().forEach(part -> map.put(part.entry().name(), file.name())));
        return index;
    }
}
