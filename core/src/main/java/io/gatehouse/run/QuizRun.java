package io.gatehouse.run;

import static java.util.Objects.requireNonNull;

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
import io.gatehouse.store.RunWriter;
import io.gatehouse.store.Store;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Sends the questions of a quiz through a model and keeps every routing decision. */
public final class QuizRun {
    private final Checkpoint checkpoint;
    private final Engine engine;
    private final Store store;
    private final String gatehouseVersion;
    private final Clock clock;

    public QuizRun(Checkpoint checkpoint, Engine engine, Store store, String gatehouseVersion) {
        this(checkpoint, engine, store, gatehouseVersion, Clock.system(ZoneId.systemDefault()));
    }

    /** @param clock says the date that a run begins on, to templates that ask for it */
    QuizRun(Checkpoint checkpoint, Engine engine, Store store, String gatehouseVersion, Clock clock) {
        this.checkpoint = requireNonNull(checkpoint, "checkpoint is null");
        this.engine = requireNonNull(engine, "engine is null");
        this.store = requireNonNull(store, "store is null");
        this.gatehouseVersion = requireNonNull(gatehouseVersion, "gatehouseVersion is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Answers all questions of the request. What is committed stays, whatever ends the run; the same request again goes
     * on from there.
     *
     * @throws GatehouseException {@code CANCELLED_BY_USER} when the listener asked for it, {@code RUN_EXISTS} when the
     *     name is that of a complete run or of an unfinished one that was begun otherwise, {@code INVALID_ARGUMENT} when
     *     a prompt is longer than the model takes, or a conversation is asked for of a model without a template,
     *     {@code OUT_OF_MEMORY} when a prompt takes more than there is, {@code INSUFFICIENT_DISK} when there is no room
     *     for what it records
     */
    public RunOutcome execute(RunRequest request, RunListener listener) {
        Optional<UnfinishedRun> begun = UnfinishedRun.find(store, request.name());
        OffsetDateTime date = begun.flatMap(UnfinishedRun::date).orElseGet(this::today);
        try (PromptEncoder encoder = PromptEncoder.open(checkpoint, request, date)) {
            return execute(request, begun, date, encoder, listener);
        }
    }

    private RunOutcome execute(
            RunRequest request,
            Optional<UnfinishedRun> begun,
            OffsetDateTime date,
            PromptEncoder encoder,
            RunListener listener) {
        List<Asked> prompts = prompts(request, encoder);
        ChoiceScorer scorer = encoder.scorer(request.quiz().mostChoices());
        RunClock progress = new RunClock(prompts, checkpoint.config().layers().size(), listener);
        requireDisk(request, begun.map(UnfinishedRun::answered).orElse(0), prompts, listener);
        Map<String, String> more = new TreeMap<>(Map.of("prompts", PromptDigest.of(prompts)));
        if (encoder.asksForTheDate() && begun.map(run -> run.date().isPresent()).orElse(true)) {
            more.put(UnfinishedRun.DATE, date.toString());
        }
        try (RunWriter writer = open(request, begun.isPresent(), prompts, more)) {
            new ShardPipeline(engine, prompts, request.recording(), encoder.tokenizer(), scorer, progress, writer)
                    .run();
            return new RunOutcome(
                    writer.runId(),
                    request.name(),
                    prompts.size(),
                    writer.correct(),
                    progress.tokens(),
                    progress.elapsed());
        }
    }

    private OffsetDateTime today() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.SECONDS);
    }

    /** Says what the run will put on the disk, and refuses it if that has no room. */
    private void requireDisk(RunRequest request, int answered, List<Asked> prompts, RunListener listener) {
        List<Asked> left = prompts.subList(Math.min(answered, prompts.size()), prompts.size());
        DiskNeed need = DiskNeed.of(left, engine.config(), request.recording(), store.file());
        listener.planned(need);
        need.requireFree(store.file());
    }

    /** Goes on with an unfinished run of the same name, or starts a new one. */
    private RunWriter open(RunRequest request, boolean begun, List<Asked> prompts, Map<String, String> more) {
        return begun
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
                Prompt prompt = new Prompt(tokens, shared);
                engine.require(prompt);
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
