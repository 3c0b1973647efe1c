package io.gatehouse.run;

import io.gatehouse.chat.ChatTemplate;
import io.gatehouse.chat.Message;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.ChoiceScorer;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/** Turns prompts into what a model reads: as they are, or as what a user says to it, with its answer perhaps begun. */
final class PromptEncoder implements AutoCloseable {
    /** What the user says does not change how an answer is tokenised. */
    private static final String ANY = "Answer:";

    private final Tokenizer tokenizer;
    private final Optional<ChatTemplate> chat;
    private final String begun;

    private PromptEncoder(Tokenizer tokenizer, Optional<ChatTemplate> chat, String begun) {
        this.tokenizer = tokenizer;
        this.chat = chat;
        this.begun = begun;
    }

    /** INVALID_ARGUMENT if a conversation is asked for and the model has no template for it. */
    static PromptEncoder open(Checkpoint checkpoint, RunTask task, OffsetDateTime date) {
        return open(checkpoint, task.chat(), task.format().begun(), date);
    }

    /**
     * The same.
     *
     * @param conversation whether prompts are what a user says
     * @param begun how the model's answer is begun for it
     * @param date what templates are told that it is
     */
    static PromptEncoder open(Checkpoint checkpoint, boolean conversation, String begun, OffsetDateTime date) {
        Tokenizer tokenizer = checkpoint.openTokenizer();
        try {
            Optional<ChatTemplate> chat = conversation ? Optional.of(template(checkpoint, date)) : Optional.empty();
            return new PromptEncoder(tokenizer, chat, begun);
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** Whether the same prompts may be others another day. */
    boolean asksForTheDate() {
        return chat.map(ChatTemplate::asksForTheDate).orElse(false);
    }

    /** Ids of a prompt, with what the tokenizer or the template of a conversation begins a text with. */
    int[] encode(String text) {
        return chat.map(template -> template.encodeBegun(List.of(Message.user(text)), begun))
                .orElseGet(() -> tokenizer.encodeBeginning(text));
    }

    /** Reads answers off where prompts end. */
    ChoiceScorer scorer(int choices) {
        return chat.map(template -> ChoiceScorer.of(letter -> answered(template, letter), choices))
                .orElseGet(() -> ChoiceScorer.of(tokenizer, choices));
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public void close() {
        try (tokenizer) {
            chat.ifPresent(ChatTemplate::close);
        }
    }

    private int[] answered(ChatTemplate template, String letter) {
        String answer = begun.isEmpty() || letter.isEmpty() ? begun + letter : begun + " " + letter;
        return template.encodeBegun(List.of(Message.user(ANY)), answer);
    }

    private static ChatTemplate template(Checkpoint checkpoint, OffsetDateTime date) {
        return ChatTemplate.find(checkpoint.directory(), Clock.fixed(date.toInstant(), date.getOffset()))
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Model %s has no chat template, without which it cannot be asked in a conversation"
                                .formatted(checkpoint.name())));
    }
}
