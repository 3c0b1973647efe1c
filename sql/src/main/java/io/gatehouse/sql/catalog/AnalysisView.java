package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The definition of an analysis view: one .sql file with a comment at its head. Its first paragraph says what a row is;
 * then come sections, each a line "Name: text" and the lines indented under it; and under "Columns:" a line
 * "name TYPE: unit and meaning" for each column, where the word NULL says that the column can be NULL, and when.
 *
 * @param comment what one row is
 * @param sections the sections by name, in order, without the columns
 * @param columns the columns as the head declares them; a test holds them against the plan
 * @param sql the query
 */
public record AnalysisView(
        String name, String comment, Map<String, String> sections, List<Column> columns, String sql) {
    private static final String COLUMNS = "Columns";

    public AnalysisView {
        requireNonNull(name, "name is null");
        requireNonNull(comment, "comment is null");
        requireNonNull(sql, "sql is null");
        columns = List.copyOf(columns);
    }

    /** All of them, in the order in which one would read about them. */
    public static List<AnalysisView> all() {
        return SqlResource.text("views/views.txt")
                .lines()
                .map(AnalysisView::read)
                .toList();
    }

    private static AnalysisView read(String name) {
        List<String> lines =
                SqlResource.text("views/%s.sql".formatted(name)).lines().toList();
        List<String> head = lines.stream()
                .takeWhile(line -> line.startsWith("--"))
                .map(line -> line.substring(2).stripTrailing())
                .toList();
        String comment = head.stream()
                .takeWhile(line -> !line.isBlank())
                .map(String::strip)
                .collect(Collectors.joining(" "));
        Map<String, String> sections = new LinkedHashMap<>();
        List<Column> columns = new ArrayList<>();
        String section = "";
        for (String line : head.stream().dropWhile(line -> !line.isBlank()).toList()) {
            String text = line.strip();
            if (line.startsWith("   ") && section.equals(COLUMNS)) {
                columns.add(column(text));
            } else if (line.startsWith("   ")) {
                sections.merge(section, text, (before, more) -> before + "\n" + more);
            } else if (!text.isEmpty()) {
                section = text.substring(0, text.indexOf(':'));
                sections.put(section, text.substring(section.length() + 1).strip());
            }
        }
        sections.remove(COLUMNS);
        String sql = lines.stream().skip(head.size()).collect(Collectors.joining("\n"));
        return new AnalysisView(name, comment.replaceFirst("\\.$", ""), sections, columns, sql);
    }

    private static Column column(String line) {
        String[] parts = line.split(": ", 2);
        int space = parts[0].indexOf(' ');
        String comment = parts[1];
        return new Column(
                parts[0].substring(0, space), parts[0].substring(space + 1), comment.contains("NULL"), comment);
    }

    /** A statement that shows what the view is for. */
    public String example() {
        return requireNonNull(sections.get("Example"), () -> "%s has no example".formatted(name));
    }

    /** What a statement can name. */
    Relation relation() {
        return new Relation(name, comment, columns);
    }
}
