package io.gatehouse.run;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Prompt;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Subject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Puts the questions of a quiz to a model. */
final class QuizPrompts {
    private QuizPrompts() {}

    /**
     * The prompts of a request, subject by subject.
     *
     * @param requirement throws where a prompt cannot be computed
     * @throws GatehouseException INVALID_ARGUMENT when a prompt is longer than the model takes; what
     *     {@code requirement} throws
     */
    static List<Asked> of(
            Checkpoint checkpoint, RunRequest request, PromptEncoder encoder, Consumer<Prompt> requirement) {
        List<Asked> prompts = new ArrayList<>();
        for (Subject subject : request.quiz().subjects()) {
            int[] preamble = encoder.encode(request.format().preamble(subject, request.shots()));
            for (Question question : subject.test()) {
                String text = request.format().prompt(subject, question, request.shots());
                int[] tokens = encoder.encode(text);
                requireFits(checkpoint, question, tokens.length);
                int shared = request.shots() == 0 ? 0 : sharedPrefix(preamble, tokens);
                Prompt prompt = new Prompt(tokens, shared);
                requirement.accept(prompt);
                prompts.add(new Asked(question, prompt));
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
                    "The prompt of question %d of %s has %d tokens; %s takes at most %d. Use fewer shots"
                            .formatted(question.ordinal(), question.subject(), tokens, checkpoint.name(), limit));
        }
    }
}
