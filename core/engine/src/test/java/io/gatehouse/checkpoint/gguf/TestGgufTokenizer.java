package io.gatehouse.checkpoint.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatehouse.chat.ChatTemplate;
import io.gatehouse.chat.Message;
import io.gatehouse.checkpoint.Checkpoint;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestGgufTokenizer {
    @TempDir
    private Path directory;

    /** The file was converted from a tokenizer.json whose ids are known. */
    @Test
    void givesTheIdsOfTheTokenizerThatItWasMadeOf() throws IOException {
        JsonNode cases = new ObjectMapper()
                .readTree(SharedData.path("reference/tokenizer/cases_tiny.json").toFile())
                .path("cases");
        assertThat(cases.size()).isGreaterThan(100);
        try (Checkpoint checkpoint = Checkpoint.open(SharedData.path("reference/quantised/gguf_olmoe_q8_0"));
                Tokenizer tokenizer = checkpoint.openTokenizer()) {
            for (JsonNode each : cases) {
                // The file says gpt-2, which does not compose characters, as that tokenizer does.
                if (!Normalizer.isNormalized(each.path("text").textValue(), Normalizer.Form.NFC)) {
                    continue;
                }
                List<Integer> expected = new ArrayList<>();
                each.path("ids").forEach(id -> expected.add(id.intValue()));
                assertThat(tokenizer.encode(each.path("text").textValue()))
                        .as(each.path("text").textValue())
                        .containsExactly(
                                expected.stream().mapToInt(Integer::intValue).toArray());
            }
        }
    }

    @Test
    void findsTheMergesOfSentencePieceByTheirScores() {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(2, 3, 3));
        List<Float> scores = new ArrayList<>(List.of(0f, 0f, 0f));
        for (int bits = 0; bits < 256; bits++) {
            tokens.add("<0x%02X>".formatted(bits));
            types.add(6);
            scores.add(0f);
        }
        float score = 0;
        for (String token : List.of("ab", "\u2581a", "\u2581ab", "\u2581", "a", "b")) {
            tokens.add(token);
            types.add(1);
            scores.add(score--);
        }
        GgufBytes file = new GgufBytes()
                .key("tokenizer.ggml.model", "llama")
                .key("tokenizer.ggml.tokens", tokens)
                .key("tokenizer.ggml.scores", scores)
                .key("tokenizer.ggml.token_type", types)
                .key("tokenizer.ggml.bos_token_id", 1);
        try (Tokenizer tokenizer = open(file)) {
            // "ab" is merged before a space and a letter, then the space with it.
            assertThat(tokenizer.encode("ab b")).containsExactly(261, 262, 264);
            assertThat(tokenizer.encode("\u00e9")).containsExactly(262, 3 + 0xc3, 3 + 0xa9);
            assertThat(tokenizer.encodeBeginning("ab")).containsExactly(1, 261);
            assertThat(tokenizer.decode(261, 262, 264)).isEqualTo("ab b");
        }
    }

    @Test
    void wrapsAMessageInTheTemplateOfTheMetadata() {
        GgufBytes file = new GgufBytes()
                .key("tokenizer.ggml.model", "gpt2")
                .key("tokenizer.ggml.pre", "gpt-2")
                .key("tokenizer.ggml.tokens", List.of("a", "b", "<s>", "ab"))
                .key("tokenizer.ggml.token_type", List.of(1, 1, 3, 1))
                .key("tokenizer.ggml.merges", List.of("a b"))
                .key("tokenizer.ggml.bos_token_id", 2)
                .key("tokenizer.chat_template", "{{ bos_token }}{{ messages[0].content }}b");
        Path path = file.write(directory.resolve("model.gguf"));
        try (ChatTemplate chat = ChatTemplate.find(path, Clock.systemUTC()).orElseThrow()) {
            assertThat(chat.encode(List.of(Message.user("ba")), true)).containsExactly(2, 1, 3);
        }
    }

    @Test
    void saysWhatToDoWhereTheVocabularyIsNotRead() {
        refused(
                new GgufBytes()
                        .key("tokenizer.ggml.model", "gpt2")
                        .key("tokenizer.ggml.pre", "tekken")
                        .key("tokenizer.ggml.tokens", List.of("a")),
                "'tokenizer.ggml.pre' is 'tekken'");
        refused(
                new GgufBytes().key("tokenizer.ggml.model", "rwkv").key("tokenizer.ggml.tokens", List.of("a")),
                "'tokenizer.ggml.model' is 'rwkv'");
    }

    private void refused(GgufBytes file, String message) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> open(file).close())
                .withMessageContaining(message)
                .withMessageContaining("Put the tokenizer.json of the original model beside the file")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_MODEL));
    }

    private Tokenizer open(GgufBytes file) {
        Path path = file.write(directory.resolve("model.gguf"));
        return Tokenizer.of(path, GgufTokenizer.json(path));
    }
}
