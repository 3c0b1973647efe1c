package io.gatehouse.handover;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * How often each expert was activated, as a file of PyTorch with {@code logical_count}, shape [layers, experts], which
 * SGLang with KTransformers' kt-kernel loads to place the most used experts on the GPU.
 */
final class KtFormat implements HandoverFormat {
    @Override
    public String id() {
        return "kt";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN, Choice.SCOPE);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExpertMatrix matrix = ExpertMatrix.of(handover, this);
        TorchFile.write(file, "logical_count", matrix.activations());
        return matrix.written();
    }
}
