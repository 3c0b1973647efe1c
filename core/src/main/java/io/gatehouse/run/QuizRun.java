package io.gatehouse.run;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.FeedForward;
import io.gatehouse.checkpoint.ModelConfig;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.Prompt;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Subject;
import io.gatehouse.store.QuestionRow;
import io.gatehouse.store.Recording;
import io.gatehouse.store.RunDescription;
import io.gatehouse.store.RunStatus;
import io.gatehouse.store.RunSummary;
import io.gatehouse.store.RunWriter;
import io.gatehouse.store.Store;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Sends the questions of a quiz through a model and keeps every routing decision. */
public final class QuizRun {
    private final Checkpoint checkpoint;
    private final Engine engine;
    private final Store store;
    private final String gatehouseVersion;

    public QuizRun(Checkpoint checkpoint, Engine engine, Store store, String gatehouseVersion) {
        this.checkpoint = checkpoint;
        this.engine = engine;
        this.store = store;
        this.gatehouseVersion = gatehouseVersion;
    }

    /**
     * Answers all questions of the request. What is committed stays, whatever ends the run; the same request again goes
     * on from there.
     *
     * @throws GatehouseException {@code CANCELLED_BY_USER} when the listener asked for it, {@code RUN_EXISTS} when the
     *     name is that of a complete run or of an unfinished one that was begun otherwise, {@code INVALID_ARGUMENT} when
     *     a prompt is longer than the model takes, or a conversation is asked for of a model without a template,
     *     {@code INSUFFICIENT_DISK} when there is no room for what it records
     */
    public RunOutcome execute(RunRequest request, RunListener listener) {
        try (PromptEncoder encoder = PromptEncoder.open(checkpoint, request)) {
            return execute(request, prompts(request, encoder), encoder, listener);
        }
    }

    private RunOutcome execute(RunRequest request, List<Asked> prompts, PromptEncoder encoder, RunListener listener) {
        ChoiceScorer scorer = encoder.scorer(request.quiz().mostChoices());
        RunClock clock = new RunClock(prompts, checkpoint.config().layers().size(), listener);
        requireDisk(request, prompts, listener);
        try (RunWriter writer = open(request, prompts)) {
            new ShardPipeline(engine, prompts, request.recording(), encoder.tokenizer(), scorer, clock, writer).run();
            return new RunOutcome(
                    writer.runId(), request.name(), prompts.size(), writer.correct(), clock.tokens(), clock.elapsed());
        }
    }

    /** Says what the run will put on the disk, and refuses it if that has no room. */
    private void requireDisk(RunRequest request, List<Asked> prompts, RunListener listener) {
        int answered = unfinished(request.name()).map(RunSummary::answered).orElse(0);
        List<Asked> left = prompts.subList(Math.min(answered, prompts.size()), prompts.size());
        DiskNeed need = DiskNeed.of(left, engine.config(), request.recording(), store.file());
        listener.planned(need);
        need.requireFree(store.file());
    }

    private Optional<RunSummary> unfinished(String name) {
        return store.runs().stream()
                .filter(run -> run.name().equals(name) && run.status() != RunStatus.COMPLETE)
                .findFirst();
    }

    /** Goes on with an unfinished run of the same name, or starts a new one. */
    private RunWriter open(RunRequest request, List<Asked> prompts) {
        Map<String, String> more = Map.of("prompts", PromptDigest.of(prompts));
        return unfinished(request.name()).isPresent()
                ? store.resumeRun(describe(request), rows(prompts), more)
                : store.startRun(describe(request), rows(prompts), more);
    }

    private List<Asked> prompts(RunRequest request, PromptEncoder encoder) {
        List<Asked> prompts = new ArrayList<>();
        for (Subject subject : request.quiz().subjects()) {
            int[] preamble = encoder.encode(request.format().preamble(subject, request.shots()));
            for (Question question : subject.test()) {
                String text = request.format().prompt(subject, question, request.shots());
                int[] tokens = requireFits(question, encoder.encode(text));
                int shared = request.shots() == 0 ? 0 : sharedPrefix(preamble, tokens);
                prompts.add(new Asked(question, new Prompt(tokens, shared)));
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

    private int[] requireFits(Question question, int[] tokens) {
        int limit = checkpoint.config().maxPositions();
        if (tokens.length > limit) {
            throw new GatehouseException(
                    ErrorCode.INVALID_ARGUMENT,
                    "The prompt of question %d of %s has %d tokens; %s takes at most %d. Use fewer shots"
                            .formatted(
                                    question.ordinal(), question.subject(), tokens.length, checkpoint.name(), limit));
        }
        return tokens;
    }

    private RunDescription describe(RunRequest request) {
        return describe(
                checkpoint,
                engine,
                request.name(),
                request.quiz().name(),
                request.formatId(),
                request.shots(),
                request.recording(),
                gatehouseVersion);
    }

    static RunDescription describe(
            Checkpoint checkpoint,
            Engine engine,
            String name,
            String task,
            String format,
            int shots,
            Recording recording,
            String gatehouseVersion) {
        ModelConfig config = engine.config();
        List<FeedForward.Sparse> sparse = config.feedForwards().stream()
                .filter(FeedForward.Sparse.class::isInstance)
                .map(FeedForward.Sparse.class::cast)
                .toList();
        return new RunDescription(
                name,
                checkpoint.name(),
                checkpoint.fingerprint(),
                config.architecture(),
                config.layers().size(),
                sparse.stream().mapToInt(FeedForward.Sparse::experts).max().orElseThrow(),
                sparse.stream().mapToInt(FeedForward.Sparse::topK).max().orElseThrow(),
                task,
                format,
                shots,
                recording,
                engine.precision().id(),
                engine.device().id(),
                engine.interventions().id(),
                gatehouseVersion);
    }

    private static List<QuestionRow> rows(List<Asked> prompts) {
        return prompts.stream()
                .map(Asked::question)
                .map(question -> new QuestionRow(
                        question.subject(),
                        question.ordinal(),
                        question.text(),
                        question.choices(),
                        question.answer(),
                        question.attributes()))
                .toList();
    }
}
