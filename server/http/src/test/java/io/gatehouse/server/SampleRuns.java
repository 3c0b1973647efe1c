package io.gatehouse.server;

import static java.util.Objects.requireNonNull;

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
import io.gatehouse.server.run.RunPlan;
import io.gatehouse.server.run.RunPlanner;
import io.gatehouse.store.Recording;
import io.gatehouse.store.Scope;
import io.gatehouse.store.Store;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Runs of the sample model, for tests that start some; they read only the options named here. */
public record SampleRuns(Store store) implements RunPlanner {
    public static final Path FOLDER =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");

    @Override
    public Set<String> options() {
        return Set.of("model", "quiz", "name", "limit", "shots", "precision", "record");
    }

    @Override
    public RunPlan plan(Map<String, String> options) {
        Quiz whole = QuizSource.read(Path.of(options.get("quiz")));
        Quiz quiz = options.containsKey("limit") ? whole.limit(Integer.parseInt(options.get("limit"))) : whole;
        PromptFormat format = PromptFormat.of("hendrycks");
        RunRequest request = new RunRequest(
                requireNonNull(options.get("name")),
                quiz,
                format,
                Integer.parseInt(options.getOrDefault("shots", "0")),
                Recording.decisions(Scope.PROMPT));
        return new SampleRun(Checkpoint.open(Path.of(options.get("model"))), store, request);
    }

    private record SampleRun(Checkpoint checkpoint, Store store, RunRequest request) implements RunPlan {
        @Override
        public String name() {
            return request.name();
        }

        @Override
        public RunOutcome execute(RunListener listener) {
            try (Engine engine = Engine.load(checkpoint, EngineOptions.EXACT)) {
                return new QuizRun(checkpoint, engine, store, "test").execute(request, listener);
            }
        }

        @Override
        public void close() {
            checkpoint.close();
        }
    }
}
