package io.gatehouse.run;

import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.quiz.MmluDirectory;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

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

    /** Copies the sample model into the directory, with this tokenizer_config.json. */
    static Path instructed(Path directory, String tokenizerConfig) throws IOException {
        Path model = Files.createDirectory(directory.resolve("model"));
        try (Stream<Path> files = Files.list(SAMPLE.resolve("model"))) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        Files.writeString(model.resolve("tokenizer_config.json"), tokenizerConfig);
        return model;
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
