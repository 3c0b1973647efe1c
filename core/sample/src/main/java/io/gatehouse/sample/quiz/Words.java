package io.gatehouse.sample.quiz;

/** What words a subject speaks in. Subjects of one kind cannot be told apart by their content words alone. */
public enum Words {
    NUMBERS,
    LETTERS,
    NOUNS,
    ADJECTIVES,
    PLACES
}
