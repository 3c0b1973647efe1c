package io.gatehouse.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.engine.prefill.Generated;
import io.gatehouse.server.AccessSettings;
import io.gatehouse.server.SampleRuns;
import io.gatehouse.server.TestingServer;
import io.gatehouse.testing.RecordCopy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests of evaluation harnesses to the sample model, whose answers are those of its engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
final class TestModelRequests {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path MODEL = SampleRuns.FOLDER.resolve("model");
    private static final String QUESTION = "The following are multiple choice questions.\n\nWhat is 3 + 4?\nA. 7";
    private static final List<String> PROMPTS =
            List.of(QUESTION, "What is the capital of France?", "Is 17 odd?\nA. yes\nB. no\nAnswer:");

    private TestingServer server;
    private ReferenceModel reference;

    @BeforeAll
    void start(@TempDir Path folder) {
        server =
                TestingServer.startAnswering(folder, List.of(MODEL), ModelProgram.settings(), UnaryOperator.identity());
        reference = new ReferenceModel(MODEL);
    }

    @AfterAll
    void stop() {
        server.close();
        reference.close();
    }

    @Test
    void scoresOfPromptsAreThoseOfTheEngine() throws Exception {
        // The last one has more tokens than the head scores at a time.
        List<String> texts =
                Stream.concat(PROMPTS.stream(), Stream.of(QUESTION.repeat(12))).toList();
        assertThat(reference.tokenizer.encodeBeginning(texts.get(PROMPTS.size())))
                .hasSizeBetween(257, 380);
        ObjectNode request = asked().put("max_tokens", 1).put("echo", true).put("logprobs", 1);
        ArrayNode ids = request.putArray("prompt");
        texts.forEach(text -> addAll(ids.addArray(), reference.tokenizer.encodeBeginning(text)));
        JsonNode byIds = completions(request);
        request.putArray("prompt");
        texts.forEach(text -> request.withArray("prompt").add(text));
        JsonNode byText = completions(request);
        assertThat(byText.path("choices")).isEqualTo(byIds.path("choices"));
        int greedy = 0;
        int others = 0;
        for (int i = 0; i < texts.size(); i++) {
            int[] prompt = reference.tokenizer.encodeBeginning(texts.get(i));
            List<float[]> logits = reference.logits(prompt);
            JsonNode choice = byIds.path("choices").get(i);
            assertThat(choice.path("index").asInt()).isEqualTo(i);
            assertThat(choice.path("text").asText()).startsWith(texts.get(i));
            JsonNode scores = choice.path("logprobs");
            for (String list : List.of("tokens", "token_logprobs", "top_logprobs", "text_offset")) {
                assertThat(scores.path(list)).as(list).hasSize(prompt.length + 1);
            }
            assertThat(scores.path("token_logprobs").get(0).isNull()).isTrue();
            assertThat(scores.path("top_logprobs").get(0).isNull()).isTrue();
            for (int place = 1; place <= prompt.length; place++) {
                float[] before = logits.get(place - 1);
                int token = place < prompt.length ? prompt[place] : ReferenceModel.best(before);
                double sent = scores.path("token_logprobs").get(place).asDouble();
                assertThat(sent).isEqualTo(ReferenceModel.logProbability(before, token), within(1e-4));
                assertThat(scores.path("tokens").get(place).asText()).isEqualTo(reference.tokenizer.token(token));
                // As lm-eval compares.
                boolean isBest = sent == largest(scores.path("top_logprobs").get(place));
                assertThat(isBest).isEqualTo(token == ReferenceModel.best(before));
                greedy += isBest ? 1 : 0;
                others += isBest ? 0 : 1;
            }
        }
        assertThat(greedy).isPositive();
        assertThat(others).isPositive();
        int tokens = texts.stream()
                .mapToInt(text -> reference.tokenizer.encodeBeginning(text).length)
                .sum();
        assertThat(byIds.path("usage").path("prompt_tokens").asInt()).isEqualTo(tokens);
        assertThat(byIds.path("usage").path("completion_tokens").asInt()).isEqualTo(texts.size());
    }

