package io.gatehouse.study;

import java.util.regex.Pattern;

/**
 * The places in sentences where values of a summary stand: {@code {column format}}, {@code {low..high format}}, and
 * {@code {column|one|many}} for a word that depends on the number before it. A phrase in square brackets is left out where
 * a value of it is unknown, or the two ends of its range are written alike.
 */
public final class SentenceValues {
    /**
     * A place: the column, the column of the upper end if it is a range, and the format, or the word for 1 and that for
     * other numbers.
     */
    public static final Pattern PLACE =
            Pattern.compile("\\{(\\w+)(?:\\.\\.(\\w+))?(?: (\\w+)|\\|([^|{}]*)\\|([^|{}]*))?}");

    /** A phrase with values that may be left out. */
    public static final Pattern PHRASE = Pattern.compile("\\[([^\\[\\]]*\\{[^\\[\\]]*)]");

    private SentenceValues() {}

    /** Whether every value of a sentence is known, but for those of phrases that may be left out. */
    static boolean known(String sentence, Rows summary) {
        return !summary.isEmpty()
                && PLACE.matcher(PHRASE.matcher(sentence).replaceAll(""))
                        .results()
                        .allMatch(place -> summary.value(0, place.group(1)) != null
                                && (place.group(2) == null || summary.value(0, place.group(2)) != null));
    }
}
