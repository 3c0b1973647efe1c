package io.gatehouse.sql.catalog;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A statement to start from. It asks run 1 and question 1: {@code run_id = 1}, {@code question_id = 1}, or the number 1 as
 * the first argument of a table function; an editor puts the run at hand there.
 *
 * @param group the heading it stands under
 * @param title what it shows, unique among all
 * @param about what its rows say, in a few words
 */
public record Example(String group, String title, String about, String sql) {
    private static final String FUNCTIONS = "Table functions";
    private static final List<Example> ALL = read();

    public Example {
        requireNonNull(group, "group is null");
        requireNonNull(title, "title is null");
        requireNonNull(about, "about is null");
        requireNonNull(sql, "sql is null");
    }

    /** Those of examples.sql, then those of all views and table functions. */
    public static List<Example> all() {
        return ALL;
    }

    private static List<Example> read() {
        List<Example> examples = new ArrayList<>();
        SqlResource.statements("examples.sql").forEach(statement -> examples.add(read(statement.strip())));
        for (AnalysisView view : AnalysisView.all()) {
            examples.add(of(view.group(), view, view.comment()));
        }
        for (TableFunction function : TableFunction.all()) {
            examples.add(of(FUNCTIONS, function, function.comment()));
        }
        return List.copyOf(examples);
    }

    /** Two lines of comment, "group: title" and what it is about, and a query. */
    private static Example read(String statement) {
        String[] lines = statement.split("\\R", 3);
        String[] head = lines[0].substring("-- ".length()).split(": ", 2);
        return new Example(head[0], head[1], lines[1].substring("-- ".length()), lines[2]);
    }

    private static Example of(String group, DefinedQuery query, String comment) {
        return new Example(group, query.section("Title"), meaning(comment), query.example());
    }

    /** What stands behind "One row per …: ", or behind "One row per". */
    private static String meaning(String comment) {
        int colon = comment.indexOf(": ");
        String meaning = comment.substring(colon < 0 ? "One row per ".length() : colon + 2);
        return meaning.substring(0, 1).toUpperCase(Locale.ROOT) + meaning.substring(1);
    }
}
