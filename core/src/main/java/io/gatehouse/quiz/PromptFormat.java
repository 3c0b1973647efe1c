package io.gatehouse.quiz;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.Locale;

/** How a question is put to a model. A format never changes once runs were made with it; another one gets a new name. */
public enum PromptFormat {
    /**
     * The prompt of the original MMLU evaluation (hendrycks/test, evaluate.py), byte for byte: each word of the subject
     * has a space before it, which makes two after "about".
     */
    HENDRYCKS {
        @Override
        public String preamble(Subject subject, int shots) {
            if (shots < 0 || shots > subject.dev().size()) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "Subject %s has %d solved questions to show, not %d"
                                .formatted(subject.name(), subject.dev().size(), shots));
            }
            StringBuilder prompt =
                    new StringBuilder("The following are multiple choice questions (with answers) about");
            prompt.append(' ');
            for (String word : subject.name().split("_", -1)) {
                prompt.append(' ').append(word);
            }
            prompt.append(".\n\n");
            for (Question solved : subject.dev().subList(0, shots)) {
                ask(prompt, solved);
                prompt.append(' ').append(solved.answer()).append("\n\n");
            }
            return prompt.toString();
        }
    };

    /** What every prompt of a subject begins with: an introduction and the first {@code shots} dev questions solved. */
    public abstract String preamble(Subject subject, int shots);

    /** Returns the prompt, whose next token is to be a letter, with the first {@code shots} dev questions solved in it. */
    public String prompt(Subject subject, Question question, int shots) {
        StringBuilder prompt = new StringBuilder(preamble(subject, shots));
        ask(prompt, question);
        return prompt.toString();
    }

    /** Name as users and the database write it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static void ask(StringBuilder prompt, Question question) {
        prompt.append(question.text());
        for (int i = 0; i < question.choices().size(); i++) {
            prompt.append('\n')
                    .append((char) ('A' + i))
                    .append(". ")
                    .append(question.choices().get(i));
        }
        prompt.append("\nAnswer:");
    }
}
