package io.gatehouse.handover;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The most used experts of each layer, as the list of experts that fitz-tec's cache for llama.cpp keeps. */
final class PinsFormat implements HandoverFormat {
    @Override
    public String id() {
        return "pins";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN, Choice.SCOPE, Choice.HOTTEST);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExpertMatrix matrix = ExpertMatrix.of(handover, this);
        TextFile.write(file, out -> {
            out.write(String.format(
                    Locale.ROOT,
                    "# EXPERT_CACHE_PIN_LIST v1\nn_layer %d\nn_expert %d\n",
                    matrix.activations().length,
                    matrix.activations()[0].length));
            for (int layer = 0; layer < matrix.activations().length; layer++) {
                int[] experts = matrix.hottest(layer, handover.choices().hottest());
                if (experts.length > 0) {
                    out.write(String.format(
                            Locale.ROOT,
                            "layer %d: %s\n",
                            layer,
                            IntStream.of(experts).mapToObj(Integer::toString).collect(Collectors.joining(" "))));
                }
            }
        });
        return matrix.written();
    }
}
