package io.gatehouse.chat;

import static java.util.Objects.requireNonNull;

import io.gatehouse.checkpoint.tokenizer.ChatTokenizer;
import io.gatehouse.checkpoint.tokenizer.TextTokens;

/**
 * A conversation as a model reads it.
 *
 * @param text with {@link ChatTokenizer#STAND_IN stand-ins} for special tokens
 * @param answer index where what the assistant has begun to answer begins
 * @param tokens of the text
 */
public record ChatText(String text, int answer, TextTokens tokens) {
    public ChatText {
        requireNonNull(text, "text is null");
        requireNonNull(tokens, "tokens is null");
    }
}
