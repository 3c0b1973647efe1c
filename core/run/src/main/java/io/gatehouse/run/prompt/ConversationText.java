package io.gatehouse.run.prompt;

import io.gatehouse.chat.ChatText;
import io.gatehouse.checkpoint.tokenizer.ChatTokenizer;
import io.gatehouse.quiz.PromptPart;
import io.gatehouse.quiz.PromptText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;

/** Finds in a conversation, whose only message is a prompt, which part is what. */
final class ConversationText {
    /** Names of the role of the user in templates. */
    private static final Set<String> USER = Set.of("user", "human");

    private ConversationText() {}

    /** Returns the text of a conversation in parts: those of the prompt, and what the template writes around it. */
    static PromptText of(ChatText conversation, PromptText prompt) {
        String text = conversation.text();
        PromptText message = prompt;
        int at = text.indexOf(message.text());
        if (at < 0) {
            message = stripped(prompt);
            at = text.indexOf(message.text());
        }
        if (at < 0) {
            return PromptText.of(PromptPart.OTHER, text);
        }
        return new PromptText(beforeMessage(text.substring(0, at)))
                .followedBy(message)
                .followedBy(
                        PromptText.of(PromptPart.OTHER, text.substring(at + message.length(), conversation.answer())))
                .followedBy(PromptText.of(PromptPart.CUE, text.substring(conversation.answer())));
    }

    /** Templates may strip messages. */
    private static PromptText stripped(PromptText prompt) {
        String text = prompt.text();
        int from = text.length() - text.stripLeading().length();
        return prompt.substring(from, Math.max(from, text.stripTrailing().length()));
    }

    /** Text between two special tokens is of the system, but for the header of the message and line breaks. */
    private static List<PromptText.Part> beforeMessage(String text) {
        List<PromptText.Part> parts = new ArrayList<>();
        int from = 0;
        Matcher special = ChatTokenizer.STAND_IN.matcher(text);
        while (special.find()) {
            String between = text.substring(from, special.start());
            boolean header = between.isBlank() || USER.contains(between.strip());
            parts.add(new PromptText.Part(header ? PromptPart.OTHER : PromptPart.SYSTEM, between));
            parts.add(new PromptText.Part(PromptPart.OTHER, special.group()));
            from = special.end();
        }
        parts.add(new PromptText.Part(PromptPart.OTHER, text.substring(from)));
        return parts;
    }
}
