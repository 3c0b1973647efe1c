package io.gatehouse.sql.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class TestDialectHints {
    private static String around(String sql, Optional<TextRange> place) {
        return StatementText.of(sql).around(place);
    }

    private static String explained(String sql) {
        GatehouseException failure = new GatehouseException(ErrorCode.SQL_VALIDATION, "Column 'nosuch' not found.");
        return String.valueOf(
                DialectHints.explain(failure, StatementText.of(sql)).getMessage());
    }

    @Test
    void whatIsSearchedHasALimit() {
        assertThat(around("SELECT nosuch" + "\n".repeat(99_000), Optional.empty()))
                .hasSizeLessThan(100);
        String many = "SELECT nosuch" + ",\nasof".repeat(9_000);
        assertThat(around(many, Optional.empty())).hasSizeLessThan(6_100).startsWith("¦SELECT nosuch");
        assertThat(around(many, Optional.of(new TextRange(6_000, 1, 6_000, 4))))
                .hasSizeLessThan(6_100)
                .contains("asof, ¦asof, ");
        assertThat(around(many, Optional.of(new TextRange(9_001, 5, 9_001, 5)))).endsWith("asof¦");
    }

    @Test
    void theFormOfAStatementIsSearchedAndNotItsValues() {
        assertThat(around("SELECT  'a ''b' /* c */ \"d\", x", Optional.of(new TextRange(1, 29, 1, 29))))
                .isEqualTo("SELECT '' \"\", ¦x");
        assertThat(around("SELECT {'a': 1}", Optional.of(new TextRange(1, 8, 1, 8))))
                .isEqualTo("SELECT ¦{'': 1}");
    }

    @Test
    void aFormIsNotFoundInTextsNamesAndComments() {
        for (String sql : new String[] {
            "SELECT nosuch FROM runs WHERE name = 'positional join'",
            "SELECT nosuch AS \"asof join\" FROM runs",
            "SELECT nosuch FROM runs -- asof join"
        }) {
            assertThat(explained(sql)).isEqualTo("Column 'nosuch' not found.");
        }
        assertThat(explained("SELECT nosuch FROM runs POSITIONAL  JOIN questions"))
                .startsWith("POSITIONAL JOIN is not supported");
    }
}
