package io.gatehouse.chat;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.PrettyPrinter;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Hugging Face's tojson: Python's json.dumps, which puts a space after colon and comma, and no HTML escapes. */
final class JsonFilter implements AdvancedFilter {
    private static final int MAX_DEPTH = 64;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String getName() {
        return "tojson";
    }

    @Override
    public Object filter(
            @Nullable Object value, JinjavaInterpreter interpreter, Object[] arguments, Map<String, Object> named) {
        if (arguments.length > 0 || named.keySet().stream().anyMatch(key -> !key.equals("ensure_ascii"))) {
            throw new TemplateFault("tojson knows no argument but ensure_ascii");
        }
        try {
            return JSON.writer(new Spaced()).writeValueAsString(plain(value, 0));
        } catch (JsonProcessingException e) {
            throw new TemplateFault("tojson cannot write " + e.getOriginalMessage());
        }
    }

    /** Only what JSON itself has: of other objects the mapper would look for properties. */
    private static @Nullable Object plain(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TemplateFault("tojson is given more than %d levels".formatted(MAX_DEPTH));
        }
        if (value == null || value instanceof Boolean || value instanceof Number) {
            return value;
        }
        if (value instanceof CharSequence text) {
            return text.toString();
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> plain = new ArrayList<>();
            list.forEach(element -> plain.add(plain(element, depth + 1)));
            return plain;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> plain = new LinkedHashMap<>();
            map.forEach((key, element) -> plain.put(String.valueOf(key), plain(element, depth + 1)));
            return plain;
        }
        throw new TemplateFault("tojson is given what JSON does not have");
    }

    private static final class Spaced extends MinimalPrettyPrinter implements PrettyPrinter {
        private static final long serialVersionUID = 1;

        @Override
        public void writeObjectFieldValueSeparator(JsonGenerator generator) throws IOException {
            generator.writeRaw(": ");
        }

        @Override
        public void writeObjectEntrySeparator(JsonGenerator generator) throws IOException {
            generator.writeRaw(", ");
        }

        @Override
        public void writeArrayValueSeparator(JsonGenerator generator) throws IOException {
            generator.writeRaw(", ");
        }
    }
}