    @Test
    void textsAreThoseOfTheEngine() throws Exception {
        ObjectNode request = asked().put("max_tokens", 24).put("logprobs", 3);
        PROMPTS.forEach(text -> request.withArray("prompt").add(text));
        JsonNode choices = completions(request).path("choices");
        for (int i = 0; i < PROMPTS.size(); i++) {
            Generated expected = reference.generate(reference.tokenizer.encodeBeginning(PROMPTS.get(i)), 24);
            JsonNode choice = choices.get(i);
            assertThat(choice.path("text").asText()).isEqualTo(reference.tokenizer.decode(shown(expected)));
            assertThat(choice.path("finish_reason").asText())
                    .isEqualTo(expected.finish() == Generated.Finish.LENGTH ? "length" : "stop");
            JsonNode scores = choice.path("logprobs").path("token_logprobs");
            assertThat(scores).hasSize(expected.tokens().length);
            for (int place = 0; place < scores.size(); place++) {
                assertThat(scores.get(place).asDouble()).isEqualTo(expected.logProbabilities()[place], within(1e-4));
                assertThat(choice.path("logprobs")
                                .path("top_logprobs")
                                .get(place)
                                .size())
                        .isBetween(1, 3);
            }
        }
    }

    @Test
    void aStopTextEndsATextAcrossTheBordersOfTokens() throws Exception {
        ObjectNode request = asked().put("prompt", QUESTION).put("max_tokens", 24);
        String whole = completions(request).path("choices").get(0).path("text").asText();
        int[] tokens = reference
                .generate(reference.tokenizer.encodeBeginning(QUESTION), 24)
                .tokens();
        String first = reference.tokenizer.decode(tokens[0]);
        String second = reference.tokenizer.decode(tokens[1]);
        String across = first.substring(first.length() - 1) + second.charAt(0);
        JsonNode choice =
                completions(request.put("stop", across)).path("choices").get(0);
        assertThat(choice.path("text").asText()).isEqualTo(whole.substring(0, whole.indexOf(across)));
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
        request.putArray("stop").add("no such text").add(first.substring(0, 1));
        JsonNode empty = completions(request).path("choices").get(0);
        assertThat(empty.path("text").asText()).isEmpty();
        assertThat(empty.path("finish_reason").asText()).isEqualTo("stop");
        JsonNode echoed = completions(request.put("echo", true)).path("choices").get(0);
        assertThat(echoed.path("text").asText()).as("the prompt has it, too").isEqualTo(QUESTION);
        JsonNode prompt =
                completions(asked().put("prompt", QUESTION).put("max_tokens", 0).put("echo", true));
        assertThat(prompt.path("choices").get(0).path("text").asText()).isEqualTo(QUESTION);
        assertThat(prompt.path("choices").get(0).path("finish_reason").asText()).isEqualTo("length");
        assertThat(prompt.path("usage").path("completion_tokens").asInt()).isZero();
    }

    @Test
    void aSeedDecidesEachTextAloneOrAmongOthers() throws Exception {
        ObjectNode request = asked().put("temperature", 1.5).put("n", 3).put("seed", 7);
        PROMPTS.forEach(text -> request.withArray("prompt").add(text));
        List<String> texts = texts(completions(request));
        assertThat(texts).hasSize(3 * PROMPTS.size()).doesNotHaveDuplicates();
        assertThat(texts(completions(request))).isEqualTo(texts);
        request.put("prompt", PROMPTS.get(1));
        assertThat(texts(completions(request))).isEqualTo(texts.subList(3, 6));
        assertThat(texts(completions(request.put("seed", 8)))).doesNotContainAnyElementsOf(texts);
        request.remove("seed");
        assertThat(texts(completions(request))).isNotEqualTo(texts(completions(request)));
    }

    @Test
    void tokensOfATextAndBack() throws Exception {
        JsonNode info = JSON.readTree(server.get("tokenizer_info").body());
        assertThat(info.path("eos_token").asText()).isEqualTo("<|endoftext|>");
        assertThat(info.path("pad_token").asText()).isEqualTo("<|padding|>");
        assertThat(info.path("max_model_len").asInt()).isEqualTo(384);
        assertThat(info.has("bos_token")).isFalse();
        JsonNode tokens = post("tokenize", "{\"prompt\": \"What is 3 + 4?\", \"add_special_tokens\": false}");
        assertThat(JSON.convertValue(tokens.path("tokens"), int[].class))
                .isEqualTo(reference.tokenizer.encode("What is 3 + 4?"));
        assertThat(tokens.path("count").asInt()).isEqualTo(tokens.path("tokens").size());
        JsonNode text = post("detokenize", "{\"tokens\": %s}".formatted(tokens.path("tokens")));
        assertThat(text.path("prompt").asText()).isEqualTo("What is 3 + 4?");
        assertThat(post("tokenize", "{\"prompt\": \"<|endoftext|>\"}").path("tokens"))
                .hasToString("[0]");
        JsonNode models = JSON.readTree(server.get("v1/models").body());
        assertThat(models.path("data").findValuesAsText("id")).containsExactly("model");
    }

