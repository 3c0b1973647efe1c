package io.gatehouse.server.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.completion.Completion;
import io.gatehouse.server.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The responses of {@code /v1/chat/completions}. */
public final class ChatFormat implements ResponseFormat {
    private static final String OBJECT = "chat.completion";
    private static final String PART = "chat.completion.chunk";
    private static final String ROLE = "assistant";

    private final ResponseHead head;
    private final Optional<Integer> top;
    /** Answers of which a part was sent. */
    private final Set<Integer> begun = new HashSet<>();

    /** @param top most probable tokens that are sent of each token; empty for no log-probabilities */
    ChatFormat(String model, int samples, Optional<Integer> top) {
        this.head = ResponseHead.of("chatcmpl", model, samples);
        this.top = top;
    }

    /** The response of {@code POST /v1/chat/completions}. */
    public record ChatCompletions(
            String id,
            @JsonField(values = OBJECT) String object,
            @JsonField("Seconds since 1970.") long created,
            String model,
            List<Answer> choices,
            Usage usage) {}

    /** An answer of the model. */
    public record Answer(
            int index,
            Message message,
            Optional<ChatScores> logprobs,

            @JsonProperty("finish_reason") @JsonField(values = {ResponseHead.STOP, ResponseHead.LENGTH})
            String finishReason) {}

    /** What the model says. */
    public record Message(@JsonField(values = ROLE) String role, String content) {}

    /** An event of the same with stream. */
    public record ChatPart(
            String id,
            @JsonField(values = PART) String object,
            @JsonField("Seconds since 1970.") long created,
            String model,

            @JsonField("One; none in the event with the usage, which is the last one.")
            List<AnswerPart> choices,

            @JsonField("With include_usage, in the last event.")
            Optional<Usage> usage) {}

    /** The next part of an answer. */
    public record AnswerPart(
            int index,
            Delta delta,
            Optional<ChatScores> logprobs,

            @JsonProperty("finish_reason")
            @JsonField("stop or length in the last part of an answer, and null before.")
            @Nullable
            String finishReason) {}

    /** What is new. */
    public record Delta(
            @JsonField(value = "In the first part of an answer.", values = ROLE)
            Optional<String> role,

            String content) {}

    /** Log-probabilities of the tokens of an answer. */
    public record ChatScores(List<ChatToken> content) {}

    /** A token of an answer. */
    public record ChatToken(
            String token,
            double logprob,
            @JsonField("UTF-8 of the token.") List<Integer> bytes,

            @JsonProperty("top_logprobs")
            @JsonField("Objects with token, logprob and bytes, the most probable one first.")
            ArrayNode topLogprobs) {}

    @Override
    public ChatCompletions whole(List<Completion> completions) {
        List<Answer> answers = completions.stream()
                .map(completion -> new Answer(
                        head.index(completion),
                        new Message(ROLE, completion.text()),
                        top.map(count -> scores(completion, count)),
                        ResponseHead.finishReason(completion)))
                .toList();
        return new ChatCompletions(head.id(), OBJECT, head.created(), head.model(), answers, Usage.of(completions));
    }

    @Override
    public ChatPart part(Completion part) {
        int index = head.index(part);
        AnswerPart answer = new AnswerPart(
                index,
                new Delta(begun.add(index) ? Optional.of(ROLE) : Optional.empty(), part.text()),
                top.map(count -> scores(part, count)),
                ResponseHead.finishReasonOfPart(part));
        return new ChatPart(head.id(), PART, head.created(), head.model(), List.of(answer), Optional.empty());
    }

    @Override
    public ChatPart usage(Usage usage) {
        return new ChatPart(head.id(), PART, head.created(), head.model(), List.of(), Optional.of(usage));
    }

    private static ChatScores scores(Completion completion, int top) {
        List<ChatToken> tokens = new ArrayList<>();
        for (Completion.Scored scored : completion.scored()) {
            ArrayNode tops = Json.object().putArray("top_logprobs");
            for (Completion.Candidate candidate :
                    scored.top().subList(0, Math.min(top, scored.top().size()))) {
                ObjectNode written =
                        tops.addObject().put("token", candidate.token()).put("logprob", candidate.logProbability());
                ArrayNode bytes = written.putArray("bytes");
                bytes(candidate.token()).forEach(bytes::add);
            }
            tokens.add(new ChatToken(scored.token(), scored.logProbability().orElse(0.0), bytes(scored.token()), tops));
        }
        return new ChatScores(tokens);
    }

    private static List<Integer> bytes(String token) {
        List<Integer> bytes = new ArrayList<>();
        for (byte value : token.getBytes(StandardCharsets.UTF_8)) {
            bytes.add(Byte.toUnsignedInt(value));
        }
        return bytes;
    }
}
