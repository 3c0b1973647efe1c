package io.gatehouse.sample.training;

import java.time.Duration;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Step after step; the next batch is drawn while the current one is learnt. */
final class TrainingLoop {
    private static final int REPORT_EVERY = 50;
    private static final int VALIDATE_EVERY = 250;

    private final TrainingPlan plan;
    private final Classroom classroom;
    private final LessonPlan lessons;
    private final Validation validation;
    private final TrainingListener listener;
    private long prompts;
    private long answers;
    private long tokens;
    private int longest;
    private double lossSum;

    TrainingLoop(
            TrainingPlan plan,
            Classroom classroom,
            LessonPlan lessons,
            Validation validation,
            TrainingListener listener) {
        this.plan = plan;
        this.classroom = classroom;
        this.lessons = lessons;
        this.validation = validation;
        this.listener = listener;
    }

    TrainingEffort run() {
        ExecutorService drawing = Executors.newSingleThreadExecutor(TrainingLoop::daemon);
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
            return new TrainingEffort(
                    plan.steps(), prompts, answers, tokens, longest, Duration.ofNanos(System.nanoTime() - start));
        } finally {
            end(drawing);
        }
    }

    /** Waits for the batch that is being drawn, whatever ended the loop: it uses a tokenizer that is closed next. */
    private static void end(ExecutorService drawing) {
        drawing.shutdown();
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = drawing.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread daemon(Runnable drawing) {
        Thread thread = new Thread(drawing, "lessons");
        thread.setDaemon(true);
        return thread;
    }

    private Batch draw(int step) {
        double progress = (double) (step - 1) / plan.steps();
        return plan.isFewShot(step)
                ? lessons.fewShot(plan.batch() / 4, progress)
                : lessons.zeroShot(plan.batch(), progress);
    }

    private void learn(Batch batch, int step) {
        lossSum += classroom.learn(batch, step, plan.learningRate(step));
        prompts += batch.lessons();
        answers += batch.answers();
        tokens += batch.realTokens();
        longest = Math.max(longest, batch.length());
    }

    private void report(int step, Duration elapsed) {
        double seconds = elapsed.toNanos() / 1e9;
        OptionalDouble validated =
                step % VALIDATE_EVERY == 0 ? OptionalDouble.of(validation.accuracy()) : OptionalDouble.empty();
        listener.progress(new TrainingProgress(
                step,
                plan.steps(),
                lossSum / REPORT_EVERY,
                validated,
                prompts / seconds,
                elapsed,
                Duration.ofMillis((long) (1000 * seconds / step * (plan.steps() - step)))));
        lossSum = 0;
    }
}
