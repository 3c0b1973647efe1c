package io.gatehouse.completion;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Prompts, and what is asked of each.
 *
 * @param maxTokens most tokens of each text; 0 for the prompts alone, empty for as many as the model takes
 * @param samples texts after each prompt
 * @param stop texts that end a text, and are left out of it
 * @param echo whether the prompts are sent back, and scored where tokens are
 * @param top of each token, its log-probability and those of so many of the most probable ones; empty for none
 */
public record CompletionRequest(
        List<Input> prompts,
        Optional<Integer> maxTokens,
        int samples,
        List<String> stop,
        TokenSampling sampling,
        boolean echo,
        Optional<Integer> top) {
    public CompletionRequest {
        prompts = List.copyOf(prompts);
        requireNonNull(maxTokens, "maxTokens is null");
        stop = List.copyOf(stop);
        requireNonNull(sampling, "sampling is null");
        requireNonNull(top, "top is null");
        if (prompts.isEmpty() || samples < 1) {
            throw new IllegalArgumentException("%d prompts, %d texts after each".formatted(prompts.size(), samples));
        }
    }
}
