package io.gatehouse.study.report;

import static java.util.Objects.requireNonNull;

import io.gatehouse.study.Rows;
import io.gatehouse.study.SentenceValues;
import io.gatehouse.study.Study.Evidence;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** The sentences of a figure, with the values of its summary. */
final class Sentence {
    private final Rows summary;
    private final UnaryOperator<String> escape;
    private final UnaryOperator<String> marker;

    private Sentence(Rows summary, UnaryOperator<String> escape, UnaryOperator<String> marker) {
        this.summary = requireNonNull(summary, "summary is null");
        this.escape = requireNonNull(escape, "escape is null");
        this.marker = requireNonNull(marker, "marker is null");
    }

    /**
     * Returns the sentences whose values are all known. Values are formatted by {@code marker}, the text around them by
     * {@code escape}.
     */
    static List<String> of(Evidence evidence, UnaryOperator<String> escape, UnaryOperator<String> marker) {
        return of(evidence.figure().text().sentences(), evidence.summary(), escape, marker);
    }

    /** The same for the lead. */
    static List<String> lead(Evidence evidence, UnaryOperator<String> escape, UnaryOperator<String> marker) {
        return of(evidence.figure().text().lead(), evidence.summary(), escape, marker);
    }

    /** The same for the few words beside its title. */
    static List<String> headlines(Evidence evidence) {
        return of(
                evidence.figure().text().headlines(),
                evidence.summary(),
                UnaryOperator.identity(),
                UnaryOperator.identity());
    }

    private static List<String> of(
            List<String> sentences, Rows summary, UnaryOperator<String> escape, UnaryOperator<String> marker) {
        if (summary.isEmpty()) {
            return List.of();
        }
        Sentence written = new Sentence(summary, escape, marker);
        return sentences.stream().map(written::filled).flatMap(Optional::stream).toList();
    }

    private Optional<String> filled(String sentence) {
        StringBuilder text = new StringBuilder();
        Matcher phrase = SentenceValues.PHRASE.matcher(sentence);
        int from = 0;
        while (phrase.find()) {
            Optional<String> before = valued(sentence.substring(from, phrase.start()));
            if (before.isEmpty()) {
                return Optional.empty();
            }
            text.append(before.get());
            if (!isOfOneValue(phrase.group(1))) {
                valued(phrase.group(1)).ifPresent(text::append);
            }
            from = phrase.end();
        }
        return valued(sentence.substring(from)).map(rest -> text.append(rest).toString());
    }

    /** Whether a phrase names a range that would be written as one value. */
    private boolean isOfOneValue(String phrase) {
        return SentenceValues.PLACE
                .matcher(phrase)
                .results()
                .filter(place -> place.group(2) != null)
                .anyMatch(place -> value(place, 1).equals(value(place, 2)));
    }

    private Optional<String> valued(String text) {
        StringBuilder filled = new StringBuilder();
        Matcher place = SentenceValues.PLACE.matcher(text);
        int from = 0;
        while (place.find()) {
            Optional<String> value = value(place, 1);
            Optional<String> end = place.group(2) == null ? value : value(place, 2);
            if (value.isEmpty() || end.isEmpty()) {
                return Optional.empty();
            }
            filled.append(escape.apply(text.substring(from, place.start())));
            if (place.group(4) != null) {
                filled.append(escape.apply(place.group(value.get().equals("1") ? 4 : 5)));
            } else {
                filled.append(marker.apply(value.get()));
                if (!end.equals(value)) {
                    filled.append(" to ").append(marker.apply(end.get()));
                }
            }
            from = place.end();
        }
        return Optional.of(filled.append(escape.apply(text.substring(from))).toString());
    }

    /** @param group of the name of the column */
    private Optional<String> value(MatchResult place, int group) {
        @Nullable Object value = summary.value(0, place.group(group));
        @Nullable String format = place.group(3);
        return value == null ? Optional.empty() : Optional.of(NumberText.of(value, format == null ? "plain" : format));
    }
}
