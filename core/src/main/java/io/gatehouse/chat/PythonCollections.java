package io.gatehouse.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The methods of Python's lists and dictionaries that templates call. */
final class PythonCollections {
    private PythonCollections() {}

    static @Nullable Object call(Map<?, ?> map, String method, @Nullable Object[] arguments) {
        return switch (method) {
            case "get" -> {
                Object value = map.get(String.valueOf(arguments[0]));
                yield value == null && arguments.length > 1 ? arguments[1] : value;
            }
            case "keys" -> new ArrayList<Object>(map.keySet());
            case "values" -> new ArrayList<Object>(map.values());
            case "items" -> {
                List<Object> items = new ArrayList<>();
                map.forEach((key, value) -> {
                    List<@Nullable Object> item = new ArrayList<>();
                    item.add(key);
                    item.add(value);
                    items.add(item);
                });
                yield items;
            }
            default -> throw unknown("dictionaries", method);
        };
    }

    @SuppressWarnings("unchecked")
    static @Nullable Object call(List<?> list, String method, @Nullable Object[] arguments) {
        return switch (method) {
            case "append" -> {
                ((List<@Nullable Object>) list).add(arguments[0]);
                yield null;
            }
            case "index" -> list.indexOf(arguments[0]);
            case "count" ->
                list.stream().filter(element -> element.equals(arguments[0])).count();
            default -> throw unknown("lists", method);
        };
    }

    static TemplateFault unknown(String type, String method) {
        return new TemplateFault("%s have no method '%s' here".formatted(type, method));
    }
}
