package io.gatehouse.server.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.completion.Completion;
import io.gatehouse.completion.CompletionRequest;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.Json;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** {@code /v1/models}, {@code /v1/completions} and {@code /v1/chat/completions}, as OpenAI has them. */
public final class CompletionsResource {
    private static final String STOP = "stop";
    private static final String LENGTH = "length";

    private final ModelHost host;
    private final long created = Instant.now().getEpochSecond();

    public CompletionsResource(ModelHost host) {
        this.host = requireNonNull(host, "host is null");
    }

    /** The body of {@code GET /v1/models}. */
    public record Models(@JsonField(values = "list") String object, List<Model> data) {}

    /** A model that can be asked. */
    public record Model(
            @JsonField("What a request says.") String id,
            @JsonField(values = "model") String object,

            @JsonField("Start of the server, in seconds since 1970.")
            long created,

            @JsonProperty("owned_by") @JsonField(values = "gatehouse")
            String ownedBy) {}

    /** The response of {@code POST /v1/completions}. */
    public record Completions(
            String id,
            @JsonField(values = "text_completion") String object,
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
                    values = {STOP, LENGTH})
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

    /** The response of {@code POST /v1/chat/completions}. */
    public record ChatCompletions(
            String id,
            @JsonField(values = "chat.completion") String object,
            @JsonField("Seconds since 1970.") long created,
            String model,
            List<Answer> choices,
            Usage usage) {}

    /** An answer of the model. */
    public record Answer(
            int index,
            Message message,
            Optional<ChatScores> logprobs,

            @JsonProperty("finish_reason") @JsonField(values = {STOP, LENGTH})
            String finishReason) {}

    /** What the model says. */
    public record Message(@JsonField(values = "assistant") String role, String content) {}

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

    /** Numbers of tokens. */
    public record Usage(
            @JsonProperty("prompt_tokens") int promptTokens,
            @JsonProperty("completion_tokens") int completionTokens,
            @JsonProperty("total_tokens") int totalTokens) {
        /** A prompt counts once, however many texts follow it. */
        private static Usage of(List<Completion> completions) {
            int prompts = completions.stream()
                    .filter(each -> each.sample() == 0)
                    .mapToInt(Completion::promptTokens)
                    .sum();
            int texts = completions.stream().mapToInt(Completion::tokens).sum();
            return new Usage(prompts, texts, prompts + texts);
        }
    }

    public void models(Context context) {
        List<Model> models = host.names().stream()
                .map(name -> new Model(name, "model", created, "gatehouse"))
                .toList();
        Json.send(context, 200, new Models("list", models));
    }

    public void complete(Context context) {
        CompletionFields fields = Json.body(context, CompletionFields.class);
        CompletionRequest request = fields.request();
        String model = host.name(fields.model());
        List<Completion> completions = answer(context, model, request);
        List<Text> texts = new ArrayList<>();
        for (Completion completion : completions) {
            texts.add(new Text(
                    texts.size(),
                    completion.prompted().orElse("") + completion.text(),
                    request.top().map(count -> scores(completion)),
                    reason(completion)));
        }
        Json.send(
                context,
                200,
                new Completions(
                        "cmpl-" + UUID.randomUUID(),
                        "text_completion",
                        Instant.now().getEpochSecond(),
                        model,
                        texts,
                        Usage.of(completions)));
    }

    public void chat(Context context) {
        ChatFields fields = Json.body(context, ChatFields.class);
        CompletionRequest request = fields.request();
        String model = host.name(fields.model());
        List<Completion> completions = answer(context, model, request);
        List<Answer> answers = new ArrayList<>();
        for (Completion completion : completions) {
            answers.add(new Answer(
                    answers.size(),
                    new Message("assistant", completion.text()),
                    request.top().map(count -> chatScores(completion, count)),
                    reason(completion)));
        }
        Json.send(
                context,
                200,
                new ChatCompletions(
                        "chatcmpl-" + UUID.randomUUID(),
                        "chat.completion",
                        Instant.now().getEpochSecond(),
                        model,
                        answers,
                        Usage.of(completions)));
    }

    private List<Completion> answer(Context context, String model, CompletionRequest request) {
        return host.model(model).complete(request, ClientConnection.of(context)::hasLeft);
    }

    private static String reason(Completion completion) {
        return completion.stopped() ? STOP : LENGTH;
    }

    private static Scores scores(Completion completion) {
        List<String> tokens = new ArrayList<>();
        ArrayNode logprobs = Json.object().putArray("token_logprobs");
        ArrayNode tops = Json.object().putArray("top_logprobs");
        List<Integer> offsets = new ArrayList<>();
        int offset = 0;
        for (Completion.Scored scored : completion.scored()) {
            tokens.add(scored.token());
            offsets.add(offset);
            offset += scored.token().codePointCount(0, scored.token().length());
            if (scored.logProbability().isEmpty()) {
                logprobs.addNull();
                tops.addNull();
                continue;
            }
            logprobs.add(scored.logProbability().get());
            ObjectNode candidates = tops.addObject();
            for (Completion.Candidate candidate : scored.top()) {
                // The most probable one comes first, and must not be replaced by one that is written alike.
                if (!candidates.has(candidate.token())) {
                    candidates.put(candidate.token(), candidate.logProbability());
                }
            }
        }
        return new Scores(tokens, logprobs, tops, offsets);
    }

    private static ChatScores chatScores(Completion completion, int top) {
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
