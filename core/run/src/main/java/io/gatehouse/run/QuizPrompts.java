package io.gatehouse.run;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.PromptText;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Subject;
import io.gatehouse.run.prompt.PromptEncoder;
import io.gatehouse.run.prompt.PromptedQuestion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The prompts of a quiz.
 *
 * @param prompts subject by subject
 * @param skipped questions that are left out because their prompts are longer than the model takes
 * @param shortened prompts with fewer solved examples than asked for, for the same reason
 */
record QuizPrompts(List<PromptedQuestion> prompts, int skipped, int shortened) {
    /** Ten times what a token of English has; a run of spaces or dashes may be one of many. */
    private static final int MOST_CHARACTERS_OF_A_TOKEN = 48;

    QuizPrompts {
        prompts = List.copyOf(prompts);
    }

    /**
     * The prompts of a task, subject by subject.
     *
     * @param requirement throws where a prompt cannot be computed
     * @throws GatehouseException INVALID_ARGUMENT when a prompt is longer than the model takes and the task does not
     *     leave it out, or every prompt is; what {@code requirement} throws
     */
    static QuizPrompts of(Checkpoint checkpoint, RunTask task, PromptEncoder encoder, Consumer<Prompt> requirement) {
        Maker maker = new Maker(checkpoint, task, encoder, requirement);
        task.quiz().subjects().forEach(maker::add);
        if (maker.prompts.isEmpty()) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "Every prompt of quiz %s is longer than the %,d tokens that %s takes%s"
                            .formatted(task.quiz().name(), maker.limit, checkpoint.name(), maker.beforeText()));
        }
        return new QuizPrompts(maker.prompts, maker.skipped, maker.shortened);
    }

    /** Makes the prompts of one subject after another. */
    private static final class Maker {
        private final Checkpoint checkpoint;
        private final RunTask task;
        private final PromptEncoder encoder;
        private final Consumer<Prompt> requirement;
        private final int limit;
        private final List<PromptedQuestion> prompts = new ArrayList<>();
        private int skipped;
        private int shortened;

        Maker(Checkpoint checkpoint, RunTask task, PromptEncoder encoder, Consumer<Prompt> requirement) {
            this.checkpoint = checkpoint;
            this.task = task;
            this.encoder = encoder;
            this.requirement = requirement;
            this.limit = checkpoint.config().maxPositions()
                    - task.generation().map(GenerationPlan::maxNewTokens).orElse(0);
            if (limit < 1) {
                throw new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "%s takes at most %,d tokens: with %,d generated ones, none is left for a prompt"
                                .formatted(
                                        checkpoint.name(),
                                        checkpoint.config().maxPositions(),
                                        checkpoint.config().maxPositions() - limit));
            }
        }

        void add(Subject subject) {
            PromptText preamble = task.format().preamble(subject, task.shots());
            if (task.longPrompts() == LongPrompts.FAIL) {
                requireReadable("The beginning of the prompts of %s".formatted(subject.name()), preamble);
            }
            int[] preambleTokens =
                    isReadable(preamble) ? encoder.encode(preamble).tokens() : new int[0];
            for (Question question : subject.test()) {
                Optional<PromptedQuestion> whole = prompt(preamble, preambleTokens, question, task.shots());
                Optional<PromptedQuestion> prompt = whole.or(() -> shorter(subject, question));
                prompt.ifPresentOrElse(
                        found -> {
                            requirement.accept(found.prompt());
                            prompts.add(found);
                            shortened += whole.isPresent() ? 0 : 1;
                        },
                        () -> skipped++);
            }
        }

        /** A prompt that the model takes; empty if it is too long and the task goes on without it. */
        private Optional<PromptedQuestion> prompt(
                PromptText preamble, int[] preambleTokens, Question question, int shots) {
            PromptText text = preamble.followedBy(task.format().question(question));
            boolean mustFit = task.longPrompts() == LongPrompts.FAIL;
            if (mustFit) {
                requireReadable(name(question), text);
            } else if (!isReadable(text)) {
                return Optional.empty();
            }
            PromptEncoder.Encoded encoded = encoder.encode(text);
            int[] tokens = encoded.tokens();
            if (tokens.length > limit) {
                if (mustFit) {
                    throw tooLong("%s has %,d tokens".formatted(name(question), tokens.length));
                }
                return Optional.empty();
            }
            Prompt prompt = new Prompt(tokens, shots == 0 ? 0 : sharedPrefix(preambleTokens, tokens));
            return Optional.of(new PromptedQuestion(question, prompt, encoded.segments()));
        }

        /** The prompt with as many of the first solved examples as fit; it shares nothing with others. */
        private Optional<PromptedQuestion> shorter(Subject subject, Question question) {
            if (task.longPrompts() != LongPrompts.TRUNCATE_EXAMPLES) {
                return Optional.empty();
            }
            for (int shots = task.shots() - 1; shots >= 0; shots--) {
                Optional<PromptedQuestion> prompt =
                        prompt(task.format().preamble(subject, shots), new int[0], question, 0);
                if (prompt.isPresent()) {
                    return prompt;
                }
            }
            return Optional.empty();
        }

        /** Tokenising what is far too long would take minutes. */
        private boolean isReadable(PromptText text) {
            return text.length() <= MOST_CHARACTERS_OF_A_TOKEN * (long) limit;
        }

        private void requireReadable(String what, PromptText text) {
            if (!isReadable(text)) {
                throw tooLong("%s has %,d characters".formatted(what, text.length()));
            }
        }

        private GatehouseException tooLong(String what) {
            String advice = task.shots() == 0
                    ? "--long-prompts skip leaves such questions out"
                    : "Use fewer --shots, or --long-prompts truncate-examples or skip";
            return new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "%s; %s takes at most %,d tokens%s. %s"
                            .formatted(what, checkpoint.name(), limit, beforeText(), advice));
        }

        /** Why the limit is not that of the model. */
        private String beforeText() {
            return task.generation()
                    .map(plan -> " before %,d generated ones".formatted(plan.maxNewTokens()))
                    .orElse("");
        }
    }

    /**
     * How many tokens of the preamble a prompt begins with: near its end a tokenizer may join what belongs to both.
     * Without solved examples it is too short to gain anything.
     */
    private static int sharedPrefix(int[] preamble, int[] tokens) {
        int differs = Arrays.mismatch(preamble, tokens);
        return Math.min(differs < 0 ? preamble.length : differs, tokens.length - 1);
    }

    private static String name(Question question) {
        return "The prompt of question %d of %s".formatted(question.ordinal(), question.subject());
    }
}
