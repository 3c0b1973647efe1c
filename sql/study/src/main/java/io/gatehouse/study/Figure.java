package io.gatehouse.study;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One figure of the report, defined in one {@code .sql} file: a head of lines "-- Name: text", then two statements. The
 * first gives one row, whose values stand in the sentences; the second gives the rows that are drawn and listed.
 *
 * @param section heading under which it stands
 * @param sentences what was found, with {@code {column}} or {@code {column format}} where a value stands
 * @param notes what must be known to read it
 * @param views the analysis views that define its quantities
 * @param picture how it is drawn: a kind, and which column has which part
 * @param summary the statement of the values in the sentences
 * @param detail the statement of the rows
 */
public record Figure(
        String name,
        String section,
        String title,
        List<String> sentences,
        List<String> notes,
        List<String> views,
        Map<String, String> picture,
        String summary,
        String detail) {
    /** The part of a picture that is its kind. */
    public static final String KIND = "kind";

    private static final String RUN_ID = ":run_id";

    /** The parts of a picture that determine positions. */
    private static final List<String> PLACES = List.of("x", "y", "value", "low", "high");

    public Figure {
        requireNonNull(name, "name is null");
        requireNonNull(section, "section is null");
        requireNonNull(title, "title is null");
        sentences = List.copyOf(sentences);
        notes = List.copyOf(notes);
        views = List.copyOf(views);
        picture = Map.copyOf(picture);
        requireNonNull(summary, "summary is null");
        requireNonNull(detail, "detail is null");
    }

    /** Returns all figures for one run, in the order of the report. */
    public static List<Figure> all(int runId) {
        return Resources.text(Figure.class, "figures/figures.txt")
                .lines()
                .map(name -> read(name, runId))
                .toList();
    }

    /** Returns the columns that its picture requires. */
    public List<String> drawn() {
        return PLACES.stream()
                .flatMap(part -> Optional.ofNullable(picture.get(part)).stream())
                .toList();
    }

    private static Figure read(String name, int runId) {
        String text = Resources.text(Figure.class, "figures/%s.sql".formatted(name));
        Map<String, List<String>> head = new LinkedHashMap<>();
        text.lines()
                .takeWhile(line -> line.startsWith("--"))
                .map(line -> line.substring(2))
                .forEach(line -> {
                    if (line.startsWith("   ")) {
                        List<String> values = List.copyOf(head.values()).get(head.size() - 1);
                        int last = values.size() - 1;
                        values.set(last, values.get(last) + " " + line.strip());
                    } else {
                        int colon = line.indexOf(':');
                        head.computeIfAbsent(line.substring(0, colon).strip(), key -> new ArrayList<>())
                                .add(line.substring(colon + 1).strip());
                    }
                });
        String statements = text.lines().filter(line -> !line.startsWith("--")).collect(Collectors.joining("\n"));
        List<String> parts = Arrays.stream(
                        statements.replace(RUN_ID, Integer.toString(runId)).split(";\\R?", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
        return new Figure(
                name,
                one(head, "Section"),
                one(head, "Title"),
                head.getOrDefault("Finding", List.of()),
                head.getOrDefault("Note", List.of()),
                words(one(head, "Views")),
                picture(one(head, "Picture")),
                parts.get(0),
                parts.get(1));
    }

    private static String one(Map<String, List<String>> head, String key) {
        return head.getOrDefault(key, List.of("")).get(0);
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split(" ", -1))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /** Parses a picture such as {@code lines x=layer y=share by=series}. */
    private static Map<String, String> picture(String text) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (String word : words(text)) {
            int equals = word.indexOf('=');
            parts.put(equals < 0 ? KIND : word.substring(0, equals), word.substring(equals + 1));
        }
        return parts;
    }
}
