package io.gatehouse.dataset;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.json.JsonValue;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** One JSON object a line; blank lines are skipped. */
final class JsonLines {
    private JsonLines() {}

    static void read(Path file, Consumer<JsonValue> reader) {
        try (TextLines lines = new TextLines(file)) {
            for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
                if (!line.get().isBlank()) {
                    String place = "%s, line %d".formatted(file, lines.number());
                    reader.accept(new JsonValue(place, parse(place, line.get()), ErrorCode.CORRUPT_DATASET));
                }
            }
        } catch (CharacterCodingException e) {
            throw new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s is not UTF-8".formatted(file), e);
        } catch (IOException e) {
            throw new GatehouseException(
                    ErrorCode.CORRUPT_DATASET, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** Returns the object that is the whole of {@code text}. */
    static ObjectNode parse(String place, String text) {
        if (StrictJson.parse(place, text) instanceof ObjectNode object) {
            return object;
        }
        throw new GatehouseException(ErrorCode.CORRUPT_DATASET, "%s is not a JSON object".formatted(place));
    }
}
