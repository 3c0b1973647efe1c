package io.gatehouse.server.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.server.SampleRuns;
import io.gatehouse.server.TestingServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * OpenAI's Python client, unmodified, asks the server. It needs a Python with openai: {@code
 * -Dgatehouse.test.openai=COMMAND}.
 */
@Timeout(120)
final class TestOpenAiClient {
    private static final String SCRIPT = """
        import json, sys, openai

        client = openai.OpenAI(base_url=sys.argv[1] + "v1", api_key="EMPTY", max_retries=0)
        asked = {"model": "model", "prompt": "What is 3 + 4?", "max_tokens": 12, "temperature": 0}
        whole = client.completions.create(**asked)
        parts = list(client.completions.create(**asked, stream=True, stream_options={"include_usage": True}))
        found = {
            "models": [model.id for model in client.models.list()],
            "whole": whole.choices[0].text,
            "finish": whole.choices[0].finish_reason,
            "parts": "".join(choice.text for part in parts for choice in part.choices),
            "lastFinish": parts[-2].choices[0].finish_reason,
            "firstFinish": parts[0].choices[0].finish_reason,
            "tokens": whole.usage.total_tokens,
            "streamedTokens": parts[-1].usage.total_tokens,
        }
        try:
            client.completions.create(**{**asked, "max_tokens": 500})
        except openai.BadRequestError as error:
            found["refused"] = {"text": str(error), "message": error.body["message"], "code": error.code}
        try:
            client.completions.create(**{**asked, "model": "other"}, stream=True)
        except openai.NotFoundError as error:
            found["unknown"] = {"text": str(error), "message": error.body["message"], "code": error.code}
        print(json.dumps(found))
        """;

    @Test
    void readsTextsPartsAndErrors(@TempDir Path folder) throws Exception {
        String python = System.getProperty("gatehouse.test.openai", "");
        assumeThat(python)
                .as("-Dgatehouse.test.openai=COMMAND names a Python with openai")
                .isNotEmpty();
        Path script = Files.writeString(folder.resolve("client.py"), SCRIPT);
        try (TestingServer server = TestingServer.startAnswering(
                folder,
                List.of(SampleRuns.FOLDER.resolve("model")),
                ModelProgram.settings(),
                UnaryOperator.identity())) {
            Process client = new ProcessBuilder(
                            python, script.toString(), server.uri().toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            JsonNode found = new ObjectMapper().readTree(client.getInputStream());
            assertThat(client.waitFor()).isZero();
            assertThat(found.path("models")).hasToString("[\"model\"]");
            assertThat(found.path("whole").asText()).isNotEmpty();
            assertThat(found.path("parts")).isEqualTo(found.path("whole"));
            assertThat(found.path("lastFinish")).isEqualTo(found.path("finish"));
            assertThat(found.path("firstFinish").isNull()).isTrue();
            assertThat(found.path("streamedTokens")).isEqualTo(found.path("tokens"));
            requireShown(found.path("refused"), "INVALID_ARGUMENT", "the context of the model is 384 tokens.");
            requireShown(found.path("unknown"), "FILE_NOT_FOUND", "There is no model \"other\" here; there are model.");
        }
    }

    private static void requireShown(JsonNode error, String code, String sentence) {
        assertThat(error.path("text").asText()).contains(sentence);
        assertThat(error.path("message").asText()).endsWith(sentence);
        assertThat(error.path("code").asText()).isEqualTo(code);
    }
}
