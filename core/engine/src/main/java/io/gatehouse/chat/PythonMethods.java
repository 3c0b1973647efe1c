package io.gatehouse.chat;

import io.gatehouse.text.PythonSpace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings, lists and dictionaries that templates call. */
final class PythonMethods {
    private static final int MAX_LENGTH = 4 << 20;

    private PythonMethods() {}

    static @Nullable Object call(Map<?, ?> map, String method, @Nullable Object[] arguments) {
        return switch (method) {
            case "get" -> {
                Object value = map.get(argument(arguments, 0));
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

    static Object call(String text, String method, @Nullable Object[] arguments) {
        return switch (method) {
            case "strip" -> trimmed(text, arguments, true, true);
            case "lstrip" -> trimmed(text, arguments, true, false);
            case "rstrip" -> trimmed(text, arguments, false, true);
            case "startswith" -> affixes(arguments).stream().anyMatch(text::startsWith);
            case "endswith" -> affixes(arguments).stream().anyMatch(text::endsWith);
            case "split" -> split(text, arguments);
            case "splitlines" -> new ArrayList<>(text.lines().toList());
            case "replace" -> replaced(text, argument(arguments, 0), argument(arguments, 1));
            case "lower" -> text.toLowerCase(Locale.ROOT);
            case "upper" -> text.toUpperCase(Locale.ROOT);
            case "title" -> titled(text);
            case "capitalize" ->
                text.isEmpty()
                        ? text
                        : text.substring(0, 1).toUpperCase(Locale.ROOT)
                                + text.substring(1).toLowerCase(Locale.ROOT);
            case "find" -> text.indexOf(argument(arguments, 0));
            case "rfind" -> text.lastIndexOf(argument(arguments, 0));
            case "count" -> occurrences(text, argument(arguments, 0));
            case "join" -> joined(text, first(arguments));
            case "isdigit" -> all(text, Character::isDigit);
            case "isalpha" -> all(text, Character::isLetter);
            case "isspace" -> all(text, PythonSpace::isSpace);
            default -> throw unknown("strings", method);
        };
    }

    private static String trimmed(String text, @Nullable Object[] arguments, boolean left, boolean right) {
        IntPredicate trims = arguments.length == 0 || arguments[0] == null
                ? PythonSpace::isSpace
                : letter -> argument(arguments, 0).indexOf(letter) >= 0;
        int begin = 0;
        int end = text.length();
        while (left && begin < end && trims.test(text.charAt(begin))) {
            begin++;
        }
        while (right && end > begin && trims.test(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(begin, end);
    }

    private static List<String> split(String text, @Nullable Object[] arguments) {
        int most = arguments.length > 1 && arguments[1] instanceof Number limit && limit.intValue() >= 0
                ? limit.intValue()
                : Integer.MAX_VALUE;
        if (arguments.length == 0 || arguments[0] == null) {
            return PythonSpace.split(text, most);
        }
        String separator = argument(arguments, 0);
        if (separator.isEmpty()) {
            throw new TemplateFault("a string is split at the empty string");
        }
        List<String> parts = new ArrayList<>();
        int begin = 0;
        for (int at = text.indexOf(separator); at >= 0 && parts.size() < most; at = text.indexOf(separator, begin)) {
            parts.add(text.substring(begin, at));
            begin = at + separator.length();
        }
        parts.add(text.substring(begin));
        return parts;
    }

    private static String replaced(String text, String old, String replacement) {
        long length = text.length() + (long) occurrences(text, old) * (replacement.length() - old.length());
        return bounded(length) ? text.replace(old, replacement) : "";
    }

    private static String joined(String separator, @Nullable Object elements) {
        if (!(elements instanceof List<?> list)) {
            throw new TemplateFault("join needs a list");
        }
        List<String> texts = list.stream().map(String::valueOf).toList();
        long length = texts.stream().mapToLong(String::length).sum() + (long) separator.length() * texts.size();
        return bounded(length) ? String.join(separator, texts) : "";
    }

    private static boolean bounded(long length) {
        if (length > MAX_LENGTH) {
            throw new TemplateFault("a string becomes longer than %,d letters".formatted(MAX_LENGTH));
        }
        return true;
    }

    private static int occurrences(String text, String part) {
        if (part.isEmpty()) {
            return text.length() + 1;
        }
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
            count++;
        }
        return count;
    }

    private static String titled(String text) {
        StringBuilder titled = new StringBuilder(text.length());
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            titled.append(inWord ? Character.toLowerCase(letter) : Character.toTitleCase(letter));
            inWord = Character.isLetter(letter);
        }
        return titled.toString();
    }

    private static boolean all(String text, IntPredicate test) {
        return !text.isEmpty() && text.chars().allMatch(test);
    }

    private static List<String> affixes(@Nullable Object[] arguments) {
        return arguments.length > 0 && arguments[0] instanceof List<?> list
                ? list.stream().map(String::valueOf).collect(Collectors.toList())
                : List.of(argument(arguments, 0));
    }

    /** The text of an argument that must be there. */
    static String argument(@Nullable Object[] arguments, int index) {
        if (index >= arguments.length || arguments[index] == null) {
            throw new TemplateFault("a method has too few arguments");
        }
        return String.valueOf(arguments[index]);
    }
}
