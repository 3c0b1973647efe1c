package io.gatehouse.server;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.engine.EngineOptions;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.QuizSource;
import io.gatehouse.run.QuizRun;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.RunTask;
import io.gatehouse.server.run.RunPlan;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import java.nio.file.Path;

/**
 * Runs of the sample model, for tests that start some; they read only the name, the limit, the shots and how text is
 * generated.
 */
public record SampleRuns(Store store) implements RunPlanner {
    public static final Path FOLDER =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");

    @Override
    public RunPlan plan(RunRequest request) {
        Quiz whole = QuizSource.read(Path.of(request.quiz()));
        Quiz quiz = request.limit().map(whole::limit).orElse(whole);
        RunTask plain = new RunTask(
                request.name().orElseThrow(),
                quiz,
                PromptFormat.of("hendrycks"),
                request.shots(),
                Recording.decisions(Scope.PROMPT));
        RunTask task = request.generation().map(plain::generating).orElse(plain);
        return new SampleRun(Checkpoint.open(Path.of(request.model())), store, task);
    }

    private record SampleRun(Checkpoint checkpoint, Store store, RunTask task) implements RunPlan {
        @Override
        public String name() {
            return task.name();
        }

        @Override
        public RunOutcome execute(RunListener listener) {
            try (Engine engine = Engine.load(checkpoint, EngineOptions.EXACT)) {
                return new QuizRun(checkpoint, engine, store, "test").execute(task, listener);
            }
        }

        @Override
        public void close() {
            checkpoint.close();
        }
    }
}
