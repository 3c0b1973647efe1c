package io.gatehouse.sample.training;

import io.gatehouse.base.DaemonThreads;
import io.gatehouse.base.Uninterruptibles;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.quiz.ChoiceScorer;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Question;
import io.gatehouse.sample.quiz.SampleQuiz;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Step after step; the next batch is drawn while the current one is learnt. */
final class TrainingLoop {
    private static final int REPORT_EVERY = 50;
    private static final int VALIDATE_EVERY = 250;

    private final TrainingPlan plan;
    private final TrainingSession session;
    private final LessonPlan lessons;
    private final Tokenizer tokenizer;
    private final SampleQuiz quiz;
    private final TrainingListener listener;
    private long prompts;
    private long answers;
    private long tokens;
    private int longest;
    private double lossSum;

    TrainingLoop(
            TrainingPlan plan,
            TrainingSession session,
            LessonPlan lessons,
            Tokenizer tokenizer,
            SampleQuiz quiz,
            TrainingListener listener) {
        this.plan = plan;
        this.session = session;
        this.lessons = lessons;
        this.tokenizer = tokenizer;
        this.quiz = quiz;
        this.listener = listener;
    }

    TrainingReport.Effort run() {
        ExecutorService drawing = Executors.newSingleThreadExecutor(DaemonThreads.named("lessons"));
        try {
            long start = System.nanoTime();
            CompletableFuture<Batch> next = CompletableFuture.supplyAsync(() -> draw(1), drawing);
            for (int step = 1; step <= plan.steps(); step++) {
                Batch batch = next.join();
                if (step < plan.steps()) {
                    int following = step + 1;
                    next = CompletableFuture.supplyAsync(() -> draw(following), drawing);
                }
                learn(batch, step);
                if (step % REPORT_EVERY == 0) {
                    report(step, Duration.ofNanos(System.nanoTime() - start));
                }
            }
            return new TrainingReport.Effort(
                    plan.steps(), prompts, answers, tokens, longest, Duration.ofNanos(System.nanoTime() - start));
        } finally {
            end(drawing);
        }
    }

    /** Waits for the batch that is being drawn, whatever ended the loop: it uses a tokenizer that is closed next. */
    private static void end(ExecutorService drawing) {
        Future<?> last = drawing.submit(() -> {});
        drawing.shutdown();
        Uninterruptibles.get(last);
    }

    private Batch draw(int step) {
        double progress = (double) (step - 1) / plan.steps();
        return plan.isFewShot(step)
                ? lessons.fewShot(plan.batch() / 4, progress)
                : lessons.zeroShot(plan.batch(), progress);
    }

    private void learn(Batch batch, int step) {
        lossSum += session.learn(batch, step, plan.learningRate(step));
        prompts += batch.lessons();
        answers += batch.answers();
        tokens += batch.realTokens();
        longest = Math.max(longest, batch.length());
    }

    private void report(int step, Duration elapsed) {
        double seconds = elapsed.toNanos() / 1e9;
        OptionalDouble validated =
                step % VALIDATE_EVERY == 0 ? OptionalDouble.of(validationAccuracy()) : OptionalDouble.empty();
        listener.progress(new TrainingListener.Progress(
                step,
                plan.steps(),
                lossSum / REPORT_EVERY,
                validated,
                prompts / seconds,
                elapsed,
                Duration.ofMillis((long) (1000 * seconds / step * (plan.steps() - step)))));
        lossSum = 0;
    }

    /** Share of correct answers to the validation questions of all subjects. */
    private double validationAccuracy() {
        ChoiceScorer scorer = ChoiceScorer.of(tokenizer);
        int right = 0;
        int questions = 0;
        for (SampleQuiz.Part part : quiz.parts()) {
            List<int[]> prompts = part.val().stream()
                    .map(question -> tokenizer.encode(PromptFormat.HENDRYCKS.prompt(part.subject(), question, 0)))
                    .toList();
            List<float[]> logits = session.read(prompts);
            for (int i = 0; i < logits.size(); i++) {
                Question question = part.val().get(i);
                right += scorer.score(logits.get(i)).isRight(question) ? 1 : 0;
                questions++;
            }
        }
        return (double) right / questions;
    }
}
