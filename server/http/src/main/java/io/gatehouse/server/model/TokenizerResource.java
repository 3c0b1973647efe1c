package io.gatehouse.server.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.gatehouse.base.JsonField;
import io.gatehouse.completion.Input;
import io.gatehouse.completion.ModelDescription;
import io.gatehouse.server.http.ClientConnection;
import io.gatehouse.server.http.Json;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** {@code /tokenizer_info}, {@code /tokenize} and {@code /detokenize}, as vLLM has them. */
public final class TokenizerResource {
    /** Where it is, outside of /v1. */
    public static final List<String> PATHS = List.of("/tokenizer_info", "/tokenize", "/detokenize");

    private final ModelCatalog catalog;

    public TokenizerResource(ModelCatalog catalog) {
        this.catalog = requireNonNull(catalog, "catalog is null");
    }

    /** The response of {@code GET /tokenizer_info}. */
    public record Info(
            @JsonProperty("max_model_len") @JsonField("The most tokens of a prompt and the text after it.")
            int maxModelLen,

            @JsonProperty("bos_token") @JsonField("Special token at the beginning of a text.")
            Optional<String> bosToken,

            @JsonProperty("eos_token") @JsonField("Special token at the end of a text.")
            Optional<String> eosToken,

            @JsonProperty("pad_token") @JsonField("Special token that fills up a batch.")
            Optional<String> padToken,

            @JsonProperty("unk_token") @JsonField("Token for unknown text.")
            Optional<String> unkToken,

            @JsonProperty("chat_template") @JsonField("Jinja.")
            Optional<String> chatTemplate) {
        private static Info of(ModelDescription model) {
            return new Info(
                    model.positions(),
                    special(model, "bos_token"),
                    special(model, "eos_token"),
                    special(model, "pad_token"),
                    special(model, "unk_token"),
                    model.chatTemplate());
        }

        private static Optional<String> special(ModelDescription model, String name) {
            return Optional.ofNullable(model.specialTokens().get(name));
        }
    }

    /** The body of {@code POST /tokenize}: a prompt, or messages. */
    public record TokenizeFields(
            @JsonField("Name of a model of --model; may be left out where there is one.")
            Optional<String> model,

            @JsonField("A text.") Optional<String> prompt,

            @JsonField("A conversation instead of a prompt.")
            ArrayNode messages,

            @JsonProperty("add_special_tokens")
            @JsonField("Begin the prompt with the special tokens that the tokenizer begins one with; default true.")
            Optional<Boolean> addSpecialTokens,

            @JsonProperty("add_generation_prompt")
            @JsonField("End the conversation where the model begins to answer; default true.")
            Optional<Boolean> addGenerationPrompt) {
        private Input input() {
            if (prompt.isPresent() == !messages.isEmpty()) {
                throw Json.invalid("The body needs either \"prompt\" or \"messages\".");
            }
            if (prompt.isPresent()) {
                return new Input.Text(prompt.get(), addSpecialTokens.orElse(true));
            }
            return new Input.Conversation(ChatFields.turns(messages), addGenerationPrompt.orElse(true));
        }
    }

    /** The response of {@code POST /tokenize}. */
    public record Tokens(
            int count,

            @JsonProperty("max_model_len") @JsonField("The most tokens of a prompt and the text after it.")
            int maxModelLen,

            List<Integer> tokens) {}

    /** The body of {@code POST /detokenize}. */
    public record DetokenizeFields(
            @JsonField("Name of a model of --model; may be left out where there is one.")
            Optional<String> model,

            @JsonField(value = "Token ids.", required = true)
            JsonNode tokens) {}

    /** The response of {@code POST /detokenize}. */
    public record Prompt(
            @JsonField("The text of the tokens.") String prompt) {}

    public void info(Context context) {
        String name = catalog.name(Optional.ofNullable(context.queryParam("model")));
        Json.send(context, 200, Info.of(catalog.requests(name).description(left(context))));
    }

    public void tokenize(Context context) {
        TokenizeFields fields = Json.body(context, TokenizeFields.class);
        Input input = fields.input();
        ModelQueue requests = catalog.requests(catalog.name(fields.model()));
        int[] ids = requests.encode(input, left(context));
        int positions = requests.description(left(context)).positions();
        Json.send(
                context,
                200,
                new Tokens(ids.length, positions, IntStream.of(ids).boxed().toList()));
    }

    public void detokenize(Context context) {
        DetokenizeFields fields = Json.body(context, DetokenizeFields.class);
        int[] ids = fields.tokens().isArray() && fields.tokens().isEmpty()
                ? new int[0]
                : FieldValues.tokens("tokens", fields.tokens());
        ModelQueue requests = catalog.requests(catalog.name(fields.model()));
        Json.send(context, 200, new Prompt(requests.decode(ids, left(context))));
    }

    private static BooleanSupplier left(Context context) {
        return ClientConnection.of(context)::hasLeft;
    }
}
