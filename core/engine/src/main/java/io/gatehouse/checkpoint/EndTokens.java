package io.gatehouse.checkpoint;

import io.gatehouse.checkpoint.file.JsonFile;
import io.gatehouse.checkpoint.file.ModelFiles;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The tokens that end a generated text: {@code eos_token_id}, a number or a list, of generation_config.json, or else of
 * config.json or the text model in it, as Hugging Face's {@code generate} takes them.
 */
public final class EndTokens {
    private static final int MAX_BYTES = 4 << 20;
    private static final String KEY = "eos_token_id";

    private EndTokens() {}

    /**
     * Reads them from a directory in Hugging Face's layout.
     *
     * @return none where the files name none, or where the model is a GGUF file
     * @throws GatehouseException CORRUPT_CHECKPOINT if they are not token ids
     */
    public static Set<Integer> of(Path model) {
        Optional<JsonValue> generation = read(model.resolve("generation_config.json"));
        Optional<JsonValue> config = read(model.resolve("config.json"));
        return Stream.of(
                        generation.flatMap(file -> file.find(KEY)),
                        config.flatMap(file -> file.find(KEY)),
                        config.flatMap(file -> file.find("text_config"))
                                .flatMap(text -> text.object().find(KEY)))
                .flatMap(Optional::stream)
                .findFirst()
                .map(EndTokens::ids)
                .orElse(Set.of());
    }

    private static Optional<JsonValue> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        return Optional.of(new JsonValue(
                file.toString(),
                JsonFile.object(file, ModelFiles.read(file, MAX_BYTES)),
                ErrorCode.CORRUPT_CHECKPOINT));
    }

    private static Set<Integer> ids(JsonValue value) {
        if (!value.node().isArray()) {
            return Set.of(value.index());
        }
        Set<Integer> ids = new TreeSet<>();
        for (int i = 0; i < value.size(); i++) {
            ids.add(value.item(i).index());
        }
        return Set.copyOf(ids);
    }
}
