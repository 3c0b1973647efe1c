package io.gatehouse.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.AdvancedFilter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A filter of the library that is not called where its result, or what it has to walk through for it, would become larger
 * than a template may make anything: the library bounds neither.
 */
final class BoundedFilter implements AdvancedFilter {
    private static final int MAX_LETTERS = 4 << 20;
    private static final int MAX_ELEMENTS = 100_000;

    /** A number in a format: a width, or a precision. */
    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private final Filter filter;

    BoundedFilter(Filter filter) {
        this.filter = filter;
    }

    @Override
    public String getName() {
        return filter.getName();
    }

    @Override
    public Object filter(
            @Nullable Object value, JinjavaInterpreter interpreter, Object[] arguments, Map<String, Object> named) {
        long letters = Extent.require(value);
        for (Object argument : arguments) {
            letters += Extent.require(argument);
        }
        for (Object argument : named.values()) {
            letters += Extent.require(argument);
        }
        switch (getName()) {
            case "format" -> requireFormat(String.valueOf(value), letters);
            case "indent" -> requireLetters(number(arguments, named, "width") * lines(String.valueOf(value)));
            case "batch" -> requireElements(number(arguments, named, "linecount"));
            case "slice" -> requireElements(number(arguments, named, "slices"));
            case "join" -> requireLetters(joined(letters, value, arguments));
            case "replace" -> requireReplaced(String.valueOf(value), arguments);
            default -> {}
        }
        return filter.filter(value, interpreter, arguments, named);
    }

    /** Each place of a format may show any of what is given to it, as wide as the place says. */
    private static void requireFormat(String format, long letters) {
        long widths = 0;
        Matcher numbers = NUMBER.matcher(format);
        while (numbers.find()) {
            widths += numbers.group().length() > 9 ? MAX_LETTERS + 1 : Long.parseLong(numbers.group());
        }
        long places = format.chars().filter(letter -> letter == '%').count();
        requireLetters(widths + places * letters);
    }

    private static void requireReplaced(String text, Object[] arguments) {
        if (arguments.length > 1) {
            long old = Math.max(1, String.valueOf(arguments[0]).length());
            long replaced = String.valueOf(arguments[1]).length();
            requireLetters(text.length() + (text.length() + 1) / old * replaced);
        }
    }

    private static long lines(String text) {
        return 1 + text.chars().filter(letter -> letter == '\n').count();
    }

    /** A separator comes once per element. */
    private static long joined(long letters, @Nullable Object value, Object[] arguments) {
        long separator = arguments.length > 0 ? String.valueOf(arguments[0]).length() : 0;
        return letters + (value instanceof Collection<?> list ? list.size() * separator : 0);
    }

    /** The first argument, if it is a number; 0 otherwise. */
    private static long number(Object[] arguments, Map<String, Object> named, String name) {
        Object given = arguments.length > 0 ? arguments[0] : named.get(name);
        String text = String.valueOf(given).strip();
        if (given instanceof Number number) {
            return Math.abs(number.longValue());
        }
        return text.matches("-?\\d{1,18}") ? Math.abs(Long.parseLong(text)) : 0;
    }

    private static void requireLetters(long letters) {
        if (letters > MAX_LETTERS || letters < 0) {
            throw new TemplateFault("a string becomes longer than %,d letters".formatted(MAX_LETTERS));
        }
    }

    private static void requireElements(long elements) {
        if (elements > MAX_ELEMENTS) {
            throw new TemplateFault("a list becomes longer than %,d elements".formatted(MAX_ELEMENTS));
        }
    }
}
