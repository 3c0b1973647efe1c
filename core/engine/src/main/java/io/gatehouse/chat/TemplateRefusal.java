package io.gatehouse.chat;

/** A template's own word that it does not take the messages. */
final class TemplateRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    TemplateRefusal(String message) {
        super(message);
    }
}
