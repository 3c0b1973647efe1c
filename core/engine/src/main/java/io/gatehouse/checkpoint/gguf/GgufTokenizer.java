package io.gatehouse.checkpoint.gguf;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.checkpoint.tokenizer.ChatConfig;
import io.gatehouse.checkpoint.tokenizer.Tokenizer;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the vocabulary of a GGUF file as the tokenizer.json that it was converted from: byte-level BPE with one of the
 * known ways to cut a text, or SentencePiece's BPE as Llama and Mixtral have it. What is not known is refused, as a text
 * that is cut otherwise gives other tokens.
 */
public final class GgufTokenizer {
    private static final String WAY_OUT = "Put the tokenizer.json of the original model beside the file";
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final String SPACE = "\u2581";

    /** GPT-2's way, which the library has by itself. */
    private static final String GPT_2 = "";

    private static final String SHORT = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private static final String TAIL = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String QWEN_2 = SHORT + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}" + TAIL;
    private static final String LLAMA_3 = SHORT + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}" + TAIL;
    private static final String GPT_4O =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+" + SHORT
                    + "?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*"
                    + SHORT
                    + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /** Where the metadata have the special tokens that templates know. */
    private static final Map<String, String> SPECIAL = Map.of(
            "bos_token", "tokenizer.ggml.bos_token_id",
            "eos_token", "tokenizer.ggml.eos_token_id",
            "unk_token", "tokenizer.ggml.unknown_token_id",
            "pad_token", "tokenizer.ggml.padding_token_id");

    /** How a text is cut, by the names that llama.cpp gives the ways. */
    private static final Map<String, String> CUTS = Map.of(
            "gpt-2", GPT_2, "olmo", GPT_2, "qwen2", QWEN_2, "llama-bpe", LLAMA_3, "glm4", LLAMA_3, "gpt-4o", GPT_4O);

    private final JsonValue keys;
    private final List<String> tokens;
    private final int[] types;
    private final Map<String, Integer> ids = new HashMap<>();

    private GgufTokenizer(JsonValue keys) {
        this.keys = keys;
        this.tokens = keys.field("tokenizer.ggml.tokens").texts();
        this.types =
                keys.find("tokenizer.ggml.token_type").map(JsonValue::indices).orElseGet(() -> new int[tokens.size()]);
        if (types.length != tokens.size()) {
            throw keys.field("tokenizer.ggml.token_type").instead("as many as the %d tokens".formatted(tokens.size()));
        }
        for (int id = 0; id < tokens.size(); id++) {
            if (ids.putIfAbsent(tokens.get(id), id) != null) {
                throw keys.corrupt("has the token '%s' twice".formatted(JsonValue.shown(tokens.get(id))));
            }
        }
    }

    /**
     * Returns the bytes of a tokenizer.json: that of the file beside the model if there is one, which knows more, or else
     * the vocabulary of the model itself.
     *
     * @param file the first or only file of a model
     * @throws GatehouseException FILE_NOT_FOUND, UNSUPPORTED_MODEL or CORRUPT_CHECKPOINT
     */
    public static byte[] json(Path file) {
        Path beside = file.resolveSibling("tokenizer.json");
        return Files.exists(beside)
                ? ModelFiles.read(beside, Tokenizer.MAX_BYTES)
                : new GgufTokenizer(metadata(file)).json().toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * What the metadata say about conversations, if they have a chat template.
     *
     * @throws GatehouseException FILE_NOT_FOUND or CORRUPT_CHECKPOINT
     */
    public static Optional<ChatConfig> chat(Path file) {
        JsonValue keys = metadata(file);
        return keys.find("tokenizer.chat_template").map(template -> {
            JsonValue tokens = keys.field("tokenizer.ggml.tokens");
            Map<String, String> special = new HashMap<>();
            SPECIAL.forEach((name, key) -> keys.find(key)
                    .ifPresent(id -> special.put(
                            name, tokens.item(id.integer(0, tokens.size() - 1)).text())));
            return new ChatConfig(file, template.text(), special);
        });
    }

    private static JsonValue metadata(Path file) {
        GgufModel model = GgufModel.open(file);
        model.parts().forEach(part -> part.file().close());
        return model.metadata();
    }

    private ObjectNode json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("version", "1.0");
        addedTokens(root.putArray("added_tokens"));
        JsonValue kind = keys.field("tokenizer.ggml.model");
        switch (kind.text()) {
            case "gpt2" -> byteLevel(root);
            case "llama" -> sentencePiece(root);
            default ->
                throw new GatehouseException(
                        ErrorCode.UNSUPPORTED_MODEL,
                        "%s is '%s'; Gatehouse reads gpt2 and llama. %s"
                                .formatted(kind.place(), JsonValue.shown(kind.text()), WAY_OUT));
        }
        postProcessor(root);
        return root;
    }

    private void addedTokens(ArrayNode added) {
        for (int id = 0; id < types.length; id++) {
            if (types[id] == CONTROL || types[id] == USER_DEFINED) {
                added.addObject()
                        .put("id", id)
                        .put("content", tokens.get(id))
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", types[id] == CONTROL);
            }
        }
    }

    private ObjectNode model(ObjectNode root) {
        ObjectNode model = root.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary.put(tokens.get(id), id);
        }
        return model;
    }

    private void byteLevel(ObjectNode root) {
        JsonValue name = keys.field("tokenizer.ggml.pre");
        String cut = Optional.ofNullable(CUTS.get(name.text()))
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.UNSUPPORTED_MODEL,
                        "%s is '%s'; Gatehouse cuts texts as %s do. %s"
                                .formatted(
                                        name.place(),
                                        JsonValue.shown(name.text()),
                                        String.join(
                                                ", ",
                                                CUTS.keySet().stream().sorted().toList()),
                                        WAY_OUT)));
        if (name.text().equals("qwen2") || name.text().equals("olmo")) {
            root.putObject("normalizer").put("type", "NFC");
        }
        ObjectNode bytes = JsonNodeFactory.instance
                .objectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", cut.isEmpty());
        if (cut.isEmpty()) {
            root.set("pre_tokenizer", bytes);
        } else {
            ArrayNode steps =
                    root.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
            steps.addObject()
                    .put("type", "Split")
                    .put("behavior", "Isolated")
                    .put("invert", false)
                    .putObject("pattern")
                    .put("Regex", cut);
            steps.add(bytes);
        }
        root.set("decoder", bytes.deepCopy().put("use_regex", true));
        ObjectNode model = model(root);
        model.put("ignore_merges", name.text().equals("llama-bpe"));
        ArrayNode merges = model.putArray("merges");
        keys.field("tokenizer.ggml.merges").texts().forEach(merges::add);
    }

    /** The merges follow from the scores: each token is made of any two that it can be cut into, the best first. */
    private void sentencePiece(ObjectNode root) {
        JsonValue scores = keys.field("tokenizer.ggml.scores");
        if (scores.size() != tokens.size()) {
            throw scores.instead("as many as the %d tokens".formatted(tokens.size()));
        }
        if (keys.find("tokenizer.ggml.add_space_prefix").map(JsonValue::truth).orElse(true)) {
            ArrayNode steps =
                    root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
            steps.addObject().put("type", "Prepend").put("prepend", SPACE);
            replacement(steps, " ", SPACE);
        } else {
            ArrayNode steps =
                    root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
            replacement(steps, " ", SPACE);
        }
        ArrayNode decoders = root.putObject("decoder").put("type", "Sequence").putArray("decoders");
        replacement(decoders, SPACE, " ");
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        decoders.addObject()
                .put("type", "Strip")
                .put("content", " ")
                .put("start", 1)
                .put("stop", 0);
        ObjectNode model = model(root);
        model.put("byte_fallback", true).put("fuse_unk", true);
        keys.find("tokenizer.ggml.unknown_token_id")
                .map(id -> id.integer(0, tokens.size() - 1))
                .or(() -> Optional.ofNullable(ids.get("<unk>")))
                .ifPresent(id -> model.put("unk_token", tokens.get(id)));
        merges(model.putArray("merges"), scores);
    }

    private static void replacement(ArrayNode steps, String from, String to) {
        steps.addObject()
                .put("type", "Replace")
                .put("content", to)
                .putObject("pattern")
                .put("String", from);
    }

    private record Merge(String left, String right, double score, int leftId, int rightId) {}

    private void merges(ArrayNode list, JsonValue scores) {
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            String token = tokens.get(id);
            for (int cut = 1; cut < token.length(); cut++) {
                Integer left = ids.get(token.substring(0, cut));
                Integer right = ids.get(token.substring(cut));
                if (left != null && right != null) {
                    merges.add(new Merge(
                            token.substring(0, cut),
                            token.substring(cut),
                            scores.item(id).anyNumber(),
                            left,
                            right));
                }
            }
        }
        merges.sort(Comparator.comparingDouble(Merge::score)
                .reversed()
                .thenComparing(Comparator.<Merge>comparingInt(merge -> length(merge.left()))
                        .reversed())
                .thenComparing(Comparator.<Merge>comparingInt(merge -> length(merge.right()))
                        .reversed())
                .thenComparingInt(Merge::leftId)
                .thenComparingInt(Merge::rightId));
        merges.forEach(merge -> list.addArray().add(merge.left()).add(merge.right()));
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** Puts the token before a text that the file says begins one. */
    private void postProcessor(ObjectNode root) {
        boolean begins = keys.find("tokenizer.ggml.add_bos_token")
                .map(JsonValue::truth)
                .orElseGet(() -> keys.field("tokenizer.ggml.model").text().equals("llama"));
        Optional<JsonValue> id = keys.find("tokenizer.ggml.bos_token_id");
        Optional<Integer> first =
                id.map(value -> value.integer(0, tokens.size() - 1)).or(() -> Optional.ofNullable(ids.get("<s>")));
        if (!begins || first.isEmpty()) {
            return;
        }
        String token = tokens.get(first.get());
        ObjectNode template = root.putObject("post_processor").put("type", "TemplateProcessing");
        for (String kind : List.of("single", "pair")) {
            ArrayNode parts = template.putArray(kind);
            parts.addObject().putObject("SpecialToken").put("id", token).put("type_id", 0);
            parts.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
            if (kind.equals("pair")) {
                parts.addObject().putObject("Sequence").put("id", "B").put("type_id", 0);
            }
        }
        ObjectNode special = template.putObject("special_tokens").putObject(token);
        special.put("id", token);
        special.putArray("ids").add(first.get());
        special.putArray("tokens").add(token);
    }
}
