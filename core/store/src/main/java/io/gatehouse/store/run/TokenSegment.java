package io.gatehouse.store.run;

/** The part of a prompt or of a generated text that a token belongs to, the column {@code tokens.segment}. */
public enum TokenSegment {
    /** What a chat template says before the first message of the user. */
    SYSTEM("system"),
    /** What introduces the questions. */
    INSTRUCTION("instruction"),
    /** A solved question with its answer. */
    EXAMPLE("example"),
    QUESTION("question"),
    /** A choice of the question, with its letter. */
    CHOICE("choice"),
    /** What asks for the answer, such as "Answer:". */
    CUE("cue"),
    /** What the model generates before its answer. */
    REASONING("reasoning"),
    /** What the model generates as its answer. */
    ANSWER("answer"),
    /** Special tokens and headers of messages. */
    OTHER("other");

    private final String id;

    TokenSegment(String id) {
        this.id = id;
    }

    /** Returns its name in the file and in SQL. */
    public String id() {
        return id;
    }
}
