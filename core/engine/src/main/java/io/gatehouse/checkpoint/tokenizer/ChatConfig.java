package io.gatehouse.checkpoint.tokenizer;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a model directory says about conversations.
 *
 * @param file that the template is in
 * @param template Jinja, as yet unread
 * @param specialTokens text of the special tokens under the names that templates know, such as {@code eos_token}
 */
public record ChatConfig(Path file, String template, Map<String, String> specialTokens) {
    private static final int MAX_BYTES = 16 << 20;
    private static final String FILE = "tokenizer_config.json";
    private static final List<String> NAMES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    public ChatConfig {
        requireNonNull(file, "file is null");
        requireNonNull(template, "template is null");
        specialTokens = Map.copyOf(specialTokens);
    }

    /**
     * Reads chat_template.jinja, or else the "chat_template" of tokenizer_config.json, which may be a list of named
     * templates; "default" is then used.
     *
     * @throws GatehouseException CORRUPT_CHECKPOINT or UNSUPPORTED_MODEL
     */
    public static Optional<ChatConfig> find(Path directory) {
        Path file = directory.resolve(FILE);
        Optional<JsonNode> config = read(file);
        Map<String, String> tokens = config.map(ChatConfig::tokens).orElse(Map.of());
        Path separate = directory.resolve("chat_template.jinja");
        if (Files.exists(separate)) {
            String template = new String(ModelFiles.read(separate, MAX_BYTES), StandardCharsets.UTF_8);
            return Optional.of(new ChatConfig(separate, template, tokens));
        }
        return config.flatMap(keys -> template(file, keys.path("chat_template")))
                .map(template -> new ChatConfig(file, template, tokens));
    }

    /**
     * Reads the special tokens of a model that need not have a template.
     *
     * @return by their names; none without a tokenizer_config.json
     */
    public static Map<String, String> specialTokens(Path directory) {
        return read(directory.resolve(FILE)).map(ChatConfig::tokens).orElse(Map.of());
    }

    private static Optional<JsonNode> read(Path file) {
        return Files.exists(file)
                ? Optional.of(JsonFile.object(file, ModelFiles.read(file, MAX_BYTES)))
                : Optional.empty();
    }

    private static Optional<String> template(Path file, JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (value.isTextual()) {
            return Optional.of(value.textValue());
        }
        Map<String, String> named = new LinkedHashMap<>();
        for (JsonNode entry : value) {
            named.put(entry.path("name").asText(), entry.path("template").asText());
        }
        String template = named.get("default");
        if (!value.isArray() || template == null) {
            throw new GatehouseException(
                    ErrorCode.UNSUPPORTED_MODEL,
                    "%s has no chat_template named 'default', but %s"
                            .formatted(file, JsonFile.shown(named.keySet().toString())));
        }
        return Optional.of(template);
    }

    /** A token is its text, or an object with the text as its "content". */
    private static Map<String, String> tokens(JsonNode config) {
        Map<String, String> tokens = new LinkedHashMap<>();
        for (String name : NAMES) {
            JsonNode value = config.path(name);
            JsonNode text = value.isObject() ? value.path("content") : value;
            if (text.isTextual() && !text.textValue().isEmpty()) {
                tokens.put(name, text.textValue());
            }
        }
        return tokens;
    }
}
