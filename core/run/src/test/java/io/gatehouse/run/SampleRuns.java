package io.gatehouse.run;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.quiz.MmluDirectory;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Runs of the sample model, which is read like any other checkpoint. */
final class SampleRuns implements AutoCloseable {
    static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");

    private final Checkpoint checkpoint = Checkpoint.open(SAMPLE.resolve("model"));
    private final Engine engine = Engine.load(checkpoint);
    private final Quiz quiz = MmluDirectory.read(SAMPLE.resolve("quiz"));

    Checkpoint checkpoint() {
        return checkpoint;
    }

    Engine engine() {
        return engine;
    }

    Quiz quiz() {
        return quiz;
    }

    RunOutcome run(Store store, RunTask request, RunListener listener) {
        return new QuizRun(checkpoint, engine, store, "test").execute(request, listener);
    }

    static RunTask request(String name, Quiz quiz, int shots) {
        return new RunTask(name, quiz, PromptFormat.HENDRYCKS, shots, Recording.decisions(Scope.PROMPT));
    }

    static long count(Store store, String from) throws SQLException {
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) " + from)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Override
    public void close() {
        engine.close();
        checkpoint.close();
    }

    /** Remembers all progress and asks to stop once so many questions are done. */
    static class Watcher implements RunListener {
        private final int limit;
        final List<RunProgress> seen = Collections.synchronizedList(new ArrayList<>());

        Watcher(int limit) {
            this.limit = limit;
        }

        @Override
        public void progress(RunProgress progress) {
            seen.add(progress);
        }

        @Override
        public boolean cancelled() {
            return !seen.isEmpty() && seen.get(seen.size() - 1).questionsDone() >= limit;
        }
    }
}
