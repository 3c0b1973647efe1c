package io.gatehouse.server.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.completion.Input;
import io.gatehouse.run.SamplingBounds;
import io.gatehouse.server.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The body of {@code POST /v1/completions}. */
public record CompletionFields(
        @JsonField("Name of a model of --model; may be left out where there is one.")
        Optional<String> model,

        @JsonField(value = "A text, a list of token ids, or a list of either.", required = true)
        JsonNode prompt,

        @JsonProperty("max_tokens")
        @JsonField(value = "Most tokens of each text; default 16, 0 for the prompt alone.", minimum = 0)
        Optional<Long> maxTokens,

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

        @JsonField(value = "Texts after each prompt; default 1.", minimum = 1)
        Optional<Long> n,

        @JsonField("Random seed: a prompt has the same text alone or among others.")
        Optional<Long> seed,

        @JsonField("A text, or a list of texts, that ends a text and is left out of it.")
        JsonNode stop,

        @JsonField("Send the prompt back before the text.") Optional<Boolean> echo,

        @JsonField(
                value = "Send the log-probability of each token, with those of so many of the most probable ones.",
                minimum = 0,
                maximum = SamplingFields.MOST_TOP)
        Optional<Long> logprobs,

        @JsonProperty("add_special_tokens")
        @JsonField("Begin texts with the special tokens that the tokenizer begins one with; default true.")
        Optional<Boolean> addSpecialTokens,

        @JsonField("Only false: streaming is not supported.")
        Optional<Boolean> stream,

        @JsonProperty("best_of") @JsonField("Only as n.") Optional<Long> bestOf,

        @JsonProperty("frequency_penalty") @JsonField("Only 0.")
        Optional<Double> frequencyPenalty,

        @JsonProperty("presence_penalty") @JsonField("Only 0.")
        Optional<Double> presencePenalty,

        @JsonField("Not used.") Optional<String> user) {
    private static final int MAX_TOKENS = 16;

    /** What the fields ask for. */
    CompletionRequest request() {
        int samples = SamplingFields.whole("n", n, 1, SamplingFields.MOST_TEXTS, 1);
        SamplingFields.requireOnly("stream", stream, false);
        SamplingFields.requireOnly("best_of", bestOf, (long) samples);
        SamplingFields.requireOnly("frequency_penalty", frequencyPenalty, 0.0);
        SamplingFields.requireOnly("presence_penalty", presencePenalty, 0.0);
        List<Input> prompts = prompts();
        SamplingFields.requireFew(prompts.size(), samples);
        return new CompletionRequest(
                prompts,
                Optional.of(SamplingFields.whole("max_tokens", maxTokens, 0, Integer.MAX_VALUE, MAX_TOKENS)),
                samples,
                SamplingFields.stop(stop),
                SamplingFields.choice(temperature, topK, topP, minP, repetitionPenalty, seed),
                echo.orElse(false),
                logprobs.map(count -> SamplingFields.whole("logprobs", logprobs, 0, SamplingFields.MOST_TOP, 0)));
    }

    private List<Input> prompts() {
        if (prompt.isTextual() || (prompt.isArray() && prompt.path(0).isNumber())) {
            return List.of(one(prompt));
        }
        if (!prompt.isArray() || prompt.isEmpty()) {
            throw Json.invalid(
                    "The field \"prompt\" must be a text, a list of token ids, or a list of either, but is %s."
                            .formatted(SamplingFields.shown(prompt)));
        }
        List<Input> prompts = new ArrayList<>();
        prompt.forEach(each -> prompts.add(one(each)));
        return prompts;
    }

    private Input one(JsonNode each) {
        return each.isTextual()
                ? Input.text(each.textValue(), addSpecialTokens.orElse(true))
                : Input.tokens(SamplingFields.tokens("prompt", each));
    }
}
