package io.gatehouse.trace;

import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedSequence;
import io.gatehouse.trace.reader.JsonRecords;
import io.gatehouse.trace.reader.ResponseLength;
import io.gatehouse.trace.reader.RoutingCube;
import io.gatehouse.trace.reader.TraceListener;
import io.gatehouse.trace.reader.TraceReader;
import io.gatehouse.trace.reader.TraceShape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Responses of vLLM with {@code --enable-return-routed-experts}: {@code prompt_routed_experts} of shape [prompt tokens,
 * layers, top-k], with choices that may have {@code routed_experts} of their own tokens; or choices whose {@code
 * routed_experts} has the prompt and all but the last of their own tokens. How many of these there are say {@code
 * token_ids} of a choice, else {@code usage}. Ids, and weights where they are packed, in the forms that {@link RoutingCube}
 * reads. Each choice is a sequence.
 */
final class VllmResponses implements TraceReader {
    private static final String PROMPT = "prompt_routed_experts";
    private static final String ROUTED = "routed_experts";
    private static final String PROMPT_IDS = "prompt_token_ids";
    private static final String IDS = "token_ids";

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        JsonRecords.read(file, response -> sequences(response, shape).forEach(listener::sequence));
    }

    private static List<TracedSequence> sequences(JsonValue response, TraceShape shape) {
        String name = response.find("id", "request_id").map(JsonValue::text).orElse(response.place());
        Optional<JsonValue> promptField = response.find(PROMPT);
        if (promptField.isEmpty()) {
            requireNoneInChoices(response);
        }
        List<JsonValue> choices = routedChoices(response, promptField.isPresent());
        if (promptField.isEmpty() && choices.isEmpty()) {
            throw response.corrupt("has no field '%s'".formatted(PROMPT));
        }
        Optional<RoutingCube> prompt =
                promptField.map(field -> RoutingCube.of(field, shape.promptStart(), shape.packedWeights()));
        if (prompt.isPresent() && choices.isEmpty()) {
            int length = prompt.get().end();
            int[] ids = response.find(PROMPT_IDS).map(JsonValue::indices).orElse(new int[0]);
            return List.of(sequence(name, promptField.get(), prompt.get(), length, ids));
        }
        List<TracedSequence> sequences = new ArrayList<>();
        for (int i = 0; i < choices.size(); i++) {
            JsonValue choice = choices.get(i);
            JsonValue routed = routed(choice).orElseThrow();
            String ofChoice = choices.size() == 1 ? name : "%s#%d".formatted(name, i);
            ResponseLength known = length(response, choice, choices.size());
            RoutingCube cube;
            int length;
            if (prompt.isPresent()) {
                length = prompt.get().end();
                RoutingCube generated = RoutingCube.of(routed, length, shape.packedWeights());
                known.requireGenerated(routed, generated.rows());
                cube = prompt.get().then(generated, routed::corrupt);
            } else if (known.prompt().isEmpty() && known.generated().isEmpty()) {
                throw choice.corrupt(
                        "has no field 'token_ids', and 'usage' does not say how many tokens the prompt has");
            } else {
                cube = RoutingCube.of(routed, shape.promptStart(), shape.packedWeights());
                length = known.promptOf(routed, cube.first(), cube.rows());
            }
            sequences.add(sequence(ofChoice, routed, cube, length, ids(response, choice)));
        }
        return sequences;
    }

    /** The prompt is that of all choices, and no version of vLLM repeats its routing in each of them. */
    private static void requireNoneInChoices(JsonValue response) {
        response.find("choices").ifPresent(choices -> {
            for (int i = 0; i < choices.size(); i++) {
                choices.item(i).find(PROMPT).ifPresent(field -> {
                    throw field.corrupt("belongs to the response, beside 'choices', where vLLM writes it");
                });
            }
        });
    }

    private static TracedSequence sequence(String name, JsonValue routed, RoutingCube cube, int length, int[] ids) {
        if (ids.length > 0 && ids.length < length) {
            throw routed.corrupt(
                    "is of a prompt of %d tokens, but the response has the ids of %d".formatted(length, ids.length));
        }
        return new TracedSequence(name, Optional.empty(), "", ids, length, cube.layers(length, routed::corrupt));
    }

    /**
     * The choices of a response that have routing. A list is of generated tokens alone: without a field for the prompt it
     * says nothing about positions.
     */
    private static List<JsonValue> routedChoices(JsonValue response, boolean promptApart) {
        List<JsonValue> routed = new ArrayList<>();
        response.find("choices").ifPresent(choices -> {
            for (int i = 0; i < choices.size(); i++) {
                JsonValue choice = choices.item(i);
                if (routed(choice)
                        .filter(field -> promptApart || !field.node().isArray())
                        .isPresent()) {
                    routed.add(choice);
                }
            }
        });
        return routed;
    }

    private static Optional<JsonValue> routed(JsonValue choice) {
        return choice.find(ROUTED).or(() -> choice.find("message").flatMap(message -> message.find(ROUTED)));
    }

    /** The ids of all tokens of a choice, if the response has those of its prompt: with return_token_ids it does. */
    private static int[] ids(JsonValue response, JsonValue choice) {
        Optional<int[]> prompt =
                response.find(PROMPT_IDS).or(() -> choice.find(PROMPT_IDS)).map(JsonValue::indices);
        int[] generated = choice.find(IDS).map(JsonValue::indices).orElse(new int[0]);
        return prompt.map(ids -> IntStream.concat(IntStream.of(ids), IntStream.of(generated))
                        .toArray())
                .orElse(new int[0]);
    }

    /** Usage sums the generated tokens of all choices. */
    private static ResponseLength length(JsonValue response, JsonValue choice, int choices) {
        ResponseLength usage = response.find("usage")
                .map(ResponseLength::of)
                .orElse(new ResponseLength(OptionalInt.empty(), OptionalInt.empty()));
        OptionalInt prompt = response.find(PROMPT_IDS)
                .or(() -> choice.find(PROMPT_IDS))
                .map(ids -> OptionalInt.of(ids.size()))
                .orElse(usage.prompt());
        Optional<Integer> generated = choice.find(IDS).map(JsonValue::size);
        if (generated.isPresent()) {
            return new ResponseLength(prompt, OptionalInt.of(generated.get()));
        }
        return new ResponseLength(prompt, choices == 1 ? usage.generated() : OptionalInt.empty());
    }
}
