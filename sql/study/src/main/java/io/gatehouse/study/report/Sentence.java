package io.gatehouse.study.report;

import io.gatehouse.study.Rows;
import io.gatehouse.study.Study.Evidence;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The sentences of a figure, with the values of its summary. */
final class Sentence {
    private static final Pattern VALUE = Pattern.compile("\\{(\\w+)(?: (\\w+))?}");

    private Sentence() {}

    /**
     * Returns the sentences whose values are all known. Values are formatted by {@code marker}, the text around them by
     * {@code escape}.
     */
    static List<String> of(Evidence evidence, UnaryOperator<String> escape, UnaryOperator<String> marker) {
        return evidence.figure().sentences().stream()
                .map(sentence -> filled(sentence, evidence.summary(), escape, marker))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<String> filled(
            String sentence, Rows summary, UnaryOperator<String> escape, UnaryOperator<String> marker) {
        if (summary.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        Matcher matcher = VALUE.matcher(sentence);
        int from = 0;
        while (matcher.find()) {
            @Nullable Object value = summary.value(0, matcher.group(1));
            if (value == null) {
                return Optional.empty();
            }
            @Nullable String format = matcher.group(2);
            text.append(escape.apply(sentence.substring(from, matcher.start())));
            text.append(marker.apply(NumberText.of(value, format == null ? "plain" : format)));
            from = matcher.end();
        }
        return Optional.of(text.append(escape.apply(sentence.substring(from))).toString());
    }
}
