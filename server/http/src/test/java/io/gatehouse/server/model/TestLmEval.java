package io.gatehouse.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.engine.Engine;
import io.gatehouse.quiz.AnswerMatch;
import io.gatehouse.quiz.AnswerRule;
import io.gatehouse.quiz.PromptFormat;
import io.gatehouse.quiz.Question;
import io.gatehouse.quiz.Quiz;
import io.gatehouse.quiz.QuizSource;
import io.gatehouse.quiz.Subject;
import io.gatehouse.run.GenerationPlan;
import io.gatehouse.run.QuizRun;
import io.gatehouse.run.RunListener;
import io.gatehouse.run.RunProgress;
import io.gatehouse.run.RunTask;
import io.gatehouse.server.SampleRuns;
import io.gatehouse.server.TestingServer;
import io.gatehouse.store.run.Recording;
import io.gatehouse.store.run.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * lm-evaluation-harness 0.4.13, unmodified, asks the server, and finds what Gatehouse finds by itself. It needs a Python
 * with lm-eval[api]: {@code -Dgatehouse.test.lm-eval=COMMAND}.
 */
@Timeout(900)
final class TestLmEval {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path MODEL = SampleRuns.FOLDER.resolve("model");
    private static final List<String> SUBJECTS = List.of("capitals", "addition", "number_sequences");
    private static final int QUESTIONS = 120;
    private static final int NEW_TOKENS = 4;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void findsWhatGatehouseFinds() throws Exception {
        String python = System.getProperty("gatehouse.test.lm-eval", "");
        assumeThat(python)
                .as("-Dgatehouse.test.lm-eval=COMMAND names a Python with lm-eval[api] 0.4.13")
                .isNotEmpty();
        Quiz quiz = QuizSource.read(SampleRuns.FOLDER.resolve("quiz"))
                .select(SUBJECTS)
                .limit(SUBJECTS.size() * QUESTIONS);
        List<String> tasks = writeTasks(quiz);
        JsonNode results;
        Map<String, Double> byLogits;
        Map<String, Double> byText;
        try (TestingServer server = TestingServer.startAnswering(
                folder, List.of(MODEL), ModelProgram.settings(), UnaryOperator.identity())) {
            results = evaluate(python, server.uri().toString(), tasks);
            byLogits = accuracies(server, task("logits", quiz));
            byText = accuracies(
                    server,
                    task("text", quiz)
                            .generating(new GenerationPlan(NEW_TOKENS)
                                    .answeredBy(AnswerRule.of("regex:([A-D])", AnswerMatch.EXACT))));
        }
        try (ReferenceModel reference = new ReferenceModel(MODEL)) {
            for (Subject subject : quiz.subjects()) {
                String name = subject.name();
                assertThat(results.path("choice_" + name).path("acc,none").asDouble())
                        .as(name)
                        .isEqualTo(byLogits.get(name), within(1e-9));
                assertThat(results.path("text_" + name)
                                .path("exact_match,letter")
                                .asDouble())
                        .as(name)
                        .isEqualTo(byText.get(name), within(1e-9));
                double perplexity =
                        results.path("answer_" + name).path("perplexity,none").asDouble();
                assertThat(Math.log(perplexity)).as(name).isEqualTo(meanLoss(reference, subject), within(1e-4));
                double bits =
                        results.path("page_" + name).path("bits_per_byte,none").asDouble();
                assertThat(bits).as(name).isEqualTo(bitsPerByte(reference, subject), within(1e-4));
            }
        }
    }

    /** Each subject as a choice by log-probability, as a text to be scored, as a text to be written, and as a page. */
    private List<String> writeTasks(Quiz quiz) throws IOException {
        List<String> tasks = new ArrayList<>();
        for (Subject subject : quiz.subjects()) {
            Path data = folder.resolve(subject.name() + ".jsonl");
            List<String> lines = new ArrayList<>();
            for (Question question : subject.test()) {
                lines.add(JSON.createObjectNode()
                        .put("prompt", PromptFormat.LM_EVAL.prompt(subject, question, 0))
                        .put("letter", question.answer())
                        .toString());
            }
            Files.write(data, lines);
            tasks.add(write("choice_" + subject.name(), data, """
                output_type: multiple_choice
                doc_to_text: "{{prompt}}"
                doc_to_choice: ["A", "B", "C", "D"]
                doc_to_target: letter
                metric_list: [{metric: acc}]
                """));
            tasks.add(write("answer_" + subject.name(), data, """
                output_type: loglikelihood
                doc_to_text: "{{prompt}}"
                doc_to_target: " {{letter}}"
                metric_list: [{metric: perplexity}, {metric: acc}]
                """));
            tasks.add(write("text_" + subject.name(), data, """
                output_type: generate_until
                doc_to_text: "{{prompt}}"
                doc_to_target: "{{letter}}"
                generation_kwargs: {until: ["\\n"], do_sample: false, temperature: 0.0, max_gen_toks: %d}
                filter_list:
                  - name: letter
                    filter:
                      - {function: regex, regex_pattern: "([A-D])"}
                      - {function: take_first}
                metric_list: [{metric: exact_match}]
                """.formatted(NEW_TOKENS)));
            tasks.add(write("page_" + subject.name(), data, """
                output_type: loglikelihood_rolling
                doc_to_text: ""
                doc_to_target: "{{prompt}}"
                metric_list: [{metric: bits_per_byte}]
                """));
        }
        return tasks;
    }

