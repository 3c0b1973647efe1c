package io.gatehouse.trace;

import io.gatehouse.json.JsonValue;
import io.gatehouse.store.transfer.TracedSequence;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Responses of vLLM with {@code --enable-return-routed-experts}: {@code prompt_routed_experts} of shape [prompt tokens,
 * layers, top-k], or of {@code /inference/v1/generate}, whose choices have {@code routed_experts} of the prompt and of
 * all but the last of their own {@code token_ids}. Ids only, as lists or as NumPy's npy in base64. Tokens that were
 * generated are left out: a run is about prompts.
 */
final class VllmResponses implements TraceReader {
    private static final String PROMPT = "prompt_routed_experts";

    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        JsonRecords.read(file, response -> listener.sequence(sequence(response)));
    }

    private static TracedSequence sequence(JsonValue response) {
        RoutingCube prompt = response.find(PROMPT)
                .map(RoutingCube::of)
                .or(() -> whole(response).map(VllmResponses::promptOf))
                .orElseThrow(() -> response.corrupt("has no field '%s'".formatted(PROMPT)));
        String name = response.find("id")
                .or(() -> response.find("request_id"))
                .map(JsonValue::text)
                .orElse(response.place());
        return new TracedSequence(name, Optional.empty(), "", new int[0], prompt.tokens(), prompt.layers());
    }

    /** The first choice of a response, if its experts are in one array with those of the prompt. */
    private static Optional<JsonValue> whole(JsonValue response) {
        return response.find("choices")
                .filter(choices -> choices.size() > 0)
                .map(choices -> choices.item(0))
                .filter(choice ->
                        choice.find("routed_experts").filter(JsonValue::isText).isPresent());
    }

    private static RoutingCube promptOf(JsonValue choice) {
        JsonValue routed = choice.field("routed_experts");
        RoutingCube cube = RoutingCube.of(routed);
        int generated = choice.field("token_ids").size();
        int prompt = cube.tokens() - Math.max(0, generated - 1);
        if (prompt < 1) {
            throw routed.corrupt("has %d tokens, but %d were generated".formatted(cube.tokens(), generated));
        }
        cube.cut(prompt);
        return cube;
    }
}
