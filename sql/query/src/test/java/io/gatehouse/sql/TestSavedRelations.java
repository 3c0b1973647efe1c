package io.gatehouse.sql;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gatehouse.client.ResultColumn;
import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.error.TextRange;
import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Saved queries as relations: {@code FROM saved.name}. */
final class TestSavedRelations {
    private RoutingFile file;
    private QueryEngine engine;

    @BeforeEach
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = new QueryEngine(file::reader);
    }

    @AfterEach
    void close() throws Exception {
        engine.close();
        file.close();
    }

    @Test
    void aSavedQueryIsARelation() throws Exception {
        save(
                "busy",
                "SELECT layer, expert, count(*) FROM activations GROUP BY ALL HAVING count(*) > 20; -- the busy ones");
        List<List<@Nullable Object>> expected =
                rows("SELECT layer, expert, count(*) FROM activations GROUP BY ALL HAVING count(*) > 20 ORDER BY ALL");
        assertThat(expected).isNotEmpty();
        assertThat(rows("FROM saved.busy ORDER BY ALL")).isEqualTo(expected);
        assertThat(rows("SELECT * FROM SAVED.Busy AS b ORDER BY b.layer, b.expert"))
                .isEqualTo(expected);
        assertThat(rows("TABLE saved.busy ORDER BY ALL")).isEqualTo(expected);
        assertThat(columns("FROM saved.busy")).containsExactly("layer", "expert", "count(*)");
        assertThat(rows("SELECT count(*) FROM saved.busy AS a JOIN saved.busy AS b USING (layer, expert)"))
                .containsExactly(List.of((long) expected.size()));
        assertThat(rows("SELECT busy.\"count(*)\" FROM (SELECT * FROM saved.busy) AS busy LIMIT 0"))
                .isEmpty();
        assertThat(rows("DESCRIBE saved.busy")).hasSize(3);
        assertThat(rows("EXPLAIN FROM saved.busy").toString()).contains("rollup");
    }

    @Test
    void savedQueriesUseEachOtherAndMayHaveAnyName() throws Exception {
        save("first run", "SELECT * FROM runs WHERE run_id = 1");
        save("names", "WITH r AS (FROM saved.\"first run\") SELECT name, 1.5 AS x FROM r ORDER BY name LIMIT 3");
        assertThat(rows("SELECT n.name FROM questions AS q CROSS JOIN saved.names AS n LIMIT 1"))
                .isEqualTo(rows("SELECT name FROM runs WHERE run_id = 1"));
        assertThat(rows("SELECT saved.name FROM runs AS saved WHERE saved.run_id = 1"))
                .as("a relation called saved")
                .isEqualTo(rows("SELECT name FROM runs WHERE run_id = 1"));
    }

    /** Neither the plan nor anything else of the earlier text is kept. */
    @Test
    void aChangeIsSeenAtOnce() throws Exception {
        save("q", "SELECT 1 AS x");
        assertThat(rows("FROM saved.q")).containsExactly(List.of(1));
        save("q", "SELECT 2 AS x, 3 AS y");
        assertThat(rows("FROM saved.q")).containsExactly(List.of(2, 3));
    }

    @Test
    void errorsNameTheSavedQueryAtItsPlace() throws Exception {
        save("wrong", "SELECT\n\n\n\n\n   nme FROM runs");
        save("parameters", "SELECT * FROM runs WHERE run_id = ?");
        save("round", "FROM saved.round");
        save("two", "SELECT 1; SELECT 2");
        save("write", "DELETE FROM runs");
        assertThat(failure("SELECT *\nFROM saved.wrong"))
                .hasMessage(
                        "The saved query 'wrong' is not valid: Column 'nme' not found in any table; did you mean 'name'?")
                .extracting(failure -> failure.position().orElseThrow())
                .isEqualTo(new TextRange(2, 6, 2, 16));
        assertThat(failure("FROM saved.none")).hasMessage("There is no saved query 'none'.");
        assertThat(failure("FROM saved.parameters"))
                .hasMessage("The saved query 'parameters' cannot be read as one query without parameters.");
        assertThat(failure("FROM saved.round").code()).isEqualTo(ErrorCode.SQL_TOO_LARGE);
        assertThat(failure("FROM saved.two")).hasMessageContaining("'two'");
        assertThat(failure("FROM saved.write")).hasMessageContaining("'write'");
        assertThat(failure("SELECT nme FROM saved.wrong AS w, runs").getMessage())
                .as("an error of the statement beside that of the saved query")
                .contains("'wrong'");
    }

    @Test
    void theTableOfSavedQueriesIsNotOneOfUsers() {
        assertThatThrownBy(() -> rows("SELECT * FROM saved_queries")).hasMessageContaining("'saved_queries' not found");
    }

    private GatehouseException failure(String sql) {
        return requireNonNull(catchThrowableOfType(GatehouseException.class, () -> rows(sql)));
    }

    private List<List<@Nullable Object>> rows(String sql) {
        return Rows.of(engine, sql).rows();
    }

    private List<String> columns(String sql) {
        return engine.shape(sql, Duration.ofSeconds(10)).columns().stream()
                .map(ResultColumn::name)
                .toList();
    }

    private void save(String name, String sql) throws SQLException {
        try (Connection connection = file.writer();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT OR REPLACE INTO saved_queries VALUES (?, ?, '', now()::TIMESTAMP, now()::TIMESTAMP)")) {
            insert.setString(1, name);
            insert.setString(2, sql);
            insert.executeUpdate();
        }
    }
}
