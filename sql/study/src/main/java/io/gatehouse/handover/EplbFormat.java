package io.gatehouse.handover;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** How often each expert was activated, as read by SGLang's {@code --init-expert-location} and DeepSeek's EPLB. */
final class EplbFormat implements HandoverFormat {
    @Override
    public String id() {
        return "eplb";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN, Choice.SCOPE);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExpertMatrix matrix = ExpertMatrix.of(handover, this);
        TextFile.write(file, matrix::writeLoads);
        return matrix.written();
    }
}
