package io.gatehouse.bench.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Models and quizzes that want to end whatever reads them, made of a model and a quiz that are well.
 *
 * @param models directories
 * @param quizzes files
 */
record HostileSources(List<Path> models, List<Path> quizzes) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOKENIZER = "tokenizer.json";

    HostileSources {
        models = List.copyOf(models);
        quizzes = List.copyOf(quizzes);
    }

    static HostileSources write(Path model, Path directory) throws IOException {
        return new HostileSources(models(model, directory), quizzes(directory));
    }

    private static List<Path> models(Path model, Path directory) throws IOException {
        List<Path> models = new ArrayList<>();
        models.add(tokenizer(model, directory.resolve("hostile-nested"), "pre_tokenizer", """
                {"type": "Split", "pattern": {"Regex": "%s"}, "behavior": "Isolated", "invert": false}""".formatted(
                        "(".repeat(2_000) + "a" + ")".repeat(2_000))));
        models.add(tokenizer(model, directory.resolve("hostile-backtrack"), "pre_tokenizer", """
                {"type": "Split", "pattern": {"Regex": "(e+|.)+$x"}, "behavior": "Isolated", "invert": false}"""));
        models.add(tokenizer(model, directory.resolve("hostile-charsmap"), "normalizer", """
                {"type": "Precompiled", "precompiled_charsmap": "/////w=="}"""));
        String grow = """
                {"type": "Replace", "pattern": {"String": "a"}, "content": "%s"}""".formatted("a".repeat(1_000));
        models.add(tokenizer(model, directory.resolve("hostile-growth"), "normalizer", """
                {"type": "Sequence", "normalizers": [%s]}""".formatted(
                        String.join(",", List.of(grow, grow, grow, grow)))));
        models.add(template(model, directory.resolve("hostile-format"), "{{ '%1999999999s' | format(1) }}"));
        models.add(template(model, directory.resolve("hostile-indent"), "{{ 'a\\nb' | indent(1000000000) }}"));
        models.add(template(model, directory.resolve("hostile-batch"), "{{ [1] | batch(1000000000, 'x') | list }}"));
        models.add(
                template(
                        model,
                        directory.resolve("hostile-list"),
                        "{% set s = namespace(x=[1]) %}{% for i in range(50) %}{% set s.x = [s.x, s.x] %}{% endfor %}{{ s.x | tojson }}"));
        Path weights = copy(model, directory.resolve("hostile-weights"), "model.safetensors");
        Files.write(weights.resolve("model.safetensors"), new byte[] {-1, -1, -1, 5, 0, 0, 0, 0, '{', '}'});
        models.add(weights);
        return models;
    }

    private static List<Path> quizzes(Path directory) throws IOException {
        List<Path> quizzes = new ArrayList<>();
        String question = "{\"question\": \"%s\", \"choices\": [\"a\", \"b\"], \"answer\": 0}\n";
        quizzes.add(Files.writeString(
                directory.resolve("hostile-long.jsonl"), question.formatted("word ".repeat(3_800_000))));
        quizzes.add(Files.writeString(
                directory.resolve("hostile-wide.jsonl"),
                "{\"question\": \"a\", \"choices\": [" + "{},".repeat(8_000_000) + "{}], \"answer\": 0}"));
        quizzes.add(Files.writeString(
                directory.resolve("hostile-large.jsonl"),
                question.formatted("word ".repeat(1_000)).repeat(40_000)));
        quizzes.add(
                Files.write(directory.resolve("hostile-claims.arrow"), new byte[] {-1, -1, -1, -1, -1, -1, -1, 127}));
        quizzes.add(Files.write(directory.resolve("hostile-cut.parquet"), new byte[] {'P', 'A', 'R', '1', -1, -1}));
        return quizzes;
    }

    private static Path tokenizer(Path model, Path directory, String field, String value) throws IOException {
        Path changed = copy(model, directory, TOKENIZER);
        ObjectNode tokenizer =
                (ObjectNode) JSON.readTree(model.resolve(TOKENIZER).toFile());
        JsonNode hostile = JSON.readTree(value);
        tokenizer.set(field, hostile);
        JSON.writeValue(changed.resolve(TOKENIZER).toFile(), tokenizer);
        return changed;
    }

    private static Path template(Path model, Path directory, String template) throws IOException {
        Path changed = copy(model, directory, "chat_template.jinja");
        Files.writeString(changed.resolve("chat_template.jinja"), template);
        return changed;
    }

    /** Links to all files but one. */
    private static Path copy(Path model, Path directory, String but) throws IOException {
        Files.createDirectory(directory);
        try (Stream<Path> files = Files.list(model)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = String.valueOf(file.getFileName());
                if (!name.equals(but)) {
                    Files.createSymbolicLink(directory.resolve(name), file.toAbsolutePath());
                }
            }
        }
        return directory;
    }
}
