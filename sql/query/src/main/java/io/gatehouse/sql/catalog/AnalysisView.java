package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import java.util.List;
import java.util.Map;

/**
 * The definition of an analysis view, from one {@link DefinitionFile .sql file}.
 *
 * @param comment what one row is
 * @param sections the sections by name, in order, without the columns
 * @param columns the columns as the head declares them; a test holds them against the plan
 * @param sql the query
 */
public record AnalysisView(String name, String comment, Map<String, String> sections, List<Column> columns, String sql)
        implements DefinedQuery {
    public AnalysisView {
        requireNonNull(name, "name is null");
        requireNonNull(comment, "comment is null");
        requireNonNull(sql, "sql is null");
        columns = List.copyOf(columns);
    }

    /** Returns all views, in the order of the documentation. */
    public static List<AnalysisView> all() {
        return SqlResource.lines("views/views.txt").stream()
                .map(AnalysisView::read)
                .toList();
    }

    private static AnalysisView read(String name) {
        DefinitionFile file = DefinitionFile.read("views/%s.sql".formatted(name));
        return new AnalysisView(name, file.comment(), file.sections(), file.columns(), file.query());
    }

    @Override
    public List<Column> parameters() {
        return List.of();
    }

    /** A statement that shows what the view is for. */
    public String example() {
        return requireNonNull(sections.get("Example"), () -> "%s has no example".formatted(name));
    }

    /** Returns the view as a relation of the catalog. */
    Relation relation() {
        return new Relation(name, true, comment, columns);
    }
}
