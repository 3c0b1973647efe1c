package io.gatehouse.study;

import static java.util.Objects.requireNonNull;

import io.gatehouse.base.Resources;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One figure of a report, defined in one {@code .sql} file: a head of lines "-- Name: text", then two statements. The
 * first gives one row, whose values stand in the sentences; the second gives the rows that are drawn and listed. In both,
 * {@code :run_id} is the run and {@code :decoded} the scope of the tokens that stand for decoding.
 *
 * @param section heading under which it stands in the report of a {@link Part}
 * @param text what is said about it
 * @param views the analysis views and table functions that define its quantities
 * @param picture how it is drawn: a kind, and which column has which part
 * @param titles of the axes, the colours and the line of chance, by part
 * @param summary the statement of the values in the sentences
 * @param detail the statement of the rows
 */
public record Figure(
        String name,
        String section,
        Text text,
        List<String> views,
        Map<String, String> picture,
        Map<String, String> titles,
        String summary,
        String detail) {
    /** The part of a picture that is its kind. */
    public static final String KIND = "kind";

    private static final String RUN_ID = ":run_id";
    private static final String DECODED = ":decoded";

    /** The parts of a picture that determine positions. */
    private static final List<String> PLACES = List.of("x", "y", "value", "low", "high");

    /** The titles that a head may have. */
    private static final List<String> TITLES = List.of("X", "Y", "Value", "Chance");

    /**
     * What is said about a figure, with the places of {@link SentenceValues} where values of the summary stand.
     *
     * @param headlines the figure in a few words, to stand beside its title; none for most
     * @param lead sentences for the beginning of the report
     * @param sentences what was found
     * @param caption what the figure shows
     * @param notes what must be known to read it
     * @param needs what a run must have recorded, by the names of {@link Recorded} in lower case
     * @param missing why a run that has recorded that may have nothing for it
     * @param unpictured why a run may have sentences for it, but no picture
     */
    public record Text(
            String title,
            List<String> headlines,
            List<String> lead,
            List<String> sentences,
            String caption,
            List<String> notes,
            List<String> needs,
            String missing,
            String unpictured) {
        public Text {
            requireNonNull(title, "title is null");
            headlines = List.copyOf(headlines);
            lead = List.copyOf(lead);
            sentences = List.copyOf(sentences);
            requireNonNull(caption, "caption is null");
            notes = List.copyOf(notes);
            needs = List.copyOf(needs);
            requireNonNull(missing, "missing is null");
            requireNonNull(unpictured, "unpictured is null");
        }

        /** A title and nothing else. */
        public static Text of(String title) {
            return new Text(title, List.of(), List.of(), List.of(), "", List.of(), List.of(), "", "");
        }
    }

    public Figure {
        requireNonNull(name, "name is null");
        requireNonNull(section, "section is null");
        requireNonNull(text, "text is null");
        views = List.copyOf(views);
        picture = Map.copyOf(picture);
        titles = Map.copyOf(titles);
        requireNonNull(summary, "summary is null");
        requireNonNull(detail, "detail is null");
    }

    /** Its title. */
    public String title() {
        return text.title();
    }

    /** Returns the columns that its picture requires. */
    public List<String> drawn() {
        return PLACES.stream()
                .flatMap(part -> Optional.ofNullable(picture.get(part)).stream())
                .toList();
    }

    /** Whether it is a table and never a picture. */
    public boolean isTable() {
        return picture.getOrDefault(KIND, "none").equals("none");
    }

    static Figure read(String name, String section, int runId, String decoded) {
        String file = Resources.text(Figure.class, "figures/%s.sql".formatted(name));
        Map<String, List<String>> head = head(file);
        // Comments within the statements stay; only the head is cut off.
        String statements =
                file.lines().dropWhile(line -> line.startsWith("--")).collect(Collectors.joining("\n"));
        List<String> parts = Arrays.stream(statements
                        .replace(RUN_ID, Integer.toString(runId))
                        .replace(DECODED, decoded)
                        .split(";\\R?", -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
        Map<String, String> titles = new LinkedHashMap<>();
        for (String title : TITLES) {
            if (head.containsKey(title)) {
                titles.put(title.toLowerCase(Locale.ROOT), one(head, title));
            }
        }
        Text text = new Text(
                one(head, "Title"),
                head.getOrDefault("Headline", List.of()),
                head.getOrDefault("Lead", List.of()),
                head.getOrDefault("Finding", List.of()),
                one(head, "Caption"),
                head.getOrDefault("Note", List.of()),
                words(one(head, "Needs")),
                one(head, "Missing"),
                head.containsKey("Unpictured") ? one(head, "Unpictured") : one(head, "Missing"));
        return new Figure(
                name,
                section,
                text,
                words(one(head, "Views")),
                picture(one(head, "Picture")),
                titles,
                parts.get(0),
                parts.get(1));
    }

    private static Map<String, List<String>> head(String file) {
        Map<String, List<String>> head = new LinkedHashMap<>();
        file.lines()
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
        return head;
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