    @Test
    void eachWrongRequestIsOneClearError() throws Exception {
        String tokens = Stream.generate(() -> "5").limit(400).collect(Collectors.joining(","));
        String prompts = Stream.generate(() -> "\"a\"").limit(600).collect(Collectors.joining(","));
        Map<String, String> wrong = new TreeMap<>(Map.ofEntries(
                Map.entry(
                        "{}", "\"prompt\" must be a string, a list of token ids, or a list of either, but is missing"),
                Map.entry("{\"prompt\": []}", "\"prompt\" must be a string"),
                Map.entry("{\"prompt\": [1.5]}", "\"prompt\" has 1.5 where a list of token ids is expected"),
                Map.entry("{\"prompt\": [[1], \"a\", {}]}", "\"prompt\" has {} where"),
                Map.entry("{\"prompt\": [[]]}", "\"prompt\" has [] where"),
                Map.entry("{\"prompt\": [-1]}", "\"prompt\" has -1 where"),
                Map.entry("{\"prompt\": \"\"}", "A prompt has no tokens"),
                Map.entry("{\"prompt\": [640]}", "Token id 640 is outside the model's vocabulary of 640"),
                Map.entry("{\"prompt\": [%s]}".formatted(tokens), "The prompt has 400 tokens and max_tokens is 16"),
                Map.entry("{\"prompt\": \"a\", \"max_tokens\": 384}", "the context of the model is 384"),
                Map.entry("{\"prompt\": \"a\", \"max_tokens\": -1}", "\"max_tokens\" must be 0 or more, but is -1"),
                Map.entry("{\"prompt\": \"a\", \"max_tokens\": \"1\"}", "\"max_tokens\" must be a whole number"),
                Map.entry("{\"prompt\": \"a\", \"n\": 0}", "\"n\" must be from 1 to 1024, but is 0"),
                Map.entry(
                        "{\"prompt\": [%s], \"n\": 2}".formatted(prompts),
                        "asks for 1,200 texts (600 prompts, n is 2); at most 1,024"),
                Map.entry(
                        "{\"prompt\": \"a\", \"temperature\": -1}",
                        "\"temperature\" must be 0 or from 0.001 to 1000, but is -1.0"),
                Map.entry("{\"prompt\": \"a\", \"temperature\": 1e-46}", "from 0.001 to 1000, but is 1.0E-46"),
                Map.entry("{\"prompt\": \"a\", \"temperature\": 1001}", "from 0.001 to 1000, but is 1001.0"),
                Map.entry(
                        "{\"prompt\": \"a\", \"repetition_penalty\": 1e-300}",
                        "\"repetition_penalty\" must be from 0.01 to 100, but is 1.0E-300"),
                Map.entry("{\"prompt\": \"a\", \"repetition_penalty\": 101}", "from 0.01 to 100, but is 101.0"),
                Map.entry(
                        "{\"prompt\": \"%s\", \"n\": 1024, \"echo\": true}".formatted(" questions".repeat(180)),
                        "asks for 1,843,200 characters of prompts to be sent back; the limit is 1,048,576"),
                Map.entry("{\"prompt\": \"a\", \"top_p\": 0}", "\"top_p\" must be a number above 0 and up to 1"),
                Map.entry("{\"prompt\": \"a\", \"top_k\": -2}", "\"top_k\" must be -1 or more"),
                Map.entry("{\"prompt\": \"a\", \"logprobs\": 21}", "\"logprobs\" must be from 0 to 20, but is 21"),
                Map.entry("{\"prompt\": \"a\", \"logprobs\": true}", "\"logprobs\" must be a whole number"),
                Map.entry("{\"prompt\": \"a\", \"echo\": 1}", "\"echo\" must be true or false, but is 1"),
                Map.entry(
                        "{\"prompt\": \"a\", \"stop\": [\"\"]}", "\"stop\" must be a string of 1 to 1,000 characters"),
                Map.entry("{\"prompt\": \"a\", \"stop\": 5}", "\"stop\" must be a string"),
                Map.entry(
                        "{\"prompt\": \"a\", \"stream_options\": {\"include_usage\": true}}",
                        "\"stream_options\" needs \"stream\": true"),
                Map.entry(
                        "{\"prompt\": \"a\", \"stream\": true, \"stream_options\": {\"other\": true}}",
                        "\"stream_options\" has \"other\"; it may have \"include_usage\""),
                Map.entry(
                        "{\"prompt\": \"a\", \"stream\": true, \"stream_options\": {\"include_usage\": 1}}",
                        "\"include_usage\" must be true or false, but is 1"),
                Map.entry(
                        "{\"prompt\": \"a\", \"stream\": true, \"stream_options\": 1}", "must be an object, but is 1"),
                Map.entry(
                        "{\"prompt\": \"a\", \"stream\": true, \"max_tokens\": 384}",
                        "the context of the model is 384"),
                Map.entry(
                        "{\"prompt\": \"a\", \"n\": 1024, \"max_tokens\": 257}",
                        "asks for up to 263,168 generated tokens (1,024 texts, max_tokens is 257); the limit is 262,144"),
                Map.entry("{\"prompt\": \"a\", \"best_of\": 2}", "\"best_of\" is not supported: it may only be 1"),
                Map.entry("{\"prompt\": \"a\", \"presence_penalty\": 0.5}", "\"presence_penalty\" is not supported"),
                Map.entry("{\"prompt\": \"a\", \"logit_bias\": {}}", "\"logit_bias\"; it may have")));
        for (Map.Entry<String, String> each : wrong.entrySet()) {
            requireRefused(server.post("v1/completions", each.getKey()), 400, each.getValue());
        }
        requireRefused(
                server.post("v1/completions", "{\"prompt\": \"a\", \"model\": \"other\"}"),
                404,
                "There is no model \"other\" here; there are model.");
        requireRefused(
                server.post("v1/chat/completions", "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}"),
                400,
                "Model model has no chat template");
        requireRefused(server.post("v1/chat/completions", "{\"messages\": []}"), 400, "at least one message");
        requireRefused(
                server.post("v1/chat/completions", "{\"messages\": [{\"role\": \"user\"}]}"), 400, "no \"content\"");
        String message = "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], %s}";
        requireRefused(
                server.post("v1/chat/completions", message.formatted("\"max_completion_tokens\": 0")),
                400,
                "The field \"max_completion_tokens\" must be 1 or more, but is 0.");
        requireRefused(
                server.post(
                        "v1/chat/completions", message.formatted("\"max_tokens\": 5, \"max_completion_tokens\": 0")),
                400,
                "The field \"max_completion_tokens\" must be 1 or more, but is 0.");
        requireRefused(
                server.post(
                        "v1/chat/completions", message.formatted("\"max_tokens\": 5, \"max_completion_tokens\": 6")),
                400,
                "\"max_tokens\" and \"max_completion_tokens\" mean the same, but are 5 and 6.");
        requireRefused(server.post("tokenize", "{}"), 400, "needs either \"prompt\" or \"messages\"");
        requireRefused(server.post("detokenize", "{\"tokens\": 5}"), 400, "\"tokens\" has 5 where");
        requireRefused(
                server.post("detokenize", "{\"tokens\": [5, 999999]}"),
                400,
                "Model model has no token with the id 999999; its ids are below ");
    }

