package io.gatehouse.sample.vocabulary;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.sample.vocabulary.BytePairVocabulary.Merge;
import java.util.List;

/** Writes a vocabulary as the tokenizer.json that Hugging Face's tokenizer library reads. */
public final class TokenizerJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private TokenizerJson() {}

    /** The file's text. */
    public static String of(BytePairVocabulary vocabulary) {
        return document(vocabulary).toPrettyString() + "\n";
    }

    private static ObjectNode document(BytePairVocabulary vocabulary) {
        ObjectNode document = JSON.objectNode();
        document.put("version", "1.0");
        document.putNull("truncation");
        document.putNull("padding");
        document.set("added_tokens", addedTokens());
        // No normalizer: a text comes back from its tokens byte for byte.
        document.putNull("normalizer");
        document.set("pre_tokenizer", preTokenizer());
        document.set("post_processor", byteLevel());
        document.set("decoder", byteLevel());
        document.set("model", model(vocabulary));
        return document;
    }

    private static ArrayNode addedTokens() {
        ArrayNode added = JSON.arrayNode();
        List<String> specials = BytePairVocabulary.specials();
        for (int id = 0; id < specials.size(); id++) {
            added.addObject()
                    .put("id", id)
                    .put("content", specials.get(id))
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        return added;
    }

    private static ObjectNode preTokenizer() {
        ObjectNode sequence = JSON.objectNode().put("type", "Sequence");
        ArrayNode steps = sequence.putArray("pretokenizers");
        steps.addObject().put("type", "Digits").put("individual_digits", true);
        steps.add(byteLevel());
        return sequence;
    }

    private static ObjectNode byteLevel() {
        return JSON.objectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    private static ObjectNode model(BytePairVocabulary vocabulary) {
        ObjectNode model = JSON.objectNode().put("type", "BPE");
        model.putNull("dropout");
        model.putNull("unk_token");
        model.putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix");
        model.put("fuse_unk", false);
        model.put("byte_fallback", false);
        ObjectNode ids = model.putObject("vocab");
        List<String> tokens = vocabulary.tokens();
        for (int id = 0; id < tokens.size(); id++) {
            ids.put(tokens.get(id), id);
        }
        ArrayNode merges = model.putArray("merges");
        for (Merge merge : vocabulary.merges()) {
            merges.add(merge.left() + " " + merge.right());
        }
        return model;
    }
}
