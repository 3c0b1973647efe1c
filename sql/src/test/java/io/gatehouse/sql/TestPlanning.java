package io.gatehouse.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gatehouse.error.GatehouseException;
import io.gatehouse.sql.catalog.SqlResource;
import io.gatehouse.sql.plan.Plan;
import io.gatehouse.sql.plan.Planner;
import io.gatehouse.sql.plan.PlanningThreads;
import java.time.Duration;
import java.util.List;
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
        engine = file.engine();
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

    /** A view is algebra that was made once: two uses in one statement, and one inside the other, must not mix. */
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
