package io.gatehouse.engine.prefill;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Prompts that are put into micro-batches together, and who is told what becomes of them. What is computed for them is
 * the same whatever requests go through the layers beside them.
 *
 * @param listener is given indexes into {@code prompts}
 */
public record PrefillRequest(List<Prompt> prompts, PrefillListener listener) {
    public PrefillRequest {
        prompts = List.copyOf(prompts);
        requireNonNull(listener, "listener is null");
    }
}
