package io.gatehouse.study.report;

import io.gatehouse.base.Resources;
import io.gatehouse.study.Part;
import io.gatehouse.study.Study;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Texts of the reports. Each line begins with the names of the parts whose reports have it, then with those of the conditions
 * under which they have it, and a colon.
 */
final class PartText {
    /** The conditions that a line may name, by name. */
    private static final Map<String, Predicate<Study>> CONDITIONS = Map.of(
            "own", study -> !study.run().isImported(),
            "imported", study -> study.run().isImported(),
            "answered", study -> study.run().answered() > 0,
            "unanswered", study -> study.run().answered() == 0,
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
        List<String> parts = Arrays.stream(Part.values()).map(Part::toString).toList();
        for (String name : names) {
            Predicate<Study> condition = CONDITIONS.get(name);
            if (condition == null && !parts.contains(name)) {
                throw new IllegalArgumentException("'%s' is neither a part nor a condition".formatted(name));
            }
            if (condition != null && !condition.test(study)) {
                return false;
            }
        }
        return names.contains(study.part().toString());
    }
}
