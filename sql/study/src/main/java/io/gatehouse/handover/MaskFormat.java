package io.gatehouse.handover;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** Which experts were never activated. */
final class MaskFormat implements HandoverFormat {
    @Override
    public String id() {
        return "mask";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN, Choice.SCOPE);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExpertMatrix matrix = ExpertMatrix.of(handover, this);
        TextFile.write(file, matrix::writeMask);
        return matrix.written();
    }
}
