package io.gatehouse.server.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.completion.TokenSampling;
import io.gatehouse.run.SamplingBounds;
import io.gatehouse.server.http.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The fields that every request for texts may have: which model, how many texts, how tokens are chosen, how they are sent. */
public record SamplingFields(
        @JsonField("Name of a model of --model; may be left out where there is one.")
        Optional<String> model,

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

        @JsonField(value = "Texts after each prompt; default 1.", minimum = 1, maximum = SamplingFields.MOST_TEXTS)
        Optional<Long> n,

        @JsonField("Random seed: a prompt has the same text alone or among others.")
        Optional<Long> seed,

        @JsonField("A text, or a list of texts, that ends a text and is left out of it.")
        JsonNode stop,

        @JsonField("Send the texts while they are generated, as server-sent events; default false.")
        Optional<Boolean> stream,

        @JsonProperty("stream_options")
        @JsonField("An object, with stream: {\"include_usage\": true} sends the numbers of tokens as the last event.")
        JsonNode streamOptions,

        @JsonProperty("frequency_penalty") @JsonField("Only 0.")
        Optional<Double> frequencyPenalty,

        @JsonProperty("presence_penalty") @JsonField("Only 0.")
        Optional<Double> presencePenalty,

        @JsonField("Not used.") Optional<String> user) {
    /** Texts that one request may ask for: prompts times n. */
    static final int MOST_TEXTS = 1024;

    /** Most probable tokens that a request may ask for at each place. */
    static final int MOST_TOP = 20;

    private static final String INCLUDE_USAGE = "include_usage";

    /** Refuses fields that would change the texts and are not implemented. */
    void requireSupported() {
        FieldValues.requireOnly("frequency_penalty", frequencyPenalty, 0.0);
        FieldValues.requireOnly("presence_penalty", presencePenalty, 0.0);
    }

    /** Texts after each prompt. */
    int samples() {
        return FieldValues.whole("n", n, 1, MOST_TEXTS, 1);
    }

    List<String> stopTexts() {
        return FieldValues.stop(stop);
    }

    TokenSampling sampling() {
        return new TokenSampling(
                FieldValues.number(
                        "temperature",
                        temperature,
                        1,
                        value -> value == 0 || SamplingBounds.isTemperature(value),
                        "0 or " + SamplingBounds.TEMPERATURES),
                Math.max(0, FieldValues.whole("top_k", topK, -1, Integer.MAX_VALUE, 0)),
                FieldValues.number("top_p", topP, 1, value -> value > 0 && value <= 1, "a number above 0 and up to 1"),
                FieldValues.number("min_p", minP, 0, value -> value >= 0 && value <= 1, "a number from 0 to 1"),
                FieldValues.number(
                        "repetition_penalty",
                        repetitionPenalty,
                        1,
                        SamplingBounds::isPenalty,
                        SamplingBounds.PENALTIES),
                seed.orElseGet(() -> ThreadLocalRandom.current().nextLong()));
    }

    /** How the texts are sent. */
    Delivery delivery() {
        boolean streamed = stream.orElse(false);
        boolean given = !streamOptions.isMissingNode() && !streamOptions.isNull();
        if (given && !streamed) {
            throw Json.invalid("The field \"stream_options\" needs \"stream\": true.");
        }
        return new Delivery(streamed, given && includeUsage());
    }

    private boolean includeUsage() {
        if (!(streamOptions instanceof ObjectNode options)) {
            throw Json.invalid("The field \"stream_options\" must be an object, but is %s."
                    .formatted(FieldValues.shown(streamOptions)));
        }
        for (Map.Entry<String, JsonNode> option : options.properties()) {
            if (!option.getKey().equals(INCLUDE_USAGE)) {
                throw Json.invalid("The field \"stream_options\" has \"%s\"; it may have \"%s\"."
                        .formatted(option.getKey(), INCLUDE_USAGE));
            }
            if (!option.getValue().isBoolean()) {
                throw Json.invalid("The field \"%s\" must be true or false, but is %s."
                        .formatted(INCLUDE_USAGE, FieldValues.shown(option.getValue())));
            }
        }
        return options.path(INCLUDE_USAGE).booleanValue();
    }

    /**
     * How the texts of a request are sent.
     *
     * @param streamed as events, while they are generated
     * @param usage whether the numbers of tokens are the last event
     */
    record Delivery(boolean streamed, boolean usage) {}
}
