package io.gatehouse.checkpoint.tokenizer;

import static java.util.Objects.requireNonNull;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A model's tokenizer that knows its special tokens by stand-ins only: the text of a special token is text like any
 * other, while its stand-in, made of noncharacters that no text has, gives the token's id. All else is encoded as by
 * {@link Tokenizer}. Thread-safe until it is closed.
 */
public final class ChatTokenizer implements AutoCloseable {
    private static final String BEFORE = "\uFDD0";
    private static final String AFTER = "\uFDD1";

    /** What stands in a text for a special token. */
    public static final Pattern STAND_IN = Pattern.compile(BEFORE + "\\d+" + AFTER);

    /** Of all special tokens together; models have some thousands. */
    private static final int MAX_LETTERS = 1 << 20;

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
        return of(tokenizerJson, ModelFiles.read(tokenizerJson, Tokenizer.MAX_BYTES), alsoSpecial);
    }

    /**
     * Opens a tokenizer by its JSON.
     *
     * @param tokenizerJson file that it is from, for errors
     * @param alsoSpecial like that of {@link #open}
     * @throws GatehouseException CORRUPT_CHECKPOINT
     */
    public static ChatTokenizer of(Path tokenizerJson, byte[] given, Collection<String> alsoSpecial) {
        Vocabulary.parse(tokenizerJson, given);
        ObjectNode root = (ObjectNode) JsonFile.object(tokenizerJson, given);
        Set<String> also = Set.copyOf(alsoSpecial);
        Map<String, Integer> ids = ids(root, also);
        Set<String> special = new LinkedHashSet<>();
        for (JsonNode token : root.path("added_tokens")) {
            String text = token.path("content").asText();
            if (!text.isEmpty() && (token.path("special").asBoolean() || also.contains(text))) {
                special.add(text);
            }
        }
        alsoSpecial.stream().filter(ids::containsKey).forEach(special::add);
        requireShort(tokenizerJson, special);
        Map<String, String> standIns = new LinkedHashMap<>();
        special.forEach(token -> standIns.put(token, BEFORE + standIns.size() + AFTER));
        rename(root, ids(root, special), standIns);
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
        return tokenize(text).ids();
    }

    /** The same with where in the text each token begins. */
    public TextTokens tokenize(String text) {
        Encoding encoding = Tokenizer.encode(file, tokenizer, text, false);
        return TextTokens.of(text, encoding.getIds(), encoding.getCharTokenSpans(), encoding.getIds().length);
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private static void requireShort(Path file, Set<String> special) {
        special.forEach(token -> Vocabulary.requireShort(file, token));
        long letters = special.stream().mapToLong(String::length).sum();
        if (letters > MAX_LETTERS) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_CHECKPOINT,
                    "%s has special tokens of %,d letters; at most %,d are read".formatted(file, letters, MAX_LETTERS));
        }
    }

    /** The ids of those of the tokens that the model's vocabulary has. */
    private static Map<String, Integer> ids(JsonNode root, Set<String> tokens) {
        JsonNode vocabulary = root.path("model").path("vocab");
        Map<String, Integer> ids = new HashMap<>();
        if (vocabulary.isObject()) {
            tokens.stream()
                    .filter(vocabulary::has)
                    .forEach(token -> ids.put(token, vocabulary.path(token).intValue()));
        } else {
            for (int id = 0; id < vocabulary.size(); id++) {
                String token = vocabulary.path(id).path(0).asText();
                if (tokens.contains(token)) {
                    ids.putIfAbsent(token, id);
                }
            }
        }
        return ids;
    }

    /** Renames tokens wherever the file has them; their ids follow from their places and stay. */
    private static void rename(ObjectNode root, Map<String, Integer> ids, Map<String, String> standIns) {
        JsonNode model = root.path("model");
        ids.forEach((token, id) -> {
            String standIn = requireNonNull(standIns.get(token), "no special token");
            if (model.path("vocab") instanceof ObjectNode vocabulary) {
                vocabulary.set(standIn, vocabulary.remove(token));
            } else if (model.path("vocab").get(id) instanceof ArrayNode entry) {
                entry.set(0, TextNode.valueOf(standIn));
            }
        });
        Optional.ofNullable(standIns.get(model.path("unk_token").asText()))
                .ifPresent(standIn -> ((ObjectNode) model).put("unk_token", standIn));
        Set<String> added = new HashSet<>();
        for (JsonNode entry : root.path("added_tokens")) {
            String token = entry.path("content").asText();
            Optional.ofNullable(standIns.get(token)).ifPresent(standIn -> {
                ((ObjectNode) entry).put("content", standIn);
                added.add(token);
            });
        }
        standIns.keySet().stream()
                .filter(token -> !added.contains(token))
                .forEach(token -> add(root, requireNonNull(ids.get(token)), requireNonNull(standIns.get(token))));
    }

    /** Hugging Face adds what tokenizer_config.json names. */
    private static void add(ObjectNode root, int id, String standIn) {
        root.withArray("added_tokens")
                .addObject()
                .put("id", id)
                .put("content", standIn)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }
}
