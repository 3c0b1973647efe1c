package io.gatehouse.dataset;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
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

/** Strict JSON: no name twice in an object, and nothing after the value. */
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
            return VALUES.readTree(new CountedParser(FACTORY.createParser(text), FileMemory.of(place)));
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
            return VALUES.readTree(new CountedParser(FACTORY.createParser(in), FileMemory.of(place)));
        } catch (JsonProcessingException e) {
            throw invalid(place, e);
        }
    }

    private static GatehouseException invalid(String place, JsonProcessingException e) {
        return new GatehouseException(
                ErrorCode.CORRUPT_DATASET, "%s is not valid JSON: %s".formatted(place, e.getOriginalMessage()), e);
    }

    /** Counts the memory that a tree of what is parsed takes: two characters can be an object of a hundred bytes. */
    private static final class CountedParser extends JsonParserDelegate {
        private static final int OBJECT = 160;
        private static final int ARRAY = 80;
        private static final int NAME = 112;
        private static final int TEXT = 72;
        private static final int NUMBER = 28;

        private final FileMemory memory;

        CountedParser(JsonParser parser, FileMemory memory) {
            super(parser);
            this.memory = memory;
        }

        @Override
        public JsonToken nextToken() throws IOException {
            JsonToken token = super.nextToken();
            if (token != null) {
                memory.take(
                        switch (token) {
                            case START_OBJECT -> OBJECT;
                            case START_ARRAY -> ARRAY;
                            case FIELD_NAME -> NAME + 2L * getTextLength();
                            case VALUE_STRING -> TEXT + 2L * getTextLength();
                            default -> NUMBER;
                        });
            }
            return token;
        }
    }
}
