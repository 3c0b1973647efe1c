package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

import io.gatehouse.chat.Thinking;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.store.run.Generation;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.schema.GivenName;
import java.util.Optional;

/**
 * The work of a run, once its quiz is read.
 *
 * @param name name of the run, unique in its file
 * @param quiz the subjects and test questions to answer, and the solved examples that shots are taken from
 * @param shots solved examples before each question
 * @param recording which decisions of the routers to keep
 * @param chat whether each prompt is the message of a user, in the chat template of the model
 * @param longPrompts what to do with prompts that are longer than the model takes
 * @param thinking how the model is asked to think before it answers the message of a user
 * @param generation how text is generated after the prompts, if it is
 */
public record RunTask(
        String name,
        Quiz quiz,
        PromptFormat format,
        int shots,
        Recording recording,
        boolean chat,
        LongPrompts longPrompts,
        Thinking thinking,
        Optional<GenerationPlan> generation) {
    public RunTask {
        requireNonNull(name, "name is null");
        requireNonNull(quiz, "quiz is null");
        requireNonNull(format, "format is null");
        requireNonNull(recording, "recording is null");
        requireNonNull(longPrompts, "longPrompts is null");
        requireNonNull(thinking, "thinking is null");
        requireNonNull(generation, "generation is null");
        GivenName.checked("The name of a run", name);
        chat |= !format.answerPrefix().isEmpty();
        if (!chat && thinking != Thinking.DEFAULT) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--thinking %s needs --chat: without it, prompts are plain text".formatted(thinking.id()));
        }
        if (quiz.questions() == 0) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT, "Quiz %s has no test questions".formatted(quiz.name()));
        }
        if (generation.flatMap(GenerationPlan::answer).isEmpty()) {
            quiz.findFree().ifPresent(question -> {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Question %d of %s of quiz %s has no choices: use --answer generate, which finds answers in generated text"
                                .formatted(question.ordinal(), question.subject(), quiz.name()));
            });
        }
    }

    /** A task that ends at the last prompt token. */
    public RunTask(
            String name,
            Quiz quiz,
            PromptFormat format,
            int shots,
            Recording recording,
            boolean chat,
            LongPrompts longPrompts,
            Thinking thinking) {
        this(name, quiz, format, shots, recording, chat, longPrompts, thinking, Optional.empty());
    }

    /** A task whose model thinks as its chat template has it. */
    public RunTask(
            String name,
            Quiz quiz,
            PromptFormat format,
            int shots,
            Recording recording,
            boolean chat,
            LongPrompts longPrompts) {
        this(name, quiz, format, shots, recording, chat, longPrompts, Thinking.DEFAULT);
    }

    /** A task that fails where a prompt is longer than the model takes. */
    public RunTask(String name, Quiz quiz, PromptFormat format, int shots, Recording recording, boolean chat) {
        this(name, quiz, format, shots, recording, chat, LongPrompts.FAIL);
    }

    /** A task whose prompts are plain text, unless the format is one of conversations. */
    public RunTask(String name, Quiz quiz, PromptFormat format, int shots, Recording recording) {
        this(name, quiz, format, shots, recording, false);
    }

    /** The same under another name. */
    public RunTask named(String other) {
        return new RunTask(other, quiz, format, shots, recording, chat, longPrompts, thinking, generation);
    }

    /** The same with text generated after the prompts. */
    public RunTask generating(GenerationPlan plan) {
        return new RunTask(name, quiz, format, shots, recording, chat, longPrompts, thinking, Optional.of(plan));
    }

    /** The most choices whose letters are scored by the logits after a prompt; none if the answer is in the text. */
    int scoredChoices() {
        return generation.flatMap(GenerationPlan::answer).isPresent() ? 0 : quiz.mostChoices();
    }

    /** How text is generated, as the file says it. */
    Generation generationDescription() {
        return generation.map(GenerationPlan::description).orElse(Generation.NONE);
    }

    /** Names the form of the prompts. */
    String formatId() {
        String form = chat && format.answerPrefix().isEmpty() ? format.id() + "+chat" : format.id();
        return form + thinking.suffix();
    }
}
