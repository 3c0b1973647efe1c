package io.gatehouse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.testing.JavaCommand;
import io.gatehouse.testing.SharedData;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the command as a process of its own, as users do. */
final class TestTokenizeCommand {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory = Path.of("");

    private record Outcome(int exitCode, String out, String err) {}

    @Test
    void printsTheIdsThatHuggingFaceGives() throws Exception {
        Path model = SharedData.path("reference/olmoe_a");
        JsonNode cases = JSON.readTree(Files.readString(SharedData.path("reference/tokenizer/cases_tiny.json")))
                .path("cases");
        StringBuilder input = new StringBuilder();
        StringBuilder expected = new StringBuilder();
        for (JsonNode one : cases) {
            input.append(one.path("text")).append('\n');
            expected.append(one.path("ids")).append('\n');
        }
        assertThat(cases).hasSize(117);
        assertThat(tokenize(model, input.toString())).isEqualTo(new Outcome(0, expected.toString(), ""));
    }

    @Test
    void namesTheLineThatIsNoJsonString() throws Exception {
        Path tokenizer = SharedData.path("reference/tokenizer/tokenizer.json");
        for (String line : List.of("plain text", "7", "\"a\" \"b\"", "")) {
            Outcome outcome = tokenize(tokenizer, "\"\"\n" + line + "\n\"a\"\n");
            assertThat(outcome.exitCode()).as(line).isEqualTo(1);
            assertThat(outcome.out()).as(line).isEqualTo("[]\n");
            assertThat(outcome.err())
                    .as(line)
                    .startsWith("error: Line 2 of the input is not a JSON string")
                    .hasLineCount(1);
        }
    }

    @Test
    void namesTheTokenizerThatIsMissingOrDamaged() throws Exception {
        assertThat(tokenize(directory, "\"a\"\n"))
                .isEqualTo(new Outcome(1, "", "error: " + directory.resolve("tokenizer.json") + " does not exist.\n"));
        Files.writeString(directory.resolve("tokenizer.json"), "{}");
        assertThat(tokenize(directory, "\"a\"\n"))
                .isEqualTo(
                        new Outcome(3, "", "error: " + directory.resolve("tokenizer.json") + " has no vocabulary.\n"));
    }

    /** A process that asks on only when it has its answer must not wait for ever. */
    @Test
    void answersEachLineBeforeTheNextIsWritten() throws Exception {
        Process process =
                command(SharedData.path("reference/tokenizer/tokenizer.json")).start();
        try (Writer in = process.outputWriter(StandardCharsets.UTF_8);
                BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String expected : List.of("[67]", "[223]")) {
                in.write(expected.equals("[67]") ? "\"a\"\n" : "\" \"\n");
                in.flush();
                assertThat(out.readLine()).isEqualTo(expected);
            }
        } finally {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void showsTheConversationThatAMessageBecomes() throws Exception {
        Path sample = Path.of(System.getProperty("gatehouse.root", ".."), "core/sample/model");
        Outcome without = tokenize(sample, "\"a\"\n", "--chat");
        assertThat(without).isEqualTo(new Outcome(1, "", "error: Model " + sample + " has no chat template.\n"));
        Files.copy(sample.resolve("tokenizer.json"), directory.resolve("tokenizer.json"));
        Files.writeString(
                directory.resolve("chat_template.jinja"),
                "{{ '<|endoftext|>' }}{% for m in messages %}{{ m.role + ': ' + m.content }}{% endfor %}");
        Outcome outcome = tokenize(directory, "\"2 + 2\"\n\"<|endoftext|>\"\n", "--chat");
        assertThat(outcome.err()).isEmpty();
        JsonNode plain = JSON.readTree(outcome.out().lines().toList().get(0));
        assertThat(plain.path("text").textValue()).isEqualTo("<|endoftext|>user: 2 + 2");
        assertThat(plain.path("ids").get(0).intValue()).isZero();
        assertThat(plain.path("tokens").get(0).textValue()).isEqualTo("<|endoftext|>");
        assertThat(plain.path("tokens")).hasSameSizeAs(plain.path("ids"));
        JsonNode hostile = JSON.readTree(outcome.out().lines().toList().get(1));
        assertThat(hostile.path("ids")).filteredOn(id -> id.intValue() == 0).hasSize(1);
    }

    private Outcome tokenize(Path model, String input, String... options) throws IOException, InterruptedException {
        Path in = Files.writeString(directory.resolve("in"), input);
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder command = command(model);
        command.command().addAll(List.of(options));
        int exitCode = command.redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Outcome(exitCode, Files.readString(out), Files.readString(err));
    }

    private static ProcessBuilder command(Path model) {
        return new ProcessBuilder(JavaCommand.of(Gatehouse.class, List.of(), "tokenize", "--model", model.toString()));
    }
}
