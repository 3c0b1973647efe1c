package io.gatehouse.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The methods of Python's lists and dictionaries that templates call. */
final class PythonCollections {
    private PythonCollections() {}

    static @Nullable Object call(Map<?, ?> map, String method, @Nullable Object[] arguments) {
        return switch (method) {
            case "get" -> {
                Object value = map.get(PythonText.argument(arguments, 0));
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
                ((List<@Nullable Object>) list).add(first(arguments));
                yield null;
            }
            case "index" -> list.indexOf(first(arguments));
            case "count" -> Collections.frequency(list, first(arguments));
            default -> throw unknown("lists", method);
        };
    }

    /** The first argument, which may be nothing, but must be there. */
    static @Nullable Object first(@Nullable Object[] arguments) {
        if (arguments.length == 0) {
            throw new TemplateFault("a method has too few arguments");
        }
        return arguments[0];
    }

    static TemplateFault unknown(String type, String method) {
        return new TemplateFault("%s have no method '%s' here".formatted(type, method));
    }
}
