package io.gatehouse.checkpoint.config;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which layers of a Qwen model are mixtures: those whose number, counted from one, is a multiple of
 * "decoder_sparse_step", but for those that "mlp_only_layers" names, counted from zero.
 */
final class SparseSteps {
    private final ConfigFile file;

    SparseSteps(ConfigFile file) {
        this.file = file;
    }

    List<FeedForward> feedForwards(int layers, FeedForward.Sparse mixture) {
        int step = file.findSize("decoder_sparse_step", Integer.MAX_VALUE).orElse(1);
        Set<Long> dense = Set.copyOf(file.wholeNumbers("mlp_only_layers"));
        List<Boolean> sparse = IntStream.range(0, layers)
                .mapToObj(layer -> (layer + 1) % step == 0 && !dense.contains((long) layer))
                .toList();
        if (!sparse.contains(true)) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "%s makes none of the %d layers a mixture of experts".formatted(file.path(), layers));
        }
        return sparse.stream()
                .<FeedForward>map(isSparse -> isSparse ? mixture : new FeedForward.Dense(denseSize()))
                .toList();
    }

    private int denseSize() {
        return file.size("intermediate_size", DecoderKeys.MAX_WIDTH);
    }
}
