package io.gatehouse.run;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Subject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Makes the prompts of a quiz. */
final class QuizPrompts {
    /** Ten times what a token of English has; a run of spaces or dashes may be one of many. */
    private static final int MOST_CHARACTERS_OF_A_TOKEN = 48;

    private QuizPrompts() {}

    /**
     * The prompts of a task, subject by subject.
     *
     * @param requirement throws where a prompt cannot be computed
     * @throws GatehouseException INVALID_ARGUMENT when a prompt is longer than the model takes; what
     *     {@code requirement} throws
     */
    static List<PromptedQuestion> of(
            Checkpoint checkpoint, RunTask task, PromptEncoder encoder, Consumer<Prompt> requirement) {
        List<PromptedQuestion> prompts = new ArrayList<>();
        for (Subject subject : task.quiz().subjects()) {
            String preamble = task.format().preamble(subject, task.shots());
            requireReadable(checkpoint, "The beginning of the prompts of %s".formatted(subject.name()), preamble);
            int[] preambleTokens = encoder.encode(preamble);
            for (Question question : subject.test()) {
                String text = preamble + task.format().question(question);
                requireReadable(checkpoint, prompt(question), text);
                int[] tokens = encoder.encode(text);
                requireFits(checkpoint, question, tokens.length);
                int shared = task.shots() == 0 ? 0 : sharedPrefix(preambleTokens, tokens);
                Prompt prompt = new Prompt(tokens, shared);
                requirement.accept(prompt);
                prompts.add(new PromptedQuestion(question, prompt));
            }
        }
        return prompts;
    }

    /**
     * How many tokens of the preamble a prompt begins with: near its end a tokenizer may join what belongs to both.
     * Without solved examples it is too short to gain anything.
     */
    private static int sharedPrefix(int[] preamble, int[] tokens) {
        int differs = Arrays.mismatch(preamble, tokens);
        return Math.min(differs < 0 ? preamble.length : differs, tokens.length - 1);
    }

    private static void requireFits(Checkpoint checkpoint, Question question, int tokens) {
        int limit = checkpoint.config().maxPositions();
        if (tokens > limit) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s has %d tokens; %s takes at most %d. Use fewer shots"
                            .formatted(prompt(question), tokens, checkpoint.name(), limit));
        }
    }

    /** Tokenising what is far too long would take minutes. */
    private static void requireReadable(Checkpoint checkpoint, String what, String text) {
        int limit = checkpoint.config().maxPositions();
        if (text.length() > MOST_CHARACTERS_OF_A_TOKEN * (long) limit) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s has %,d characters; %s takes at most %d tokens. Use fewer shots"
                            .formatted(what, text.length(), checkpoint.name(), limit));
        }
    }

    private static String prompt(Question question) {
        return "The prompt of question %d of %s".formatted(question.ordinal(), question.subject());
    }
}
