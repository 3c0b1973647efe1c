package io.gatehouse.study;

import java.util.regex.Pattern;

/** The places in sentences where values of a summary stand: {@code {column format}} or {@code {low..high format}}. */
public final class SentenceValues {
    /** A place: the column, the column of the upper end if it is a range, and the format. */
    public static final Pattern PLACE = Pattern.compile("\\{(\\w+)(?:\\.\\.(\\w+))?(?: (\\w+))?}");

    private SentenceValues() {}

    /** Whether every value of a sentence is known. */
    static boolean known(String sentence, Rows summary) {
        return !summary.isEmpty()
                && PLACE.matcher(sentence)
                        .results()
                        .allMatch(place -> summary.value(0, place.group(1)) != null
                                && (place.group(2) == null || summary.value(0, place.group(2)) != null));
    }
}
