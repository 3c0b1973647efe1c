package io.gatehouse.client.http;

import java.util.List;
import java.util.Map;

/** Fields of JSON objects of a server, which may be of another version: a missing field is empty or 0. */
final class JsonFields {
    private JsonFields() {}

    static String text(Map<?, ?> json, String field) {
        return json.get(field) instanceof String text ? text : "";
    }

    static Number number(Map<?, ?> json, String field) {
        return json.get(field) instanceof Number number ? number : 0;
    }

    static List<Map<?, ?>> objects(Map<?, ?> json, String field) {
        List<?> list = json.get(field) instanceof List<?> present ? present : List.of();
        return list.stream()
                .<Map<?, ?>>map(element -> element instanceof Map<?, ?> object ? object : Map.of())
                .toList();
    }
}
