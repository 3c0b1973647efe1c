package io.gatehouse.sample.random;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.safetensors.SafetensorsStream;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A model of random weights, planned from a config.json and written in Hugging Face's layout. The same config, type and
 * seed always give the same bytes. Writing takes a few megabytes of memory whatever the model's size.
 */
public final class RandomCheckpoint {
    /** What Hugging Face cuts at. */
    public static final long SHARD_BYTES = 5_000_000_000L;

    private static final int PIECE_BYTES = 4 << 20;

    private final ObjectNode config;
    private final StoredType type;
    private final long seed;
    private final List<Shard> shards;

    /**
     * Plans a checkpoint; nothing is written yet.
     *
     * @param config keys of an OLMoE, Mixtral, Qwen2-MoE or Qwen3-MoE; its "torch_dtype" becomes that of {@code type}
     * @param shardBytes bytes of weights in one file, which one tensor alone may exceed
     */
    public RandomCheckpoint(ObjectNode config, StoredType type, long seed, long shardBytes) {
        this.config = config.deepCopy().put("torch_dtype", type.torchName());
        this.type = requireNonNull(type, "type is null");
        this.seed = seed;
        this.shards = Shard.plan(DecoderWeights.of(config), type, shardBytes);
    }

    /** Number of weights. */
    public long parameters() {
        return shards.stream()
                .flatMap(shard -> shard.weights().stream())
                .mapToLong(Weight::elements)
                .sum();
    }

    /** Bytes of all weights. */
    public long bytes() {
        return shards.stream().mapToLong(shard -> shard.bytes(type)).sum();
    }

    /** Number of files that hold weights. */
    public int files() {
        return shards.size();
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
            for (Shard shard : shards) {
                write(shard, target.file(shard.file()), noise, listener);
                listener.written(shard.file(), shard.bytes(type));
            }
            if (shards.size() > 1) {
                target.write("model.safetensors.index.json", index().toPrettyString() + "\n");
            }
            target.complete();
        }
    }

    private void write(Shard shard, Path file, Noise noise, WritingListener listener) {
        ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (SafetensorsStream stream = SafetensorsStream.create(file, shard.entries(type), Map.of("format", "pt"))) {
            for (Weight weight : shard.weights()) {
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
                    stream.write(piece.limit(bytes));
                    missing -= bytes;
                }
            }
        }
    }

    private ObjectNode index() {
        ObjectNode index = JsonNodeFactory.instance.objectNode();
        index.putObject("metadata").put("total_size", bytes());
        ObjectNode map = index.putObject("weight_map");
        shards.forEach(shard -> shard.weights().forEach(weight -> map.put(weight.name(), shard.file())));
        return index;
    }
}
