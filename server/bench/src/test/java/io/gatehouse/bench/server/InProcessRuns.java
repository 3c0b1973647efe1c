package io.gatehouse.bench.server;

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

/** Runs in the process of the server. Reads only the model, the quiz, the name, the limit and the shots of a request. */
record InProcessRuns(Store store) implements RunPlanner {
    @Override
    public RunPlan plan(RunRequest request) {
        Quiz whole = QuizSource.read(Path.of(request.quiz()));
        RunTask task = new RunTask(
                request.name().orElseThrow(),
                request.limit().map(whole::limit).orElse(whole),
                PromptFormat.of("hendrycks"),
                request.shots(),
                Recording.decisions(Scope.PROMPT));
        return new InProcessRun(Checkpoint.open(Path.of(request.model())), store, task);
    }

    private record InProcessRun(Checkpoint checkpoint, Store store, RunTask task) implements RunPlan {
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
