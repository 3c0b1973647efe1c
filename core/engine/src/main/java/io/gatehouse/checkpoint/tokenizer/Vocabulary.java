package io.gatehouse.checkpoint.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The text of each token of a tokenizer.json, for display. */
final class Vocabulary {
    private static final int MAX_ID = 1 << 24;

    /** The time of the library grows with the square of their number; no known model has as many. */
    private static final int MAX_ADDED = 70_000;

    private static final int MAX_ADDED_LETTERS = 1000;

    private final String[] texts;

    private Vocabulary(String[] texts) {
        this.texts = texts;
    }

    static Vocabulary parse(Path file, byte[] content) {
        JsonNode root = JsonFile.object(file, content);
        Map<String, Integer> ids = modelVocabulary(file, root.path("model").path("vocab"));
        requireFew(file, root.path("added_tokens"));
        addTokens(ids, root.path("added_tokens"));
        boolean byteLevel = root.path("decoder").findValuesAsText("type").contains("ByteLevel");
        String[] texts =
                new String[1 + ids.values().stream().mapToInt(id -> id).max().orElse(-1)];
        Arrays.fill(texts, "");
        ids.forEach((token, id) -> texts[id] = byteLevel ? ByteLevel.text(token) : token);
        return new Vocabulary(texts);
    }

    /** One more than the largest id. */
    int size() {
        return texts.length;
    }

    /** Returns the text of a token; empty for an id that no token has. */
    String text(int id) {
        return id < texts.length ? texts[id] : "";
    }

    private static Map<String, Integer> modelVocabulary(Path file, JsonNode vocabulary) {
        Map<String, Integer> ids = new HashMap<>();
        if (vocabulary.isObject()) {
            vocabulary.properties().forEach(entry -> {
                JsonNode id = entry.getValue();
                if (!id.isInt() || id.intValue() < 0 || id.intValue() > MAX_ID) {
                    throw corrupt(
                            file,
                            "gives token '%s' the id %s"
                                    .formatted(JsonFile.shown(entry.getKey()), JsonFile.shown(id.toString())));
                }
                ids.put(entry.getKey(), id.intValue());
            });
        } else {
            // Unigram models list pairs of token and score; the place in the list is the id.
            for (JsonNode pair : vocabulary) {
                ids.putIfAbsent(pair.path(0).asText(), ids.size());
            }
        }
        if (ids.isEmpty()) {
            throw corrupt(file, "has no vocabulary");
        }
        return ids;
    }

    private static void requireFew(Path file, JsonNode added) {
        if (added.size() > MAX_ADDED) {
            throw corrupt(file, "has %,d added tokens; at most %,d are read".formatted(added.size(), MAX_ADDED));
        }
        added.forEach(token -> requireShort(file, token.path("content").asText()));
    }

    /** Each place of a text is looked at for each letter of a token. */
    static void requireShort(Path file, String addedToken) {
        int letters = addedToken.length();
        if (letters > MAX_ADDED_LETTERS) {
            throw corrupt(
                    file,
                    "has an added token of %,d letters; at most %,d are read".formatted(letters, MAX_ADDED_LETTERS));
        }
    }

    /** An added token that the model does not have gets the next free id, whatever the file says its id is. */
    private static void addTokens(Map<String, Integer> ids, JsonNode added) {
        int next = ids.size();
        for (JsonNode token : added) {
            String text = token.path("content").asText();
            if (text.isEmpty()) {
                continue;
            }
            Integer known = ids.putIfAbsent(text, next);
            next = Math.max(next, (known == null ? next : known) + 1);
        }
    }

    private static GatehouseException corrupt(Path file, String what) {
        return new GatehouseException(ErrorCode.CORRUPT_CHECKPOINT, "%s %s".formatted(file, what));
    }
}
