package io.gatehouse.chat;

import static java.util.Objects.requireNonNull;

/**
 * One turn of a conversation.
 *
 * @param role as templates know it: {@code system}, {@code user} or {@code assistant}
 */
public record Message(String role, String content) {
    public Message {
        requireNonNull(role, "role is null");
        requireNonNull(content, "content is null");
    }

    public static Message user(String content) {
        return new Message("user", content);
    }
}
