package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gatehouse.testing.store.RoutingFile;
import java.sql.Connection;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Aggregates that are answered from rollups give what the facts give, to the last digit. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestRollups {
    private static final int STATEMENTS = Integer.getInteger("gatehouse.test.aggregates", 300);
    private static final String ROLLUP = "Rollup: ";

    private final long seed = Long.getLong("gatehouse.test.seed", 20_261_124L);
    private RoutingFile file;
    private Connection duckDb;
    private QueryEngine engine;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        addAwkwardWeights();
        dropAnAnswer();
        duckDb = file.reader();
        engine = new QueryEngine(file::reader);
    }

    @AfterAll
    void close() throws Exception {
        engine.close();
        duckDb.close();
        file.close();
    }

    /** Weights whose sums in binary are long, unlike those of routing.data.sql. */
    private void addAwkwardWeights() throws Exception {
        file.execute("""
                UPDATE facts SET
                    weights = list_transform(experts, lambda e: CAST((hash(e, question_id, position) %% 60000 + 1) / 65536.0 AS FLOAT)),
                    entropy = CAST((hash(layer, question_id, position, %1$d) %% 2000) / 1024.0 AS FLOAT),
                    margin = CAST((hash(position, layer, question_id, %1$d) %% 900000) / 1048576.0 AS FLOAT)
                """.formatted(seed));
    }

    /** As in runs that are imported without one: its question still counts wherever answers are not asked for. */
    private void dropAnAnswer() throws Exception {
        file.execute("""
                DELETE FROM answers
                WHERE run_id = 2 AND question_id = (SELECT min(question_id) FROM answers WHERE run_id = 2)""");
    }

    @Test
    void eachStatementIsAnsweredByTheRollupOfTheListAndCorrectly() throws Exception {
        SoftAssertions assertions = new SoftAssertions();
        List<StatementList.Entry> entries = StatementList.read("rollups.sql").entries();
        for (StatementList.Entry entry : entries) {
            assertThat(entry.comment()).startsWith(ROLLUP);
            assertions
                    .assertThat(rollup(entry.sql()))
                    .as(entry.sql())
                    .isEqualTo(entry.comment().substring(ROLLUP.length()));
            assertions
                    .assertThat(Rows.of(engine, entry.sql()).sorted())
                    .as(entry.sql())
                    .isEqualTo(Rows.of(duckDb, entry.sql()).sorted());
        }
        assertions.assertAll();
        assertThat(entries).hasSizeGreaterThan(50);
    }

    @Test
    void randomAggregatesGiveTheSameFromRollupsAsFromFacts() throws Exception {
        RandomAggregates aggregates = new RandomAggregates(new Random(seed));
        int rolledUp = 0;
        for (int i = 0; i < STATEMENTS; i++) {
            String sql = aggregates.next();
            String rollup = rollup(sql);
            rolledUp += rollup.startsWith("none") ? 0 : 1;
            Rows expected = Rows.of(duckDb, sql).withoutWidths().sorted();
            Throwable failure = catchThrowable(() ->
                    assertThat(Rows.of(engine, sql).withoutWidths().sorted()).isEqualTo(expected));
            assertThat(failure)
                    .as("seed %d, statement %d, rollup %s: %s", seed, i, rollup, sql)
                    .isNull();
        }
        System.out.printf(
                "%,d random aggregates of seed %d equal DuckDB's, %,d of them from rollups%n",
                STATEMENTS, seed, rolledUp);
        assertThat(rolledUp).as("answered by rollups, seed %d", seed).isGreaterThan(STATEMENTS / 3);
    }

    private String rollup(String sql) {
        for (List<@Nullable Object> row : Rows.of(engine, "EXPLAIN " + sql).rows()) {
            if ("rollup".equals(row.get(0))) {
                return String.valueOf(row.get(1));
            }
        }
        throw new AssertionError("EXPLAIN says nothing of rollups: " + sql);
    }
}
