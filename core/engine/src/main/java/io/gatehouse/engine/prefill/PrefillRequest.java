package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Prompts that are put into micro-batches together, and the listener that receives their results. The results do not
 * depend on other requests of the same pass.
 *
 * @param listener is given indexes into {@code prompts}
 */
public record PrefillRequest(List<Prompt> prompts, PrefillListener listener) {
    public PrefillRequest {
        prompts = List.copyOf(prompts);
        requireNonNull(listener, "listener is null");
    }
}
