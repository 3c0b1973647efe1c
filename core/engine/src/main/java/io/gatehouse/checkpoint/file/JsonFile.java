package io.gatehouse.checkpoint.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.io.IOException;
import java.util.regex.Pattern;

/** Strict JSON from untrusted files: no key twice, nothing after the value, bounded depth and numbers. */
public final class JsonFile {
    public static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Names come from the file: interning them would keep them for ever.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxNumberLength(64)
                    .build())
            .build();

    private static final ObjectReader OBJECTS = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    private static final int MAX_SHOWN = 200;
    /** How the parser names a place: the source that it redacts says nothing. */
    private static final Pattern SOURCE = Pattern.compile("\\[Source: .*?; line: (\\d+), column: (\\d+)]");

    private static final Pattern CONTROLS = Pattern.compile("\\p{C}");

    private JsonFile() {}

    /** Returns the object that is the whole of {@code content}; {@code source} only names it in errors. */
    public static JsonNode object(Object source, byte[] content) {
        JsonNode root;
        try {
            root = OBJECTS.readTree(content);
        } catch (IOException e) {
            throw invalid(source, e);
        }
        if (!root.isObject()) {
            throw new GatehouseException(ErrorCode.CORRUPT_CHECKPOINT, "%s is not a JSON object".formatted(source));
        }
        return root;
    }

    /** One sentence for what the JSON parser found wrong in {@code what}, with its line and column. */
    public static GatehouseException invalid(Object what, IOException cause) {
        String detail = String.valueOf(cause.getMessage());
        String place = "";
        if (cause instanceof JsonProcessingException parse) {
            detail = SOURCE.matcher(parse.getOriginalMessage()).replaceAll("line $1, column $2");
            if (parse.getLocation() != null) {
                place = " at line %d, column %d"
                        .formatted(
                                parse.getLocation().getLineNr(),
                                parse.getLocation().getColumnNr());
            }
        }
        return new GatehouseException(
                ErrorCode.CORRUPT_CHECKPOINT,
                "%s is not valid JSON%s: %s".formatted(what, place, shown(detail)),
                cause);
    }

    /** Returns text from a file as it may stand in a message: cut short and without characters that steer terminals. */
    public static String shown(String text) {
        String cut = text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
        return CONTROLS.matcher(cut).replaceAll("\uFFFD");
    }
}
