package io.gatehouse.chat;

/**
 * What a template asks for and cannot have. No IllegalArgumentException: the library takes one of those, where a method
 * is called, for a method that returns nothing.
 */
final class TemplateFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    TemplateFault(String message) {
        super(message);
    }
}
