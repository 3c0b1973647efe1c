package io.gatehouse.trace;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.format.ArrayFile;
import io.gatehouse.trace.format.NamedArray;
import io.gatehouse.trace.reader.Gate;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code router_logits} of Hugging Face's models, saved by the user as safetensors or npz: {@code router_logits} of
 * shape [layers, tokens, experts], or {@code router_logits.N} of shape [tokens, experts] for layer N; several sequences
 * have a name before it, {@code NAME.router_logits}. Logits and probabilities are told apart by their values.
 */
final class RouterLogits implements TraceReader {
    private static final Pattern NAME = Pattern.compile("(?:(.+)\\.)?router_logits(?:\\.(\\d{1,6}))?");
    /** Heap that a score takes as what is read and as what is made of it. */
    private static final int SCORE_BYTES = 2 * Float.BYTES;

    private static final int ALL_LAYERS = 3;
    private static final int ONE_LAYER = 2;

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        Map<String, TreeMap<Integer, NamedArray>> sequences = new LinkedHashMap<>();
        for (NamedArray array : ArrayFile.read(file)) {
            Matcher name = NAME.matcher(array.name());
            if (name.matches()) {
                String sequence = Optional.ofNullable(name.group(1)).orElse("sequence");
                OptionalInt layer =
                        name.group(2) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(name.group(2)));
                add(file, sequences.computeIfAbsent(sequence, unseen -> new TreeMap<>()), array, layer);
            }
        }
        if (sequences.isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET, "%s has no array router_logits or router_logits.N".formatted(file));
        }
        FileMemory memory = FileMemory.of(file);
        sequences.forEach((name, layers) -> listener.sequence(sequence(file, name, layers, shape, memory)));
    }

    private static void add(Path file, Map<Integer, NamedArray> layers, NamedArray array, OptionalInt layer) {
        int wanted = layer.isPresent() ? ONE_LAYER : ALL_LAYERS;
        if (array.shape().size() != wanted || array.shape().contains(0)) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%s, array %s has the shape %s instead of %d dimensions"
                            .formatted(file, array.name(), array.shape(), wanted));
        }
        if (layer.isPresent()) {
            layers.put(layer.getAsInt(), array);
            return;
        }
        if (array.shape().get(0) > TraceBounds.MOST) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET,
                    "%s, array %s has %,d layers; there are at most %,d"
                            .formatted(file, array.name(), array.shape().get(0), TraceBounds.MOST));
        }
        for (int i = 0; i < array.shape().get(0); i++) {
            layers.put(i, array.part(i));
        }
    }

    private static TracedSequence sequence(
            Path file, String name, SortedMap<Integer, NamedArray> layers, TraceShape shape, FileMemory memory) {
        int tokens = layers.values().iterator().next().shape().get(0);
        List<TracedLayer> traced = new ArrayList<>();
        layers.forEach((layer, array) -> {
            String place = "%s, array %s".formatted(file, array.name());
            if (array.shape().get(0) != tokens) {
                throw new GatehouseException(
                        ErrorCode.CORRUPT_DATASET,
                        "%s has %d tokens, but the first layer has %d"
                                .formatted(place, array.shape().get(0), tokens));
            }
            TraceBounds.requireExperts(file, array.shape().get(1));
            memory.take((long) array.size() * SCORE_BYTES);
            float[] scores = array.floats();
            for (float score : scores) {
                if (!Float.isFinite(score)) {
                    throw new GatehouseException(
                            ErrorCode.CORRUPT_DATASET,
                            "%s holds %s, which is not a finite number".formatted(place, score));
                }
            }
            traced.add(Gate.decisions(
                    layer, shape.requireTopK(place), array.shape().get(1), scores, place));
        });
        return new TracedSequence(name, Optional.empty(), "", new int[0], tokens, traced);
    }
}
