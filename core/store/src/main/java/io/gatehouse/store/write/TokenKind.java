package io.gatehouse.store.write;

/** What the tokens have in common that a rollup sums: their phase, and whether they are the last of their prompts. */
enum TokenKind {
    LAST_PROMPT(0),
    /** Tokens of prompts before the last one. */
    OTHER_PROMPT(1),
    /** Tokens that the model sampled. */
    GENERATED(2);

    static final int COUNT = 3;

    private final int place;

    TokenKind(int place) {
        this.place = place;
    }

    /** Returns the kind at a place among all kinds. */
    static TokenKind at(int place) {
        return switch (place) {
            case 0 -> LAST_PROMPT;
            case 1 -> OTHER_PROMPT;
            case 2 -> GENERATED;
            default -> throw new IllegalArgumentException("No kind of tokens at place " + place);
        };
    }

    /** Returns the kind of those tokens of a block that are not the last of their prompts. */
    static TokenKind ofOthers(boolean generated) {
        return generated ? GENERATED : OTHER_PROMPT;
    }

    /** Place among all kinds, from 0. */
    int place() {
        return place;
    }

    boolean isLast() {
        return this == LAST_PROMPT;
    }

    boolean isGenerated() {
        return this == GENERATED;
    }
}
