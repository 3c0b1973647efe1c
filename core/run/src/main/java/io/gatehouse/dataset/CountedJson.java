package io.gatehouse.dataset;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import io.gatehouse.memory.FileMemory;
import java.io.IOException;

/** Counts the memory that a tree of what is parsed takes: two characters can be an object of a hundred bytes. */
final class CountedJson extends JsonParserDelegate {
    private static final int OBJECT = 160;
    private static final int ARRAY = 80;
    private static final int NAME = 112;
    private static final int TEXT = 72;
    private static final int NUMBER = 28;

    private final FileMemory memory;

    CountedJson(JsonParser parser, FileMemory memory) {
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
