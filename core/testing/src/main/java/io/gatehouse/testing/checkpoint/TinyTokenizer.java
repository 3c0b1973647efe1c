package io.gatehouse.testing.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A byte-level BPE tokenizer over the letters of "Answer: ABCD" that joins a space to the letters a test names. */
public final class TinyTokenizer {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TinyTokenizer() {}

    /** Letters have the ids 0 to 10 in the order of "Answer:ĠBCD"; the joined ones follow, then further letters. */
    public static Path write(Path file, List<String> joined) {
        ObjectNode json = json(joined);
        try {
            return Files.writeString(file, json.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the content of such a file. */
    public static ObjectNode json(List<String> joined) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding").putNull("normalizer");
        root.putArray("added_tokens");
        for (String part : List.of("pre_tokenizer", "post_processor", "decoder")) {
            root.putObject(part)
                    .put("type", "ByteLevel")
                    .put("add_prefix_space", false)
                    .put("trim_offsets", true)
                    .put("use_regex", true);
        }
        ObjectNode model = root.putObject("model").put("type", "BPE");
        ObjectNode vocabulary = model.putObject("vocab");
        "Answer:ĠBCD".chars().forEach(letter -> vocabulary.put(Character.toString(letter), vocabulary.size()));
        for (String letter : joined) {
            vocabulary.put("Ġ" + letter, vocabulary.size());
            model.withArray("merges").add("Ġ " + letter);
        }
        joined.stream()
                .filter(letter -> !vocabulary.has(letter))
                .forEach(letter -> vocabulary.put(letter, vocabulary.size()));
        model.withArray("merges");
        return root;
    }
}
