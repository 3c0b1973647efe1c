package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.schema.GivenName;

/**
 * What a run is to do, once its quiz is read.
 *
 * @param name name of the run, unique in its file
 * @param quiz the subjects and test questions to answer, and the solved examples that shots are taken from
 * @param shots solved examples before each question
 * @param recording what to keep of what the routers say
 * @param chat whether each prompt is what a user says, put as the chat template of the model has it
 */
public record RunTask(String name, Quiz quiz, PromptFormat format, int shots, Recording recording, boolean chat) {
    public RunTask {
        requireNonNull(name, "name is null");
        requireNonNull(quiz, "quiz is null");
        requireNonNull(format, "format is null");
        requireNonNull(recording, "recording is null");
        GivenName.checked("a run", name);
        chat |= !format.begun().isEmpty();
        if (quiz.questions() == 0) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "Quiz %s has no test questions".formatted(quiz.name()));
        }
    }

    /** A task that puts prompts as they are, unless the format is one of conversations. */
    public RunTask(String name, Quiz quiz, PromptFormat format, int shots, Recording recording) {
        this(name, quiz, format, shots, recording, false);
    }

    /** The same under another name. */
    public RunTask named(String other) {
        return new RunTask(other, quiz, format, shots, recording, chat);
    }

    /** Says how the model is asked. */
    String formatId() {
        return chat && format.begun().isEmpty() ? format.id() + "+chat" : format.id();
    }
}
