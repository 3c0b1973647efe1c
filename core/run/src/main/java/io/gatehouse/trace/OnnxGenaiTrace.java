package io.gatehouse.trace;

import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.DecisionTable;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.TraceBounds;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Traces of onnx-genai (justinchuby/onnx-genai, {@code scripts/moe_expert_trace.json}): {@code prompts.NAME} with {@code
 * prefill} and {@code decode} of shape [tokens, layers, top-k], best first. Ids only. All layers have experts, or else they
 * are numbered without those that have none.
 */
final class OnnxGenaiTrace implements TraceReader {
    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        JsonValue prompts = JsonRecords.whole(file).field("prompts");
        for (String name : prompts.properties().stream().map(Map.Entry::getKey).toList()) {
            listener.sequence(sequence(name, prompts.field(name)));
        }
    }

    private static TracedSequence sequence(String name, JsonValue prompt) {
        JsonValue prefill = prompt.field("prefill");
        int tokens = prefill.size();
        prompt.find("prompt_len").ifPresent(length -> {
            if (length.index() != tokens) {
                throw prefill.corrupt("has %d tokens, but prompt_len is %d".formatted(tokens, length.index()));
            }
        });
        DecisionTable table = new DecisionTable(prompt.place(), true);
        add(table, prefill, 0);
        prompt.find("decode").ifPresent(decode -> add(table, decode, tokens));
        return new TracedSequence(name, Optional.empty(), "", new int[0], tokens, table.layers());
    }

    private static void add(DecisionTable table, JsonValue routed, int first) {
        for (int token = 0; token < routed.size(); token++) {
            JsonValue layers = routed.item(token);
            for (int layer = 0; layer < layers.size(); layer++) {
                JsonValue experts = layers.item(layer);
                for (int rank = 0; rank < experts.size(); rank++) {
                    table.add(layer, first + token, experts.item(rank).integer(0, TraceBounds.MOST - 1));
                }
            }
        }
    }
}
