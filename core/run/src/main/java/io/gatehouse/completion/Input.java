package io.gatehouse.completion;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A text for the model, in one of three forms.
 *
 * @param text as it is
 * @param tokens ids; not copied
 * @param conversation messages that the chat template makes a text of
 * @param special of a text, whether it begins with the special tokens that the tokenizer begins one with; of a
 *     conversation, whether it ends where the model begins to answer
 */
public record Input(Optional<String> text, Optional<int[]> tokens, Optional<List<Turn>> conversation, boolean special) {
    public Input {
        requireNonNull(text, "text is null");
        requireNonNull(tokens, "tokens is null");
        conversation = conversation.map(List::copyOf);
    }

    /** One message of a conversation. */
    public record Turn(String role, String content) {
        public Turn {
            requireNonNull(role, "role is null");
            requireNonNull(content, "content is null");
        }
    }

    public static Input text(String text, boolean special) {
        return new Input(Optional.of(text), Optional.empty(), Optional.empty(), special);
    }

    public static Input tokens(int... ids) {
        return new Input(Optional.empty(), Optional.of(ids), Optional.empty(), false);
    }

    public static Input conversation(List<Turn> turns, boolean answered) {
        return new Input(Optional.empty(), Optional.empty(), Optional.of(turns), answered);
    }
}
