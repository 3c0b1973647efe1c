package io.gatehouse.trace;

import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedSequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Responses of vLLM with {@code --enable-return-routed-experts}: {@code prompt_routed_experts} of shape [prompt tokens,
 * layers, top-k], or choices that have {@code routed_experts} of the prompt and of all but the last of their own tokens.
 * How many of these there are say {@code token_ids} of a choice, else {@code usage}. Ids only, in the forms that
 * {@link RoutingCube} reads. Tokens that were generated are left out: a run is about prompts.
 */
final class VllmResponses implements TraceReader {
    private static final String PROMPT = "prompt_routed_experts";
    private static final String ROUTED = "routed_experts";

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        JsonRecords.read(file, response -> sequences(response, shape).forEach(listener::sequence));
    }

    private static List<TracedSequence> sequences(JsonValue response, TraceShape shape) {
        String name = response.find("id")
                .or(() -> response.find("request_id"))
                .map(JsonValue::text)
                .orElse(response.place());
        Optional<JsonValue> prompt = response.find(PROMPT);
        if (prompt.isPresent()) {
            RoutingCube cube = RoutingCube.of(prompt.get(), shape.promptStart());
            return List.of(sequence(name, prompt.get(), cube, cube.end()));
        }
        List<JsonValue> choices = wholeChoices(response);
        if (choices.isEmpty()) {
            throw response.corrupt("has no field '%s'".formatted(PROMPT));
        }
        List<TracedSequence> sequences = new ArrayList<>();
        for (int i = 0; i < choices.size(); i++) {
            JsonValue routed = routed(choices.get(i)).orElseThrow();
            RoutingCube cube = RoutingCube.of(routed, shape.promptStart());
            int length = length(response, choices.get(i), choices.size()).promptOf(routed, cube.first(), cube.rows());
            cube.cut(length);
            sequences.add(sequence(choices.size() == 1 ? name : "%s#%d".formatted(name, i), routed, cube, length));
        }
        return sequences;
    }

    private static TracedSequence sequence(String name, JsonValue routed, RoutingCube cube, int length) {
        return new TracedSequence(
                name, Optional.empty(), "", new int[0], length, cube.layers(routed::corrupt));
    }

    /** The choices of a response whose experts are in one array with those of the prompt. */
    private static List<JsonValue> wholeChoices(JsonValue response) {
        List<JsonValue> whole = new ArrayList<>();
        response.find("choices").ifPresent(choices -> {
            for (int i = 0; i < choices.size(); i++) {
                JsonValue choice = choices.item(i);
                // A list is of generated tokens alone: the prompt then has a field of its own.
                if (routed(choice).filter(routed -> !routed.node().isArray()).isPresent()) {
                    whole.add(choice);
                }
            }
        });
        return whole;
    }

    private static Optional<JsonValue> routed(JsonValue choice) {
        return choice.find(ROUTED).or(() -> choice.find("message").flatMap(message -> message.find(ROUTED)));
    }

    /** Usage sums the generated tokens of all choices. */
    private static ResponseLength length(JsonValue response, JsonValue choice, int choices) {
        ResponseLength usage = response.find("usage")
                .map(ResponseLength::of)
                .orElse(new ResponseLength(OptionalInt.empty(), OptionalInt.empty()));
        Optional<Integer> generated = choice.find("token_ids").map(JsonValue::size);
        if (generated.isPresent()) {
            return new ResponseLength(usage.prompt(), OptionalInt.of(generated.get()));
        }
        if (usage.prompt().isEmpty() && (usage.generated().isEmpty() || choices > 1)) {
            throw choice.corrupt("has no field 'token_ids', and 'usage' does not say how many tokens the prompt has");
        }
        return choices == 1 ? usage : new ResponseLength(usage.prompt(), OptionalInt.empty());
    }
}
