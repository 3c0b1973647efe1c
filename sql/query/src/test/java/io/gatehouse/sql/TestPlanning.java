package io.gatehouse.sql;

import static io.gatehouse.testing.Refusals.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gatehouse.error.ErrorCode;
import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.catalog.TableFunction;
import io.gatehouse.sql.plan.DefinitionPlanner;
import io.gatehouse.sql.plan.Plan;
import io.gatehouse.sql.plan.Planner;
import io.gatehouse.sql.plan.PlanningThreads;
import io.gatehouse.sql.write.EngineSql;
import io.gatehouse.testing.store.RoutingFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TestPlanning {
    private RoutingFile file;
    private QueryEngine engine;
    private PlanningThreads planning;

    @BeforeAll
    void open() throws Exception {
        file = RoutingFile.filled();
        engine = new QueryEngine(file::reader);
        planning = new PlanningThreads(new Planner(engine.catalog()));
    }

    @AfterAll
    void close() throws Exception {
        planning.close();
        engine.close();
        file.close();
    }

    @Test
    void statementsThatDifferInBlanksAndCommentsShareAPlan() {
        Plan plan = plan("SELECT count(*), 'a  b' FROM runs");
        assertThat(plan("  SELECT count(*), -- how many\n 'a  b'\n\tFROM /* all of */ runs ; "))
                .isSameAs(plan);
        assertThat(plan.columns()).containsExactly("count(*)", "'a b'");
    }

    @Test
    void statementsThatDifferInAnythingElseDoNot() {
        Plan plan = plan("SELECT count(*), 'a  b' FROM runs");
        for (String other : List.of(
                "SELECT count(*), 'a b' FROM runs",
                "SELECT COUNT(*), 'a  b' FROM runs",
                "SELECT count( *), 'a  b' FROM runs",
                "SELECT count(*), 'a  b' FROM \"runs\"")) {
            assertThat(plan(other)).as(other).isNotSameAs(plan);
        }
        assertThat(plan("SELECT COUNT(*) FROM runs").columns()).containsExactly("COUNT(*)");
    }

    /** A line break makes one text of two; a blank is an error. */
    @Test
    void textsOnTwoLinesShareNoPlanWithTextsOnOne() {
        Plan plan = plan("SELECT 'a'\n'b'");
        assertThat(Rows.of(engine, "SELECT 'a'\n'b'").rows()).containsExactly(List.of("ab"));
        assertThat(plan("SELECT  'a' -- and\n /* more */\n 'b'")).isSameAs(plan);
        assertRefused(() -> plan("SELECT 'a' 'b'"), ErrorCode.SQL_VALIDATION);
    }

    @Test
    void howLongPlanningTookIsMeasuredEachTime() {
        assertThat(plan("EXPLAIN ANALYZE SELECT 1")).isNotSameAs(plan("EXPLAIN ANALYZE SELECT 1"));
    }

    @Test
    void aFunctionCannotTakeTheNumbersOfAnother() {
        for (int count : new int[] {16, 17}) {
            String found = "EXISTS (SELECT 1 FROM answers WHERE answers.run_id = runs.run_id AND question_id = %d)";
            String conditions =
                    IntStream.range(0, count).mapToObj(found::formatted).collect(Collectors.joining(" AND "));
            TableFunction function = new TableFunction(
                    "many",
                    "One row per run.",
                    Map.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    "SELECT run_id FROM runs WHERE " + conditions);
            Throwable failure = catchThrowable(
                    () -> new DefinitionPlanner(true, EngineSql.DUCKDB).function(function, engine.catalog(), 32));
            if (count == 16) {
                assertThat(failure).isNull();
            } else {
                assertThat(failure)
                        .hasMessage(
                                "The function many looks back at rows from 17 sub-queries; a function can from 16.");
            }
        }
    }

    @Test
    void theNamesOfColumnsDoNotHangOnWhichOfSeveralTextsCameFirst() {
        assertThat(plan("SELECT 1 /* one */ + 2").columns()).containsExactly("1 + 2");
        assertThat(plan("SELECT 1 + 2").columns()).containsExactly("1 + 2");
    }

    @Test
    void whatIsWrongIsSaidEachTimeAtItsOwnPlace() {
        assertThatThrownBy(() -> plan("SELECT nothing FROM runs"))
                .isInstanceOfSatisfying(
                        GatehouseException.class,
                        failure -> assertThat(failure.position().orElseThrow().column())
                                .isEqualTo(8));
        assertThatThrownBy(() -> plan("SELECT   nothing FROM runs"))
                .isInstanceOfSatisfying(
                        GatehouseException.class,
                        failure -> assertThat(failure.position().orElseThrow().column())
                                .isEqualTo(10));
    }

    @Test
    void plansAreForgottenWhenThereAreTooMany() {
        Plan first = plan("SELECT 'first'");
        Plan used = plan("SELECT 'used'");
        for (int i = 0; i < 499; i++) {
            plan("SELECT " + i);
            assertThat(plan("SELECT 'used'")).isSameAs(used);
        }
        assertThat(plan("SELECT 'first'")).isNotSameAs(first);
    }

    @Test
    void theStatementsOfTheWarmUpAreUnderstood() {
        List<String> statements = SqlResource.statements("warm-up.sql");
        assertThat(statements).hasSizeGreaterThan(5);
        statements.forEach(statement -> assertThat(plan(statement).sql()).isNotEmpty());
    }

    /** A view was written once: two uses in one statement, and one inside the other, must not mix. */
    @Test
    void viewsCanBeUsedTwiceAndBesideCorrelatedQueries() {
        String sql = """
                SELECT count(*) FROM expert_accuracy AS a JOIN expert_accuracy AS b USING (run_id, scope, layer, expert)
                WHERE a.n > 0 AND EXISTS (SELECT 1 FROM expert_accuracy AS c WHERE c.run_id = a.run_id AND c.n = b.n)
                """;
        String once = "SELECT count(*) FROM expert_accuracy WHERE n > 0";
        assertThat(Rows.of(engine, sql)).isEqualTo(Rows.of(engine, once));
    }

    private Plan plan(String sql) {
        return planning.plan(sql, Duration.ofSeconds(20));
    }
}
