package io.gatehouse.checkpoint.tokenizer;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import io.gatehouse.testing.checkpoint.TinyTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestTokenizer {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory = Path.of("");

    @Test
    void agreesWithHuggingFaceOnTheTinyTokenizer() throws IOException {
        agrees("reference/tokenizer/tokenizer.json", "reference/tokenizer/cases_tiny.json");
    }

    @Test
    void agreesWithHuggingFaceOnTheTokenizerOfOlmoe() throws IOException {
        agrees("tokenizers/gpt-neox-olmo-dolma-v1_5.json", "reference/tokenizer/cases_olmo.json");
    }

    @Test
    void showsEachTokenAsItDecodesAlone() {
        for (String file : List.of(
                "reference/tokenizer/tokenizer.json",
                "tokenizers/gpt-neox-olmo-dolma-v1_5.json",
                "tokenizers/dolma2.json")) {
            try (Tokenizer tokenizer = Tokenizer.open(SharedData.path(file))) {
                List<Integer> different = IntStream.range(0, tokenizer.vocabSize())
                        .filter(id -> !tokenizer.token(id).equals(tokenizer.decode(id)))
                        .boxed()
                        .toList();
                assertThat(different).as(file).isEmpty();
            }
        }
    }

    @Test
    void knowsTheSizeOfTheVocabulary() {
        try (Tokenizer tokenizer = Tokenizer.open(SharedData.path("tokenizers/gpt-neox-olmo-dolma-v1_5.json"))) {
            assertThat(tokenizer.vocabSize()).isEqualTo(50_280);
            assertThat(tokenizer.token(50_279)).isEqualTo("<|endoftext|>");
            assertThat(tokenizer.token(50_280)).isEmpty();
            assertThat(tokenizer.decode(50_280)).isEmpty();
            assertThat(tokenizer.token(tokenizer.encode(" Answer")[0])).isEqualTo(" Answer");
            assertThat(tokenizer.token(Integer.MAX_VALUE)).isEmpty();
        }
    }

    @Test
    void neverTruncatesOrPads() {
        try (Tokenizer tokenizer = Tokenizer.open(TinyTokenizer.write(file(), List.of()))) {
            assertThat(tokenizer.encode("")).isEmpty();
            assertThat(tokenizer.encode("ABCD".repeat(5_000))).hasSize(20_000);
        }
    }

    @Test
    void neverTruncatesOrPadsEvenIfTheFileSaysSo() throws IOException {
        ObjectNode json = TinyTokenizer.json(List.of());
        json.putObject("truncation")
                .put("direction", "Right")
                .put("max_length", 3)
                .put("strategy", "LongestFirst")
                .put("stride", 0);
        json.putObject("padding")
                .put("direction", "Right")
                .putNull("pad_to_multiple_of")
                .put("pad_id", 0)
                .put("pad_type_id", 0)
                .put("pad_token", "A")
                .putObject("strategy")
                .put("Fixed", 8);
        try (Tokenizer tokenizer = open(json)) {
            assertThat(tokenizer.encode("ABCDA")).containsExactly(0, 8, 9, 10, 0);
        }
    }

    @Test
    void beginsATextWithWhatTheFilePutsThereAndNeverEndsIt() throws IOException {
        ObjectNode json = TinyTokenizer.json(List.of());
        int begin = json.at("/model/vocab").size();
        add(json, begin, "<s>");
        add(json, begin + 1, "</s>");
        json.set("post_processor", JSON.readTree("""
                {"type": "TemplateProcessing",
                 "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                            {"SpecialToken": {"id": "</s>", "type_id": 0}}],
                 "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                 "special_tokens": {"<s>": {"id": "<s>", "ids": [%d], "tokens": ["<s>"]},
                                    "</s>": {"id": "</s>", "ids": [%d], "tokens": ["</s>"]}}}
                """.formatted(begin, begin + 1)));
        try (Tokenizer tokenizer = open(json)) {
            assertThat(tokenizer.encodeBeginning("AB")).containsExactly(begin, 0, 8);
            assertThat(tokenizer.tokenizeBeginning("AB").starts()).containsExactly(TextTokens.NOWHERE, 0, 1);
            assertThat(tokenizer.encodeBeginning("A</s>")).containsExactly(begin, 0, begin + 1);
            assertThat(tokenizer.encode("AB")).containsExactly(0, 8);
        }
        try (Tokenizer tokenizer = Tokenizer.open(TinyTokenizer.write(file(), List.of()))) {
            assertThat(tokenizer.encodeBeginning("AB")).containsExactly(0, 8);
        }
    }

    @Test
    void givesAddedTokensOutsideTheVocabularyTheNextIds() throws IOException {
        ObjectNode json = TinyTokenizer.json(List.of());
        add(json, 5_000, "<|new|>");
        add(json, 3, "A");
        add(json, 2, "<|newer|>");
        try (Tokenizer tokenizer = open(json)) {
            int size = TinyTokenizer.json(List.of()).at("/model/vocab").size();
            assertThat(tokenizer.encode("<|new|>A<|newer|>")).containsExactly(size, 0, size + 1);
            assertThat(tokenizer.token(size)).isEqualTo("<|new|>");
            assertThat(tokenizer.token(size + 1)).isEqualTo("<|newer|>");
            assertThat(tokenizer.vocabSize()).isEqualTo(size + 2);
            assertThat(tokenizer.decode(size, 0, size + 1)).isEqualTo("<|new|>A<|newer|>");
        }
    }

    @Test
    void namesTheFileThatIsMissing() {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Tokenizer.open(file()))
                .withMessage(file() + " does not exist.")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.FILE_NOT_FOUND));
    }

    @Test
    void namesWhatIsWrongWithADamagedFile() throws IOException {
        String whole = TinyTokenizer.json(List.of("A")).toString();
        damaged("", "is not a JSON object");
        damaged("[]", "is not a JSON object");
        damaged("{}", "has no vocabulary");
        damaged(whole.substring(0, whole.length() / 2), "is not valid JSON");
        damaged(whole.replace("\"n\":1", "\"n\":\"1\""), "gives token 'n' the id \"1\"");
        damaged(whole.replace("\"n\":1", "\"n\":-1"), "gives token 'n' the id -1");
        damaged(whole.replace("\"n\":1", "\"n\":2000000000"), "gives token 'n' the id 2000000000");
        damaged(whole.replace("\"n\":1", "\"n\":1,\"n\":1"), "is not valid JSON");
        damaged(whole.replace("Ġ A\"", "Ġ Z\""), "is not a usable tokenizer");
        damaged(whole.replace("\"BPE\"", "\"Abacus\""), "is not a usable tokenizer");
    }

    /** Also of a token of the vocabulary that tokenizer_config.json calls special, which is then added. */
    @Test
    void addedTokensHaveAnEnd() throws IOException {
        ObjectNode json = TinyTokenizer.json(List.of());
        add(json, 11, "x".repeat(1_000_000));
        damaged(json.toString(), "has an added token of 1,000,000 letters; at most 1,000 are read");
        String letters = "x".repeat(40_000);
        Files.writeString(file(), TinyTokenizer.json(List.of(letters)).toString());
        Tokenizer.open(file()).close();
        assertRefused(
                () -> ChatTokenizer.open(file(), List.of(letters)),
                ErrorCode.CORRUPT_CHECKPOINT,
                file() + " has an added token of 40,000 letters; at most 1,000 are read");
    }

    /** Vocabularies that have no token for what they do not know. */
    @Test
    void namesTheFileThatATextCannotBeEncodedBy() throws IOException {
        for (String model : List.of("""
                {"type": "WordLevel", "unk_token": "zz", "vocab": {"a": 0}}""", """
                {"type": "WordPiece", "unk_token": "zz", "vocab": {"a": 0},
                 "continuing_subword_prefix": "##", "max_input_chars_per_word": 100}""")) {
            ObjectNode json = TinyTokenizer.json(List.of());
            json.set("model", JSON.readTree(model));
            try (Tokenizer tokenizer = open(json)) {
                assertThat(tokenizer.encode("a")).as(model).containsExactly(0);
                assertRefused(
                        () -> tokenizer.encode("b"),
                        ErrorCode.CORRUPT_CHECKPOINT,
                        file() + " is not a usable tokenizer: ");
            }
        }
    }

    private static void agrees(String tokenizerFile, String casesFile) throws IOException {
        Path cases = SharedData.path(casesFile);
        try (Tokenizer tokenizer = Tokenizer.open(SharedData.path(tokenizerFile))) {
            JsonNode all = JSON.readTree(Files.readString(cases)).path("cases");
            assertThat(all).hasSize(117);
            for (JsonNode one : all) {
                String text = one.path("text").textValue();
                int[] ids = JSON.convertValue(one.path("ids"), int[].class);
                assertThat(tokenizer.encode(text)).as("ids of '%s'", text).isEqualTo(ids);
                assertThat(tokenizer.decode(ids))
                        .as("ids of '%s' decoded", text)
                        .isEqualTo(one.path("decoded").textValue());
            }
        }
    }

    private static void add(ObjectNode json, int id, String content) {
        json.withArray("added_tokens")
                .addObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    private Tokenizer open(ObjectNode json) throws IOException {
        Files.writeString(file(), json.toString());
        return Tokenizer.open(file());
    }

    private void damaged(String content, String message) throws IOException {
        Files.writeString(file(), content);
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> Tokenizer.open(file()).close())
                .withMessageStartingWith(file() + " " + message)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT_CHECKPOINT));
    }

    private Path file() {
        return directory.resolve("tokenizer.json");
    }
}
