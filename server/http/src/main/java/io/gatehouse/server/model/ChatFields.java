package io.gatehouse.server.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.completion.Input;
import io.gatehouse.server.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The body of {@code POST /v1/chat/completions}, where the messages are the prompt. */
public record ChatFields(
        @JsonField(value = "Objects with \"role\" and \"content\", a text.", required = true)
        ArrayNode messages,

        @JsonUnwrapped SamplingFields sampling,

        @JsonProperty("max_tokens")
        @JsonField(value = "Most tokens of each answer; by default as many as the model takes.", minimum = 1)
        Optional<Long> maxTokens,

        @JsonProperty("max_completion_tokens") @JsonField(value = "The same as max_tokens.", minimum = 1)
        Optional<Long> maxCompletionTokens,

        @JsonField("Send the log-probability of each token.")
        Optional<Boolean> logprobs,

        @JsonProperty("top_logprobs")
        @JsonField(
                value = "With logprobs, those of so many of the most probable tokens, too.",
                minimum = 0,
                maximum = SamplingFields.MOST_TOP)
        Optional<Long> topLogprobs) {
    /** What the fields ask for. */
    CompletionRequest request() {
        int samples = sampling.samples();
        sampling.requireSupported();
        if (topLogprobs.isPresent() && !logprobs.orElse(false)) {
            throw Json.invalid("The field \"top_logprobs\" needs \"logprobs\": true.");
        }
        return new CompletionRequest(
                List.of(new Input.Conversation(turns(messages), true)),
                mostTokens(),
                samples,
                sampling.stopTexts(),
                sampling.sampling(),
                false,
                logprobs.filter(wanted -> wanted)
                        .map(wanted -> FieldValues.whole("top_logprobs", topLogprobs, 0, SamplingFields.MOST_TOP, 0)));
    }

    /** The field has an old and a new name. */
    private Optional<Integer> mostTokens() {
        Optional<Integer> old =
                maxTokens.map(count -> FieldValues.whole("max_tokens", maxTokens, 1, Integer.MAX_VALUE, 1));
        Optional<Integer> most = maxCompletionTokens.map(
                count -> FieldValues.whole("max_completion_tokens", maxCompletionTokens, 1, Integer.MAX_VALUE, 1));
        if (old.isPresent() && most.isPresent() && !old.equals(most)) {
            throw Json.invalid(
                    "The fields \"max_tokens\" and \"max_completion_tokens\" mean the same, but are %d and %d."
                            .formatted(old.get(), most.get()));
        }
        return most.or(() -> old);
    }

    /** The messages of a conversation. */
    static List<Input.Turn> turns(ArrayNode messages) {
        if (messages.isEmpty()) {
            throw Json.invalid("The field \"messages\" needs at least one message.");
        }
        List<Input.Turn> turns = new ArrayList<>();
        for (JsonNode message : messages) {
            if (!message.path("role").isTextual()) {
                throw Json.invalid(
                        "A message has no \"role\" that is a string: %s.".formatted(FieldValues.shown(message)));
            }
            turns.add(new Input.Turn(message.path("role").textValue(), content(message)));
        }
        return turns;
    }

    /** A text, or a list of parts with texts. */
    private static String content(JsonNode message) {
        JsonNode content = message.path("content");
        if (content.isTextual()) {
            return content.textValue();
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                throw Json.invalid("A message has a part that is not a text: %s.".formatted(FieldValues.shown(part)));
            }
            text.append(part.path("text").textValue());
        }
        if (!content.isArray() || content.isEmpty()) {
            throw Json.invalid(
                    "A message has no \"content\" that is a string: %s.".formatted(FieldValues.shown(message)));
        }
        return text.toString();
    }
}
