package io.gatehouse.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.SharedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the sample model's tokenizer, whose special tokens are &lt;|endoftext|> = 0 and &lt;|padding|> = 1. */
final class TestChatTemplate {
    private static final Path TOKENIZER =
            Path.of(System.getProperty("gatehouse.root", ".."), "core/sample/model/tokenizer.json");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);
    private static final String TEMPLATE =
            "{% for m in messages %}{{ bos_token }}{{ m.role }}: {{ m.content | trim }}\n"
                    + "{% endfor %}{% if add_generation_prompt %}{{ eos_token + 'Answer:' }}{% endif %}";

    @TempDir
    private Path directory = Path.of("");

    @Test
    void writesSpecialTokensByTheirIds() throws IOException {
        try (ChatTemplate chat = chat(TEMPLATE);
                Tokenizer tokenizer = Tokenizer.open(TOKENIZER)) {
            List<Message> messages = List.of(new Message("system", "Add."), Message.user(" 2 + 2 = ?\n"));
            assertThat(chat.render(messages, true))
                    .isEqualTo("<|endoftext|>system: Add.\n<|endoftext|>user: 2 + 2 = ?\n<|padding|>Answer:");
            int[] ids = chat.encode(messages, true);
            assertThat(ids).isEqualTo(tokenizer.encode(chat.render(messages, true)));
            assertThat(IntStream.of(ids).filter(id -> id <= 1)).containsExactly(0, 0, 1);
            assertThat(IntStream.of(chat.encode(messages, false)).filter(id -> id <= 1))
                    .containsExactly(0, 0);
        }
    }

    @Test
    void leavesTextThatLooksLikeASpecialTokenText() throws IOException {
        for (String hostile : List.of(
                "<|endoftext|>",
                "a <|endoftext|> b <|padding|>",
                "<|endof<|endoftext|>text|>",
                "<|endoftext|><|endoftext|>",
                "  <|padding|>\n")) {
            try (ChatTemplate chat = chat(TEMPLATE);
                    Tokenizer tokenizer = Tokenizer.open(TOKENIZER)) {
                int[] ids = chat.encode(List.of(Message.user(hostile)), true);
                assertThat(IntStream.of(ids).filter(id -> id <= 1)).as(hostile).containsExactly(0, 1);
                String text = tokenizer.decode(ids);
                assertThat(text).as("nothing is lost").contains(hostile.strip()).doesNotContain("\uFDD2");
            }
        }
    }

    @Test
    void lingersOverNoTokenThatTemplateAndMessageMakeTogether() throws IOException {
        String split = "{{ '<' + messages[0].content | trim }}{{ messages[1].content + '|>' }}";
        for (String end : List.of("|endoftext|>", " |endoftext|> ", "|padding|>")) {
            try (ChatTemplate chat = chat(split)) {
                assertThat(chat.encode(List.of(Message.user(end), Message.user("<|endoftext")), true))
                        .doesNotContain(0, 1);
            }
        }
    }

    @Test
    void findsTheTemplateWhereverItIs() throws IOException {
        assertThat(ChatTemplate.find(directory, CLOCK)).isEmpty();
        Files.writeString(directory.resolve("tokenizer_config.json"), "{\"chat_template\": null}");
        assertThat(ChatTemplate.find(directory, CLOCK)).isEmpty();
        Object named = List.of(
                Map.of("name", "tool_use", "template", "tools"), Map.of("name", "default", "template", "named"));
        try (ChatTemplate chat = chat(named)) {
            assertThat(chat.render(List.of(Message.user("x")), false)).isEqualTo("named");
        }
        Files.writeString(directory.resolve("chat_template.jinja"), "file {{ bos_token }} {{ strftime_now('%Y') }}\n");
        try (ChatTemplate chat = ChatTemplate.find(directory, CLOCK).orElseThrow()) {
            assertThat(chat.render(List.of(Message.user("x")), false)).isEqualTo("file <|endoftext|> 2026");
        }
        Files.delete(directory.resolve("chat_template.jinja"));
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> chat(List.of(Map.of("name", "tool_use", "template", "tools"))))
                .withMessage(
                        "%s has no chat_template named 'default', but [tool_use].",
                        directory.resolve("tokenizer_config.json"))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_MODEL));
    }

    @Test
    void refusesConversationsThatCannotBe() throws IOException {
        try (ChatTemplate chat = chat(TEMPLATE)) {
            refused(chat, List.of(), "needs at least one message");
            refused(chat, List.of(Message.user("a\uFDD0b")), "noncharacters U+FDD0 to U+FDEF");
        }
        try (ChatTemplate chat = chat("{{ raise_exception('Only ' + messages[0].role) }}")) {
            refused(chat, List.of(Message.user("a")), "does not take these messages: Only user");
        }
    }

    @Test
    void keepsTheIdsOfRealTokenizers() throws IOException {
        for (String name : List.of("gpt-neox-olmo-dolma-v1_5.json", "dolma2.json")) {
            Path file = SharedData.path("tokenizers/" + name);
            Files.copy(file, directory.resolve("tokenizer.json"), StandardCopyOption.REPLACE_EXISTING);
            write("{% for m in messages %}{{ '<|endoftext|>' + m.content }}{% endfor %}<|fim_prefix|>");
            try (ChatTemplate chat = ChatTemplate.find(directory, CLOCK).orElseThrow();
                    Tokenizer tokenizer = Tokenizer.open(file)) {
                List<Message> messages = List.of(Message.user("The  capital\n\n   of Peru?"), Message.user("日本 |||x"));
                assertThat(chat.encode(messages, false))
                        .as(name)
                        .isEqualTo(tokenizer.encode(chat.render(messages, false)));
            }
        }
    }

    /** In the manner of Qwen3: without thinking, the template begins the answer with an empty block. */
    private static final String REASONING = "{% for m in messages %}{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ eos_token }}"
            + "{% if enable_thinking is defined and enable_thinking is false %}none:{% endif %}{% endif %}";

    @Test
    void asksNotToThinkByTheSwitchOfTheTemplate() throws IOException {
        chat(REASONING).close();
        assertThat(rendered(Thinking.DEFAULT)).isEqualTo("2+2?<|padding|>");
        assertThat(rendered(Thinking.OFF)).isEqualTo("2+2?<|padding|>none:");
        write(REASONING.replace("enable_thinking", "thinking"));
        assertThat(rendered(Thinking.OFF)).isEqualTo("2+2?<|padding|>none:");
        write(TEMPLATE.replace("Answer:", "thinking"));
        assertThat(rendered(Thinking.DEFAULT)).endsWith("<|padding|>thinking");
        write("A thinking model: {{ messages[0].content }}");
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> rendered(Thinking.OFF))
                .withMessageContaining("cannot switch thinking off: it reads neither enable_thinking nor thinking")
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    @Test
    void beginsTheAnswerWithAnEmptyThinkBlock() throws IOException {
        chat(REASONING).close();
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> rendered(Thinking.EMPTY))
                .withMessageContaining("has no token <think>, which an empty think block needs");
        for (boolean special : new boolean[] {false, true}) {
            ObjectNode tokenizer = (ObjectNode) new ObjectMapper().readTree(TOKENIZER.toFile());
            int begin = tokenizer.path("model").path("vocab").size();
            addToken(tokenizer, begin, "<think>", special);
            addToken(tokenizer, begin + 1, "</think>", special);
            Files.writeString(directory.resolve("tokenizer.json"), tokenizer.toString());
            write(REASONING);
            assertThat(rendered(Thinking.EMPTY)).isEqualTo("2+2?<|padding|><think>\n\n</think>\n\n");
            try (ChatTemplate chat =
                    ChatTemplate.find(directory, CLOCK, Thinking.EMPTY).orElseThrow()) {
                int[] ids = chat.encodeAnswer(List.of(Message.user("2+2?")), "4");
                assertThat(IntStream.of(ids).filter(id -> id >= begin)).containsExactly(begin, begin + 1);
                assertThat(chat.encode(List.of(Message.user("2+2?")), false)).doesNotContain(begin);
            }
            write(REASONING + "{{ '<think>' }}");
            assertThat(rendered(Thinking.EMPTY)).isEqualTo("2+2?<|padding|><think>\n\n</think>\n\n");
            write(REASONING + "{{ '<think>\n' }}");
            assertThat(rendered(Thinking.EMPTY)).isEqualTo("2+2?<|padding|><think>\n\n</think>\n\n");
        }
    }

    private static void addToken(ObjectNode tokenizer, int id, String text, boolean special) {
        tokenizer
                .withArray("added_tokens")
                .addObject()
                .put("id", id)
                .put("content", text)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", special);
    }

    private String rendered(Thinking thinking) {
        try (ChatTemplate chat = ChatTemplate.find(directory, CLOCK, thinking).orElseThrow()) {
            return chat.render(List.of(Message.user("2+2?")), true);
        }
    }

    private static void refused(ChatTemplate chat, List<Message> messages, String why) {
        assertThatExceptionOfType(GatehouseException.class)
                .isThrownBy(() -> chat.encode(messages, true))
                .withMessageContaining(why)
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
    }

    private ChatTemplate chat(Object template) throws IOException {
        Files.copy(TOKENIZER, directory.resolve("tokenizer.json"), StandardCopyOption.REPLACE_EXISTING);
        write(template);
        return ChatTemplate.find(directory, CLOCK).orElseThrow();
    }

    private void write(Object template) throws IOException {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("bos_token", Map.of("content", "<|endoftext|>", "lstrip", false));
        config.put("eos_token", "<|padding|>");
        config.put("unk_token", null);
        config.put("chat_template", template);
        Files.writeString(directory.resolve("tokenizer_config.json"), new ObjectMapper().writeValueAsString(config));
    }
}
