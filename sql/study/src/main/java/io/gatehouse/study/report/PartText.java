package io.gatehouse.study.report;

import io.gatehouse.base.Resources;
import io.gatehouse.study.Part;
import java.util.Arrays;
import java.util.List;

/** Texts of the reports. Each line begins with the names of the parts whose reports have it, and a colon. */
final class PartText {
    private PartText() {}

    /** Returns the lines of a text that the report of a part has. */
    static List<String> of(Part part, String name) {
        return Resources.lines(PartText.class, name).stream()
                .map(line -> line.split(": ", 2))
                .filter(line -> Arrays.asList(line[0].split(" ", -1)).contains(part.toString()))
                .map(line -> line[1])
                .toList();
    }
}
