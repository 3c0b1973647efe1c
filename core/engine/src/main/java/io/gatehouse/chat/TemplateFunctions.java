package io.gatehouse.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Functions that Hugging Face gives to templates, and Python's slices. The library finds them by their names. */
public final class TemplateFunctions {
    /** The variable that has the clock; no template can write its name. */
    static final String CLOCK = "clock of this template";

    private TemplateFunctions() {}

    /** Ends the rendering with a template's own message. */
    public static Object raiseException(@Nullable String message) {
        throw new TemplateRefusal(String.valueOf(message));
    }

    /** The date and time in the form that C's strftime has. */
    public static String strftimeNow(@Nullable String format) {
        Clock clock = (Clock) JinjavaInterpreter.getCurrent().getContext().get(CLOCK);
        ZonedDateTime now = ZonedDateTime.now(clock);
        String pattern = String.valueOf(format);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.charAt(i) != '%' || i + 1 == pattern.length()) {
                text.append(pattern.charAt(i));
            } else {
                text.append(field(pattern.charAt(++i), now));
            }
        }
        return text.toString();
    }

    /** Python's {@code sequence[start:stop:step]}, with null for what is left out. */
    public static @Nullable Object slice(
            @Nullable Object sequence, @Nullable Object start, @Nullable Object stop, @Nullable Object step) {
        if (sequence instanceof List<?> list) {
            List<Object> part = new ArrayList<>();
            indices(list.size(), start, stop, step).forEach(i -> part.add(list.get(i)));
            return part;
        }
        if (sequence == null) {
            throw new TemplateFault("nothing there to slice");
        }
        String text = sequence.toString();
        StringBuilder part = new StringBuilder();
        indices(text.length(), start, stop, step).forEach(i -> part.append(text.charAt(i)));
        return part.toString();
    }

    private static List<Integer> indices(
            int length, @Nullable Object start, @Nullable Object stop, @Nullable Object step) {
        long by = step == null ? 1 : number(step);
        if (by == 0) {
            throw new TemplateFault("slice step is zero");
        }
        long lowest = by > 0 ? 0 : -1;
        long highest = by > 0 ? length : length - 1;
        long from = bound(start, by > 0 ? lowest : highest, length, lowest, highest);
        long to = bound(stop, by > 0 ? highest : lowest, length, lowest, highest);
        List<Integer> indices = new ArrayList<>();
        for (long i = from; by > 0 ? i < to : i > to; i += by) {
            indices.add((int) i);
        }
        return indices;
    }

    private static long bound(@Nullable Object given, long absent, int length, long lowest, long highest) {
        if (given == null) {
            return absent;
        }
        long index = number(given);
        return Math.min(Math.max(index < 0 ? index + length : index, lowest), highest);
    }

    private static long number(Object value) {
        if (value instanceof Number number) {
            return Math.min(Math.max(number.longValue(), Integer.MIN_VALUE), Integer.MAX_VALUE);
        }
        throw new TemplateFault("'%s' is not a number to slice at".formatted(value));
    }

    private static String field(char letter, ZonedDateTime now) {
        String pattern = switch (letter) {
            case 'd' -> "dd";
            case 'm' -> "MM";
            case 'Y' -> "uuuu";
            case 'y' -> "uu";
            case 'b' -> "MMM";
            case 'B' -> "MMMM";
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'p' -> "a";
            case 'j' -> "DDD";
            case 'F' -> "uuuu-MM-dd";
            case 'T' -> "HH:mm:ss";
            case '%' -> "'%'";
            default -> throw new TemplateFault("strftime_now does not know '%" + letter + "'");
        };
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(now);
    }
}
