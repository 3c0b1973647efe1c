package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCategory;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/**
 * Each aggregate in the forms that are rewritten or dropped where an aggregate ignores NULLs or the order of its rows, as
 * DuckDB answers them.
 */
final class TestAggregateForms {
    private static final List<String> ARGUMENTS = List.of("x", "x, y", "x, 1", "x, 2", "x, 0.5", "text, ','", "x > 5");

    private static final List<String> FORMS = List.of(
            "%s(%s) FILTER (WHERE y < 3)",
            "%s(%s) FILTER (WHERE y < 3) OVER ()",
            "%s(%s) FILTER (WHERE y > 8) OVER (ORDER BY k)",
            "%s(%s ORDER BY k)",
            "%s(%s ORDER BY k DESC)",
            "%s(DISTINCT %s ORDER BY k DESC)",
            "%s(%s) OVER (ORDER BY k ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW)",
            "%s(%s) OVER (ORDER BY k GROUPS 1 PRECEDING)");

    private static final String FROM =
            " AS v FROM (VALUES (1, 10, 1, 'b'), (2, 20, 2, NULL), (3, 5, 3, 'a'), (4, NULL, 9, 'c')) AS t(k, x, y, text)";

    @Test
    void answerAsInDuckDb() throws Exception {
        int answered = 0;
        SoftAssertions assertions = new SoftAssertions();
        try (RoutingFile file = RoutingFile.filled();
                QueryEngine engine = new QueryEngine(file::reader);
                Connection duckDb = file.reader()) {
            for (String name : AggregateNames.all()) {
                for (String arguments : ARGUMENTS) {
                    for (String form : FORMS) {
                        String sql = "SELECT " + form.formatted(name, arguments) + FROM;
                        Rows expected;
                        Rows actual;
                        try {
                            expected = Rows.of(duckDb, sql);
                            actual = Rows.of(engine, sql);
                        } catch (SQLException e) {
                            continue;
                        } catch (GatehouseException e) {
                            assertions
                                    .assertThat(e.code().category())
                                    .as("%s: %s", sql, e.getMessage())
                                    .isEqualTo(ErrorCategory.USER);
                            continue;
                        }
                        answered++;
                        // Without an order that has no effect a sum of fractions differs in its last digits.
                        assertions
                                .assertThat(actual.sorted().rows())
                                .as(sql)
                                .usingRecursiveComparison()
                                .withComparatorForType(TestAggregateForms::compare, Double.class)
                                .isEqualTo(expected.sorted().rows());
                    }
                }
            }
        }
        assertions.assertAll();
        assertThat(answered).isGreaterThan(500);
    }

    private static int compare(double one, double other) {
        return Math.abs(one - other) <= 1e-12 * Math.abs(other) ? 0 : Double.compare(one, other);
    }
}
