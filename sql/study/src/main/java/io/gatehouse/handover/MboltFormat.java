package io.gatehouse.handover;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Rows;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Orders of the experts of each layer in which those that are needed together lie together, as mbolt (PyPI, 0.1.0,
 * {@code mbolt/cluster.py}) writes them to {@code perms.json}; it stores the experts of a GGUF file in such an order.
 */
final class MboltFormat implements HandoverFormat {
    @Override
    public String id() {
        return "mbolt";
    }

    @Override
    public Set<Choice> choices() {
        return Set.of(Choice.RUN, Choice.SCOPE);
    }

    @Override
    public Written write(Handover handover, Path file) throws IOException {
        ExpertMatrix matrix = ExpertMatrix.of(handover, this);
        ExportedRun run = handover.exported();
        MoeLayers moe = MoeLayers.of(run, this);
        Map<Integer, Coactivation> layers = new TreeMap<>();
        moe.numbers().forEach(layer -> layers.put(layer, new Coactivation(matrix.activations()[layer])));
        boolean known = false;
        try (Rows rows = run.ask("coactivation", matrix.scope())) {
            while (rows.next()) {
                known = true;
                requireNonNull(layers.get(ExportedRun.number(rows, 0)))
                        .add(
                                ExportedRun.number(rows, 1),
                                ExportedRun.number(rows, 2),
                                ExportedRun.count(rows, 3),
                                ExportedRun.count(rows, 4));
            }
        }
        if (!known && run.topK() > 1) {
            throw run.lacks(this, "has no routing of single tokens at scope %s".formatted(matrix.scope()));
        }
        List<String> texts = new ArrayList<>();
        layers.forEach(
                (layer, coactivation) -> texts.add(ExpertLayout.of(coactivation).json(layer)));
        TextFile.write(
                file,
                out -> out.write("{\"n_layers\": %s, \"n_expert\": %s, \"n_tokens\": %s, \"layers\": [\n %s\n]}\n"
                        .formatted(texts.size(), run.experts(), matrix.tokens(), String.join(",\n ", texts))));
        return matrix.written();
    }
}
