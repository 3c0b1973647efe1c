package io.gatehouse.sql.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The definition of an analysis view: one .sql file, whose first comment says what a row is, and under "Columns:" what
 * each column is.
 *
 * @param comment what one row is
 * @param columnComments unit and meaning of each column, in order
 * @param sql the query
 */
public record AnalysisView(String name, String comment, Map<String, String> columnComments, String sql) {
    private static final List<String> NAMES = List.of("unused_experts", "gate_entropy", "expert_accuracy");

    /** All of them; a later one may use an earlier one. */
    public static List<AnalysisView> all() {
        return NAMES.stream().map(AnalysisView::read).toList();
    }

    private static AnalysisView read(String name) {
        List<String> lines =
                SqlResource.text("views/%s.sql".formatted(name)).lines().toList();
        List<String> header = lines.stream()
                .takeWhile(line -> line.startsWith("--"))
                .map(line -> line.substring(2))
                .toList();
        String comment = header.stream()
                .takeWhile(line -> !line.isBlank())
                .map(String::strip)
                .collect(Collectors.joining(" "));
        String sql = lines.stream().skip(header.size()).collect(Collectors.joining("\n"));
        return new AnalysisView(name, comment.replaceFirst("\\.$", ""), columnComments(header), sql);
    }

    private static Map<String, String> columnComments(List<String> header) {
        Map<String, String> comments = new LinkedHashMap<>();
        header.stream()
                .dropWhile(line -> !line.strip().equals("Columns:"))
                .skip(1)
                .map(line -> line.strip().split(": ", 2))
                .forEach(column -> comments.put(column[0], column[1]));
        return comments;
    }
}
