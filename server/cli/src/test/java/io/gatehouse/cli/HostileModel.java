package io.gatehouse.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Copies of the sample model in which one file is not what it should be. */
final class HostileModel {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLE =
            Path.of(System.getProperty("gatehouse.root")).resolve("core/sample/model");

    private HostileModel() {}

    /** A model with another tokenizer.json. */
    static Path tokenizer(Path folder, String name, Consumer<ObjectNode> change) throws IOException {
        ObjectNode root =
                (ObjectNode) JSON.readTree(SAMPLE.resolve("tokenizer.json").toFile());
        change.accept(root);
        return with(folder, name, "tokenizer.json", root.toString());
    }

    /** A model with a chat template. */
    static Path template(Path folder, String name, String template) throws IOException {
        return with(folder, name, "chat_template.jinja", template);
    }

    private static Path with(Path folder, String name, String file, String content) throws IOException {
        Path model = Files.createDirectories(folder.resolve(name));
        try (Stream<Path> files = Files.list(SAMPLE)) {
            for (Path other : files.toList()) {
                if (!other.getFileName().toString().equals(file)) {
                    Files.copy(other, model.resolve(other.getFileName()));
                }
            }
        }
        Files.writeString(model.resolve(file), content);
        return model;
    }

    static Consumer<ObjectNode> split(String regex) {
        return root -> root.set(
                "pre_tokenizer",
                object("Split")
                        .put("behavior", "Isolated")
                        .put("invert", false)
                        .set("pattern", JSON.createObjectNode().put("Regex", regex)));
    }

    static Consumer<ObjectNode> replace(String pattern, List<String> contents) {
        return root -> {
            ObjectNode sequence = object("Sequence");
            ArrayNode steps = sequence.putArray("normalizers");
            for (String content : contents) {
                steps.add(object("Replace")
                        .put("content", content)
                        .set("pattern", JSON.createObjectNode().put("String", pattern)));
            }
            root.set("normalizer", sequence);
        };
    }

    static Consumer<ObjectNode> precompiled(String charsmap) {
        return root -> root.set("normalizer", object("Precompiled").put("precompiled_charsmap", charsmap));
    }

    /** A model of a vocabulary that cannot say that it does not know something. */
    static Consumer<ObjectNode> unknowing() {
        return root -> {
            ObjectNode model = object("Unigram");
            model.putNull("unk_id").putArray("vocab").addArray().add("a").add(-1.0);
            root.set("model", model);
            root.putArray("added_tokens");
        };
    }

    static Consumer<ObjectNode> added(int tokens) {
        return root -> {
            ArrayNode added = root.putArray("added_tokens");
            for (int i = 0; i < tokens; i++) {
                added.addObject()
                        .put("id", 100_000 + i)
                        .put("content", "<tok%d>".formatted(i))
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", false);
            }
        };
    }

    private static ObjectNode object(String type) {
        return JSON.createObjectNode().put("type", type);
    }
}
