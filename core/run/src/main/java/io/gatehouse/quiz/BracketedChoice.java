package io.gatehouse.quiz;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.gatehouse.text.PythonSpace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the chosen letter as the filter multi_choice_regex of lm-evaluation-harness does with the settings of its tasks
 * gpqa: the last letter in brackets; else the last choice whose text occurs, with case and punctuation ignored; else the
 * last letter of a choice after a colon.
 */
final class BracketedChoice {
    private static final Pattern BRACKETED = Pattern.compile("\\([A-Z]\\)");

    /** What Python's re.escape puts a backslash before: the filter tries the longest escaped text first. */
    private static final String ESCAPED = " \t\n\r\f\u000b#$&*+-.?()[]{}^|~\\";

    private BracketedChoice() {}

    /** The letter in brackets, or what stands in its place. */
    static Optional<String> find(String text, List<String> choices) {
        Matcher bracketed = BRACKETED.matcher(text);
        Optional<String> last = Optional.empty();
        while (bracketed.find()) {
            last = Optional.of(bracketed.group());
        }
        return last.or(() -> lastChoice(plain(text), choices)).or(() -> afterColon(text, choices.size()));
    }

    /** The last of the choices in the text, from left to right and without overlaps. */
    private static Optional<String> lastChoice(String text, List<String> choices) {
        Map<String, String> letters = new LinkedHashMap<>();
        for (int i = 0; i < choices.size(); i++) {
            letters.put(plain(PythonSpace.strip(choices.get(i))), bracketed(i));
        }
        // An empty text is found at the end of every text, and is no answer.
        if (letters.isEmpty() || letters.containsKey("")) {
            return Optional.empty();
        }
        List<String> longestFirst = new ArrayList<>(letters.keySet());
        longestFirst.sort(
                Comparator.comparingInt(BracketedChoice::escapedLength).reversed());
        Optional<String> last = Optional.empty();
        for (int at = 0; at < text.length(); at++) {
            int from = at;
            Optional<String> here = longestFirst.stream()
                    .filter(choice -> text.startsWith(choice, from))
                    .findFirst();
            if (here.isPresent()) {
                last = here;
                at += here.get().length() - 1;
            }
        }
        return last.map(PythonSpace::strip)
                .filter(found -> !found.isEmpty())
                .map(found -> letters.getOrDefault(found, found));
    }

    private static Optional<String> afterColon(String text, int choices) {
        for (int colon = text.lastIndexOf(':'); colon >= 0; colon = text.lastIndexOf(':', colon - 1)) {
            int at = colon + 1;
            while (at < text.length() && PythonSpace.isSpace(text.charAt(at))) {
                at++;
            }
            int choice = at < text.length() ? text.charAt(at) - 'A' : -1;
            if (choice >= 0 && choice < choices) {
                return Optional.of(bracketed(choice));
            }
        }
        return Optional.empty();
    }

    private static String bracketed(int choice) {
        return "(%c)".formatted((char) ('A' + choice));
    }

    private static int escapedLength(String text) {
        return text.codePointCount(0, text.length())
                + (int) text.chars().filter(c -> ESCAPED.indexOf(c) >= 0).count();
    }

    /** In lower case and without punctuation of any script. */
    private static String plain(String text) {
        return text.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(c -> !isPunctuation(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean isPunctuation(int c) {
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }
}