    @Test
    void aConversationIsWhatTheTemplateMakesOfIt(@TempDir Path folder) throws Exception {
        Path chat = instructed(folder);
        try (TestingServer both = TestingServer.startAnswering(
                folder, List.of(MODEL, chat), ModelProgram.settings(), UnaryOperator.identity())) {
            String messages = "\"messages\": [{\"role\": \"user\", \"content\": \"What is 3 + 4?\"}]";
            JsonNode tokens = JSON.readTree(both.post("tokenize", "{\"model\": \"chat\", %s}".formatted(messages))
                    .body());
            int[] ids = JSON.convertValue(tokens.path("tokens"), int[].class);
            assertThat(reference.tokenizer.decode(ids))
                    .isEqualTo("<|endoftext|>user: What is 3 + 4?<|endoftext|>model:");
            HttpResponse<String> answer = both.post(
                    "v1/chat/completions",
                    "{\"model\": \"chat\", %s, \"temperature\": 0, \"max_tokens\": 9, \"logprobs\": true, \"top_logprobs\": 2}"
                            .formatted(messages));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode choice = JSON.readTree(answer.body()).path("choices").get(0);
            Generated expected = reference.generate(ids, 9);
            assertThat(choice.path("message").path("role").asText()).isEqualTo("assistant");
            assertThat(choice.path("message").path("content").asText())
                    .isEqualTo(reference.tokenizer.decode(shown(expected)));
            JsonNode scores = choice.path("logprobs").path("content");
            assertThat(scores).hasSize(expected.tokens().length);
            assertThat(scores.get(0).path("logprob").asDouble())
                    .isEqualTo(expected.logProbabilities()[0], within(1e-4));
            assertThat(scores.get(0).path("top_logprobs")).hasSize(2);
            assertThat(JSON.readTree(both.get("tokenizer_info?model=chat").body())
                            .path("chat_template")
                            .asText())
                    .contains("add_generation_prompt");
            List<String> events = events(both.post(
                    "v1/chat/completions",
                    "{\"model\": \"chat\", %s, \"temperature\": 0, \"max_tokens\": 9, \"stream\": true}"
                            .formatted(messages)));
            StringBuilder content = new StringBuilder();
            for (int i = 0; i < events.size() - 1; i++) {
                JsonNode part = JSON.readTree(events.get(i));
                assertThat(part.path("object").asText()).isEqualTo("chat.completion.chunk");
                assertThat(part.has("usage")).isFalse();
                assertThat(part.at("/choices/0/delta/role").asText()).isEqualTo(i == 0 ? "assistant" : "");
                content.append(part.at("/choices/0/delta/content").asText());
                assertThat(part.at("/choices/0/finish_reason"))
                        .isEqualTo(i == events.size() - 2 ? choice.path("finish_reason") : JSON.nullNode());
            }
            assertThat(content)
                    .hasToString(choice.path("message").path("content").asText());
            requireRefused(both.get("tokenizer_info"), 400, "The request has no \"model\"; there are chat, model.");
        }
    }

