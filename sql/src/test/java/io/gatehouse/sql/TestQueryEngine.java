package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestQueryEngine {
    private static final QueryLimits LIMITS = new QueryLimits(Duration.ofSeconds(20), 0);

    private RoutingFile file;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.empty();
        file.execute("""
                INSERT INTO questions
                SELECT i, 'quiz', 'subject_' || i % 3, i, 'question ' || i, ['a', 'b'], 'A' FROM range(10) AS t(i)
                """);
        engine = file.engine();
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        file.close();
    }

    @Test
    void answersWithNamesTypesAndPlainValues() {
        try (QueryResult result = engine.query("SELECT question_id AS id, choices FROM questions ORDER BY 1", LIMITS)) {
            assertThat(result.columns())
                    .containsExactly(new ResultColumn("id", "INTEGER"), new ResultColumn("choices", "VARCHAR[]"));
            assertThat(result.next()).isTrue();
            assertThat(result.value(0)).isEqualTo(0);
            assertThat(result.value(1)).isEqualTo(List.of("a", "b"));
        }
    }

    @Test
    void cutsAtTheRowLimitAndSaysSo() {
        try (QueryResult result = engine.query(
                "SELECT question_id FROM questions ORDER BY 1 DESC", new QueryLimits(Duration.ofSeconds(5), 3))) {
            List<Object> ids = new ArrayList<>();
            while (result.next()) {
                ids.add(result.value(0));
            }
            assertThat(ids).containsExactly(9, 8, 7);
            assertThat(result.truncated()).isTrue();
        }
    }

    @Test
    void pointsAtAnUnknownColumn() {
        GatehouseException failure = catchThrowableOfType(
                GatehouseException.class, () -> engine.query("SELECT subjekt\nFROM questions", LIMITS));
        assertThat(failure.code()).isEqualTo(ErrorCode.SQL_VALIDATION);
        assertThat(failure.position()).contains(new TextRange(1, 8, 1, 14));
    }
}
