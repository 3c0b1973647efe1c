package io.gatehouse.checkpoint;

import static java.util.Objects.requireNonNull;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.gatehouse.error.GatehouseException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A model's tokenizer that knows its special tokens by stand-ins only: the text of a special token is text like any
 * other, while its stand-in, made of noncharacters that no text has, gives the token's id. All else is encoded as by
 * {@link Tokenizer}. Thread-safe until it is closed.
 */
public final class ChatTokenizer implements AutoCloseable {
    private static final String BEFORE = "\uFDD0";
    private static final String AFTER = "\uFDD1";

    private final Path file;
    private final HuggingFaceTokenizer tokenizer;
    private final Map<String, String> standIns;

    private ChatTokenizer(Path file, HuggingFaceTokenizer tokenizer, Map<String, String> standIns) {
        this.file = file;
        this.tokenizer = tokenizer;
        this.standIns = standIns;
    }

    /**
     * Opens a tokenizer.json.
     *
     * @param alsoSpecial tokens that are special whatever that file says; those that it does not have count for nothing
     * @throws GatehouseException FILE_NOT_FOUND or CORRUPT_CHECKPOINT
     */
    public static ChatTokenizer open(Path tokenizerJson, Collection<String> alsoSpecial) {
        requireNonNull(tokenizerJson, "tokenizerJson is null");
        ObjectNode root =
                (ObjectNode) JsonFile.object(tokenizerJson, ModelFiles.read(tokenizerJson, Tokenizer.MAX_BYTES));
        Set<String> special = new LinkedHashSet<>();
        for (JsonNode token : root.path("added_tokens")) {
            String text = token.path("content").asText();
            if (!text.isEmpty() && (token.path("special").asBoolean() || alsoSpecial.contains(text))) {
                special.add(text);
            }
        }
        alsoSpecial.stream().filter(token -> findId(root, token).isPresent()).forEach(special::add);
        Map<String, String> standIns = new LinkedHashMap<>();
        special.forEach(token -> standIns.put(token, BEFORE + standIns.size() + AFTER));
        standIns.forEach((token, standIn) -> rename(root, token, standIn));
        byte[] content = root.toString().getBytes(StandardCharsets.UTF_8);
        return new ChatTokenizer(tokenizerJson, Tokenizer.load(tokenizerJson, content), standIns);
    }

    /** The texts of the special tokens. */
    public Set<String> specialTokens() {
        return standIns.keySet();
    }

    /** Returns what stands in a text for the special token. */
    public String standIn(String specialToken) {
        return requireNonNull(standIns.get(specialToken), "no special token");
    }

    /** Returns the ids of the text's tokens, in which special tokens are written as their stand-ins. */
    public int[] encode(String text) {
        return Tokenizer.narrow(Tokenizer.encode(file, tokenizer, text, false).getIds());
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private static Optional<Integer> findId(JsonNode root, String token) {
        JsonNode vocabulary = root.path("model").path("vocab");
        if (vocabulary.isObject()) {
            return Optional.ofNullable(vocabulary.get(token)).map(JsonNode::intValue);
        }
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.get(id).path(0).asText().equals(token)) {
                return Optional.of(id);
            }
        }
        return Optional.empty();
    }

    /** Renames a token wherever the file has it; its id follows from its place and stays. */
    private static void rename(ObjectNode root, String token, String standIn) {
        Optional<Integer> id = findId(root, token);
        JsonNode model = root.path("model");
        if (model.path("vocab") instanceof ObjectNode vocabulary && id.isPresent()) {
            vocabulary.set(standIn, vocabulary.remove(token));
        } else if (id.isPresent() && model.path("vocab").get(id.get()) instanceof ArrayNode entry) {
            entry.set(0, TextNode.valueOf(standIn));
        }
        if (model.path("unk_token").asText().equals(token)) {
            ((ObjectNode) model).put("unk_token", standIn);
        }
        boolean added = false;
        for (JsonNode entry : root.path("added_tokens")) {
            if (entry.path("content").asText().equals(token)) {
                ((ObjectNode) entry).put("content", standIn);
                added = true;
            }
        }
        if (!added) {
            // Hugging Face adds what tokenizer_config.json names.
            root.withArray("added_tokens")
                    .addObject()
                    .put("id", id.orElseThrow())
                    .put("content", standIn)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
    }
}
