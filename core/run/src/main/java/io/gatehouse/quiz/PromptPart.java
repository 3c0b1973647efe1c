package io.gatehouse.quiz;

/** What a part of a prompt is for. */
public enum PromptPart {
    /** What a chat template says before the first message of the user. */
    SYSTEM,
    /** What introduces the questions. */
    INSTRUCTION,
    /** A solved question with its answer. */
    EXAMPLE,
    QUESTION,
    /** A choice of the question, with its letter. */
    CHOICE,
    /** What asks for the answer, such as "Answer:". */
    CUE,
    /** Special tokens and headers of messages. */
    OTHER
}
