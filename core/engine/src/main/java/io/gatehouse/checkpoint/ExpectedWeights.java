package io.gatehouse.checkpoint;

import io.gatehouse.checkpoint.config.FeedForward;
import io.gatehouse.checkpoint.config.ModelConfig;
import io.gatehouse.checkpoint.quantised.StoredTensor;
import io.gatehouse.checkpoint.safetensors.DType;
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
    static List<StoredTensor> check(ModelConfig config, WeightFiles files) {
        List<StoredTensor> found = DecoderTensors.of(config).stream()
                .map(expected -> found(expected, files))
                .toList();
        for (int layer = 0; layer < config.layers().size() && !files.hasFurtherExperts(); layer++) {
            if (config.layers().get(layer).feedForward() instanceof FeedForward.Sparse mixture) {
                refuseMoreExperts(config, layer, mixture, files);
            }
        }
        return found;
    }

    private static StoredTensor found(DecoderTensors.Tensor expected, WeightFiles files) {
        StoredTensor tensor = files.tensor(expected.name(), expected.shape());
        if (!tensor.shape().equals(expected.shape())) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "Tensor %s of %s has shape %s; %s implies %s"
                            .formatted(
                                    files.published(expected.name()),
                                    files.fileOf(tensor),
                                    tensor.shape(),
                                    files.configName(),
                                    expected.shape()));
        }
        tensor.plain().filter(plain -> !FLOATS.contains(plain.dtype())).ifPresent(plain -> {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "Tensor %s of %s has type %s; Gatehouse reads weights in F32, F16 and BF16, and packed weights that %s describes"
                            .formatted(
                                    files.published(expected.name()), plain.file(), plain.dtype(), files.configName()));
        });
        return tensor;
    }

    private static void refuseMoreExperts(
            ModelConfig config, int layer, FeedForward.Sparse mixture, WeightFiles files) {
        String next = "model.layers.%d.mlp.experts.%d.down_proj.weight".formatted(layer, mixture.networks());
        List<Long> shape = List.of((long) mixture.width(config.hiddenSize()), (long)
                mixture.expert().size());
        files.find(next, shape).filter(tensor -> tensor.shape().equals(shape)).ifPresent(tensor -> {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "%s has a tensor %s; %s says that a layer has %d experts"
                            .formatted(
                                    files.fileOf(tensor),
                                    files.published(next),
                                    files.configName(),
                                    mixture.networks()));
        });
    }
}
