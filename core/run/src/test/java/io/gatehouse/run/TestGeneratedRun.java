package io.gatehouse.run;

import static io.gatehouse.run.SampleRuns.count;
import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.chat.Thinking;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.EndTokens;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.engine.prefill.Capture;
import io.gatehouse.engine.prefill.Generated;
import io.gatehouse.engine.prefill.GenerationListener;
import io.gatehouse.engine.prefill.GenerationOptions;
import io.gatehouse.engine.prefill.Prompt;
import io.gatehouse.engine.prefill.Sampling;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.quiz.AnswerMatch;
import io.gatehouse.quiz.AnswerRule;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.Subject;
import io.gatehouse.run.SampleRuns.Watcher;
import io.gatehouse.run.prompt.PromptEncoder;
import io.gatehouse.run.prompt.PromptedQuestion;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Generation;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Recording.Probabilities;
import io.gatehouse.store.run.RunStatus;
import io.gatehouse.store.run.Scope;
import io.gatehouse.store.write.Shard;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Runs of the sample model that generate text after their prompts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestGeneratedRun {
    private static final int TOKENS = 7;

    private final SampleRuns sample = new SampleRuns();
    private final Checkpoint checkpoint = sample.checkpoint();
    private final Quiz quiz = sample.quiz();

    @TempDir
    private Path directory;

    @AfterAll
    void close() {
        sample.close();
    }

    @Test
    void recordsPromptsAsWithoutTextAndEveryGeneratedTokenButTheLast() throws SQLException {
        try (Store store = Store.create(directory.resolve("both.duckdb"))) {
            RunTask plain = SampleRuns.request("plain", quiz.limit(70), 0);
            sample.run(store, plain, new Watcher(Integer.MAX_VALUE));
            Watcher watcher = new Watcher(Integer.MAX_VALUE);
            RunOutcome outcome = sample.run(store, plain.named("text").generating(new GenerationPlan(TOKENS)), watcher);
            assertThat(store.verify().problems()).isEmpty();
            long layers = checkpoint.config().layers().size();
            assertThat(count(store, "FROM generations WHERE run_id = 2 AND sample = 0 AND seconds > 0"))
                    .isEqualTo(70);
            assertThat(outcome.generated())
                    .isGreaterThan(70)
                    .isEqualTo(count(store, "FROM tokens WHERE phase = 'generated'"))
                    .isEqualTo(number(store, "SELECT sum(tokens) FROM generations"));
            assertThat(count(store, "FROM token_routing WHERE phase = 'generated'"))
                    .isEqualTo(layers * (outcome.generated() - 70));
            assertThat(count(store, "FROM runs WHERE max_new_tokens = 7 AND sampling = 'greedy' AND run_id = 2"))
                    .isEqualTo(1);
            assertThat(count(store, "FROM runs WHERE max_new_tokens IS NULL AND sampling IS NULL AND run_id = 1"))
                    .isEqualTo(1);
            for (String relation : List.of("decisions", "answers", "tokens", "usage")) {
                String rows = "SELECT * EXCLUDE (run_id) FROM %s WHERE run_id = %d%s";
                String prompt = relation.equals("decisions") || relation.equals("usage")
                        ? " AND NOT is_generated"
                        : relation.equals("tokens") ? " AND phase = 'prompt'" : "";
                assertThat(count(
                                store,
                                "FROM (%s EXCEPT %s)"
                                        .formatted(
                                                rows.formatted(relation, 1, ""), rows.formatted(relation, 2, prompt))))
                        .as(relation)
                        .isZero();
                assertThat(count(store, "FROM %s WHERE run_id = 2%s".formatted(relation, prompt)))
                        .as(relation)
                        .isEqualTo(count(store, "FROM %s WHERE run_id = 1".formatted(relation)))
                        .isPositive();
            }
            // The first generated token is the most probable one after the prompt.
            assertThat(count(store, """
                            FROM tokens AS t JOIN answers AS a USING (run_id, question_id)
                            WHERE t.position = a.prompt_tokens AND t.phase = 'generated'
                                AND t.token_id = a.top_token_id AND t.log_probability < 0 AND t.segment = 'answer'""")).isEqualTo(70);
            RunProgress last = watcher.seen.get(watcher.seen.size() - 1);
            assertThat(last.tokensDone())
                    .isEqualTo(last.tokens())
                    .isEqualTo(outcome.tokens() + outcome.generated() - 70);
        }
    }

    @Test
    void textsAreThoseOfTheEngineAlone() throws SQLException {
        try (Store store = Store.create(directory.resolve("alone.duckdb"));
                Tokenizer tokenizer = checkpoint.openTokenizer()) {
            sample.run(store, task("alone", quiz.limit(5), Recording.decisions(Scope.PROMPT)), new Watcher(100));
            for (int question = 1; question <= 5; question++) {
                List<Integer> prompt = numbers(store, question, "prompt");
                Generated text = sample.engine()
                        .generate(
                                List.of(new Prompt(
                                        prompt.stream().mapToInt(id -> id).toArray())),
                                GenerationOptions.upTo(TOKENS, EndTokens.of(checkpoint.directory())),
                                Capture.NOTHING,
                                new GenerationListener() {})
                        .get(0);
                assertThat(numbers(store, question, "generated"))
                        .isEqualTo(IntStream.of(text.tokens()).boxed().toList());
                boolean ended = text.finish() == Generated.Finish.END_TOKEN;
                int[] shown = ended ? Arrays.copyOf(text.tokens(), text.tokens().length - 1) : text.tokens();
                assertThat(text(
                                store,
                                "SELECT text || '|' || finish_reason FROM generations WHERE question_id = " + question))
                        .isEqualTo(tokenizer.decode(shown) + (ended ? "|end_token" : "|length"));
            }
        }
    }

    /** What is drawn for a question depends on nothing but the seed and the question. */
    @Test
    void drawsTheSameTextAloneAndAmongOthers() throws SQLException {
        try (Store store = Store.create(directory.resolve("drawn.duckdb"))) {
            GenerationPlan plan = new GenerationPlan(TOKENS).sampled(new Sampling(true, 2, 40, 1, 0, 1, 5));
            RunTask many = task("many", quiz.limit(70), Recording.decisions(Scope.LAST_PROMPT))
                    .generating(plan);
            sample.run(store, many, new Watcher(Integer.MAX_VALUE));
            RunTask few = task("few", quiz.limit(3), Recording.decisions(Scope.LAST_PROMPT));
            sample.run(store, few.generating(plan), new Watcher(Integer.MAX_VALUE));
            sample.run(
                    store,
                    few.named("seed").generating(plan.sampled(new Sampling(true, 2, 40, 1, 0, 1, 6))),
                    new Watcher(Integer.MAX_VALUE));
            assertThat(store.verify().problems()).isEmpty();
            String same = """
                    FROM generations AS a JOIN generations AS b USING (question_id)
                    WHERE a.run_id = 1 AND b.run_id = %d AND a.text = b.text AND a.tokens = b.tokens""";
            assertThat(count(store, same.formatted(2))).isEqualTo(3);
            assertThat(count(store, same.formatted(3))).isLessThan(3);
            assertThat(count(
                            store,
                            "FROM runs WHERE sampling = 'random temperature=2.0 top_k=40 seed=5' AND run_id <= 2"))
                    .isEqualTo(2);
            assertThat(number(store, "SELECT count(DISTINCT text) FROM generations WHERE run_id = 1"))
                    .isGreaterThan(20);
            // Some tokens are not the most probable ones.
            assertThat(count(store, """
                            FROM tokens AS t JOIN answers AS a USING (run_id, question_id)
                            WHERE t.run_id = 1 AND t."position" = a.prompt_tokens AND t.token_id <> a.top_token_id""")).isPositive();
        }
    }

    @Test
    void endsATextThatContainsAStopText() throws SQLException {
        try (Store store = Store.create(directory.resolve("stop.duckdb"))) {
            RunTask plain = task("plain", quiz.limit(70), Recording.decisions(Scope.LAST_PROMPT));
            sample.run(store, plain, new Watcher(Integer.MAX_VALUE));
            // Across the border of the second and third token of the first text.
            String stop = text(store, """
                    SELECT right(b.token, 1) || left(c.token, 1)
                    FROM answers AS a
                    JOIN tokens AS b ON b.question_id = a.question_id AND b."position" = a.prompt_tokens + 1
                    JOIN tokens AS c ON c.question_id = a.question_id AND c."position" = a.prompt_tokens + 2
                    WHERE a.question_id = 1""");
            GenerationPlan plan = new GenerationPlan(TOKENS).stoppedBy(new StopTexts(List.of("no such text", stop)));
            sample.run(store, plain.named("stopped").generating(plan), new Watcher(Integer.MAX_VALUE));
            assertThat(store.verify().problems()).isEmpty();
            String literal = stop.replace("'", "''");
            assertThat(count(store, "FROM runs WHERE run_id = 2 AND stop = ['no such text', '%s']".formatted(literal)))
                    .isEqualTo(1);
            assertThat(count(store, "FROM runs WHERE run_id = 1 AND len(stop) = 0"))
                    .isEqualTo(1);
            assertThat(count(store, """
                            FROM generations AS p JOIN generations AS s USING (question_id)
                            WHERE p.run_id = 1 AND s.run_id = 2 AND CASE WHEN contains(p.text, '%1$s')
                                THEN s.finish_reason = 'stop' AND s.text = left(p.text, instr(p.text, '%1$s') - 1)
                                    AND s.tokens <= p.tokens
                                ELSE s.finish_reason = p.finish_reason AND s.text = p.text AND s.tokens = p.tokens
                            END""".formatted(literal))).isEqualTo(70);
            assertThat(count(store, "FROM generations WHERE finish_reason = 'stop' AND run_id = 2 AND tokens < 7"))
                    .isPositive();
            assertRefused(
                    () -> sample.run(store, plain.named("resumed"), new Interruption(1)), ErrorCode.CANCELLED_BY_USER);
            assertRefused(
                    () -> sample.run(store, plain.named("resumed").generating(plan), new Interruption(1)),
                    ErrorCode.RUN_EXISTS,
                    "stop was none and is 'no such text', '");
        }
    }

    @Test
    void findsAnswersInTheTexts() throws SQLException {
        try (Store store = Store.create(directory.resolve("found.duckdb"))) {
            Quiz some = quiz.limit(70);
            RunTask logits = SampleRuns.request("logits", some, 0);
            sample.run(store, logits, new Watcher(Integer.MAX_VALUE));
            GenerationPlan plan = new GenerationPlan(TOKENS);
            RunOutcome outcome = sample.run(
                    store,
                    logits.named("found").generating(plan.answeredBy(rule("regex:[ABCD]"))),
                    new Watcher(Integer.MAX_VALUE));
            RunOutcome none = sample.run(
                    store,
                    logits.named("none").generating(plan.answeredBy(rule("choice"))),
                    new Watcher(Integer.MAX_VALUE));
            assertThat(store.verify().problems()).isEmpty();
            assertThat(count(
                            store,
                            "FROM runs WHERE answer_rule = 'regex:[ABCD]' AND answer_match = 'exact' AND run_id = 2"))
                    .isEqualTo(1);
            assertThat(count(store, "FROM runs WHERE answer_rule IS NULL AND answer_match IS NULL"))
                    .isEqualTo(1);
            assertThat(count(store, """
                            FROM answers AS a JOIN generations AS g USING (run_id, question_id)
                            JOIN questions AS q USING (question_id)
                            WHERE a.run_id = 2 AND g.extracted = regexp_extract(g.text, '[ABCD]') AND a.predicted = g.extracted
                                AND a.correct = (a.predicted = q.answer) AND g.correct = a.correct
                                AND a.log_probabilities IS NULL""")).isEqualTo(70);
            // The sample model writes the letter first.
            assertThat(count(store, """
                            FROM answers AS a JOIN answers AS b USING (question_id)
                            WHERE a.run_id = 1 AND b.run_id = 2 AND a.predicted = b.predicted AND a.correct = b.correct
                                AND a.top_token_id = b.top_token_id AND a.prompt_tokens = b.prompt_tokens""")).isEqualTo(70);
            assertThat(outcome.correct())
                    .isEqualTo((int) count(store, "FROM answers WHERE run_id = 1 AND correct"))
                    .isPositive();
            assertThat(none.correct()).isZero();
            assertThat(count(store, """
                            FROM answers AS a JOIN generations AS g USING (run_id, question_id)
                            WHERE a.run_id = 3 AND a.predicted IS NULL AND g.extracted IS NULL AND NOT g.correct""")).isEqualTo(70);
            assertRefused(
                    () -> sample.run(store, task("resumed", some, logits.recording()), new Interruption(1)),
                    ErrorCode.CANCELLED_BY_USER);
            assertRefused(
                    () -> sample.run(
                            store,
                            logits.named("resumed").generating(plan.answeredBy(rule("choice"))),
                            new Interruption(1)),
                    ErrorCode.RUN_EXISTS,
                    "answer_rule was none and is choice");
        }
    }

    @Test
    void freeAnswersNeedAText() throws SQLException {
        Question legs = new Question("animals", 1, "How many legs has a spider?", List.of(), "8", Map.of());
        Question eyes = new Question("animals", 2, "How many eyes has it?", List.of(), "#### 8", Map.of());
        Quiz free = new Quiz("free", List.of(new Subject("animals", List.of(legs), List.of(legs, eyes))));
        assertRefused(
                () -> task("free", free, Recording.decisions(Scope.PROMPT)),
                ErrorCode.INVALID_ARGUMENT,
                "Question 1 of animals of quiz free has no choices: use --answer generate, which finds answers in generated text");
        RunTask task = new RunTask(
                "free",
                free,
                PromptFormat.HENDRYCKS,
                1,
                Recording.decisions(Scope.PROMPT),
                false,
                LongPrompts.FAIL,
                Thinking.DEFAULT,
                Optional.of(new GenerationPlan(TOKENS).answeredBy(rule("last-regex:[^ ]+"))));
        assertThat(task.format().prompt(free.subjects().get(0), eyes, 1))
                .isEqualTo(
                        "Question: How many legs has a spider?\nAnswer: 8\n\nQuestion: How many eyes has it?\nAnswer:");
        try (Store store = Store.create(directory.resolve("free.duckdb"))) {
            RunOutcome outcome = sample.run(store, task, new Watcher(Integer.MAX_VALUE));
            assertThat(outcome.questions()).isEqualTo(2);
            assertThat(store.verify().problems()).isEmpty();
            assertThat(
                            count(
                                    store,
                                    "FROM questions WHERE len(choices) = 0 AND answer = '8' OR answer = '#### 8' AND ordinal = 2"))
                    .isEqualTo(2);
            assertThat(count(store, "FROM answers WHERE predicted IS NOT NULL AND log_probabilities IS NULL"))
                    .isEqualTo(2);
        }
    }

    private static AnswerRule rule(String id) {
        return AnswerRule.of(id, AnswerMatch.EXACT);
    }

    @Test
    void keepsOfEachTokenWhatItIsAskedTo() throws SQLException {
        try (Store store = Store.create(directory.resolve("asked.duckdb"))) {
            Quiz some = quiz.limit(9);
            Watcher watcher = new Watcher(Integer.MAX_VALUE);
            sample.run(
                    store,
                    task("all", some, new Recording(Scope.PROMPT, Probabilities.ALL, true, List.of(1, 2))),
                    watcher);
            sample.run(
                    store,
                    task("last", some, new Recording(Scope.LAST_PROMPT, Probabilities.LAST_PROMPT, true)),
                    watcher);
            assertThat(store.verify().problems()).isEmpty();
            assertThat(count(store, "FROM token_routing WHERE run_id = 2 AND phase = 'prompt'"))
                    .isEqualTo(count(store, "FROM router_probabilities WHERE run_id = 2"))
                    .isEqualTo(9L * checkpoint.config().layers().size());
            for (String relation : List.of("token_routing", "tokens")) {
                assertThat(count(store, "FROM %s WHERE run_id = 2 AND phase = 'generated'".formatted(relation)))
                        .isEqualTo(count(store, "FROM %s WHERE run_id = 1 AND phase = 'generated'".formatted(relation)))
                        .isPositive();
            }
            assertThat(
                            count(
                                    store,
                                    "FROM token_routing WHERE run_id = 1 AND (lookahead_1 IS NOT NULL AND len(lookahead_1) = len(experts)) <> (layer >= 1)"))
                    .isZero();
            assertThat(count(store, "FROM token_routing WHERE phase = 'generated' AND lookahead_2 IS NOT NULL"))
                    .isPositive();
            assertThat(count(store, "FROM router_probabilities WHERE run_id = 1"))
                    .isEqualTo(count(store, "FROM token_routing WHERE run_id = 1"));
            assertThat(count(store, """
                            FROM token_routing JOIN router_probabilities USING (run_id, question_id, "position", layer)
                            WHERE abs(probabilities[experts[1] + 1] - list_max(probabilities)) > 1e-5""")).isZero();
        }
    }

    @Test
    void goesOnWhereItWasEnded() throws SQLException {
        long seed = Long.getLong("gatehouse.test.seed", System.nanoTime());
        Random random = new Random(seed);
        Quiz some = quiz.limit(200);
        RunTask task = task("ended", some, Recording.decisions(Scope.PROMPT));
        try (Store whole = Store.create(directory.resolve("whole.duckdb"));
                Store ended = Store.create(directory.resolve("ended.duckdb"))) {
            sample.run(whole, task, new Watcher(Integer.MAX_VALUE));
            assertRefused(() -> sample.run(ended, task, new Interruption(5)), ErrorCode.CANCELLED_BY_USER);
            assertThat(ended.runs().get(0).answered()).isZero();
            assertRefused(() -> sample.run(ended, task, new FirstShard()), ErrorCode.CANCELLED_BY_USER);
            assertThat(ended.runs().get(0).answered()).isBetween(1, 199);
            for (int tries = 1; ended.runs().get(0).status() != RunStatus.COMPLETE; tries++) {
                Interruption interruption = new Interruption(20 + random.nextInt(40) * tries);
                try {
                    sample.run(ended, task, interruption);
                } catch (GatehouseException e) {
                    assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED_BY_USER);
                }
                assertThat(ended.verify().problems()).as("seed %d", seed).isEmpty();
            }
            assertThat(ended.verify()).as("seed %d", seed).isEqualTo(whole.verify());
        }
    }

    @Test
    void anotherLengthIsAnotherRun() {
        try (Store store = Store.create(directory.resolve("another.duckdb"))) {
            RunTask task = task("another", quiz.limit(70), Recording.decisions(Scope.PROMPT));
            assertRefused(
                    () -> sample.run(store, task, new Interruption(1)),
                    ErrorCode.CANCELLED_BY_USER,
                    "The run was cancelled; the answers to 0 of 70 questions are kept. Repeat the command with --name another to resume.");
            assertRefused(
                    () -> sample.run(store, task.generating(new GenerationPlan(TOKENS + 1)), new Interruption(1)),
                    ErrorCode.RUN_EXISTS,
                    "max_new_tokens was 7 and is 8");
        }
    }

    /** Where little memory is left for columns, texts wait, and the shards are the same. */
    @Test
    void shardsDoNotDependOnHowManyTextsAreActive() {
        List<Shard> together = shards(Long.MAX_VALUE);
        assertThat(together).hasSize(3);
        assertThat(shards(0))
                .usingRecursiveComparison()
                .ignoringFields("generations.milliseconds")
                .isEqualTo(together);
    }

    private List<Shard> shards(long room) {
        List<Shard> shards = new ArrayList<>();
        try (PromptEncoder encoder = PromptEncoder.open(checkpoint, false, Thinking.DEFAULT, "", OffsetDateTime.MIN)) {
            List<PromptedQuestion> prompts = QuizPrompts.of(
                            checkpoint, SampleRuns.request("r", quiz.limit(12), 2), encoder, prompt -> {})
                    .prompts();
            List<ShardTask> tasks = IntStream.range(0, 3)
                    .mapToObj(shard -> new ShardTask(
                            shard,
                            prompts.subList(4 * shard, 4 * shard + 4),
                            IntStream.range(4 * shard, 4 * shard + 4).toArray()))
                    .toList();
            Recording recording = new Recording(Scope.PROMPT, Probabilities.ALL, true);
            GenerationRecorder recorder = new GenerationRecorder(
                    tasks,
                    ChoiceScorer.of(encoder.tokenizer()),
                    new GenerationPlan(TOKENS),
                    encoder.tokenizer(),
                    recording,
                    tokens -> {},
                    shards::add,
                    room);
            sample.engine()
                    .generate(
                            recorder.prompts(),
                            GenerationOptions.upTo(TOKENS, EndTokens.of(checkpoint.directory())),
                            ShardRecorder.capture(recording),
                            recorder);
            recorder.handOver();
        }
        // Texts end in another order.
        return shards.stream()
                .sorted(Comparator.comparingInt(Shard::number))
                .map(shard -> new Shard(
                        shard.number(),
                        shard.routing(),
                        shard.tokens().stream()
                                .sorted(Comparator.comparing(
                                        tokens -> tokens.generated() ? tokens.questionIds()[0] : -1))
                                .toList(),
                        shard.answers().stream()
                                .sorted(Comparator.comparing(answer -> answer.questionId()))
                                .toList(),
                        shard.gates(),
                        shard.norms(),
                        shard.generations().stream()
                                .sorted(Comparator.comparing(text -> text.questionId()))
                                .toList()))
                .toList();
    }

    @Test
    void promptAndTextMustFitIntoTheContext() {
        try (Store store = Store.create(directory.resolve("long.duckdb"))) {
            RunTask task = SampleRuns.request("long", quiz.limit(3), 0);
            Watcher watcher = new Watcher(Integer.MAX_VALUE);
            assertRefused(
                    () -> sample.run(store, task.generating(new GenerationPlan(380)), watcher),
                    ErrorCode.INVALID_ARGUMENT,
                    "takes at most 4 tokens before 380 generated ones");
            assertRefused(
                    () -> sample.run(store, task.generating(new GenerationPlan(384)), watcher),
                    ErrorCode.INVALID_ARGUMENT,
                    "takes at most 384 tokens: with 384 generated ones, none is left for a prompt");
            assertThat(store.runs()).isEmpty();
        }
        assertRefused(
                () -> new GenerationPlan(0),
                ErrorCode.INVALID_ARGUMENT,
                "--max-new-tokens takes a number from 1 to 16,777,216, not 0");
    }

    /** Of long texts, a shard has fewer questions. */
    @Test
    void aShardIsBounded() {
        assertThat(RunManifest.shards(640, Generation.NONE)).isEqualTo(10);
        assertThat(RunManifest.shards(640, new GenerationPlan(512).description()))
                .isEqualTo(10);
        assertThat(RunManifest.shards(640, new GenerationPlan(1024).description()))
                .isEqualTo(20);
        assertThat(RunManifest.shard(3, 10, new GenerationPlan(100_000).description()))
                .containsExactly(3);
    }

    /** Ends a run when the first shard is computed. */
    private static final class FirstShard extends Watcher {
        FirstShard() {
            super(Integer.MAX_VALUE);
        }

        @Override
        public boolean cancelled() {
            return seen.stream()
                    .anyMatch(progress -> progress.writing().shardsWaiting() + progress.questionsDone() > 0);
        }
    }

    private static final class Interruption extends Watcher {
        private final int ticks;

        Interruption(int ticks) {
            super(Integer.MAX_VALUE);
            this.ticks = ticks;
        }

        @Override
        public boolean cancelled() {
            return seen.size() >= ticks;
        }
    }

    private static RunTask task(String name, Quiz quiz, Recording recording) {
        return new RunTask(name, quiz, PromptFormat.HENDRYCKS, 0, recording).generating(new GenerationPlan(TOKENS));
    }

    private static List<Integer> numbers(Store store, int question, String phase) throws SQLException {
        List<Integer> numbers = new ArrayList<>();
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT token_id FROM tokens WHERE question_id = %d AND phase = '%s' ORDER BY position"
                                .formatted(question, phase))) {
            while (rows.next()) {
                numbers.add(rows.getInt(1));
            }
        }
        return numbers;
    }

    private static long number(Store store, String query) throws SQLException {
        return Long.parseLong(text(store, query));
    }

    private static String text(Store store, String query) throws SQLException {
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }
}
