package io.gatehouse.checkpoint;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.safetensors.DType;
import io.gatehouse.checkpoint.safetensors.TensorInfo;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Checks the weights that a config implies against those in the files: present, of the right shape and of a floating
 * type, and not those of more experts.
 */
final class ExpectedWeights {
    private static final Set<DType> FLOATS = EnumSet.of(DType.F32, DType.F16, DType.BF16);

    private ExpectedWeights() {}

    /** Returns the weights that the config implies, each once. */
    static List<TensorInfo> check(ModelConfig config, WeightFiles files) {
        List<TensorInfo> found = DecoderTensors.of(config).stream()
                .map(expected -> found(expected, files))
                .toList();
        for (int layer = 0; layer < config.layers().size() && !files.hasFurtherExperts(); layer++) {
            if (config.layers().get(layer).feedForward() instanceof FeedForward.Sparse mixture) {
                refuseMoreExperts(config, layer, mixture, files);
            }
        }
        return found;
    }

    private static TensorInfo found(DecoderTensors.Tensor expected, WeightFiles files) {
        TensorInfo tensor = files.tensor(expected.name(), expected.shape());
        if (!tensor.shape().equals(expected.shape())) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "Tensor %s of %s has shape %s; config.json implies %s"
                            .formatted(
                                    files.published(expected.name()), tensor.file(), tensor.shape(), expected.shape()));
        }
        if (!FLOATS.contains(tensor.dtype())) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "Tensor %s of %s has type %s; Gatehouse reads weights in F32, F16 and BF16"
                            .formatted(files.published(expected.name()), tensor.file(), tensor.dtype()));
        }
        return tensor;
    }

    private static void refuseMoreExperts(
            ModelConfig config, int layer, FeedForward.Sparse mixture, WeightFiles files) {
        String next = "model.layers.%d.mlp.experts.%d.down_proj.weight".formatted(layer, mixture.experts());
        List<Long> shape = List.of((long) mixture.latentSize().orElse(config.hiddenSize()), (long)
                mixture.expert().size());
        files.find(next, shape).filter(tensor -> tensor.shape().equals(shape)).ifPresent(tensor -> {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "%s has a tensor %s; config.json says that a layer has %d experts"
                            .formatted(tensor.file(), files.published(next), mixture.experts()));
        });
    }
}
