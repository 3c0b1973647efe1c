package io.gatehouse.run;

import io.gatehouse.chat.ChatTemplate;
import io.gatehouse.chat.Message;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.ChoiceScorer;
import java.time.Clock;
import java.time.ZoneId;
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
    static PromptEncoder open(Checkpoint checkpoint, RunRequest request) {
        Optional<ChatTemplate> chat = request.chat() ? Optional.of(template(checkpoint)) : Optional.empty();
        return new PromptEncoder(
                checkpoint.openTokenizer(), chat, request.format().begun());
    }

    int[] encode(String text) {
        return chat.map(template -> template.encodeBegun(List.of(Message.user(text)), begun))
                .orElseGet(() -> tokenizer.encode(text));
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
        tokenizer.close();
        chat.ifPresent(ChatTemplate::close);
    }

    private int[] answered(ChatTemplate template, String letter) {
        String answer = begun.isEmpty() || letter.isEmpty() ? begun + letter : begun + " " + letter;
        return template.encodeBegun(List.of(Message.user(ANY)), answer);
    }

    private static ChatTemplate template(Checkpoint checkpoint) {
        return ChatTemplate.find(checkpoint.directory(), Clock.system(ZoneId.systemDefault()))
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Model %s has no chat template, without which it cannot be asked in a conversation"
                                .formatted(checkpoint.name())));
    }
}
