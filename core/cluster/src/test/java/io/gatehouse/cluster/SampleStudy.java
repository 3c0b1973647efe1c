package io.gatehouse.cluster;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.quiz.MmluDirectory;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.run.DividedRun;
import io.gatehouse.run.QuizRun;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunOutcome;
import io.gatehouse.run.RunProgress;
import io.gatehouse.run.RunRequest;
import io.gatehouse.run.RunTask;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Recording.Probabilities;
import io.gatehouse.store.run.Scope;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The bundled sample's study, on one machine and on Spark. */
final class SampleStudy {
    static final String MASTER = "local[2,4]";

    /** A master and two workers of one core, whose executors are processes. */
    static final String STANDALONE = "local-cluster[2,1,1024]";

    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");
    private static final Recording EVERYTHING = new Recording(Scope.PROMPT, Probabilities.LAST_PROMPT, true);

    static final RunListener PATIENT = new RunListener() {
        @Override
        public void progress(RunProgress progress) {}

        @Override
        public boolean cancelled() {
            return false;
        }
    };

    private SampleStudy() {}

    static Quiz quiz(int questions) {
        return MmluDirectory.read(SAMPLE.resolve("quiz")).limit(questions);
    }

    static RunTask request(String name, int questions, int shots) {
        return new RunTask(name, quiz(questions), PromptFormat.HENDRYCKS, shots, EVERYTHING);
    }

    /** Into a file, on this machine. */
    static RunOutcome alone(Path file, RunTask request) {
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE.resolve("model"));
                Engine engine = Engine.load(checkpoint);
                Store store = Store.create(file)) {
            return new QuizRun(checkpoint, engine, store, "test").execute(request, PATIENT);
        }
    }

    /** Into a directory, by Spark in this process. */
    static RunOutcome divided(Path directory, RunTask request, RunListener listener, UnaryOperator<ShardStep> step) {
        return divided(MASTER, directory, request, listener, step);
    }

    static RunOutcome divided(
            String master, Path directory, RunTask request, RunListener listener, UnaryOperator<ShardStep> step) {
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE.resolve("model"))) {
            return new ClusterRun(Optional.of(master), directory.toString(), step)
                    .execute(
                            register ->
                                    DividedRun.begin(checkpoint, RunRequest.of(Map.of()), request, register, "test"),
                            listener);
        }
    }
}
