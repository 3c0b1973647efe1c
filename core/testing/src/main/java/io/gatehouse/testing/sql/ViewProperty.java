package io.gatehouse.testing.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.assertj.core.api.SoftAssertions;

/**
 * What holds of the rows of a view, whatever was recorded.
 *
 * @param sql finds the rows of which it does not
 */
public record ViewProperty(String comment, String sql) {
    /** Has a file for each view. */
    public static final Path FOLDER = Script.FOLDER.resolve("properties");

    /** Those of a view, from its file. */
    public static List<ViewProperty> of(String view) throws IOException {
        return Arrays.stream(Files.readString(FOLDER.resolve(view + ".sql")).split(";\\R+", -1))
                .filter(statement -> !statement.isBlank())
                .map(statement -> statement.split("\\R", 2))
                .map(lines -> new ViewProperty(lines[0].replaceFirst("-- ", ""), lines[1]))
                .toList();
    }

    /**
     * Fails where one of the views does not hold of what is recorded.
     *
     * @param query returns the rows of a statement
     * @param where in words, for the message
     */
    public static void requireAll(List<String> views, Function<String, List<?>> query, String where)
            throws IOException {
        SoftAssertions assertions = new SoftAssertions();
        for (String view : views) {
            for (ViewProperty property : of(view)) {
                assertions
                        .assertThatCode(
                                () -> assertThat(query.apply(property.sql)).isEmpty())
                        .as("%s, %s: %s", where, view, property.comment)
                        .doesNotThrowAnyException();
            }
        }
        assertions.assertAll();
    }
}
