package io.gatehouse.trace;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedAnswer;
import io.gatehouse.store.transfer.TracedLayer;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.Gate;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Cases of C3PO (arXiv 2504.07964): {@code input_text}, {@code correct_answer}, {@code model_answer}, {@code is_correct}
 * and {@code last_token_routing.layers[]} with {@code routing_weights} by {@code expert_N}: the whole gate at the last
 * token of the prompt.
 */
final class C3poCases implements TraceReader {
    private static final String EXPERT = "expert_";

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        JsonRecords.read(file, entry -> {
            JsonValue text = entry.field("input_text");
            List<TracedLayer> layers = layers(entry.field("last_token_routing").field("layers"), shape);
            listener.sequence(new TracedSequence(entry.place(), Optional.empty(), text.text(), new int[0], 1, layers));
            listener.answer(new TracedAnswer(
                    entry.place(),
                    text.text(),
                    entry.field("correct_answer").text(),
                    entry.find("model_answer").map(JsonValue::text),
                    entry.field("is_correct").truth()));
        });
    }

    private static List<TracedLayer> layers(JsonValue list, TraceShape shape) {
        List<TracedLayer> layers = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            JsonValue layer = list.item(i);
            JsonValue gate = layer.field("routing_weights");
            layers.add(Gate.decisions(
                    layer.field("layer").index(), shape.requireTopK(gate.place()), probabilities(gate), gate.place()));
        }
        return layers;
    }

    private static float[] probabilities(JsonValue gate) {
        Set<Map.Entry<String, JsonNode>> weights = gate.properties();
        float[] probabilities = new float[weights.size()];
        for (Map.Entry<String, JsonNode> weight : weights) {
            JsonValue value = gate.field(weight.getKey());
            int expert = expert(weight.getKey(), value);
            if (expert >= probabilities.length) {
                throw gate.corrupt("names expert %d, but has %d experts".formatted(expert, probabilities.length));
            }
            probabilities[expert] = value.number();
        }
        return probabilities;
    }

    private static int expert(String name, JsonValue value) {
        try {
            int expert = name.startsWith(EXPERT) ? Integer.parseInt(name.substring(EXPERT.length())) : -1;
            if (expert >= 0) {
                return expert;
            }
        } catch (NumberFormatException e) {
            throw value.corrupt("is not an expert: " + e.getMessage());
        }
        throw value.corrupt("is not named %sN".formatted(EXPERT));
    }
}
