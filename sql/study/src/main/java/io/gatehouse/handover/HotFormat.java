package io.gatehouse.handover;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** The most used experts of each layer, as a table. */
final class HotFormat implements HandoverFormat {
    @Override
    public String id() {
        return "hot";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN, Choice.SCOPE, Choice.HOTTEST);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExpertMatrix matrix = ExpertMatrix.of(handover, this);
        TextFile.write(file, out -> {
            out.write("layer,expert,rank,count\n");
            for (int layer = 0; layer < matrix.activations().length; layer++) {
                int rank = 0;
                for (int expert : matrix.hottest(layer, handover.choices().hottest())) {
                    out.write(String.format(
                            Locale.ROOT, "%d,%d,%d,%d\n", layer, expert, ++rank, matrix.activations()[layer][expert]));
                }
            }
        });
        return matrix.written();
    }
}
