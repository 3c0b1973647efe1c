package io.gatehouse.trace;

import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.DecisionTable;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What OLMoE's own script writes (allenai/OLMoE, run_routing_analysis.py): a line a sequence with {@code input_ids} and
 * {@code exp_ids} of shape [tokens, top-k, layers], best first. Ids only.
 */
final class OlmoeTokens implements TraceReader {
    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        JsonRecords.read(file, line -> listener.sequence(sequence(line)));
    }

    private static TracedSequence sequence(JsonValue line) {
        int[] tokens = line.field("input_ids").indices();
        JsonValue routed = line.field("exp_ids");
        if (routed.size() != tokens.length) {
            throw routed.corrupt("has %d tokens, but input_ids has %d".formatted(routed.size(), tokens.length));
        }
        DecisionTable table = new DecisionTable(routed.place(), true);
        for (int token = 0; token < tokens.length; token++) {
            JsonValue ranks = routed.item(token);
            for (int rank = 0; rank < ranks.size(); rank++) {
                int[] byLayer = ranks.item(rank).indices();
                for (int layer = 0; layer < byLayer.length; layer++) {
                    table.add(layer, token, byLayer[layer]);
                }
            }
        }
        return new TracedSequence(line.place(), Optional.empty(), "", tokens, tokens.length, table.layers());
    }
}
