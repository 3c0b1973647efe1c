package io.gatehouse.trace;

import io.gatehouse.store.TracedSequence;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Responses of vLLM with {@code --enable-return-routed-experts}: {@code prompt_routed_experts} of shape [prompt tokens,
 * layers, top-k]. Ids only. Tokens that were generated are left out: a run is about prompts.
 */
final class VllmResponses implements TraceReader {
    @Override
    public void read(Path file, TraceShape shape, TraceListener listener) {
        JsonRecords.read(file, response -> listener.sequence(sequence(response)));
    }

    private static TracedSequence sequence(TraceFields response) {
        RoutingCube prompt = RoutingCube.of(response.field("prompt_routed_experts"));
        String name = response.find("id").map(TraceFields::text).orElse(response.place());
        return new TracedSequence(name, Optional.empty(), "", new int[0], prompt.tokens(), prompt.layers());
    }
}
