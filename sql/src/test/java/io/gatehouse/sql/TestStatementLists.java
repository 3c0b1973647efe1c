package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gatehouse.error.ErrorCategory;
import io.gatehouse.error.GatehouseException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The lists in resources/sql: what Gatehouse accepts means what it means to DuckDB. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestStatementLists {
    private static final List<String> FEATURES = List.of(
            "select.sql",
            "names.sql",
            "aggregates.sql",
            "windows.sql",
            "joins.sql",
            "sets.sql",
            "subqueries.sql",
            "nulls.sql",
            "lists.sql",
            "strings.sql",
            "numbers.sql",
            "precedence.sql",
            "dates.sql",
            "duckdb-forms.sql");
    private static final String EQUIVALENT = "DuckDB: ";

    private RoutingFile file;
    private Connection duckDb;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        duckDb = file.reader();
        engine = file.engine();
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        duckDb.close();
        file.close();
    }

    @Test
    void statementsGiveTheRowsAndTypesThatDuckDbGives() throws Exception {
        int compared = 0;
        SoftAssertions assertions = new SoftAssertions();
        for (String feature : FEATURES) {
            for (StatementList.Entry entry : StatementList.read(feature).entries()) {
                compare(assertions, feature, entry.sql(), entry.sql());
                compared++;
            }
        }
        assertions.assertAll();
        assertThat(compared).isGreaterThan(370);
    }

    @Test
    void formsThatOnlyTheStandardHasGiveTheRowsOfTheirDuckDbForm() throws Exception {
        SoftAssertions assertions = new SoftAssertions();
        for (StatementList.Entry entry : StatementList.read("equivalents.sql").entries()) {
            assertThat(entry.comment()).startsWith(EQUIVALENT);
            compare(assertions, "equivalents.sql", entry.sql(), entry.comment().substring(EQUIVALENT.length()));
        }
        assertions.assertAll();
    }

    @Test
    void theListOfWhatDoesNotWorkYetIsTrue() throws Exception {
        List<String> working = new ArrayList<>();
        for (StatementList.Entry entry : StatementList.read("not-yet.sql").entries()) {
            Throwable failure = catchThrowable(() -> Rows.of(engine, entry.sql()));
            if (failure == null) {
                working.add(entry.sql());
            } else {
                assertThat(failure)
                        .as(entry.sql())
                        .isInstanceOfSatisfying(
                                GatehouseException.class,
                                error -> assertThat(error.code().category()).isEqualTo(ErrorCategory.USER));
            }
        }
        assertThat(working)
                .as("work now, so they belong to the list of their feature")
                .isEmpty();
    }

    private void compare(SoftAssertions assertions, String feature, String sql, String duckDbSql) throws Exception {
        Rows expected = Rows.of(duckDb, duckDbSql).withoutWidths();
        Throwable failure = catchThrowable(() -> {
            Rows actual = Rows.of(engine, sql).withoutWidths();
            if (ordered(sql)) {
                assertThat(actual).isEqualTo(expected);
            } else {
                assertThat(actual.sorted()).isEqualTo(expected.sorted());
            }
        });
        assertions.assertThat(failure).as("%s: %s", feature, sql).isNull();
    }

    /** Whether an ORDER BY stands outside all parentheses. */
    private static boolean ordered(String sql) {
        return sql.toUpperCase(Locale.ROOT).matches("(?s).*ORDER BY [^)]*");
    }
}
