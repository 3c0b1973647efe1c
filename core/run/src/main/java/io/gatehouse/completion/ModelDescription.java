package io.gatehouse.completion;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;

/**
 * What clients have to know of a model.
 *
 * @param positions the most tokens of a prompt and the text after it
 * @param specialTokens by the names that chat templates know, such as {@code eos_token}
 * @param chatTemplate Jinja
 */
public record ModelDescription(int positions, Map<String, String> specialTokens, Optional<String> chatTemplate) {
    public ModelDescription {
        specialTokens = Map.copyOf(specialTokens);
        requireNonNull(chatTemplate, "chatTemplate is null");
    }
}