    @Test
    void onlyClientsWithTheTokenAndOfThisOriginAreAnswered(@TempDir Path folder) throws Exception {
        String token = "0123456789abcdef";
        AccessSettings access = new AccessSettings(Optional.of(token), Optional.empty(), false, List.of());
        Map<String, String> bodies = Map.of(
                "v1/completions", "{\"prompt\": \"a\"}",
                "v1/chat/completions", "{}",
                "tokenize", "{\"prompt\": \"a\"}",
                "detokenize", "{\"tokens\": [1]}");
        try (TestingServer guarded = TestingServer.startAnswering(
                folder,
                List.of(MODEL),
                ModelProgram.settings(),
                settings -> RecordCopy.of(settings, Map.of("access", access)))) {
            for (Map.Entry<String, String> each : bodies.entrySet()) {
                assertThat(guarded.post(each.getKey(), each.getValue()).statusCode())
                        .as(each.getKey())
                        .isEqualTo(401);
            }
            for (String path : List.of("v1/models", "tokenizer_info")) {
                assertThat(guarded.get(path).statusCode()).as(path).isEqualTo(401);
                assertThat(guarded.send(path, request -> request.header("Authorization", "Bearer"))
                                .statusCode())
                        .as(path)
                        .isEqualTo(401);
            }
            assertThat(guarded.send("v1/models", request -> request.header("Authorization", "Bearer " + token))
                            .statusCode())
                    .isEqualTo(200);
        }
        assertThat(server.send("v1/models", request -> request.header("Authorization", "Bearer"))
                        .statusCode())
                .as("a client without a token that names the scheme")
                .isEqualTo(200);
        for (Map.Entry<String, Integer> path :
                Map.of("v1/models", 200, "v1/schema", 401).entrySet()) {
            assertThat(server.send(path.getKey(), request -> request.header("Authorization", "Bearer EMPTY"))
                            .statusCode())
                    .as("OpenAI's clients always send a key, which others do by mistake: %s", path.getKey())
                    .isEqualTo(path.getValue());
        }
        for (Map.Entry<String, String> each : bodies.entrySet()) {
            HttpResponse<String> foreign = server.send(
                    each.getKey(),
                    request -> request.header("Content-Type", "application/json")
                            .header("Origin", "http://example.com")
                            .POST(BodyPublishers.ofString(each.getValue())));
            assertThat(foreign.statusCode()).as(each.getKey()).isEqualTo(403);
        }
    }

    @Test
    void aClientThatLeavesTakesItsRequestWithIt() throws Exception {
        post("tokenize", "{\"prompt\": \"a\"}");
        Set<Long> before = processes();
        assertThat(before).hasSize(1);
        String body = manySeconds();
        try (Socket socket = server.connect()) {
            String request =
                    "POST /v1/completions HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                            .formatted(server.uri().getAuthority(), body.length(), body);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            Thread.sleep(1500);
        }
        long start = System.nanoTime();
        post("tokenize", "{\"prompt\": \"a\"}");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        assertThat(processes()).as("the model stays").isEqualTo(before);
    }

    @Test
    void aKilledProcessIsOneErrorOfThoseWhoWaitAndComesBack() throws Exception {
        post("tokenize", "{\"prompt\": \"a\"}");
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        Duration idle = computed();
        waiting.add(later("v1/completions", manySeconds()));
        while (computed().minus(idle).compareTo(Duration.ofMillis(300)) < 0) {
            Thread.sleep(20);
        }
        waiting.add(later("v1/completions", "{\"prompt\": \"a\"}"));
        waiting.add(later("tokenize", "{\"prompt\": \"a\"}"));
        Thread.sleep(500);
        processes().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        for (CompletableFuture<HttpResponse<String>> each : waiting) {
            requireRefused(each.get(), 422, "The process of model model ended by signal 9 (SIGKILL)");
        }
        assertThat(texts(completions(asked().put("prompt", QUESTION)))).hasSize(1);
    }

