package io.gatehouse.study.report;

import io.gatehouse.base.Resources;
import io.gatehouse.study.Study;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Texts of the reports. Each line begins with the names of the parts whose reports have it, then with those of the conditions
 * under which they have it, and a colon.
 */
final class PartText {
    /** Conditions of a line. */
    private static final Map<String, Predicate<Study>> CONDITIONS = Map.of(
            "own", study -> !study.run().isImported(),
            "imported", study -> study.run().isImported(),
            "tested",
                    study -> study.figures().stream()
                            .anyMatch(figure -> figure.detail().columns().contains("q_value")));

    private PartText() {}

    /** Returns the lines of a text that a report has. */
    static List<String> of(Study study, String name) {
        return Resources.lines(PartText.class, name).stream()
                .map(line -> line.split(": ", 2))
                .filter(line -> isIn(study, List.of(line[0].split(" ", -1))))
                .map(line -> line[1])
                .toList();
    }

    private static boolean isIn(Study study, List<String> names) {
        return names.contains(study.part().toString())
                && CONDITIONS.entrySet().stream()
                        .filter(condition -> names.contains(condition.getKey()))
                        .allMatch(condition -> condition.getValue().test(study));
    }
}
