package io.gatehouse.dataset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.memory.FileMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** JSON as its standard has it, where lenient readers guess: no name twice in an object, and nothing after the value. */
public final class StrictJson {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Names come from the file: interning them would keep them for ever.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private static final ObjectReader VALUES = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readerFor(JsonNode.class);

    private StrictJson() {}

    /**
     * The value that is the whole of a text.
     *
     * @throws GatehouseException CORRUPT_DATASET with the place
     */
    static JsonNode parse(String place, String text) {
        try {
            return VALUES.readTree(new CountedJson(FACTORY.createParser(text), FileMemory.of(place)));
        } catch (JsonProcessingException e) {
            throw invalid(place, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The value that is all that a stream has.
     *
     * @throws GatehouseException CORRUPT_DATASET with the place
     */
    public static JsonNode parse(String place, InputStream in) throws IOException {
        try {
            return VALUES.readTree(new CountedJson(FACTORY.createParser(in), FileMemory.of(place)));
        } catch (JsonProcessingException e) {
            throw invalid(place, e);
        }
    }

    private static GatehouseException invalid(String place, JsonProcessingException e) {
        return new GatehouseException(
                ErrorCode.CORRUPT_DATASET, "%s is not valid JSON: %s".formatted(place, e.getOriginalMessage()), e);
    }
}
