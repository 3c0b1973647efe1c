package io.gatehouse.server.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.completion.Input;
import io.gatehouse.server.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The body of {@code POST /v1/completions}. */
public record CompletionFields(
        @JsonField(value = "A text, a list of token ids, or a list of either.", required = true)
        JsonNode prompt,

        @JsonUnwrapped SamplingFields sampling,

        @JsonProperty("max_tokens")
        @JsonField(value = "Most tokens of each text; default 16, 0 for the prompt alone.", minimum = 0)
        Optional<Long> maxTokens,

        @JsonField("Send the prompt back before the text.") Optional<Boolean> echo,

        @JsonField(
                value = "Send the log-probability of each token, with those of so many of the most probable ones.",
                minimum = 0,
                maximum = SamplingFields.MOST_TOP)
        Optional<Long> logprobs,

        @JsonProperty("add_special_tokens")
        @JsonField("Begin texts with the special tokens that the tokenizer begins one with; default true.")
        Optional<Boolean> addSpecialTokens,

        @JsonProperty("best_of") @JsonField("Only as n.") Optional<Long> bestOf) {
    private static final int MAX_TOKENS = 16;

    /** What the fields ask for. */
    CompletionRequest request() {
        int samples = sampling.samples();
        sampling.requireSupported();
        FieldValues.requireOnly("best_of", bestOf, (long) samples);
        List<Input> prompts = prompts();
        requireFew(prompts.size(), samples);
        return new CompletionRequest(
                prompts,
                Optional.of(FieldValues.whole("max_tokens", maxTokens, 0, Integer.MAX_VALUE, MAX_TOKENS)),
                samples,
                sampling.stopTexts(),
                sampling.sampling(),
                echo.orElse(false),
                logprobs.map(count -> FieldValues.whole("logprobs", logprobs, 0, SamplingFields.MOST_TOP, 0)));
    }

    private static void requireFew(int prompts, int samples) {
        if ((long) prompts * samples > SamplingFields.MOST_TEXTS) {
            throw Json.invalid(
                    "The request asks for %,d texts (%,d prompts, n is %d); at most %,d are computed at a time."
                            .formatted((long) prompts * samples, prompts, samples, SamplingFields.MOST_TEXTS));
        }
    }

    private List<Input> prompts() {
        if (prompt.isTextual() || (prompt.isArray() && prompt.path(0).isNumber())) {
            return List.of(one(prompt));
        }
        if (!prompt.isArray() || prompt.isEmpty()) {
            throw Json.invalid(
                    "The field \"prompt\" must be a string, a list of token ids, or a list of either, but is %s."
                            .formatted(FieldValues.shown(prompt)));
        }
        List<Input> prompts = new ArrayList<>();
        prompt.forEach(each -> prompts.add(one(each)));
        return prompts;
    }

    private Input one(JsonNode each) {
        return each.isTextual()
                ? new Input.Text(each.textValue(), addSpecialTokens.orElse(true))
                : new Input.Tokens(FieldValues.tokens("prompt", each));
    }
}