    @Test
    void requestsBeyondTheLimitOfTheQueueAreRefused(@TempDir Path folder) throws Exception {
        Set<Long> others = processes();
        try (TestingServer small = TestingServer.startAnswering(
                folder, List.of(MODEL), ModelProgram.settings(1, 1, Duration.ofMinutes(5)), UnaryOperator.identity())) {
            small.post("v1/completions", "{\"prompt\": \"a\"}");
            Duration idle = computed();
            CompletableFuture<HttpResponse<String>> first = later(small, "v1/completions", manySeconds());
            while (computed().minus(idle).compareTo(Duration.ofMillis(300)) < 0) {
                Thread.sleep(20);
            }
            // One of the two waits for its turn, whichever comes first.
            CompletableFuture<HttpResponse<String>> second = later(small, "tokenize", "{\"prompt\": \"a\"}");
            CompletableFuture<HttpResponse<String>> third = later(small, "tokenize", "{\"prompt\": \"a\"}");
            HttpResponse<String> refused =
                    second.applyToEither(third, UnaryOperator.identity()).get();
            requireRefused(refused, 429, "The queue of this model is full (limit 1). Try again in a moment.");
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(small.get("tokenizer_info").statusCode())
                    .as("what is known of the model needs no turn")
                    .isEqualTo(200);
            // The first would compute for long.
            Set<Long> computing = processes();
            computing.removeAll(others);
            computing.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            assertThat(first.get().statusCode()).isEqualTo(422);
            assertThat(List.of(second.get().statusCode(), third.get().statusCode()))
                    .containsExactlyInAnyOrder(429, 422);
        }
    }

    @Test
    void aRequestThatTakesTooLongIsRefused(@TempDir Path folder) throws Exception {
        try (TestingServer small = TestingServer.startAnswering(
                folder, List.of(MODEL), ModelProgram.settings(1, 1, Duration.ofSeconds(3)), UnaryOperator.identity())) {
            requireRefused(small.post("v1/completions", manySeconds()), 504, "The request took longer than 3 s.");
        }
    }

    @Test
    void theEventsOfAStreamAreTheTexts() throws Exception {
        ObjectNode request = asked().put("max_tokens", 24)
                .put("temperature", 1.5)
                .put("seed", 3)
                .put("n", 2)
                .put("logprobs", 2)
                .put("echo", true);
        PROMPTS.forEach(text -> request.withArray("prompt").add(text));
        JsonNode whole = completions(request);
        request.put("stream", true).putObject("stream_options").put("include_usage", true);
        List<String> events = events(server.post("v1/completions", request.toString()));
        assertThat(events.get(events.size() - 1)).isEqualTo("[DONE]");
        assertThat(events)
                .as("in parts")
                .hasSizeGreaterThan(3 * whole.path("choices").size());
        JsonNode usage = JSON.readTree(events.get(events.size() - 2));
        assertThat(usage.path("choices")).isEmpty();
        assertThat(usage.path("usage")).isEqualTo(whole.path("usage"));
        List<ObjectNode> joined = new ArrayList<>();
        whole.path("choices").forEach(choice -> joined.add(JSON.createObjectNode()));
        for (String event : events.subList(0, events.size() - 2)) {
            JsonNode part = JSON.readTree(event);
            assertThat(part.path("object").asText()).isEqualTo("text_completion");
            assertThat(part.path("id")).isEqualTo(usage.path("id"));
            assertThat(part.path("choices")).hasSize(1);
            JsonNode choice = part.path("choices").get(0);
            ObjectNode text = joined.get(choice.path("index").asInt());
            assertThat(text.path("finish_reason").isTextual())
                    .as("nothing follows the end")
                    .isFalse();
            text.put("text", text.path("text").asText() + choice.path("text").asText());
            text.set("finish_reason", choice.path("finish_reason"));
            for (Map.Entry<String, JsonNode> list : choice.path("logprobs").properties()) {
                text.withArray("/logprobs/" + list.getKey()).addAll((ArrayNode) list.getValue());
            }
        }
        for (int i = 0; i < joined.size(); i++) {
            JsonNode expected = whole.path("choices").get(i);
            for (String field : List.of("text", "finish_reason", "logprobs")) {
                assertThat(joined.get(i).path(field)).as(field).isEqualTo(expected.path(field));
            }
        }
    }

