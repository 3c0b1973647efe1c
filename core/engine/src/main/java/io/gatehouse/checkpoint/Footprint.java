package io.gatehouse.checkpoint;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How large a model is. Counts are of the weights that its config implies; other tensors in its files count nowhere.
 *
 * @param activeParameters those that take part in one token: all but the experts that it is not sent to. Embedding and
 *     head count whole, as model cards have it
 * @param largestLayer parameters of the largest layer
 * @param outsideLayers parameters of embedding, final norm and head
 * @param bytes on disk, by the type they are stored in
 */
public record Footprint(
        long parameters, long activeParameters, long largestLayer, long outsideLayers, Map<DType, Long> bytes) {
    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)\\..*");

    public Footprint {
        bytes = Collections.unmodifiableMap(new EnumMap<>(bytes));
    }

    static Footprint of(ModelConfig config, List<TensorInfo> weights) {
        long[] always = new long[config.layers().size()];
        long[] experts = new long[config.layers().size()];
        long outside = 0;
        Map<DType, Long> bytes = new EnumMap<>(DType.class);
        for (TensorInfo weight : weights) {
            bytes.merge(weight.dtype(), weight.bytes(), Long::sum);
            Matcher layer = LAYER.matcher(weight.name());
            if (!layer.matches()) {
                outside += weight.elements();
            } else if (weight.name().contains(".experts.")) {
                experts[Integer.parseInt(layer.group(1))] += weight.elements();
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
                active += experts[layer] / mixture.experts() * mixture.topK();
            }
            largest = Math.max(largest, always[layer] + experts[layer]);
        }
        return new Footprint(parameters, active, largest, outside, bytes);
    }

    /** All weights on disk. */
    public long storedBytes() {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Parameters of embedding, head and two layers: one that computes while the next is read. */
    public long streamedParameters() {
        return outsideLayers + 2 * largestLayer;
    }
}
