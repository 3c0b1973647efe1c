package io.gatehouse.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.chat.Thinking;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.PromptPart;
import io.gatehouse.quiz.PromptText;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.Subject;
import io.gatehouse.run.prompt.PromptEncoder;
import io.gatehouse.run.prompt.PromptSegments;
import io.gatehouse.store.Store;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which part of a prompt its tokens belong to. */
final class TestPromptSegments {
    private static final Question SOLVED = new Question("maths", 1, "1+1?", List.of("2", "3"), 'A');
    private static final Question ASKED = new Question("maths", 1, "Is 😀 é?", List.of("yes 😀😀", "no"), 'B');
    private static final Subject MATHS = new Subject("maths", List.of(SOLVED), List.of(ASKED));

    private static final String TEMPLATE = """
            {"eos_token": "<|endoftext|>", "bos_token": "<|endoftext|>", "chat_template":
            "{{ bos_token }}You are kind.{{ bos_token }}user{{ bos_token }}\\n{{ messages[0]['content'] | trim }}\\n{{ bos_token }}assistant\\n"}
            """;

    @TempDir
    private Path directory;

    @Test
    void areThoseOfTheFormat() {
        try (Checkpoint checkpoint = Checkpoint.open(SampleRuns.SAMPLE.resolve("model"));
                PromptEncoder encoder = encoder(checkpoint, false, "")) {
            assertThat(segments(encoder, prompt(PromptFormat.HENDRYCKS)))
                    .containsExactly(
                            "instruction: The following are multiple choice questions (with answers) about  maths.\n\n",
                            "example: 1+1?\nA. 2\nB. 3\nAnswer: A\n\n",
                            "question: Is 😀 é?",
                            "choice: \nA. yes 😀😀\nB. no",
                            "cue: \nAnswer:");
            assertThat(segments(encoder, prompt(PromptFormat.OLMES)))
                    .endsWith("question: Question: Is 😀 é?", "choice: \n A. yes 😀😀\n B. no", "cue: \nAnswer:");
            assertThat(segments(encoder, PromptFormat.HENDRYCKS.question(free())))
                    .containsExactly("question: Question: Why?", "cue: \nAnswer:");
        }
    }

    @Test
    void ofAConversationAreThoseOfItsMessageAndOfItsTemplate() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(SampleRuns.instructed(directory, TEMPLATE));
                PromptEncoder encoder = encoder(checkpoint, true, "The answer is:")) {
            assertThat(segments(encoder, prompt(PromptFormat.HENDRYCKS)))
                    .containsExactly(
                            "other: <|endoftext|>",
                            "system: You are kind.",
                            "other: <|endoftext|>user<|endoftext|>\n",
                            "instruction: The following are multiple choice questions (with answers) about  maths.\n\n",
                            "example: 1+1?\nA. 2\nB. 3\nAnswer: A\n\n",
                            "question: Is 😀 é?",
                            "choice: \nA. yes 😀😀\nB. no",
                            "cue: \nAnswer:",
                            "other: \n<|endoftext|>assistant",
                            "cue:  The answer is:");
            // The template strips the message.
            assertThat(segments(encoder, PromptText.of(PromptPart.QUESTION, " \n Why?\n")))
                    .contains("question: Why?");
        }
    }

    @Test
    void areStoredForEachRecordedToken() throws SQLException {
        Quiz quiz = new Quiz("maths", List.of(MATHS));
        for (Scope scope : Scope.values()) {
            try (SampleRuns sample = new SampleRuns();
                    Store store = Store.create(directory.resolve(scope.id() + ".duckdb"))) {
                RunTask task = new RunTask("r", quiz, PromptFormat.HENDRYCKS, 1, Recording.decisions(scope));
                sample.run(store, task, new SampleRuns.Watcher(Integer.MAX_VALUE));
                assertThat(stored(store))
                        .containsExactlyElementsOf(
                                scope == Scope.LAST_PROMPT
                                        ? List.of("cue: :")
                                        : List.of(
                                                "instruction: The following are multiple choice questions (with answers) about  maths.\n\n",
                                                "example: 1+1?\nA. 2\nB. 3\nAnswer: A\n\n",
                                                "question: Is  ?",
                                                "choice: \nA. yes \nB. no",
                                                "cue: \nAnswer:"));
            }
        }
    }

    /** The text of the tokens of each segment, in the order of the prompt. */
    private static List<String> stored(Store store) throws SQLException {
        String sql = """
                SELECT segment || ': ' || string_agg(token, '' ORDER BY "position")
                FROM tokens WHERE token NOT LIKE '%�%' GROUP BY segment ORDER BY min("position")
                """;
        List<String> segments = new ArrayList<>();
        try (Connection connection = store.reader();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                segments.add(rows.getString(1));
            }
        }
        return segments;
    }

    private static PromptText prompt(PromptFormat format) {
        return format.preamble(MATHS, 1).followedBy(format.question(ASKED));
    }

    private static Question free() {
        return new Question("maths", 1, "Why?", List.of(), "because", Map.of());
    }

    /** The text of each stretch of tokens with the same segment. */
    private static List<String> segments(PromptEncoder encoder, PromptText prompt) {
        PromptEncoder.Encoded encoded = encoder.encode(prompt);
        List<String> texts = new ArrayList<>();
        int from = 0;
        for (PromptSegments.Run run : encoded.segments().runs()) {
            int[] ids = Arrays.copyOfRange(encoded.tokens(), from, run.end());
            texts.add(run.segment().id() + ": " + encoder.tokenizer().decode(ids));
            from = run.end();
        }
        assertThat(from).isEqualTo(encoded.tokens().length);
        return texts;
    }

    private static PromptEncoder encoder(Checkpoint checkpoint, boolean chat, String answer) {
        return PromptEncoder.open(checkpoint, chat, Thinking.DEFAULT, answer, OffsetDateTime.MIN);
    }
}
