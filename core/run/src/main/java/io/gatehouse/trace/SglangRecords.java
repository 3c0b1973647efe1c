package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.ExpertCounts;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.format.NamedArray;
import io.gatehouse.trace.format.Pickle;
import io.gatehouse.trace.format.TorchFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Dumps of SGLang's expert distribution recorder ({@code .pt}). Mode stat: {@code logical_count} of shape [steps, layers,
 * experts], counts only. Modes per_pass and per_token: {@code records[]} with {@code topk_ids_of_layer} of shape [layers,
 * tokens, 8], padded with −1 where fewer experts are chosen. Each forward pass is a sequence, since requests are not told
 * apart.
 */
final class SglangRecords implements TraceReader {
    /** Heap that a token takes besides its experts. */
    private static final int TOKEN_BYTES = 32;

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        if (!(TorchFile.read(file) instanceof Map<?, ?> dump)) {
            throw corrupt(file, "is not a dictionary");
        }
        if (dump.get("logical_count") instanceof NamedArray counts) {
            counts(file, counts, listener);
        } else if (dump.get("records") instanceof List<?> records) {
            FileMemory memory = FileMemory.of(file);
            for (int i = 0; i < records.size(); i++) {
                listener.sequence(sequence("%s, records[%d]".formatted(file, i), records.get(i), memory));
            }
        } else {
            throw corrupt(file, "has no field 'logical_count' or 'records'");
        }
    }

    private static void counts(Path file, NamedArray counts, TraceListener listener) {
        if (counts.shape().size() != 3) {
            throw corrupt(file, "has logical_count of shape %s".formatted(counts.shape()));
        }
        requireSize(counts, file);
        int layers = counts.shape().get(1);
        int experts = counts.shape().get(2);
        TraceBounds.requireExperts(file, experts);
        for (int layer = 0; layer < layers; layer++) {
            long[] sums = new long[experts];
            for (int step = 0; step < counts.shape().get(0); step++) {
                for (int expert = 0; expert < experts; expert++) {
                    sums[expert] += (long) counts.value((step * layers + layer) * experts + expert);
                }
            }
            listener.counts(new ExpertCounts(Optional.empty(), layer, sums));
        }
    }

    private static TracedSequence sequence(String place, Object value, FileMemory memory) {
        if (!(value instanceof Map<?, ?> pass) || !(pass.get("topk_ids_of_layer") instanceof NamedArray ids)) {
            throw corrupt(place, "has no field 'topk_ids_of_layer'");
        }
        if (ids.shape().size() != 3) {
            throw corrupt(place, "has topk_ids_of_layer of shape %s".formatted(ids.shape()));
        }
        requireSize(ids, place);
        int layers = ids.shape().get(0);
        int tokens = ids.shape().get(1);
        memory.take((long) ids.size() * 2 * Integer.BYTES + (long) tokens * TOKEN_BYTES);
        int width = ids.shape().get(2);
        int topK = topK(ids, width);
        RoutingCube cube = new RoutingCube(layers, topK, 0);
        for (int token = 0; token < tokens; token++) {
            int[] experts = new int[layers * topK];
            for (int layer = 0; layer < layers; layer++) {
                for (int rank = 0; rank < topK; rank++) {
                    experts[layer * topK + rank] = (int) ids.value((layer * tokens + token) * width + rank);
                }
            }
            cube.add(experts, what -> corrupt(place, what));
        }
        String name = "pass "
                + Optional.<Object>ofNullable(pass.get("forward_pass_id"))
                        .map(Pickle::shown)
                        .orElse("null");
        return new TracedSequence(
                name,
                Optional.empty(),
                "",
                input(place, pass.get("input_ids"), tokens),
                tokens,
                cube.layers(what -> corrupt(place, what)));
    }

    /** The number of experts of the token that has most of them: the others of a row are padding. */
    private static int topK(NamedArray ids, int width) {
        int most = 0;
        for (int i = 0; i < ids.size(); i++) {
            if (i % width >= most && ids.value(i) >= 0) {
                most = i % width + 1;
            }
        }
        return most == 0 ? width : most;
    }

    /** The ids of the tokens, which a dump has as a tensor or as a list; none if there are not as many as tokens. */
    private static int[] input(String place, @Nullable Object ids, int tokens) {
        if (ids instanceof NamedArray array && array.size() == tokens) {
            return IntStream.range(0, tokens).map(i -> (int) array.value(i)).toArray();
        }
        if (!(ids instanceof List<?> list) || list.size() != tokens) {
            return new int[0];
        }
        return list.stream()
                .mapToInt(id -> {
                    if (id instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
                        return number.intValue();
                    }
                    throw corrupt(place, "has the token id %s".formatted(Pickle.shown(id)));
                })
                .toArray();
    }

    /** Beside a zero the other sizes may be anything, and lie in no bytes. */
    private static void requireSize(NamedArray array, Object place) {
        if (array.size() == 0) {
            throw corrupt(place, "has an array of shape %s, which holds nothing".formatted(array.shape()));
        }
    }

    private static GatehouseException corrupt(Object place, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s %s".formatted(place, what));
    }
}
