package io.gatehouse.sample.random;

import io.gatehouse.checkpoint.safetensors.SafetensorsStream.Entry;
import io.gatehouse.checkpoint.safetensors.SafetensorsStream;
import java.util.ArrayList;
import java.util.List;

/** One file of a checkpoint's weights. */
record Shard(String file, List<Weight> weights) {
    Shard {
        weights = List.copyOf(weights);
    }

    /** Fills one file after the other up to a limit, as Hugging Face does, which may cut a layer in two. */
    static List<Shard> plan(List<Weight> weights, StoredType type, long maxBytes) {
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
        List<Shard> shards = new ArrayList<>();
        for (List<Weight> own : parts) {
            String file = parts.size() == 1
                    ? "model.safetensors"
                    : "model-%05d-of-%05d.safetensors".formatted(shards.size() + 1, parts.size());
            shards.add(new Shard(file, own));
        }
        return shards;
    }

    List<Entry> entries(StoredType type) {
        return weights.stream().map(weight -> entry(weight, type)).toList();
    }

    long bytes(StoredType type) {
        return entries(type).stream().mapToLong(Entry::bytes).sum();
    }

    private static Entry entry(Weight weight, StoredType type) {
        return new SafetensorsStream.Entry(weight.name(), type.dtype(), weight.shape());
    }
}