    @Test
    void aStopTextIsInNoEvent() throws Exception {
        ObjectNode request = asked().put("prompt", QUESTION).put("max_tokens", 24);
        String whole = completions(request).path("choices").get(0).path("text").asText();
        int[] tokens = reference
                .generate(reference.tokenizer.encodeBeginning(QUESTION), 24)
                .tokens();
        String first = reference.tokenizer.decode(tokens[0]);
        String across = first.substring(first.length() - 1)
                + reference.tokenizer.decode(tokens[1]).charAt(0);
        List<String> events = events(server.post(
                "v1/completions",
                request.put("stop", across).put("stream", true).toString()));
        StringBuilder text = new StringBuilder();
        for (String event : events.subList(0, events.size() - 1)) {
            text.append(JSON.readTree(event).path("choices").get(0).path("text").asText());
        }
        assertThat(text).hasToString(whole.substring(0, whole.indexOf(across)));
        assertThat(JSON.readTree(events.get(events.size() - 2))
                        .at("/choices/0/finish_reason")
                        .asText())
                .isEqualTo("stop");
    }

    @Test
    void aClientThatLeavesAStreamEndsIt() throws Exception {
        post("tokenize", "{\"prompt\": \"a\"}");
        Set<Long> before = processes();
        try (Socket socket = server.connect()) {
            begin(server, socket, endless());
        }
        long start = System.nanoTime();
        post("tokenize", "{\"prompt\": \"a\"}");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        assertThat(processes()).as("the model stays").isEqualTo(before);
    }

    @Test
    void aStreamWhoseProcessIsKilledEndsWithAnError() throws Exception {
        post("tokenize", "{\"prompt\": \"a\"}");
        try (Socket socket = server.connect()) {
            BufferedReader events = begin(server, socket, endless());
            processes().forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
            List<String> rest =
                    events.lines().filter(line -> line.startsWith("data: ")).toList();
            assertThat(rest).doesNotContain("data: [DONE]");
            JsonNode error = JSON.readTree(rest.get(rest.size() - 1).substring("data: ".length()))
                    .path("error");
            assertThat(error.path("message").asText())
                    .contains("The process of model model ended by signal 9 (SIGKILL)");
            assertThat(error.path("code").asText()).isEqualTo("WORKER_ENDED");
        }
    }

