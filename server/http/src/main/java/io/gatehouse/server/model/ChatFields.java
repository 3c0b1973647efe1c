package io.gatehouse.server.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.completion.Input;
import io.gatehouse.run.SamplingBounds;
import io.gatehouse.server.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The body of {@code POST /v1/chat/completions}. */
public record ChatFields(
        @JsonField("Name of a model of --model; may be left out where there is one.")
        Optional<String> model,

        @JsonField(value = "Objects with \"role\" and \"content\", a text.", required = true)
        ArrayNode messages,

        @JsonProperty("max_tokens")
        @JsonField(value = "Most tokens of each answer; by default as many as the model takes.", minimum = 1)
        Optional<Long> maxTokens,

        @JsonProperty("max_completion_tokens") @JsonField(value = "The same as max_tokens.", minimum = 1)
        Optional<Long> maxCompletionTokens,

        @JsonField(
                value = "0 for the most probable token each time, or " + SamplingBounds.TEMPERATURES + "; default 1.",
                minimum = 0)
        Optional<Double> temperature,

        @JsonProperty("top_p") @JsonField("Draw from the most probable tokens whose probabilities add up to it.")
        Optional<Double> topP,

        @JsonProperty("top_k") @JsonField("Draw from so many of the most probable tokens; 0 or -1 for all.")
        Optional<Long> topK,

        @JsonProperty("min_p") @JsonField("Leave out tokens less probable than this share of the highest probability.")
        Optional<Double> minP,

        @JsonProperty("repetition_penalty")
        @JsonField("Makes tokens less probable that prompt or text already contain: " + SamplingBounds.PENALTIES
                + ", default 1.")
        Optional<Double> repetitionPenalty,

        @JsonField(value = "Answers; default 1.", minimum = 1)
        Optional<Long> n,

        @JsonField("Random seed.") Optional<Long> seed,

        @JsonField("A text, or a list of texts, that ends an answer and is left out of it.")
        JsonNode stop,

        @JsonField("Send the log-probability of each token.")
        Optional<Boolean> logprobs,

        @JsonProperty("top_logprobs")
        @JsonField(
                value = "With logprobs, those of so many of the most probable tokens, too.",
                minimum = 0,
                maximum = SamplingFields.MOST_TOP)
        Optional<Long> topLogprobs,

        @JsonField("Only false: streaming is not supported.")
        Optional<Boolean> stream,

        @JsonProperty("frequency_penalty") @JsonField("Only 0.")
        Optional<Double> frequencyPenalty,

        @JsonProperty("presence_penalty") @JsonField("Only 0.")
        Optional<Double> presencePenalty,

        @JsonField("Not used.") Optional<String> user) {
    /** What the fields ask for. */
    CompletionRequest request() {
        int samples = SamplingFields.whole("n", n, 1, SamplingFields.MOST_TEXTS, 1);
        SamplingFields.requireOnly("stream", stream, false);
        SamplingFields.requireOnly("frequency_penalty", frequencyPenalty, 0.0);
        SamplingFields.requireOnly("presence_penalty", presencePenalty, 0.0);
        if (topLogprobs.isPresent() && !logprobs.orElse(false)) {
            throw Json.invalid("The field \"top_logprobs\" needs \"logprobs\": true.");
        }
        return new CompletionRequest(
                List.of(Input.conversation(turns(messages), true)),
                mostTokens(),
                samples,
                SamplingFields.stop(stop),
                SamplingFields.choice(temperature, topK, topP, minP, repetitionPenalty, seed),
                false,
                logprobs.filter(wanted -> wanted)
                        .map(wanted ->
                                SamplingFields.whole("top_logprobs", topLogprobs, 0, SamplingFields.MOST_TOP, 0)));
    }

    /** The field has an old and a new name. */
    private Optional<Integer> mostTokens() {
        Optional<Integer> old =
                maxTokens.map(count -> SamplingFields.whole("max_tokens", maxTokens, 1, Integer.MAX_VALUE, 1));
        Optional<Integer> most = maxCompletionTokens.map(
                count -> SamplingFields.whole("max_completion_tokens", maxCompletionTokens, 1, Integer.MAX_VALUE, 1));
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
                        "A message has no \"role\" that is a text: %s.".formatted(SamplingFields.shown(message)));
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
                throw Json.invalid(
                        "A message has a part that is not a text: %s.".formatted(SamplingFields.shown(part)));
            }
            text.append(part.path("text").textValue());
        }
        if (!content.isArray() || content.isEmpty()) {
            throw Json.invalid(
                    "A message has no \"content\" that is a text: %s.".formatted(SamplingFields.shown(message)));
        }
        return text.toString();
    }
}
