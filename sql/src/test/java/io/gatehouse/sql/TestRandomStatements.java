package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCategory;
import io.gatehouse.error.GatehouseException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

/** Statements at random mean through Gatehouse what they mean to DuckDB. Set test.seed and test.statements for more. */
final class TestRandomStatements {
    @Test
    void rowsAndTypesAreThoseOfDuckDb() throws Exception {
        long seed = Long.getLong("test.seed", 20261124);
        int statements = Integer.getInteger("test.statements", 400);
        SoftAssertions assertions = new SoftAssertions();
        int compared = 0;
        try (RoutingFile file = RoutingFile.filled();
                QueryEngine engine = file.engine();
                Connection duckDb = file.reader()) {
            for (int i = 0; i < statements; i++) {
                String sql = new RandomStatements(seed + i).next();
                Optional<Rows> expected = expected(duckDb, sql);
                Optional<Rows> actual = actual(engine, sql);
                if (expected.isPresent() && actual.isPresent()) {
                    compared++;
                    assertions
                            .assertThat(actual.get().withoutWidths())
                            .as("seed %d: %s", seed + i, sql)
                            .isEqualTo(expected.get().withoutWidths());
                }
            }
        }
        assertions.assertAll();
        assertThat(compared)
                .as("statements that both answered, from seed %d", seed)
                .isGreaterThan(statements * 4 / 5);
    }

    /** Nothing where DuckDB refuses the statement or fails on a value. */
    private static Optional<Rows> expected(Connection duckDb, String sql) {
        try {
            return Optional.of(Rows.of(duckDb, sql));
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    private static Optional<Rows> actual(QueryEngine engine, String sql) {
        try {
            return Optional.of(Rows.of(engine, sql));
        } catch (GatehouseException e) {
            assertThat(e.code().category()).as(sql).isEqualTo(ErrorCategory.USER);
            return Optional.empty();
        }
    }
}
