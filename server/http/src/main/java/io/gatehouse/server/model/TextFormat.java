package io.gatehouse.server.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.completion.Completion;
import io.gatehouse.server.http.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The responses of {@code /v1/completions}. */
public final class TextFormat implements ResponseFormat {
    private static final String OBJECT = "text_completion";

    private final ResponseHead head;
    private final boolean scored;
    /** Characters of the scored tokens of each text that were sent. */
    private final Map<Integer, Integer> offsets = new HashMap<>();

    /** @param scored whether log-probabilities are sent */
    TextFormat(String model, int samples, boolean scored) {
        this.head = ResponseHead.of("cmpl", model, samples);
        this.scored = scored;
    }

    /** The response of {@code POST /v1/completions}. */
    public record Completions(
            String id,
            @JsonField(values = OBJECT) String object,
            @JsonField("Seconds since 1970.") long created,
            String model,

            @JsonField("In the order of the prompts; n for each.")
            List<Text> choices,

            Usage usage) {}

    /** A text after a prompt. */
    public record Text(
            int index,
            String text,

            @JsonField("Of the prompt with echo, and of the text.")
            Optional<Scores> logprobs,

            @JsonProperty("finish_reason")
            @JsonField(
                    value = "stop: the text ended, or a stop text came; length: it has max_tokens.",
                    values = {ResponseHead.STOP, ResponseHead.LENGTH})
            String finishReason) {}

    /** An event of the same with stream. */
    public record CompletionsPart(
            String id,
            @JsonField(values = OBJECT) String object,
            @JsonField("Seconds since 1970.") long created,
            String model,

            @JsonField("One; none in the event with the usage, which is the last one.")
            List<TextPart> choices,

            @JsonField("With include_usage, in the last event.")
            Optional<Usage> usage) {}

    /** The next part of a text. */
    public record TextPart(
            int index,
            String text,

            @JsonField("Of the tokens since the part before.")
            Optional<Scores> logprobs,

            @JsonProperty("finish_reason")
            @JsonField("stop or length in the last part of a text, and null before.")
            @Nullable
            String finishReason) {}

    /** Log-probabilities of tokens. The one of a token is the same number in both lists. */
    public record Scores(
            List<String> tokens,

            @JsonProperty("token_logprobs") @JsonField("null for the first token of a prompt.")
            ArrayNode tokenLogprobs,

            @JsonProperty("top_logprobs")
            @JsonField("Objects: the text of a token and its log-probability; null for the first token of a prompt. Of"
                    + " tokens with the same text, the most probable one.")
            ArrayNode topLogprobs,

            @JsonProperty("text_offset") @JsonField("Characters of the tokens before each.")
            List<Integer> textOffset) {}

    @Override
    public Completions whole(List<Completion> completions) {
        List<Text> texts = completions.stream()
                .map(completion -> new Text(
                        head.index(completion),
                        text(completion),
                        findScores(completion),
                        ResponseHead.finishReason(completion)))
                .toList();
        return new Completions(head.id(), OBJECT, head.created(), head.model(), texts, Usage.of(completions));
    }

    @Override
    public CompletionsPart part(Completion part) {
        TextPart text =
                new TextPart(head.index(part), text(part), findScores(part), ResponseHead.finishReasonOfPart(part));
        return new CompletionsPart(head.id(), OBJECT, head.created(), head.model(), List.of(text), Optional.empty());
    }

    @Override
    public CompletionsPart usage(Usage usage) {
        return new CompletionsPart(head.id(), OBJECT, head.created(), head.model(), List.of(), Optional.of(usage));
    }

    private static String text(Completion completion) {
        return completion.prompted().orElse("") + completion.text();
    }

    private Optional<Scores> findScores(Completion completion) {
        return scored ? Optional.of(scores(completion)) : Optional.empty();
    }

    private Scores scores(Completion completion) {
        List<String> tokens = new ArrayList<>();
        ArrayNode logprobs = Json.object().putArray("token_logprobs");
        ArrayNode tops = Json.object().putArray("top_logprobs");
        List<Integer> starts = new ArrayList<>();
        int offset = offsets.getOrDefault(head.index(completion), 0);
        for (Completion.Scored token : completion.scored()) {
            tokens.add(token.token());
            starts.add(offset);
            offset += token.token().codePointCount(0, token.token().length());
            if (token.logProbability().isEmpty()) {
                logprobs.addNull();
                tops.addNull();
                continue;
            }
            logprobs.add(token.logProbability().get());
            ObjectNode candidates = tops.addObject();
            for (Completion.Candidate candidate : token.top()) {
                // The most probable one comes first, and must not be replaced by one that is written alike.
                if (!candidates.has(candidate.token())) {
                    candidates.put(candidate.token(), candidate.logProbability());
                }
            }
        }
        offsets.put(head.index(completion), offset);
        return new Scores(tokens, logprobs, tops, starts);
    }
}
