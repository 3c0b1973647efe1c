package io.gatehouse.dataset;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.nio.file.Path;
import java.util.function.Consumer;

/** One JSON object a line; blank lines are skipped. */
final class JsonLines {
    private JsonLines() {}

    static void read(Path file, Consumer<JsonValue> reader) {
        TextLines.read(file, (line, number) -> {
            if (!line.isBlank()) {
                String place = "%s, line %d".formatted(file, number);
                reader.accept(new JsonValue(place, parse(place, line), ErrorCode.CORRUPT_DATASET));
            }
        });
    }

    /** Returns the object that is the whole of {@code text}. */
    static ObjectNode parse(String place, String text) {
        if (StrictJson.parse(place, text) instanceof ObjectNode object) {
            return object;
        }
        throw new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s is not a JSON object".formatted(place));
    }
}
