package io.gatehouse.study;

import io.gatehouse.base.Resources;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a report is about. The figures of each are in {@code parts/NAME.txt}: headings, and indented below each the names
 * of its figures. A figure may be in several parts.
 */
public enum Part {
    /** What the router does, from the findings of the paper to interventions. */
    BASE("Routing report"),
    /** What whoever serves the model asks: memory for experts, batches, devices, tokens ahead. */
    SERVING("Serving report"),
    /** What whoever makes the model smaller asks: unused experts, criteria, calibration, similar experts. */
    COMPRESSION("Compression report");

    private final String title;

    Part(String title) {
        this.title = title;
    }

    /**
     * Returns the part with a name.
     *
     * @throws GatehouseException INVALID_ARGUMENT, with the names there are
     */
    public static Part of(String name) {
        return Arrays.stream(values())
                .filter(part -> part.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new GatehouseException(
                        ErrorCode.INVALID_ARGUMENT,
                        "There is no part \"%s\"; the parts are %s"
                                .formatted(
                                        name,
                                        Arrays.stream(values())
                                                .map(Part::toString)
                                                .collect(Collectors.joining(", ")))));
    }

    /** What its report is called. */
    public String title() {
        return title;
    }

    /**
     * Returns its figures for one run, in the order of the report.
     *
     * @param decoded the scope of the tokens that stand for decoding
     */
    public List<Figure> figures(int runId, String decoded) {
        List<Figure> figures = new ArrayList<>();
        String section = "";
        for (String line : Resources.lines(Part.class, "parts/%s.txt".formatted(this))) {
            if (line.startsWith(" ")) {
                figures.add(Figure.read(line.strip(), section, runId, decoded));
            } else {
                section = line;
            }
        }
        return List.copyOf(figures);
    }

    /** Its name, as users write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
