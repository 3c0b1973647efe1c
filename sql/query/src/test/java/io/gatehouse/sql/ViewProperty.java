package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.sql.catalog.AnalysisView;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.SoftAssertions;

/**
 * What holds of the rows of a view, whatever was recorded.
 *
 * @param sql finds the rows of which it does not
 */
record ViewProperty(String comment, String sql) {
    /** Those of a view, from its file in sql/properties. */
    static List<ViewProperty> of(AnalysisView view) throws IOException {
        return Arrays.stream(RoutingFile.resource("/sql/properties/%s.sql".formatted(view.name()))
                        .split(";\\R+", -1))
                .filter(statement -> !statement.isBlank())
                .map(statement -> statement.split("\\R", 2))
                .map(lines -> new ViewProperty(lines[0].replaceFirst("-- ", ""), lines[1]))
                .toList();
    }

    /** Fails where one of a view does not hold of what the engine answers from. */
    static void requireAll(QueryEngine engine, String where) throws IOException {
        SoftAssertions assertions = new SoftAssertions();
        for (AnalysisView view : AnalysisView.all()) {
            for (ViewProperty property : of(view)) {
                assertions
                        .assertThatCode(() ->
                                assertThat(Rows.of(engine, property.sql).rows()).isEmpty())
                        .as("%s, %s: %s", where, view.name(), property.comment)
                        .doesNotThrowAnyException();
            }
        }
        assertions.assertAll();
    }
}
