package io.gatehouse.server.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.run.StopTexts;
import io.gatehouse.server.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;

/** Reads the values of fields, and refuses those that are out of bounds or not supported. */
final class FieldValues {
    private static final int LONGEST_SHOWN = 100;

    private FieldValues() {}

    /** A whole number within bounds. */
    static int whole(String field, Optional<Long> value, int least, int most, int otherwise) {
        long number = value.orElse((long) otherwise);
        if (number < least || number > most) {
            throw Json.invalid(
                    most == Integer.MAX_VALUE
                            ? "The field \"%s\" must be %d or more, but is %d.".formatted(field, least, number)
                            : "The field \"%s\" must be from %d to %d, but is %d."
                                    .formatted(field, least, most, number));
        }
        return (int) number;
    }

    static double number(
            String field, Optional<Double> value, double otherwise, DoublePredicate allowed, String expected) {
        double number = value.orElse(otherwise);
        if (!allowed.test(number)) {
            throw Json.invalid("The field \"%s\" must be %s, but is %s.".formatted(field, expected, number));
        }
        return number;
    }

    /** Refuses a field that would change the texts and is not implemented. */
    static <T> void requireOnly(String field, Optional<T> value, T only) {
        value.filter(given -> !given.equals(only)).ifPresent(given -> {
            throw Json.invalid(
                    "The field \"%s\" is not supported: it may only be %s, but is %s.".formatted(field, only, given));
        });
    }

    /** Texts that end a text. */
    static List<String> stop(JsonNode stop) {
        if (stop.isMissingNode() || stop.isNull()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        (stop.isArray() ? stop : Json.object().putArray("stop").add(stop)).forEach(text -> {
            if (!text.isTextual()
                    || text.textValue().isEmpty()
                    || text.textValue().length() > StopTexts.LONGEST_TEXT) {
                throw Json.invalid(
                        "The field \"stop\" must be a string of 1 to %,d characters, or a list of them, but is %s."
                                .formatted(StopTexts.LONGEST_TEXT, shown(stop)));
            }
            texts.add(text.textValue());
        });
        if (texts.size() > StopTexts.MOST_TEXTS) {
            throw Json.invalid(
                    "The field \"stop\" may have %d texts, but has %d.".formatted(StopTexts.MOST_TEXTS, texts.size()));
        }
        return texts;
    }

    /** A list of token ids. */
    static int[] tokens(String field, JsonNode list) {
        if (!list.isArray() || list.isEmpty()) {
            throw notTokens(field, list);
        }
        int[] ids = new int[list.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = list.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                throw notTokens(field, id);
            }
            ids[i] = id.intValue();
        }
        return ids;
    }

    private static GatehouseException notTokens(String field, JsonNode value) {
        return Json.invalid(
                "The field \"%s\" has %s where a list of token ids is expected.".formatted(field, shown(value)));
    }

    /** The beginning of a value that is wrong. */
    static String shown(JsonNode value) {
        if (value.isMissingNode()) {
            return "missing";
        }
        String text = value.toString();
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }
}
