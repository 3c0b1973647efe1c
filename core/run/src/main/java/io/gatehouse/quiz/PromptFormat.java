package io.gatehouse.quiz;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.text.PythonSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a question is put to a model, byte for byte as the evaluation of that name does. A format never changes once runs
 * were made with it; another one gets a new name.
 */
public enum PromptFormat {
    /**
     * The original evaluation of MMLU (hendrycks/test, evaluate.py): each word of the subject has a space before it,
     * which makes two after "about".
     */
    HENDRYCKS("hendrycks") {
        @Override
        String introduction(String subject) {
            return "The following are multiple choice questions (with answers) about "
                    + Arrays.stream(subject.split("_", -1)).map(" "::concat).collect(Collectors.joining()) + ".\n\n";
        }

        @Override
        PromptText choiceQuestion(Question question) {
            return lines(question.text(), "\n", question);
        }
    },

    /** The task {@code mmlu} of EleutherAI's lm-evaluation-harness: one space after "about", the question stripped. */
    LM_EVAL("lm-eval") {
        @Override
        String introduction(String subject) {
            return singleSpaced(subject);
        }

        @Override
        PromptText choiceQuestion(Question question) {
            return lines(PythonSpace.strip(question.text()), "\n", question);
        }
    },

    /** The multiple-choice form of AllenAI's OLMES v0.1: "Question: " before the question, a space before each letter. */
    OLMES("olmes") {
        @Override
        String introduction(String subject) {
            return singleSpaced(subject);
        }

        @Override
        PromptText choiceQuestion(Question question) {
            return lines("Question: " + question.text(), "\n ", question);
        }
    },

    /** AllenAI's open-instruct for its instruction-tuned models: the prompt of hendrycks/test is the message of a user. */
    OPEN_INSTRUCT("open-instruct") {
        @Override
        String introduction(String subject) {
            return HENDRYCKS.introduction(subject);
        }

        @Override
        PromptText choiceQuestion(Question question) {
            return HENDRYCKS.choiceQuestion(question);
        }

        @Override
        public String answerPrefix() {
            return "The answer is:";
        }
    };

    private final String id;

    PromptFormat(String id) {
        this.id = id;
    }

    /**
     * The format of that name.
     *
     * @throws GatehouseException INVALID_ARGUMENT, with the names there are
     */
    public static PromptFormat of(String id) {
        return Arrays.stream(values())
                .filter(format -> format.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "There is no prompt format '%s'; there are %s"
                                .formatted(
                                        id,
                                        Arrays.stream(values())
                                                .map(PromptFormat::id)
                                                .collect(Collectors.joining(", ")))));
    }

    /** Name as users and the database write it. */
    public String id() {
        return id;
    }

    /**
     * What every prompt of a subject begins with: an introduction, which speaks of choices and is left out where no
     * question has any, and the first {@code shots} dev questions solved.
     */
    public PromptText preamble(Subject subject, int shots) {
        if (shots < 0 || shots > subject.dev().size()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Subject %s has %d solved questions to show, not %d"
                            .formatted(subject.name(), subject.dev().size(), shots));
        }
        boolean free = subject.test().stream().allMatch(Question::isFree)
                && !subject.test().isEmpty();
        List<PromptText.Part> preamble = new ArrayList<>();
        preamble.add(new PromptText.Part(PromptPart.INSTRUCTION, free ? "" : introduction(subject.name())));
        for (Question solved : subject.dev().subList(0, shots)) {
            preamble.add(new PromptText.Part(
                    PromptPart.EXAMPLE, "%s %s\n\n".formatted(question(solved).text(), solved.answer())));
        }
        return new PromptText(preamble);
    }

    /** Returns the prompt, after which the answer is to follow, with the first {@code shots} dev questions solved in it. */
    public String prompt(Subject subject, Question question, int shots) {
        return preamble(subject, shots).followedBy(question(question)).text();
    }

    /**
     * With what the model's own answer to a user begins, up to where its letter follows after a space; empty unless the
     * format is one of conversations.
     */
    public String answerPrefix() {
        return "";
    }

    /** What stands before the first question of a subject. */
    abstract String introduction(String subject);

    /**
     * The question up to where its answer follows after a space; a prompt is a preamble and this. A question without
     * choices is put in every format as the task {@code gsm8k} of lm-evaluation-harness does.
     */
    public final PromptText question(Question question) {
        return question.isFree() ? lines("Question: " + question.text(), "", question) : choiceQuestion(question);
    }

    /** The same of a question with choices. */
    abstract PromptText choiceQuestion(Question question);

    /** The introduction of the evaluations after the original one, which has two spaces after "about". */
    private static String singleSpaced(String subject) {
        return "The following are multiple choice questions (with answers) about %s.\n\n"
                .formatted(subject.replace('_', ' '));
    }

    /** The text, then each choice after {@code separator} with its letter, and what asks for the answer. */
    private static PromptText lines(String text, String separator, Question question) {
        List<PromptText.Part> parts = new ArrayList<>();
        parts.add(new PromptText.Part(PromptPart.QUESTION, text));
        for (int i = 0; i < question.choices().size(); i++) {
            parts.add(new PromptText.Part(
                    PromptPart.CHOICE,
                    separator + (char) ('A' + i) + ". " + question.choices().get(i)));
        }
        parts.add(new PromptText.Part(PromptPart.CUE, "\nAnswer:"));
        return new PromptText(parts);
    }
}
