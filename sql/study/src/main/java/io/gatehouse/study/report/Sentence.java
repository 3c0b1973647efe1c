package io.gatehouse.study.report;

import io.gatehouse.study.Rows;
import io.gatehouse.study.SentenceValues;
import io.gatehouse.study.Study.Evidence;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** The sentences of a figure, with the values of its summary. */
final class Sentence {
    private Sentence() {}

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

    private static List<String> of(
            List<String> sentences, Rows summary, UnaryOperator<String> escape, UnaryOperator<String> marker) {
        return sentences.stream()
                .map(sentence -> filled(sentence, summary, escape, marker))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> filled(
            String sentence, Rows summary, UnaryOperator<String> escape, UnaryOperator<String> marker) {
        if (summary.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        Matcher matcher = SentenceValues.PLACE.matcher(sentence);
        int from = 0;
        while (matcher.find()) {
            @Nullable String format = matcher.group(3);
            Optional<String> value = value(summary, matcher.group(1), format);
            @Nullable String upper = matcher.group(2);
            Optional<String> end = upper == null ? value : value(summary, upper, format);
            if (value.isEmpty() || end.isEmpty()) {
                return Optional.empty();
            }
            text.append(escape.apply(sentence.substring(from, matcher.start())));
            text.append(marker.apply(value.get()));
            if (!end.equals(value)) {
                text.append(" to ").append(marker.apply(end.get()));
            }
            from = matcher.end();
        }
        return Optional.of(text.append(escape.apply(sentence.substring(from))).toString());
    }

    private static Optional<String> value(Rows summary, String column, @Nullable String format) {
        @Nullable Object value = summary.value(0, column);
        return value == null ? Optional.empty() : Optional.of(NumberText.of(value, format == null ? "plain" : format));
    }
}
