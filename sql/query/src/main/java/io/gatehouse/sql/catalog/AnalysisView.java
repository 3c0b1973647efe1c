package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import io.gatehouse.client.Column;
import io.gatehouse.client.Relation;
import java.util.Comparator;
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
    /** The groups of the documentation, in order. */
    private static final List<String> GROUPS = List.of(
            "The paper",
            "Answers",
            "Load",
            "Serving",
            "Specialisation",
            "Co-activation and transitions",
            "Runs compared",
            "Criteria",
            "Similarity",
            "Weights",
            "Interventions");

    public AnalysisView {
        requireNonNull(name, "name is null");
        requireNonNull(comment, "comment is null");
        requireNonNull(sql, "sql is null");
        columns = List.copyOf(columns);
    }

    /** Returns all views in the order of the documentation: by group, then by the number in section Order, then by name. */
    public static List<AnalysisView> all() {
        return SqlResource.definitions("views").stream()
                .map(AnalysisView::read)
                .sorted(Comparator.comparingInt(AnalysisView::placeOfGroup)
                        .thenComparingInt(view -> Integer.parseInt(view.section("Order")))
                        .thenComparing(AnalysisView::name))
                .toList();
    }

    private static AnalysisView read(String name) {
        DefinitionFile file = DefinitionFile.read("views/%s.sql".formatted(name));
        return new AnalysisView(name, file.comment(), file.sections(), file.columns(), file.query());
    }

    /** Returns the heading that the view stands under. */
    public String group() {
        return section("Group");
    }

    private int placeOfGroup() {
        int place = GROUPS.indexOf(group());
        if (place < 0) {
            throw new IllegalArgumentException(
                    "View %s has the group \"%s\", which is not one of %s".formatted(name, group(), GROUPS));
        }
        return place;
    }

    @Override
    public List<Column> parameters() {
        return List.of();
    }

    /** Returns the view as a relation of the catalog. */
    Relation relation() {
        return new Relation(name, true, comment, columns);
    }
}
