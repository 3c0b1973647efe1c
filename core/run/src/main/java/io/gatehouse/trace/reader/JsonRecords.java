package io.gatehouse.trace.reader;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.dataset.DatasetFile;
import io.gatehouse.dataset.StrictJson;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.FileFailure;
import io.gatehouse.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/** The records of a JSON document (one object, or a list of them) or of a dataset file. */
public final class JsonRecords {
    private JsonRecords() {}

    public static void read(Path file, Consumer<JsonValue> reader) {
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
            document(file, reader);
        } else {
            DatasetFile.read(file, reader);
        }
    }

    /**
     * The value that is the whole of a file.
     *
     * @throws io.gatehouse.error.GatehouseException FILE_NOT_FOUND or CORRUPT_DATASET
     */
    public static JsonValue whole(Path file) {
        return new JsonValue(file.toString(), parse(file), ErrorCode.CORRUPT_DATASET);
    }

    private static void document(Path file, Consumer<JsonValue> reader) {
        JsonValue root = whole(file);
        if (root.node().isObject()) {
            reader.accept(root);
            return;
        }
        for (int i = 0; i < root.size(); i++) {
            reader.accept(root.item(i));
        }
    }

    private static JsonNode parse(Path file) {
        FileFailure.requireFile(file);
        try (InputStream in = Files.newInputStream(file)) {
            return StrictJson.parse(file.toString(), in);
        } catch (IOException e) {
            throw FileFailure.reading(file, e);
        }
    }
}
