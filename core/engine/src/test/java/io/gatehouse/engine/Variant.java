package io.gatehouse.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.sample.random.Blueprint;
import io.gatehouse.sample.random.RandomCheckpoint;
import io.gatehouse.sample.random.StoredType;
import io.gatehouse.sample.random.TokenizerSource;
import io.gatehouse.sample.random.WritingListener;
import java.nio.file.Path;
import java.util.function.Consumer;

/** A tiny random checkpoint that differs from the plain one of its architecture in what its name says. */
record Variant(String name, ObjectNode config, StoredType type, long shardBytes) {
    static final int VOCABULARY = 270;

    /** The plain one: small, in fp32, in one file, each layer a mixture. */
    static Variant plain(Blueprint architecture) {
        ObjectNode config = architecture.config();
        config.put("vocab_size", VOCABULARY)
                .put("hidden_size", 32)
                .put("num_attention_heads", 4)
                .put("num_key_value_heads", 4)
                .put("intermediate_size", 16)
                .put("num_hidden_layers", 2)
                .put("rope_theta", 10_000.0);
        Feature.experts(config, 4);
        config.remove("head_dim");
        if (config.has("moe_intermediate_size")) {
            config.put("moe_intermediate_size", 12).put("decoder_sparse_step", 1);
        }
        if (config.has("shared_expert_intermediate_size")) {
            config.put("shared_expert_intermediate_size", 20);
        }
        return new Variant(architecture.title(), config, StoredType.FP32, Long.MAX_VALUE);
    }

    Variant with(String feature, Consumer<ObjectNode> change) {
        ObjectNode changed = config.deepCopy();
        change.accept(changed);
        return new Variant(name + ", " + feature, changed, type, shardBytes);
    }

    Variant storedAs(StoredType other) {
        return new Variant(name + ", " + other, config, other, shardBytes);
    }

    Variant inFilesOf(long bytes) {
        return new Variant(name + ", in files of " + bytes + " bytes", config, type, bytes);
    }

    /** Writes it; one seed gives the same weights. */
    Path write(Path directory, long seed) {
        new RandomCheckpoint(config, type, seed, shardBytes)
                .write(directory, TokenizerSource.bytes(), new WritingListener() {
                    @Override
                    public void written(String file, long bytes) {}

                    @Override
                    public boolean cancelled() {
                        return false;
                    }
                });
        return directory;
    }

    @Override
    public String toString() {
        return name;
    }
}
