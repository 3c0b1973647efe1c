package io.gatehouse.run.prompt;

import io.gatehouse.chat.ChatTemplate;
import io.gatehouse.chat.ChatText;
import io.gatehouse.chat.Message;
import io.gatehouse.chat.Thinking;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.tokenizer.TextTokens;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.quiz.PromptText;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** Turns prompts into tokens: as they are, or as the message of a user, perhaps with the beginning of the answer. */
public final class PromptEncoder implements AutoCloseable {
    /** What the user says does not change how an answer is tokenised. */
    private static final String ANY = "Answer:";

    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> chat;
    private final String answerPrefix;

    private PromptEncoder(Tokenizer tokenizer, Optional<ChatTemplate> chat, String answerPrefix) {
        this.tokenizer = tokenizer;
        this.chat = chat;
        this.answerPrefix = answerPrefix;
    }

    /**
     * Opens the tokenizer of a checkpoint.
     *
     * @param asChat whether prompts are messages of a user
     * @param thinking how the model is asked to think before it answers such a message
     * @param answerPrefix with what the model's answer begins
     * @param date for chat templates that use it
     * @throws GatehouseException INVALID_ARGUMENT if prompts are chat messages and the model has no chat template
     */
    public static PromptEncoder open(
            Checkpoint checkpoint, boolean asChat, Thinking thinking, String answerPrefix, OffsetDateTime date) {
        Tokenizer tokenizer = checkpoint.openTokenizer();
        try {
            Optional<ChatTemplate> chat = asChat ? Optional.of(template(checkpoint, thinking, date)) : Optional.empty();
            return new PromptEncoder(tokenizer, chat, answerPrefix);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** Whether prompts may depend on the date. */
    public boolean usesDate() {
        return chat.map(ChatTemplate::usesDate).orElse(false);
    }

    /** A prompt as tokens. */
    public record Encoded(int[] tokens, PromptSegments segments) {}

    /** The tokens of a prompt, with what the tokenizer or the template of a conversation begins a text with. */
    public Encoded encode(PromptText prompt) {
        String text = prompt.text();
        if (chat.isPresent()) {
            ChatText conversation = chat.get().tokenizeAnswer(List.of(Message.user(text)), answerPrefix);
            return new Encoded(
                    conversation.tokens().ids(),
                    PromptSegments.of(ConversationText.of(conversation, prompt), conversation.tokens()));
        }
        TextTokens tokens = tokenizer.tokenizeBeginning(text);
        return new Encoded(tokens.ids(), PromptSegments.of(prompt, tokens));
    }

    /** Reads answers off where prompts end. */
    public ChoiceScorer scorer(int choices) {
        return chat.map(template -> ChoiceScorer.of(letter -> answered(template, letter), choices))
                .orElseGet(() -> ChoiceScorer.of(tokenizer, choices));
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public void close() {
        try (tokenizer) {
            chat.ifPresent(ChatTemplate::close);
        }
    }

    private int[] answered(ChatTemplate template, String letter) {
        String answer =
                answerPrefix.isEmpty() || letter.isEmpty() ? answerPrefix + letter : answerPrefix + " " + letter;
        return template.encodeAnswer(List.of(Message.user(ANY)), answer);
    }

    private static ChatTemplate template(Checkpoint checkpoint, Thinking thinking, OffsetDateTime date) {
        return ChatTemplate.find(checkpoint.directory(), Clock.fixed(date.toInstant(), date.getOffset()), thinking)
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Model %s has no chat template, which chat prompts need".formatted(checkpoint.name())));
    }
}
