package io.gatehouse.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.chat.Thinking;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.error.GatehouseException;
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
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample model asked in conversations, as an instruction-tuned one is. */
final class TestChatRun {
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core").resolve("sample");
    private static final String TEMPLATE = """
            {"eos_token": "<|endoftext|>", "chat_template":
            "{% for m in messages %}{{ eos_token }}{{ m.role }}: {{ m.content }}{% endfor %}{% if add_generation_prompt %}{{ eos_token }}model:{% endif %}"}
            """;

    @TempDir
    private Path directory;

    @Test
    void putsPromptsByTheTemplate() throws IOException, SQLException {
        Quiz quiz = MmluDirectory.read(SAMPLE.resolve("quiz")).limit(1);
        try (Checkpoint checkpoint = Checkpoint.open(instructed());
                Engine engine = Engine.load(checkpoint);
                Store store = Store.create(directory.resolve("chat.duckdb"))) {
            run(checkpoint, engine, store, "plain", quiz, PromptFormat.HENDRYCKS, false);
            run(checkpoint, engine, store, "chat", quiz, PromptFormat.HENDRYCKS, true);
            run(checkpoint, engine, store, "begun", quiz, PromptFormat.OPEN_INSTRUCT, false);
            String asked = text(store, 1);
            assertThat(text(store, 2)).isEqualTo("<|endoftext|>user: " + asked + "<|endoftext|>model:");
            assertThat(text(store, 3)).isEqualTo("<|endoftext|>user: " + asked + "<|endoftext|>model: The answer is:");
            assertThat(column(store, "SELECT prompt_format FROM runs ORDER BY run_id"))
                    .containsExactly("hendrycks", "hendrycks+chat", "open-instruct");
            assertThat(column(store, "SELECT predicted FROM answers")).allMatch("ABCD"::contains);
        }
    }

    @Test
    void asksAReasoningModelNotToThinkAndSaysSo() throws IOException, SQLException {
        Quiz quiz = MmluDirectory.read(SAMPLE.resolve("quiz")).limit(1);
        String template = TEMPLATE.replace("model:{%", "model:{% if enable_thinking is false %} at once:{% endif %}{%");
        try (Checkpoint checkpoint = Checkpoint.open(instructed(template));
                Engine engine = Engine.load(checkpoint);
                Store store = Store.create(directory.resolve("thinking.duckdb"))) {
            for (Thinking thinking : List.of(Thinking.DEFAULT, Thinking.OFF)) {
                RunTask task = new RunTask(
                        thinking.id(),
                        quiz,
                        PromptFormat.HENDRYCKS,
                        0,
                        Recording.decisions(Scope.PROMPT),
                        true,
                        LongPrompts.FAIL,
                        thinking);
                new QuizRun(checkpoint, engine, store, "test").execute(task, listener(1));
            }
            assertThat(text(store, 2)).isEqualTo(text(store, 1) + " at once:");
            assertThat(column(store, "SELECT prompt_format FROM runs ORDER BY run_id"))
                    .containsExactly("hendrycks+chat", "hendrycks+chat+no-thinking");
            assertThat(column(store, "SELECT DISTINCT storage FROM runs"))
                    .containsExactly(checkpoint.footprint().storage());
        }
        assertThatThrownBy(() -> new RunTask(
                        "plain",
                        quiz,
                        PromptFormat.HENDRYCKS,
                        0,
                        Recording.decisions(Scope.PROMPT),
                        false,
                        LongPrompts.FAIL,
                        Thinking.EMPTY))
                .isInstanceOf(GatehouseException.class)
                .hasMessageStartingWith("--thinking empty needs --chat");
    }

    @Test
    void refusesAModelWithoutATemplate() {
        Quiz quiz = MmluDirectory.read(SAMPLE.resolve("quiz")).limit(1);
        try (Checkpoint checkpoint = Checkpoint.open(SAMPLE.resolve("model"));
                Engine engine = Engine.load(checkpoint);
                Store store = Store.create(directory.resolve("none.duckdb"))) {
            assertThatThrownBy(() -> run(checkpoint, engine, store, "chat", quiz, PromptFormat.HENDRYCKS, true))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessage("Model model has no chat template, which chat prompts need.");
            assertThat(store.runs()).isEmpty();
        }
    }

    @Test
    void goesOnAnotherDayAsOnTheFirst() throws IOException, SQLException {
        Quiz quiz = MmluDirectory.read(SAMPLE.resolve("quiz")).limit(128);
        RunTask request =
                new RunTask("dated", quiz, PromptFormat.HENDRYCKS, 0, Recording.decisions(Scope.LAST_PROMPT), true);
        String dated = TEMPLATE.replace("{% for", "{{ strftime_now('%d %b %Y') }}{% for");
        try (Checkpoint checkpoint = Checkpoint.open(instructed(dated));
                Engine engine = Engine.load(checkpoint);
                Store store = Store.create(directory.resolve("dated.duckdb"))) {
            assertThatThrownBy(() -> new QuizRun(checkpoint, engine, store, "test", at("2026-11-24T23:59:59+05:30"))
                            .execute(request, listener(0.75)))
                    .isInstanceOf(GatehouseException.class)
                    .hasMessageStartingWith("The run was cancelled");
            RunOutcome outcome = new QuizRun(checkpoint, engine, store, "test", at("2026-11-25T00:00:01+05:30"))
                    .execute(request, listener(1));
            assertThat(outcome.questions()).isEqualTo(128);
            assertThat(column(store, "SELECT value FROM run_definitions WHERE property = 'date'"))
                    .containsExactly("2026-11-24T23:59:59+05:30");
        }
    }

    private static Clock at(String time) {
        OffsetDateTime moment = OffsetDateTime.parse(time);
        return Clock.fixed(moment.toInstant(), moment.getOffset());
    }

    private Path instructed() throws IOException {
        return instructed(TEMPLATE);
    }

    private Path instructed(String template) throws IOException {
        Path model = Files.createDirectory(directory.resolve("model"));
        try (Stream<Path> files = Files.list(SAMPLE.resolve("model"))) {
            for (Path file : files.toList()) {
                if (!file.endsWith("tokenizer_config.json")) {
                    Files.copy(file, model.resolve(file.getFileName()));
                }
            }
        }
        Files.writeString(model.resolve("tokenizer_config.json"), template);
        return model;
    }

    private static void run(
            Checkpoint checkpoint,
            Engine engine,
            Store store,
            String name,
            Quiz quiz,
            PromptFormat format,
            boolean chat) {
        new QuizRun(checkpoint, engine, store, "test")
                .execute(new RunTask(name, quiz, format, 0, Recording.decisions(Scope.PROMPT), chat), listener(1));
    }

    /** Asks to stop once more than this share is computed. */
    private static RunListener listener(double share) {
        return new RunListener() {
            private volatile double done;

            @Override
            public void progress(RunProgress progress) {
                done = progress.share();
            }

            @Override
            public boolean cancelled() {
                return done > share;
            }
        };
    }

    private static String text(Store store, int run) throws SQLException {
        return String.join(
                "", column(store, "SELECT token FROM tokens WHERE run_id = " + run + " ORDER BY \"position\""));
    }

    private static List<String> column(Store store, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
