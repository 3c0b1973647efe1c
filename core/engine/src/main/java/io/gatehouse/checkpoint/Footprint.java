package io.gatehouse.checkpoint;

import com.google.common.primitives.Longs;
import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.quantised.StoredTensor;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How large a model is. Counts are of the weights that its config implies; other tensors in its files count nowhere.
 *
 * @param activeParameters those that take part in one token: all but the experts that it is not sent to. Embedding and
 *     head count whole, as model cards have it
 * @param largestLayer parameters of the largest layer
 * @param outsideLayers parameters of embedding, final norm and head
 * @param layerBytes of the layers on disk
 * @param widenedBytes in memory, each weight in the smallest floating type that holds its values exactly
 * @param bytes on disk, by the format they are stored in; scales and the like are of the format that they are for
 * @param expertBytes of one expert of each layer, on disk; 0 where a layer has none
 */
public record Footprint(
        long parameters,
        long activeParameters,
        long largestLayer,
        long outsideLayers,
        long layerBytes,
        long widenedBytes,
        Map<String, Long> bytes,
        List<Long> expertBytes) {
    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\..*");

    public Footprint {
        bytes = Collections.unmodifiableMap(new TreeMap<>(bytes));
        expertBytes = List.copyOf(expertBytes);
    }

    static Footprint of(ModelConfig config, List<StoredTensor> weights) {
        long[] always = new long[config.layers().size()];
        long[] experts = new long[config.layers().size()];
        long[] expertBytes = new long[config.layers().size()];
        long outside = 0;
        long layerBytes = 0;
        long widened = 0;
        Map<String, Long> bytes = new TreeMap<>();
        for (StoredTensor weight : weights) {
            bytes.merge(weight.format(), weight.bytes(), Long::sum);
            widened += weight.widenedBytes();
            Matcher layer = LAYER.matcher(weight.name());
            layerBytes += layer.matches() ? weight.bytes() : 0;
            if (!layer.matches()) {
                outside += weight.elements();
            } else if (weight.name().contains(".experts.")) {
                experts[Integer.parseInt(layer.group(1))] += weight.elements();
                // Some families have experts of attention as well.
                expertBytes[Integer.parseInt(layer.group(1))] += weight.name().contains(".mlp.") ? weight.bytes() : 0;
            } else {
                always[Integer.parseInt(layer.group(1))] += weight.elements();
            }
        }
        long parameters = outside;
        long active = outside;
        long largest = 0;
        for (int layer = 0; layer < always.length; layer++) {
            parameters += always[layer] + experts[layer];
            active += always[layer];
            if (config.layers().get(layer).feedForward() instanceof FeedForward.Sparse mixture) {
                active += experts[layer] / mixture.networks() * Math.min(mixture.networks(), mixture.topK());
                expertBytes[layer] /= mixture.networks();
            }
            largest = Math.max(largest, always[layer] + experts[layer]);
        }
        return new Footprint(
                parameters, active, largest, outside, layerBytes, widened, bytes, Longs.asList(expertBytes));
    }

    /** All weights on disk. */
    public long storedBytes() {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The formats that the weights are stored in, that of the most bytes first, such as {@code Q4_K, Q6_K, F32}. */
    public String storage() {
        return bytes.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", "));
    }

    /** Parameters of embedding, head and two layers: one that computes while the next is read. */
    public long streamedParameters() {
        return outsideLayers + 2 * largestLayer;
    }
}