    /** Generation waits for a client that does not read, and the server gives it up when nothing moved for 30 s. */
    @Test
    void aClientThatDoesNotReadAStreamIsGivenUp() throws Exception {
        post("tokenize", "{\"prompt\": \"a\"}");
        Set<Long> before = processes();
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(8192);
            socket.connect(
                    new InetSocketAddress(server.uri().getHost(), server.uri().getPort()));
            begin(server, socket, endless());
            long start = System.nanoTime();
            post("tokenize", "{\"prompt\": \"a\"}");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(90));
        }
        assertThat(processes()).as("the model stays").isEqualTo(before);
    }

    /** A stream that takes many seconds. */
    private static String endless() {
        return "{\"prompt\": \"a\", \"n\": 1024, \"max_tokens\": 256, \"temperature\": 1, \"stream\": true}";
    }

    /** Sends a request and returns when its first event has come. */
    private static BufferedReader begin(TestingServer asked, Socket socket, String body) throws IOException {
        String request =
                "POST /v1/completions HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(asked.uri().getAuthority(), body.length(), body);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        String line = lines.readLine();
        while (!line.startsWith("data: ")) {
            line = lines.readLine();
        }
        return lines;
    }

    @Test
    void anIdleModelMakesRoomForAnother(@TempDir Path folder) throws Exception {
        Set<Long> others = processes();
        try (TestingServer narrow = TestingServer.startAnswering(
                folder,
                List.of(MODEL, instructed(folder)),
                ModelProgram.settings(1, 64, Duration.ofMinutes(5)),
                UnaryOperator.identity())) {
            for (String model : List.of("model", "chat", "model")) {
                HttpResponse<String> answer = narrow.post(
                        "v1/completions", "{\"prompt\": \"a\", \"max_tokens\": 1, \"model\": \"%s\"}".formatted(model));
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                Set<Long> own = processes();
                own.removeAll(others);
                assertThat(own).as("after a request to %s", model).hasSize(1);
            }
            String chat = "{\"prompt\": \"a\", \"model\": \"chat\"}";
            try (Socket socket = narrow.connect()) {
                begin(narrow, socket, endless().replace("{", "{\"model\": \"model\", "));
                HttpResponse<String> busy = narrow.post("v1/completions", chat);
                requireRefused(busy, 429, "of which there may be 1 at a time, are computing for other models");
                assertThat(busy.headers().firstValue("Retry-After")).isPresent();
            }
            while (narrow.post("v1/completions", chat).statusCode() == 429) {
                Thread.sleep(100);
            }
            assertThat(narrow.post("v1/completions", chat).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void modelsThatOnlyComputeRunsAreNotListed(@TempDir Path folder) throws Exception {
        try (TestingServer runs = TestingServer.startWithSample(folder)) {
            assertThat(JSON.readTree(runs.get("v1/sources").body()).path("models"))
                    .hasSize(1);
            assertThat(JSON.readTree(runs.get("v1/models").body()).path("data")).isEmpty();
            requireRefused(
                    runs.post("v1/completions", "{\"prompt\": \"a\", \"model\": \"model\"}"),
                    404,
                    "There is no model \"model\" here; this server has none: start it with --model PATH.");
        }
    }

    /** A request that takes many seconds. */
    private static String manySeconds() {
        String prompt = Stream.iterate(5, token -> 5 + token % 600)
                .limit(380)
                .map(String::valueOf)
                .collect(Collectors.joining(",", "[", "]"));
        String prompts = Stream.generate(() -> prompt).limit(500).collect(Collectors.joining(","));
        return "{\"prompt\": [%s], \"max_tokens\": 4, \"temperature\": 0}".formatted(prompts);
    }

    private CompletableFuture<HttpResponse<String>> later(String path, String body) {
        return later(server, path, body);
    }

    private static CompletableFuture<HttpResponse<String>> later(TestingServer asked, String path, String body) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return asked.post(path, body);
            } catch (IOException e) {
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        });
    }

    /** Processor time of the processes of models. */
    private static Duration computed() {
        return ProcessHandle.current()
                .children()
                .flatMap(process -> process.info().totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** The processes of models. */
    private static Set<Long> processes() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    private static Path instructed(Path folder) throws IOException {
        Path chat = Files.createDirectory(folder.resolve("chat"));
        try (Stream<Path> files = Files.list(MODEL)) {
            for (Path file : files.toList()) {
                Files.copy(file, chat.resolve(file.getFileName()));
            }
        }
        Files.writeString(chat.resolve("tokenizer_config.json"), """
            {"eos_token": "<|endoftext|>", "chat_template":
            "{% for m in messages %}{{ eos_token }}{{ m.role }}: {{ m.content }}{% endfor %}{% if add_generation_prompt %}{{ eos_token }}model:{% endif %}"}
            """);
        return chat;
    }

    private static ObjectNode asked() {
        return JSON.createObjectNode().put("model", "model").put("temperature", 0);
    }

    private static void addAll(ArrayNode array, int... values) {
        Arrays.stream(values).forEach(array::add);
    }

    private static double largest(JsonNode top) {
        double largest = Double.NEGATIVE_INFINITY;
        for (JsonNode value : top) {
            largest = Math.max(largest, value.asDouble());
        }
        return largest;
    }

    private static int[] shown(Generated text) {
        int[] tokens = text.tokens();
        return text.finish() == Generated.Finish.END_TOKEN ? Arrays.copyOf(tokens, tokens.length - 1) : tokens;
    }

    private static List<String> texts(JsonNode answer) {
        return answer.path("choices").findValuesAsText("text");
    }

    private JsonNode completions(ObjectNode request) throws Exception {
        return post("v1/completions", request.toString());
    }

    private JsonNode post(String path, String body) throws Exception {
        HttpResponse<String> response = server.post(path, body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    /** The data of each event of a stream. */
    private static List<String> events(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream; charset=utf-8");
        assertThat(response.body()).endsWith("\n\n");
        return Stream.of(response.body().split("\n\n"))
                .map(event -> {
                    assertThat(event).startsWith("data: ").doesNotContain("\n");
                    return event.substring("data: ".length());
                })
                .toList();
    }

    private static void requireRefused(HttpResponse<String> response, int status, String message) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode body = JSON.readTree(response.body());
        if (!CompletionsResource.PATHS.contains(response.uri().getPath())) {
            assertThat(body.path("detail").asText()).contains(message);
            return;
        }
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(body.properties()).extracting(Map.Entry::getKey).containsExactly("error");
        JsonNode error = body.path("error");
        assertThat(error.path("message").asText()).contains(message);
        assertThat(error.path("param").isNull()).isTrue();
        assertThat(error.path("type").asText())
                .isEqualTo(
                        status == 404
                                ? "not_found_error"
                                : status == 429
                                        ? "rate_limit_error"
                                        : status < 500 ? "invalid_request_error" : "server_error");
        if (status == 400) {
            assertThat(error.path("code").asText()).isEqualTo("INVALID_ARGUMENT");
        }
    }
}
