package io.gatehouse.quiz;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import java.nio.file.Path;

/** The memory that the questions of a quiz take, all of which are held at once. */
final class QuizMemory {
    /** Heap that a question takes beside its characters. */
    private static final int OVERHEAD = 512;
    /** Subjects are shown in lists, and named in files. */
    private static final int MAX_SUBJECT = 1_000;

    private final FileMemory memory;

    QuizMemory(Path quiz) {
        this.memory = FileMemory.of(quiz);
    }

    /**
     * The question, which is counted.
     *
     * @param place where it stands
     * @throws GatehouseException CORRUPT_QUIZ if it is longer than any model reads; OUT_OF_MEMORY
     */
    Question hold(Question question, String place) {
        if (question.length() > Question.MAX_LENGTH) {
            throw corrupt("%s has %,d characters; a question has at most %,d"
                    .formatted(place, question.length(), Question.MAX_LENGTH));
        }
        if (question.subject().length() > MAX_SUBJECT) {
            throw corrupt("%s has a subject of %,d characters; there may be %,d"
                    .formatted(place, question.subject().length(), MAX_SUBJECT));
        }
        memory.take(OVERHEAD + 2L * question.length());
        return question;
    }

    private static GatehouseException corrupt(String message) {
        return new GatehouseException(ErrorCode.CORRUPT_QUIZ, message);
    }
}
