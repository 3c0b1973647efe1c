package io.gatehouse.completion;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** A text for the model, in one of three forms. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "form")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Input.Text.class, name = "text"),
    @JsonSubTypes.Type(value = Input.Tokens.class, name = "tokens"),
    @JsonSubTypes.Type(value = Input.Conversation.class, name = "conversation")
})
public sealed interface Input {
    /**
     * A text as it is.
     *
     * @param special whether it begins with the special tokens that the tokenizer begins a text with
     */
    record Text(String text, boolean special) implements Input {
        public Text {
            requireNonNull(text, "text is null");
        }
    }

    /** Token ids; not copied. */
    record Tokens(int... ids) implements Input {
        public Tokens {
            requireNonNull(ids, "ids is null");
        }
    }

    /**
     * Messages that the chat template makes a text of.
     *
     * @param answered whether the text ends where the model begins to answer
     */
    record Conversation(List<Turn> turns, boolean answered) implements Input {
        public Conversation {
            turns = List.copyOf(turns);
        }
    }

    /** One message of a conversation. */
    record Turn(String role, String content) {
        public Turn {
            requireNonNull(role, "role is null");
            requireNonNull(content, "content is null");
        }
    }
}