    private String write(String task, Path data, String rest) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve("tasks")).resolve(task + ".yaml"), """
            task: %s
            dataset_path: json
            dataset_kwargs: {data_files: {test: "%s"}}
            test_split: test
            %s\
            """.formatted(
                        task, data, rest));
        return task;
    }

    private JsonNode evaluate(String python, String uri, List<String> tasks) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        ProcessBuilder harness = new ProcessBuilder(
                python,
                "-m",
                "lm_eval",
                "--model",
                "local-completions",
                "--model_args",
                "model=model,base_url=%sv1/completions,max_length=384".formatted(uri),
                "--include_path",
                folder.resolve("tasks").toString(),
                "--tasks",
                String.join(",", tasks),
                "--batch_size",
                "16",
                "--output_path",
                output.toString());
        harness.environment()
                .putAll(Map.of(
                        "HF_HOME", folder.resolve("cache").toString(),
                        "HF_HUB_OFFLINE", "1",
                        "HF_DATASETS_OFFLINE", "1"));
        harness.environment().remove("OPENAI_API_KEY");
        assertThat(harness.inheritIO().start().waitFor()).isZero();
        try (Stream<Path> files = Files.walk(output)) {
            Path results = files.filter(file -> file.getFileName().toString().startsWith("results"))
                    .findFirst()
                    .orElseThrow();
            return JSON.readTree(results.toFile()).path("results");
        }
    }

    private static RunTask task(String name, Quiz quiz) {
        return new RunTask(name, quiz, PromptFormat.LM_EVAL, 0, Recording.decisions(Scope.PROMPT));
    }

    /** Of each subject, the share of correct answers of a run in the file of the server. */
    private static Map<String, Double> accuracies(TestingServer server, RunTask task) throws Exception {
        try (Checkpoint checkpoint = Checkpoint.open(MODEL);
                Engine engine = Engine.load(checkpoint)) {
            new QuizRun(checkpoint, engine, server.store(), "test").execute(task, new RunListener() {
                @Override
                public void progress(RunProgress progress) {}

                @Override
                public boolean cancelled() {
                    return false;
                }
            });
        }
        Map<String, Double> accuracies = new TreeMap<>();
        JsonNode rows = JSON.readTree(
                        server.query("SELECT q.subject, avg(CASE WHEN a.correct THEN 1e0 ELSE 0e0 END) FROM answers a"
                                        + " JOIN questions q ON q.question_id = a.question_id JOIN runs r ON r.run_id = a.run_id"
                                        + " WHERE r.name = '%s' GROUP BY q.subject".formatted(task.name()))
                                .body())
                .path("rows");
        rows.forEach(row -> accuracies.put(row.get(0).asText(), row.get(1).asDouble()));
        return accuracies;
    }

    private static double meanLoss(ReferenceModel reference, Subject subject) {
        return subject.test().stream()
                .mapToDouble(question -> {
                    int[] prompt = reference.tokenizer.encode(PromptFormat.LM_EVAL.prompt(subject, question, 0));
                    List<float[]> logits = reference.logits(prompt);
                    int letter = reference.tokenizer.encode(" " + question.answer())[0];
                    return -ReferenceModel.logProbability(logits.get(prompt.length - 1), letter);
                })
                .average()
                .orElseThrow();
    }

    private static double bitsPerByte(ReferenceModel reference, Subject subject) {
        double nats = 0;
        long bytes = 0;
        for (Question question : subject.test()) {
            String page = PromptFormat.LM_EVAL.prompt(subject, question, 0);
            int[] tokens = reference.tokenizer.encode("<|endoftext|>" + page);
            List<float[]> logits = reference.logits(tokens);
            for (int i = 1; i < tokens.length; i++) {
                nats -= ReferenceModel.logProbability(logits.get(i - 1), tokens[i]);
            }
            bytes += page.getBytes(StandardCharsets.UTF_8).length;
        }
        return nats / bytes / Math.log(2);
    }
}
